"""What does the page of an explanation say, in which order?"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from jaxnn.cli.drawings import CHOICE, COMPARISON, IMPORTANCE, OBSERVED, effect_names, shown_unit
from jaxnn.cli.figures import band_label
from jaxnn.cli.importance import Change, changes, most_correlated
from jaxnn.cli.number_files import TOP, value_of
from jaxnn.cli.printed_report import described_candidate, report
from jaxnn.cli.results import Explanation
from jaxnn.refits import matters_more, top_chance
from jaxnn.report import Folded, Grid, Page, Paragraph, Picture, Section
from jaxnn.tables import Column, axis_label
from jaxnn.tables.table import shown

OPEN = 12  # predictors whose curves are open
MOST_ROWS = 100  # of a table on the page
# Of a network's importances, by the rule of their intervals, in `experiments/importance_intervals`.
MEASURED_IMPORTANCE = {
    "shifted": "91% of the time on average over simulated truths at a nominal 95%; above zero for "
    "0.1% of predictors that are noise",
    "weighted": "94% of the time on average over simulated truths at a nominal 95%; above zero for "
    "0.8% of predictors that are noise",
}
Block = Paragraph | Grid | Picture


def explanation_page(
    results: Explanation, record: Mapping[str, Any], pictures: Mapping[str, Picture]
) -> Page:
    """The page of an explanation.

    Args:
      results: the explanation.
      record: the content of summary.json.
      pictures: as from `jaxnn.cli.drawings.pictures`.
    """
    response = shown(axis_label(results.table.response), 60)
    return Page(
        f"What predicts {response}?",
        _lead(results, record, response),
        (
            Section("Is a network worth it?", tuple(_worth(results, record, pictures))),
            Section("Which predictors matter?", tuple(_importance(results, pictures))),
            Section("How does the prediction change?", tuple(_curves(results, pictures))),
            Section("How good are the predictions?", tuple(_errors(results, record, pictures))),
            Section("What were the columns taken for?", tuple(_columns(results))),
            Section("What does each band mean?", tuple(_bands(results, record))),
            Section("How can this be repeated?", tuple(_repeat(results, record))),
        ),
    )


def curve_order(results: Explanation) -> list[int]:
    """Places of the effects, the most important predictor first."""
    found = results.importance
    places = list(range(len(results.effects)))
    if isinstance(found, str):
        return places
    return sorted(places, key=lambda i: -found.center[results.effects[i].effect.feature])


def _lead(results: Explanation, record: Mapping[str, Any], response: str) -> str:
    table, network = results.table, record["network"]
    source = shown(results.options.table, 60)
    hidden = network["sizes"][1:-1]
    what = "A network without hidden layers"
    if hidden:
        what = f"A network with {' and '.join(map(str, hidden))} hidden units"
    groups = "" if record["groups"] is None else f" in {record['groups']:,} groups"
    return (
        f"{what} was fitted to predict {response} from {len(table.columns):,} predictors in "
        f"{len(table.y):,} rows{groups} of {source}, and refitted {results.converged:,} times to "
        "rows drawn with replacement. How the refits differ shows how certain each result is."
    )


def _worth(
    results: Explanation, record: Mapping[str, Any], pictures: Mapping[str, Picture]
) -> Iterator[Block]:
    comparison, scale = record["comparison"], record["loss_scale"]
    level = _percent(results.options.level)
    if comparison is None:
        yield Paragraph("The network was not compared with other methods.")
    else:
        yield Paragraph(comparison["verdict"], "lead")
        yield Grid(
            f"Out-of-bag {record['shown_loss']}",
            ("method", "loss", "minus network", f"{level} interval"),
            tuple(
                (
                    name,
                    _number(numbers["loss"], scale),
                    "" if name == "network" else _number(numbers["difference"], scale, "+"),
                    "" if name == "network" else _ends(numbers["interval"], scale, "+"),
                )
                for name, numbers in comparison["methods"].items()
            ),
        )
        yield Paragraph(
            "All methods were refitted to the same resamples and judged on the rows left out. "
            "Intervals are normal ones for the mean difference over rows.",
            "note",
        )
    yield from (pictures[name] for name in (COMPARISON, CHOICE) if name in pictures)
    path = record["path"]
    if path is not None:
        best, fitted = path["candidates"][path["chosen"]], path["candidates"][path["fitted"]]
        yield Paragraph(f"The best candidate has {described_candidate(best)}.")
        if fitted != best:
            yield Paragraph(
                f"The curves are those of a network with {described_candidate(fitted)}, which can "
                "bend as far as bands that hold the truth need."
            )
        yield from (Paragraph(f"Note: {note}") for note in path["notes"])


def _importance(results: Explanation, pictures: Mapping[str, Picture]) -> Iterator[Block]:
    found = results.scaled_importance
    if found is None:
        yield Paragraph(str(results.importance))
        return
    yield pictures[IMPORTANCE]
    order = np.argsort(-found.center, kind="stable")
    k = min(TOP, len(order))
    chances, more = top_chance(found, k), matters_more(found)
    rows = []
    for rank, j in enumerate(order[:MOST_ROWS].tolist()):
        after = f"{more[j, order[rank + 1]]:.0%}" if rank + 1 < len(order) else ""
        ends = _ends((found.lower[j], found.upper[j]))
        rows.append(
            (found.names[j], _number(float(found.center[j])), ends, f"{chances[j]:.0%}", after)
        )
    head = ("predictor", "importance", f"{_percent(found.level)} interval")
    yield Grid(
        f"How much the loss rises ({shown_unit(results)}) when the predictor's values are "
        "exchanged between rows",
        (*head, f"among first {k}", "above the next"),
        tuple(rows),
    )
    if len(order) > MOST_ROWS:
        yield Paragraph(f"The first {MOST_ROWS} of {len(order):,}; importance.csv has all.")
    yield Paragraph(
        "An importance is weighted between the means over refits on the rows left out and on the "
        "rows drawn; the width of its interval is the spread over refits on the rows drawn. The "
        "last two columns are shares of refits. Where predictors are correlated, each may look "
        "less important than the group is.",
        "note",
    )


def _curves(results: Explanation, pictures: Mapping[str, Picture]) -> Iterator[Folded | Block]:
    table = results.table
    by = "" if isinstance(results.importance, str) else ", the most important predictor first"
    yield Paragraph(
        f"Each predictor is varied while the others are kept{by}. First the prediction averaged "
        "over rows, then the prediction with the other predictors at their centre. Ticks at the "
        "bottom, or numbers below a level, show where rows are. "
        f"Shaded or bars: {band_label(results)}.",
        "note",
    )
    for rank, place in enumerate(curve_order(results)):
        found = results.effects[place]
        feature = found.effect.feature
        column = table.columns[feature]
        blocks: list[Block] = [pictures[name] for name in effect_names(feature)]
        told = changes(found.effect, table, results.options.level)
        if column.levels and len(told) > 1:
            blocks.append(_changes_table(told, column, results.options.level))
        else:
            blocks += [Paragraph(_change(c, column, results.options.level)) for c in told]
        other = most_correlated(table, feature)
        if other is not None:
            name = results.names[other[0]]
            blocks.append(
                Paragraph(
                    f"This predictor varies with {name} (correlation {other[1]:.2f}): the average "
                    "also goes over combinations that hardly occur.",
                    "warning",
                )
            )
        unit = axis_label(column).removeprefix(column.name)
        yield Folded(results.names[feature] + unit, tuple(blocks), open=rank < OPEN)


def _change(told: Change, column: Column, level: float) -> str:
    where = "quartile to quartile" if column.kind == "numeric" else "level to level"
    return (
        f"On average over rows, from {_value(column, told.before)} to "
        f"{_value(column, told.after)} ({where}) the prediction changes by "
        f"{_number(told.change, sign='+')} ({_ends(told[3:5], sign='+')}, {_percent(level)} "
        f"percentile interval over refits, not calibrated); it rises in {told.rises:.0%} of "
        "the refits."
    )


def _changes_table(told: tuple[Change, ...], column: Column, level: float) -> Grid:
    return Grid(
        f"Change of the average prediction from {_value(column, told[0].before)}; percentile "
        "intervals over refits, not calibrated",
        ("to", "change", f"{_percent(level)} interval", "rises in"),
        tuple(
            (
                _value(column, c.after),
                _number(c.change, sign="+"),
                _ends(c[3:5], sign="+"),
                f"{c.rises:.0%}",
            )
            for c in told
        ),
    )


def _errors(
    results: Explanation, record: Mapping[str, Any], pictures: Mapping[str, Picture]
) -> Iterator[Block]:
    losses, level = record["out_of_bag"], _percent(results.options.level)
    yield pictures[OBSERVED]
    if losses["network"] is None or losses["constant"] is None:
        yield Paragraph("There is no loss out of bag: no row was left out, or one is not finite.")
    else:
        yield Grid(
            f"Out-of-bag {losses['loss']} ({losses['unit']}) of single refits",
            ("prediction", "mean", f"{level} interval"),
            tuple(
                (label, _number(losses[name]["mean"]), _ends(losses[name]["interval"]))
                for name, label in (("network", "network"), ("constant", "constant"))
            ),
        )
        yield Paragraph("Intervals are percentiles over refits.", "note")
    if losses["inside_prediction_interval"] is not None:
        share = losses["inside_prediction_interval"]
        yield Paragraph(
            f"{share:.1%} of the rows lie in their {level} prediction interval out of bag "
            "(jackknife+-after-bootstrap), which is for single new observations."
        )


def _columns(results: Explanation) -> Iterator[Block]:
    table = results.table
    columns = (table.response, *table.columns)
    missing = (*table.missing[-1:], *table.missing[:-1]) or (0,) * len(columns)
    values = (table.y, *table.X.T)
    rows = []
    for place, (column, numbers, absent) in enumerate(zip(columns, values, missing, strict=False)):
        name = shown(axis_label(column), 60) + (" (response)" if place == 0 else "")
        rows.append((name, column.kind, _values(column, numbers), f"{absent:,}"))
    head = ("column", "kind", "values", "missing")
    yield Grid("Columns that were used", head, tuple(rows[: MOST_ROWS + 1]), numbers=False)
    if len(rows) > MOST_ROWS + 1:
        yield Paragraph(f"The first {MOST_ROWS} predictors of {len(rows) - 1:,}.")
    yield from (Paragraph(note) for note in table.notes)


def _values(column: Column, numbers: np.ndarray) -> str:
    if not column.levels:
        low, high, mean = numbers.min(), numbers.max(), numbers.mean()
        return f"{low:.4g} to {high:.4g}, mean {mean:.4g}"
    counts = np.bincount(numbers.astype(int), minlength=len(column.levels))
    named = [f"{shown(level, 24)} ({n:,})" for level, n in zip(column.levels, counts, strict=True)]
    more = f", and {len(named) - 8} more" if len(named) > 8 else ""
    return ", ".join(named[:8]) + more


def _bands(results: Explanation, record: Mapping[str, Any]) -> Iterator[Block]:
    yield from (Paragraph(line) for line in report(record) if "bands are" in line)
    level = _percent(results.options.level)
    rows = [
        (
            "curve",
            "how certain the average prediction is at one value; not the whole curve at once",
            "96% of the time on average over simulated truths at a nominal 95%, 80 to 90% with a "
            "curved truth of 8 predictors and 100 rows"
            if results.networks.calibrated
            else "90% of the time on average over simulated truths at a nominal 95%",
        ),
        (
            "importance",
            "how certain it is what is lost without the predictor's values",
            MEASURED_IMPORTANCE.get(getattr(results.importance, "rule", ""), "not measured"),
        ),
        (
            "change",
            "how the average prediction differs between two values, over refits",
            "not measured; percentile bands of curves hold the truth 90% of the time",
        ),
        (
            "prediction out of bag",
            "how certain the mean of one row is; few single observations lie in it",
            "not measured",
        ),
        (
            "difference of losses",
            "how certain the mean difference over rows is, for these fits",
            "not measured",
        ),
    ]
    if results.new_interval is not None:
        rows.append(
            (
                "prediction interval",
                "where single new observations lie",
                "94 to 97% on six simulated truths at a nominal 95%",
            )
        )
    yield Grid(f"Bands at level {level}", ("band", "says", "measured"), tuple(rows), numbers=False)
    yield Paragraph(
        "No band knows of what was not measured: none says what happens to a response if a "
        "predictor is changed."
    )


def _repeat(results: Explanation, record: Mapping[str, Any]) -> Iterator[Block]:
    yield Paragraph("The same command, versions and seed give the same numbers:")
    yield Paragraph(shown(shlex.join(["jaxnn", *results.options.words]), 2000), "code")
    yield Paragraph("New rows are predicted by the refits that are saved beside this page:")
    out = shown(str(results.options.out), 200)
    yield Paragraph(f"jaxnn predict {shlex.quote(out)} NEW.csv", "code")
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    yield Paragraph(f"Seed {results.options.seed}. Versions: {versions}.")
    yield Paragraph("All numbers are in the CSV files, summary.json and arrays.npz beside it.")


def _value(column: Column, value: float) -> str:
    text = shown(value_of(column, value), 24)
    return text if column.levels else f"{value:.4g}"


def _percent(level: float) -> str:
    return f"{100 * level:g}%"


def _number(value: float | None, scale: float = 1.0, sign: str = "") -> str:
    """A number with three digits, without an exponent unless it is very large or small."""
    if value is None:
        return "unknown"
    scaled = float(f"{value / scale:.3g}")
    return f"{scaled:{sign},.0f}" if 1e3 <= abs(scaled) < 1e9 else f"{scaled:{sign}.3g}"


def _ends(ends: Any, scale: float = 1.0, sign: str = "") -> str:
    return " to ".join(_number(end, scale, sign) for end in ends)
