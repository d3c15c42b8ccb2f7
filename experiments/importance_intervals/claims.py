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
                f"Least squares, n = {rows}: intervals, nominal 95%, {RULES[name]}: coverage of "
                "the true importance of a signal (interval: 4 SE)"
            )
            if name in EARLIER:
                earlier = EARLIER[name][size]
                # The earlier simulation has an error of its own.
                own_error = math.sqrt(earlier * (1 - earlier) / EARLIER_SETS[size])
                yield within_errors(
                    statement, SIMULATED, mean, earlier, math.hypot(error, own_error)
                )
            else:
                yield at_least(
                    statement,
                    "set beforehand",
                    mean,
                    0.89 - 2 * max(0.0, error - 0.01),
                    interval=(mean - 4 * error, mean + 4 * error),
                )
        alarms = (ends[0][..., TRUTH == 0] > 0).mean(axis=(1, 2))
        places = list(RULES)
        yield at_most(
            f"Least squares, n = {rows}: share of default intervals, nominal 95%, that lies above "
            "zero for noise",
            "set beforehand",
            alarms[places.index(DEFAULT)],
            ALARMS,
        )
        yield at_least(
            f"Least squares, n = {rows}: the same for {RULES['in_bag']}",
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
        start = f"Networks: intervals, nominal 95%, {words}"
        yield reported(
            f"{start}: coverage of the true importance of signals, mean over {len(found)} settings "
            "(interval: 4 SE)",
            KNOWN,
            f"truth {mean:.3f} (SE {error:.3f}); learner's own mean {learner[0][place]:.3f} "
            f"(SE {learner[1][place]:.3f}); above zero for noise {alarms[0][place]:.3f} "
            f"(SE {alarms[1][place]:.3f}); width relative to “{RULES['shifted']}” "
            f"{widths[place]:.2f}",
            interval=(mean - 4 * error, mean + 4 * error),
        )
        if name in ("all_rows", "out_of_bag", "in_bag", "corrected"):
            misled = name == "in_bag"
            value = alarms[0][place] if misled else mean
            yield refused(
                f"{start}, hold their level: "
                + ("share above zero for noise" if misled else "coverage of the truth"),
                "nominal level",
                float(value),
                f"at most {ALARMS}" if misled else f"at least {LEAST}",
                unless=bool(value <= ALARMS if misled else value >= LEAST),
            )
        if name == DEFAULT:
            yield at_least(
                f"{start} (default): coverage of the truth, mean over settings (interval: 4 SE)",
                "set beforehand",
                mean,
                LEAST - margin,
                interval=(mean - 4 * error, mean + 4 * error),
                asserted=decides,
            )
            yield at_least(
                f"{start} (default): coverage of the learner's own mean importance",
                "set beforehand",
                learner[0][place],
                LEARNER - margin,
                asserted=decides,
            )
            yield at_most(
                f"{start} (default): share that lies above zero for noise",
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
        f"{cell.setting.words}: coverage of the true importance of signals by default intervals, "
        "nominal 95% (interval: 2 SE)",
        "set beforehand",
        mean,
        f"at least {LEAST}",
        unless=mean + 2 * error >= LEAST,
        interval=(max(0.0, mean - 2 * error), min(1.0, mean + 2 * error)),
    )


def verdict(results: Results) -> dict[str, list[str]]:
    """How often each kind of interval contains the truth, in sentences for the gallery."""
    found = cells(results)
    truth, _ = over_cells([cell.covered() for cell in found])
    learner, _ = over_cells([cell.covered(learner=True) for cell in found])
    alarms, _ = over_cells([cell.alarms() for cell in found])
    at = {name: place for place, name in enumerate(RULES)}
    widths = np.mean([cell.widths() for cell in found], axis=0)
    lowest = min(found, key=lambda cell: cell.covered()[at[DEFAULT]].mean())
    return {
        "Importance of predictors": [
            "Percentile intervals of refits scored out of bag, nominal 95%, contained the true "
            f"importance of signals {truth[at['out_of_bag']]:.0%} of the time; scored in bag, they "
            f"lay above zero for {alarms[at['in_bag']]:.0%} of the predictors that are noise.",
            "The interval with its center weighted between both and the spread in bag contained "
            f"the truth {truth[at[DEFAULT]]:.0%} of the time and what the network finds on average "
            f"{learner[at[DEFAULT]]:.0%}; {alarms[at[DEFAULT]]:.1%} lay above zero for noise. "
            f"About the mean out of bag, the same interval contained the truth "
            f"{truth[at['shifted']]:.0%} of the time.",
            f"The hardest setting was “{lowest.setting.words}”: "
            f"{lowest.covered()[at[DEFAULT]].mean():.0%}. A network that learns an effect only in "
            "part reports less importance than it has.",
            f"Calibrated by simulated refits, intervals contained the truth "
            f"{truth[at['calibrated']]:.0%} of the time, at {widths[at['calibrated']]:.1f} times "
            "the width.",
        ]
    }
