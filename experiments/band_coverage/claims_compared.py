"""Which bands of a network contain the truth, and at what width?

The rules were set before the full run: the default's mean coverage of the truth is from 0.93 to
0.97 in every setting, and at least 0.88 at the worst place. A rule that a setting contradicts by
more than two standard errors is shown as refused. A setting has few data sets, whose coverage may
be 1 in all, so its standard error is at least that of data sets that vary as they do on average
over settings. A kind of mean response with few data sets is only reported. Which place is the worst
is seen only afterwards: its interval is binomial and holds for all places at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import stats

from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import (
    DECISIVE,
    DEFAULT,
    REFERENCE,
    Compared,
    compared,
    mean_and_error,
    pooled,
)
from experiments.band_coverage.settings import SETTINGS, places
from experiments.lab.claims import Claim, at_least, refused, reported
from experiments.lab.contract import Results
from experiments.shared.statistics import share_interval

TRUTH = "known truth"
LOW, HIGH, WORST = 0.93, 0.97, 0.88
KINDS = {
    "point": "the mean response at a point",
    "curve": "a curve averaged over rows",
    "level": "a level of a category",
}
LEVEL = 0.05  # chance that an interval of the worst place misses
STUDIED = 500  # data sets, with fewer of which a lower coverage is accepted


def claims(results: Results) -> list[Claim]:
    """The default in each setting, every kind of mean response, and all methods side by side."""
    found = compared(results)
    return [
        *_overall(found),
        *(claim for one in found for claim in _in_setting(one, _deviation(found))),
        *_methods(found),
        *_outside(found),
        *_expectations(found),
    ]


def _overall(found: list[Compared]) -> Iterator[Claim]:
    place = list(METHODS).index(DEFAULT)
    for kind, words in KINDS.items():
        pairs, sets = [], 0
        for one in found:
            at = places(one.setting).get(kind)
            if at is not None:
                pairs.append(mean_and_error(one.contained()[place, :, at].mean(axis=1)))
                sets += len(one.truth)
        (mean, error), count = pooled(*map(np.array, zip(*pairs, strict=True))), len(pairs)
        margin = 0.02 * math.sqrt(max(1.0, STUDIED / sets) - 1)
        ends = share_interval(mean, error)
        yield at_least(
            f"Calibrated nominal 95% bands for {words}: coverage of the truth, mean over "
            f"{count} of {len(SETTINGS)} settings (interval: 4 SE)",
            TRUTH,
            float(mean),
            LOW - margin,
            interval=ends,
            asserted=sets >= DECISIVE,
        )
        yield refused(
            f"Calibrated nominal 95% bands for {words}: their mean coverage is not above "
            f"{HIGH:.0%} (interval: 4 SE)",
            "set beforehand",
            float(mean),
            f"at most {HIGH}",
            unless=ends[0] <= HIGH,
            interval=ends,
        )


def _deviation(found: list[Compared]) -> float:
    """Root mean square over settings of the deviation of the default's coverage over data sets."""
    place = list(METHODS).index(DEFAULT)
    shares = [one.contained()[place][:, one.counted].mean(axis=1) for one in found]
    return math.sqrt(np.mean([share.var(ddof=1) for share in shares]))


def _in_setting(one: Compared, deviation: float) -> Iterator[Claim]:
    place = list(METHODS).index(DEFAULT)
    contained = one.contained()[place][:, one.counted]
    mean, error = mean_and_error(contained.mean(axis=1))
    error = max(error, deviation / math.sqrt(len(contained)))
    yield refused(
        f"{one.setting.words}: coverage of the truth by calibrated nominal 95% bands (interval: "
        "2 SE)",
        "set beforehand",
        float(mean),
        f"{LOW} to {HIGH}",
        unless=bool(mean + 2 * error >= LOW and mean - 2 * error <= HIGH),
        interval=share_interval(mean, error, 2),
    )
    sets, chosen = contained.shape
    worst = int(contained.sum(axis=0).min())
    ends = stats.binomtest(worst, sets).proportion_ci(1 - LEVEL / chosen)
    yield refused(
        f"{one.setting.words}: coverage of the truth by calibrated nominal 95% bands at the worst "
        f"of {chosen} places (interval: exact, for all places at once)",
        "set beforehand",
        worst / sets,
        f"at least {WORST}",
        unless=ends.high >= WORST,
        interval=(ends.low, ends.high),
    )


def _methods(found: list[Compared]) -> Iterator[Claim]:
    for place, name in enumerate(METHODS):
        truth, own, width, link_width, worst, lowest = [], [], [], [], [], []
        for one in found:
            inside = one.contained()[place][:, one.counted]
            truth.append(mean_and_error(inside.mean(axis=1)))
            own_mean = one.contained(one.learner()[place])[place][:, one.counted]
            own.append(mean_and_error(own_mean.mean(axis=1)))
            width.append(mean_and_error(one.widths()[place]))
            link_width.append(mean_and_error(one.widths(on_link_scale=True)[place]))
            shares = inside.mean(axis=0)
            worst.append((shares.min(), math.sqrt(shares.min() * (1 - shares.min()) / len(inside))))
            lowest.append(truth[-1][0])
        words = [
            f"{words} {mean:.3f} (SE {error:.3f})"
            for words, pairs in (
                ("truth", truth),
                ("worst place", worst),
                ("network's own mean", own),
                (f"width relative to {REFERENCE}", width),
                ("the same on the link scale", link_width),
            )
            for mean, error in [pooled(*map(np.array, zip(*pairs, strict=True)))]
        ]
        yield reported(
            f"Pointwise nominal 95% bands, {name}: coverage, mean over {len(found)} settings "
            "(interval: coverage of the truth in the lowest and the highest setting)",
            TRUTH,
            "; ".join(words),
            interval=(float(min(lowest)), float(max(lowest))),
        )


def _outside(found: list[Compared]) -> Iterator[Claim]:
    place = list(METHODS).index(DEFAULT)
    pairs = [
        mean_and_error(one.contained()[place][:, ~one.counted].mean(axis=1))
        for one in found
        if not one.counted.all()
    ]
    mean, error = pooled(*map(np.array, zip(*pairs, strict=True)))
    yield reported(
        "Calibrated nominal 95% bands for a curve beyond the central 96% of a predictor's rows: "
        "coverage of the truth (interval: 4 SE)",
        TRUTH,
        float(mean),
        interval=share_interval(mean, error),
    )


def _expectations(found: list[Compared]) -> Iterator[Claim]:
    names = ("fit and spread, strength 0.3", "calibrated, strength 0.3")
    for number, name in enumerate(names):
        place = list(METHODS).index(name)
        expected = [float(one.expected[number][:, one.counted].mean()) for one in found]
        measured = [float(one.contained()[place][:, one.counted].mean()) for one in found]
        gaps = np.subtract(measured, expected)
        yield reported(
            f"Pointwise nominal 95% bands, {name}: coverage of the truth minus the coverage that "
            "simulations from the fit expect, mean over settings (interval: lowest and highest "
            "setting)",
            "jaxnn.bands.calibration.coverage_of_simulation",
            float(gaps.mean()),
            interval=(float(gaps.min()), float(gaps.max())),
        )
