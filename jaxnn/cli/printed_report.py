"""What does `explain` print about its results? From the content of summary.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def report(record: Mapping[str, Any]) -> Iterator[str]:
    """The lines about the choice of the network, its worth, and its bands.

    Args:
      record: the content of summary.json, as from `jaxnn.cli.summary.summary`.
    """
    yield from _choice(record)
    yield from _comparison(record)
    yield from _losses(record)
    yield from _bands(record)


def _choice(record: Mapping[str, Any]) -> Iterator[str]:
    network, refits, path = record["network"], record["refits"], record["path"]
    sizes = "-".join(map(str, network["sizes"]))
    what = f"a {sizes} network ({network['parameters']:,} parameters)"
    if path is not None and len(path["candidates"]) > 1:
        candidates, scale = path["candidates"], record["loss_scale"]
        best, fitted = candidates[path["chosen"]], candidates[path["fitted"]]
        yield (
            f"chosen of {len(candidates)} candidates by out-of-bag {record['shown_loss']}: "
            f"{described_candidate(best)}, with {_rounded(best['loss'], scale)} (standard error "
            f"{_rounded(best['standard_error'], scale, digits=2)})"
        )
        yield from (f"  {note}" for note in path["notes"])
        if fitted != best:
            yield (
                f"fitted for the bands: {described_candidate(fitted)}, with "
                f"{_rounded(fitted['loss'], scale)}"
            )
    yield (
        f"{refits['asked'] - refits['diverged']:,} refits of {what} on {record['rows']:,} rows"
        + ("" if record["groups"] is None else f" in {record['groups']:,} groups")
        + f"; {refits['diverged']:,} more diverged and are left out" * bool(refits["diverged"])
    )


def described_candidate(candidate: Mapping[str, Any]) -> str:
    """The hidden layers, penalty and epochs of a candidate in words."""
    hidden = "-".join(map(str, candidate["hidden"]))
    if not hidden:
        return f"no hidden layers, penalty {candidate['penalty']:g}"
    return f"hidden units {hidden}, penalty {candidate['penalty']:g}, {candidate['epochs']} epochs"


def _comparison(record: Mapping[str, Any]) -> Iterator[str]:
    comparison = record["comparison"]
    if comparison is None:
        return
    level = f"{100 * record['settings']['level']:g}%"
    yield (
        f"out-of-bag {record['shown_loss']}, and its difference from the network's with {level} "
        "interval:"
    )
    scale = record["loss_scale"]
    for name, numbers in comparison["methods"].items():
        line = f"  {name:32}{_rounded(numbers['loss'], scale):>9}"
        if name != "network":
            lower, upper = (_rounded(end, scale, digits=2) for end in numbers["interval"])
            difference = _rounded(numbers["difference"], scale, "+", 2)
            line += f"  {difference:>9}  ({lower} to {upper})"
        yield line
    yield comparison["verdict"]


def _losses(record: Mapping[str, Any]) -> Iterator[str]:
    losses = record["out_of_bag"]
    if losses["network"] is None or losses["constant"] is None:
        yield "out-of-bag loss: none, because no row was left out or a prediction is not finite"
        return
    level = f"{100 * record['settings']['level']:g}%"
    if record["comparison"] is None:
        if record["settings"]["compare"]:
            yield "not compared with other methods, since it is not trained as candidates are"
        yield (
            f"out-of-bag {losses['loss']} ({losses['unit']}), mean and {level} interval over the "
            "refits:"
        )
        for name, label in (("network", "the network"), ("constant", "the constant prediction")):
            lower, upper = losses[name]["interval"]
            yield f"  {label:24}{losses[name]['mean']:.4g}  ({lower:.4g} to {upper:.4g})"
        if losses["network"]["mean"] >= losses["constant"]["mean"]:
            yield "  a refit predicts no better than a constant, so its curves mean little"
    if losses["inside_prediction_interval"] is not None:
        share = f"{100 * losses['inside_prediction_interval']:.1f}%"
        yield f"{share} of the rows lie in their {level} prediction interval out of bag"


def _bands(record: Mapping[str, Any]) -> Iterator[str]:
    calibration = record["calibration"]
    level = f"{100 * record['settings']['level']:g}%"
    if calibration is None:
        seconds = record["seconds_to_calibrate"]
        how_long = f", which takes about {seconds / 60:.0f} minutes" if seconds > 60 else ""
        yield (
            f"the {level} bands are not calibrated: the penalty bends the curves by an unknown "
            f"amount, and the bands may hold the truth less often than they say; pass --calibrate"
            f"{how_long}"
        )
        return
    coverage = calibration["expected_coverage"]
    before, after = coverage["uncorrected"], coverage["calibrated"]
    yield (
        f"the {level} bands are calibrated: in {calibration['simulations']} simulations of this "
        f"table they hold the truth with probability {_share(after['mean'])} on average over the "
        f"points, and {_share(after['least'])} at the worst point (without calibration "
        f"{_share(before['mean'])} and {_share(before['least'])})"
    )


def _rounded(value: float | None, scale: float = 1.0, sign: str = "", digits: int = 4) -> str:
    return "unknown" if value is None else f"{value / scale:{sign}.{digits}g}"


def _share(value: float) -> str:
    return f"{100 * value:.0f}%"
