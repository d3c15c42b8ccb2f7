"""Which intervals of importance contain the truth, and which see effects where there are none?

The rules were set from runs with other keys. The default, "weighted", contains the truth at least
90% of the time on average over settings, and its interval lies above zero for at most 2.5% of the
predictors that are noise. A single setting below 90% by more than two standard errors is shown as
refused. Accepted ranges widen where a run has fewer data sets than the full one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from experiments.importance_intervals.known_truths import (
    CORRELATED_SLOPES,
    CORRELATION,
    closed_form,
)
from experiments.importance_intervals.least_squares import ROWS, TRUTH, unexplained_variance
from experiments.importance_intervals.reading import Cell, cells, contained, over_cells
from experiments.importance_intervals.rules import RULES
from experiments.lab.claims import (
    Claim,
    at_least,
    at_most,
    equals,
    refused,
    reported,
    within_errors,
)
from experiments.lab.contract import Results
from experiments.shared.statistics import share_interval
from jaxnn.refits.importance_intervals import DEFAULT_RULE as DEFAULT

KNOWN = "known truth"
LARGEST_GAP = 0.03  # (0.64 (x - x')^2 z^2) has standard deviation 3.6, over 2^18 draws
LEAST, LEARNER, ALARMS = 0.90, 0.93, 0.025
STUDIED = 512  # data sets of the full run
DECISIVE = 100  # data sets, with fewer of which shares are only reported
SIMULATED = "an earlier simulation with other keys"
EARLIER_SETS = (2000, 1000)
# Coverage of the signals in the earlier simulation, at n = 100 and 303.
EARLIER = {
    "all_rows": (0.665, 0.683),
    "out_of_bag": (0.677, 0.672),
    "in_bag": (0.945, 0.952),
    "corrected": (0.615, 0.594),
    "shifted": (0.926, 0.940),
    "normal": (0.894, 0.932),
}


def claims(results: Results) -> list[Claim]:
    """Least squares, correlated predictors, networks on average, and each setting."""
    found = cells(results)
    return [
        *_least_squares(results),
        *_correlated(results),
        equals(
            f"Fits of networks that diverged, of {int(results['refits']):,}",
            "settings",
            results["diverged"],
            0,
        ),
        *_truths(found),
        *_overall(found),
        *(claim for cell in found for claim in _in_setting(cell)),
    ]


def _least_squares(results: Results) -> Iterator[Claim]:
    for size, rows in enumerate(ROWS):
        ends = results[f"least_squares_{rows}"]
        sets = ends.shape[2]
        for place, name in enumerate(list(RULES)[:-1]):
            inside = contained(ends[:, place], TRUTH)[:, TRUTH > 0].mean(axis=1)
            mean, error = inside.mean(), inside.std(ddof=1) / math.sqrt(sets)
            statement = (
                f"Least squares, n = {rows}: coverage of the true importance of a signal by "
                f"nominal 95% intervals “{RULES[name]}” (interval: 4 SE)"
            )
            if name in EARLIER:
                earlier = EARLIER[name][size]
                # The earlier simulation has an error of its own.
                own_error = math.sqrt(earlier * (1 - earlier) / EARLIER_SETS[size])
                both = math.hypot(error, own_error)
                yield within_errors(
                    statement,
                    SIMULATED,
                    mean,
                    earlier,
                    both,
                    interval=share_interval(mean, both),
                )
            else:
                yield at_least(
                    statement,
                    "set beforehand",
                    mean,
                    0.89 - 2 * max(0.0, error - 0.01),
                    interval=share_interval(mean, error),
                )
        alarms = (ends[0][..., TRUTH == 0] > 0).mean(axis=(1, 2))
        places = list(RULES)
        yield at_most(
            f"Least squares, n = {rows}: share of the default nominal 95% intervals that lie above "
            "zero for noise",
            "set beforehand",
            alarms[places.index(DEFAULT)],
            ALARMS,
        )
        yield at_least(
            f"Least squares, n = {rows}: share of nominal 95% intervals “{RULES['in_bag']}” that "
            "lie above zero for noise",
            SIMULATED,
            alarms[places.index("in_bag")],
            0.99,
        )


def _correlated(results: Results) -> Iterator[Claim]:
    slopes, unexplained = np.array(CORRELATED_SLOPES), unexplained_variance()
    for part, words, theory in (
        ("permuted", "permutation importance, 2 b^2 var(x)", 2 * slopes**2),
        ("lost", "loss without the column, b^2 var(x | others)", slopes**2 * unexplained),
    ):
        values = results[part]
        yield within_errors(
            f"Least squares, predictors 1 to 3 correlated by {CORRELATION}: {words} (worst "
            "predictor; interval: 4 SE)",
            "closed form",
            values.mean(axis=0),
            theory,
            values.std(axis=0, ddof=1) / math.sqrt(len(values)),
        )
    permuted, lost = (results[part][:, 0] for part in ("permuted", "lost"))
    ratio = permuted.mean() / lost.mean()
    error = (permuted - ratio * lost).std(ddof=1) / lost.mean() / math.sqrt(len(lost))
    yield within_errors(
        "Least squares: permutation importance of a correlated predictor, relative to the loss of "
        "a refit without it; without correlation it is 2 (interval: 4 SE)",
        "closed form, 2 / var(x | others)",
        ratio,
        2 / unexplained[0],
        error,
    )


def _truths(found: list[Cell]) -> Iterator[Claim]:
    exact = [cell for cell in found if cell.setting.kind == "quantitative"]
    gaps = [np.abs(cell.truth - closed_form(cell.setting.truth)).max() for cell in exact]
    yield at_most(
        "True importance under squared error by simulation: largest distance from its closed form "
        "(limit: 4 SE of the least certain, a product of two predictors)",
        "closed form",
        np.array(gaps),
        LARGEST_GAP,
    )


def _overall(found: list[Cell]) -> Iterator[Claim]:
    sets = sum(cell.ends.shape[2] for cell in found)
    decides = sets >= DECISIVE
    margin = 0.025 * (math.sqrt(max(1.0, STUDIED / sets)) - 1)
    truth = over_cells([cell.covered() for cell in found])
    learner = over_cells([cell.covered(learner=True) for cell in found])
    alarms = over_cells([cell.alarms() for cell in found])
    widths = np.mean([cell.widths() for cell in found], axis=0)
    for place, (name, words) in enumerate(RULES.items()):
        mean, error = float(truth[0][place]), float(truth[1][place])
        rule = f"nominal 95% intervals “{words}”"
        yield reported(
            f"Networks: coverage of the true importance of signals by {rule}, mean over "
            f"{len(found)} settings (interval: 4 SE)",
            KNOWN,
            f"truth {mean:.3f} (SE {error:.3f}); network's own mean {learner[0][place]:.3f} "
            f"(SE {learner[1][place]:.3f}); above zero for noise {alarms[0][place]:.3f} "
            f"(SE {alarms[1][place]:.3f}); width relative to “{RULES['shifted']}” "
            f"{widths[place]:.2f}",
            interval=share_interval(mean, error),
        )
        if name in ("all_rows", "out_of_bag", "in_bag", "corrected"):
            misled = name == "in_bag"
            value = alarms[0][place] if misled else mean
            yield refused(
                f"Networks: {rule} hold their level ("
                + ("share that lies above zero for noise" if misled else "coverage of the truth")
                + ", mean over settings)",
                "nominal level",
                float(value),
                f"at most {ALARMS}" if misled else f"at least {LEAST}",
                unless=bool(value <= ALARMS if misled else value >= LEAST),
            )
        if name == DEFAULT:
            yield at_least(
                "Networks: coverage of the truth by the default nominal 95% intervals, mean over "
                "settings (interval: 4 SE)",
                "set beforehand",
                mean,
                LEAST - margin,
                interval=share_interval(mean, error),
                asserted=decides,
            )
            yield at_least(
                "Networks: coverage of the network's own mean importance by the default nominal "
                "95% intervals, mean over settings",
                "set beforehand",
                learner[0][place],
                LEARNER - margin,
                asserted=decides,
            )
            yield at_most(
                "Networks: share of the default nominal 95% intervals that lie above zero for "
                "noise, mean over settings",
                "set beforehand",
                alarms[0][place],
                ALARMS + margin,
                asserted=decides,
            )


def _in_setting(cell: Cell) -> Iterator[Claim]:
    shares = cell.covered()[list(RULES).index(DEFAULT)]
    mean = float(shares.mean())
    error = math.sqrt(max(shares.var(ddof=1), 0.02) / len(shares))
    yield refused(
        f"{cell.setting.words}: coverage of the true importance of signals by the default nominal "
        "95% intervals (interval: 2 SE)",
        "set beforehand",
        mean,
        f"at least {LEAST}",
        unless=mean + 2 * error >= LEAST,
        interval=share_interval(mean, error, 2),
    )


def verdict(results: Results) -> dict[str, list[str]]:
    """What the default and its neighbours contain, in sentences for the gallery."""
    found = cells(results)
    truth, _ = over_cells([cell.covered() for cell in found])
    learner, _ = over_cells([cell.covered(learner=True) for cell in found])
    at = {name: place for place, name in enumerate(RULES)}
    widths = np.mean([cell.widths() for cell in found], axis=0)
    return {
        "Importance of predictors": [
            "The default interval contains what the network finds on average "
            f"{learner[at[DEFAULT]]:.0%} of the time.",
            "An interval of the same width about the mean out of bag contains the truth "
            f"{truth[at['shifted']]:.0%} of the time.",
            "Calibrated by simulated refits, intervals contain the truth "
            f"{truth[at['calibrated']]:.0%} of the time, at {widths[at['calibrated']]:.1f} times "
            "the width.",
        ]
    }
