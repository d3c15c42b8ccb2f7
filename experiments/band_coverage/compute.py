"""Which models are refitted on many resamples of many data sets, for the coverage of their bands?

logistic    x ~ N(0, 1), logit P(y = 1) = -0.5 + 1.2 x, fitted by the same model
network     the same data, fitted by a network with two hidden layers
light       that network with a tenth of the penalty
large       the logistic model and data on 10,000 rows
linear      x, noise ~ N(0, 1), y = x + noise, fitted by the same model
mean        y ~ N(0, 1), its mean
compared    networks on other known truths, for which several kinds of band are compared
new         a network on data whose new observations prediction intervals should contain
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.band_coverage.known_truth import (
    LARGE,
    LIGHT,
    LINEAR,
    LINEAR_AT,
    MEAN_ROWS,
    PLACES,
    SMALL,
    linear_data,
    logistic_data,
    mean_bands,
    one_band,
    refit_many,
)
from experiments.band_coverage.network_bands import Refits, refit_setting
from experiments.band_coverage.network_bands import bands as network_bands
from experiments.band_coverage.new_observations import TRUTHS, new_observations
from experiments.band_coverage.settings import COMPARED_ROWS, SETTINGS
from experiments.band_coverage.whole_curves import whole_curves
from experiments.shared.binary_models import LEVEL, LOGISTIC, network
from experiments.shared.exact_regression import least_squares, line, logistic_curve, newton
from jaxnn.processes import threads


@dataclass(frozen=True)
class Settings:
    """The number of data sets, and of resamples of each.

    Attributes:
      mean_sets, mean_resamples: for the mean of 20, 50 and 100 normal numbers.
      logistic_sets, logistic_resamples: for logistic regression on 100 rows.
      large_sets, large_resamples: for logistic regression on 10,000 rows.
      linear_sets, linear_resamples: for linear regression on 100 rows.
      network_sets, network_resamples: for the network on 100 rows, with either penalty.
      network_hidden: number of nodes in each hidden layer of the network.
      large_network_refits: refits of the network on one data set of 10,000 rows.
      compared_settings: number of the truths on which kinds of band are compared.
      compared_sets, compared_refits: data sets of each, and refits of each kind and penalty, for
        100, 300 and 2,000 rows.
      new_truths: number of the truths of which new observations are drawn.
      new_sets, new_refits: data sets of 100 and of 500 rows of each, and refits.
    """

    mean_sets: tuple[int, int, int] = (10_000, 2000, 1000)
    mean_resamples: int = 999
    logistic_sets: int = 600
    logistic_resamples: int = 400
    large_sets: int = 20
    large_resamples: int = 200
    linear_sets: int = 1200
    linear_resamples: int = 400
    network_sets: int = 100
    network_resamples: int = 200
    network_hidden: tuple[int, ...] = (8, 8)
    large_network_refits: int = 200
    compared_settings: int = len(SETTINGS)
    compared_sets: tuple[int, int, int] = (12, 9, 5)
    compared_refits: tuple[int, int, int] = (60, 50, 40)
    new_truths: int = len(TRUTHS)
    new_sets: tuple[int, int] = (16, 6)
    new_refits: int = 50


FULL = Settings()
QUICK = Settings(
    mean_sets=(400, 400, 100),
    mean_resamples=199,
    logistic_sets=60,
    logistic_resamples=100,
    large_sets=5,
    large_resamples=40,
    linear_sets=60,
    linear_resamples=100,
    network_sets=8,
    network_resamples=40,
    large_network_refits=8,
    compared_settings=1,
    compared_sets=(4, 4, 4),
    compared_refits=(12, 12, 12),
    new_truths=1,
    new_sets=(3, 0),
    new_refits=12,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Draw the data sets and refit the models.

    Returns:
      mean_<n>: (2, sets) lower and upper end of the band for the mean of n normal numbers.
      left_out_<n>: (sets,) mean share, over resamples, of the n rows that a resample leaves out;
      left_out_10000: (refits,) the same for single resamples.
      logistic_100, logistic_10000, network_100, light_100: (2, sets, places) ends of bands;
      logistic_100_width: (sets, places) widths with as many resamples as on 10,000 rows;
      network_100_fit, light_100_fit: (sets, places) the network fitted to the whole data set.
      network_10000: (2, places) ends for the first of the data sets on 10,000 rows. The first
        data set of network_100 is also the first of logistic_100.
      linear_100: (2, sets) ends of bands at x = 2.
      newton_gap, least_squares_gap: largest difference of the fits to whole data sets from the
        exact minimum, in predicted probability and in predicted mean.
      <setting>_truth, <setting>_fits: (sets, places) true mean responses, and the network's by
        (strengths, sets, places) fits to all rows, for every setting that is compared.
      <setting>_bands, <setting>_expected, <setting>_strength: as from `network_bands.bands`.
      <setting>_whole, <setting>_change: as from `whole_curves.whole_curves`.
      new_<truth>_<rows>: (6, sets) as from `new_observations.new_coverage`.
      <name>_resamples, large_network_refits: as in the settings.
      refits, diverged: number of refits, and how many of them diverged.
    """
    names = (
        "data",
        "mean",
        "logistic",
        "large",
        "linear",
        "network",
        "light",
        "one",
        "compared",
        "new",
    )
    keys: dict[str, Array] = dict(zip(names, jax.random.split(key, len(names)), strict=True))
    key_small, key_large, key_line = jax.random.split(keys["data"], 3)
    small = logistic_data(key_small, settings.logistic_sets, SMALL)
    large = logistic_data(key_large, settings.large_sets, LARGE)
    lines = linear_data(key_line, settings.linear_sets, SMALL)
    few = small[0][: settings.network_sets], small[1][: settings.network_sets]

    studies = {
        "logistic": refit_many(
            keys["logistic"],
            small,
            LOGISTIC,
            settings.logistic_resamples,
            progress="logistic, n = 100",
        ),
        "large": refit_many(
            keys["large"],
            large,
            LOGISTIC,
            settings.large_resamples,
            chunk=2,
            progress="logistic, n = 10,000",
        ),
        "linear": refit_many(
            keys["linear"],
            lines,
            LINEAR,
            settings.linear_resamples,
            at=(LINEAR_AT,),
            progress="linear, n = 100",
        ),
    }
    for name, strength in (("network", 1.0), ("light", LIGHT)):
        studies[name] = refit_many(
            keys[name],
            few,
            network(1, settings.network_hidden, SMALL, strength=strength),
            settings.network_resamples,
            chunk=8,
            progress=f"network, penalty times {strength:g}",
        )
    band, left_out, diverged = one_band(
        keys["one"],
        (large[0][0], large[1][0]),
        network(1, settings.network_hidden, LARGE),
        settings.large_network_refits,
    )
    compared = compare(keys["compared"], settings)
    bands = {name: study.band() for name, study in studies.items()}
    few_resamples = studies["logistic"].band(settings.large_resamples)
    results = {
        "logistic_100": bands["logistic"],
        "logistic_100_width": np.diff(few_resamples, axis=0)[0],
        "logistic_10000": bands["large"],
        "network_100": bands["network"],
        "light_100": bands["light"],
        "network_100_fit": studies["network"].fitted,
        "light_100_fit": studies["light"].fitted,
        "linear_100": bands["linear"][..., 0],
        "newton_gap": studies["logistic"].gap(newton, logistic_curve, PLACES),
        "least_squares_gap": studies["linear"].gap(least_squares, line, (LINEAR_AT,)),
        "network_10000": band,
        f"left_out_{LARGE}": left_out,
        "mean_resamples": settings.mean_resamples,
        "logistic_resamples": settings.logistic_resamples,
        "large_resamples": settings.large_resamples,
        "network_resamples": settings.network_resamples,
        "large_network_refits": settings.large_network_refits,
        "refits": settings.large_network_refits
        + compared.pop("made")
        + sum(study.diverged.size for study in studies.values()),
        "diverged": diverged
        + compared.pop("diverged")
        + sum(study.diverged.sum() for study in studies.values()),
        **compared,
        **new_observations(
            keys["new"],
            TRUTHS[: settings.new_truths],
            settings.new_sets,
            settings.new_refits,
            LEVEL,
        ),
    }
    keys_mean = jax.random.split(keys["mean"], len(MEAN_ROWS))
    for rows, key_rows, sets in zip(MEAN_ROWS, keys_mean, settings.mean_sets, strict=True):
        results[f"mean_{rows}"], results[f"left_out_{rows}"] = mean_bands(
            key_rows, rows, sets, settings.mean_resamples
        )
    return results


def compare(key: Array, settings: Settings) -> dict[str, Any]:
    """The bands of every method on every known truth; the names are as for `compute`."""
    results: dict[str, Any] = {"made": 0, "diverged": 0}
    chosen = SETTINGS[: settings.compared_settings]

    def refitted(number: int) -> tuple[Refits, dict[str, Any]]:
        setting = chosen[number]
        size = COMPARED_ROWS.index(setting.rows)
        refits = refit_setting(
            jax.random.fold_in(key, number),
            setting,
            settings.compared_sets[size],
            settings.compared_refits[size],
            progress=f"{setting.words} ({number + 1} of {len(chosen)})",
        )
        found = network_bands(refits, setting)
        found |= whole_curves(refits, setting, found["strength"])
        found |= {"truth": refits.truth, "fits": refits.fits.mean(axis=2)}
        return refits, {f"{setting.name}_{part}": values for part, values in found.items()}

    # A program is compiled on one core: meanwhile the networks of another setting are refitted.
    with ThreadPoolExecutor(threads(2)) as pool:
        for refits, found in pool.map(refitted, range(len(chosen))):
            results["made"] += refits.made
            results["diverged"] += refits.diverged
            results |= found
    return results
