"""What do methods, measures and theory say of importance, and do they agree?

Intervals over refits are of differences between methods that saw the same resamples. Where the
truth is known, intervals are 4 standard errors over data sets.
"""

from __future__ import annotations

import math

import numpy as np

from experiments.black_box_heart.known_truths import (
    CORRELATION,
    LOST,
    PERMUTED,
    SLOPES,
    VALUES,
)
from experiments.black_box_heart.reading import (
    above_zero,
    first_splits,
    mean_and_error,
    method_importances,
    percentile,
    refit_importance,
    surrogate,
)
from experiments.lab.claims import (
    Claim,
    above,
    at_most,
    below,
    close,
    refused,
    reported,
    within_errors,
)
from experiments.lab.contract import Results

TREES_SLIDES = "lecture 11, 'Variable Importance for trees, bags, and boosts'"
SURROGATE_SLIDE = "lecture 11, 'Feature Importance in a Neural Network'"
PERMUTATION_SLIDES = "lecture 11, 'Permutation Variable Importance'"
OVER_REFITS = "(interval: nominal 95% over refits)"
FOUR = "(interval: 4 SE)"
MANY_VALUES = ("Age", "RestBP", "Chol", "MaxHR", "Oldpeak")
STABLE = 0.95  # share of the refits that a stable first split has
ENSEMBLES = ("random forest", "AdaBoost")


def claims(results: Results) -> list[Claim]:
    """Tree methods, the surrogate, permutation, and importance where the truth is known."""
    return [
        *_methods(results),
        *_noise(results),
        *_surrogate(results),
        *_permutation(results),
        *_linear(results),
    ]


def _methods(results: Results) -> list[Claim]:
    found = method_importances(results)
    places = [found.names.index(name) for name in MANY_VALUES]
    numeric = dict(zip(found.methods, found.shares[..., places].sum(axis=2), strict=True))
    gaps = [
        above_zero(
            f"Heart, {model}: share of the five numeric predictors by impurity, minus that by "
            f"permutation: impurity favours predictors with many values {FOUR}",
            TREES_SLIDES,
            numeric[f"{model}, impurity"] - numeric[f"{model}, permutation"],
        )
        for model in ENSEMBLES
    ]
    largest = {
        depth: found.shares[found.methods.index(f"tree of depth {depth}, impurity")].max(axis=1)
        for depth in (3, 10)
    }
    concentrated = largest[3] - largest[10]
    first = [found.names[place] for place in found.center.argmax(axis=1)]
    by_impurity = sum(method.endswith("impurity") for method in found.methods)
    return [
        above_zero(
            "Heart: share of the most important predictor in a tree of depth 3, minus that in a "
            f"tree of depth 10 on the same resample, by impurity {FOUR}",
            TREES_SLIDES,
            concentrated,
        ),
        *gaps,
        *(
            reported(
                f"Heart: the most important predictor by {measure} ({_models(methods)})",
                TREES_SLIDES,
                ", ".join(names),
            )
            for measure, methods, names in (
                ("impurity", found.methods[:by_impurity], first[:by_impurity]),
                ("permutation", found.methods[by_impurity:], first[by_impurity:]),
            )
        ),
    ]


def _models(methods: tuple[str, ...]) -> str:
    return ", ".join(method.rpartition(", ")[0] for method in methods)


def _noise(results: Results) -> list[Claim]:
    impurity, permuted = results["noise_impurity"], results["noise_permuted"]
    steps = np.diff(impurity[:, 1:], axis=1)
    mean, error = mean_and_error(steps)
    worst = (mean - 4 * error).argmin()
    fewer, more = VALUES[worst], VALUES[worst + 1]
    noise, noise_error = mean_and_error(permuted[:, 1:])
    last, last_error = mean_and_error(impurity[:, -1] - impurity[:, 0])
    return [
        above(
            f"Predictors that are noise, with {', '.join(map(str, VALUES))} values: the more "
            "values, the larger the share of a forest's impurity (smallest step, from "
            f"{fewer} to {more} values; interval: 4 SE)",
            "known truth",
            mean[worst] - 4 * error[worst],
            0,
            shown=mean[worst],
            interval=(mean[worst] - 4 * error[worst], mean[worst] + 4 * error[worst]),
        ),
        above(
            f"Noise with {VALUES[-1]} values has a larger share of the impurity than the only "
            f"predictor that matters, which has two values (difference) {FOUR}",
            "known truth",
            last - 4 * last_error,
            0,
            shown=last,
            interval=(last - 4 * last_error, last + 4 * last_error),
        ),
        within_errors(
            "The same forests: accuracy lost on new rows when a noise predictor is permuted "
            "(worst of four; interval: 4 SE)",
            "known truth",
            noise,
            0,
            noise_error,
        ),
    ]


def _surrogate(results: Results) -> list[Claim]:
    first = first_splits(results)
    name, share = next(iter(first.items()))
    refits = len(results["surrogate_first"])
    reach = 4 * math.sqrt(STABLE * (1 - STABLE) / refits)  # of a first split that is stable
    tree, importance = surrogate(results), refit_importance(results)
    matters = [n for n, low in zip(importance.names, importance.lower, strict=True) if low > 0]
    unused = [n for n in matters if not tree.splits[tree.names.index(n)]]
    return [
        above_zero(
            "A tree of depth 3 that imitates a refit: R squared on its own rows, minus that on "
            f"rows left out {FOUR}",
            SURROGATE_SLIDE,
            results["surrogate_fidelity"] - results["surrogate_held_out"],
        ),
        reported(
            f"Such trees: R squared on rows left out {OVER_REFITS}",
            SURROGATE_SLIDE,
            results["surrogate_held_out"].mean(),
            interval=percentile(results["surrogate_held_out"]),
        ),
        below(
            f"Such trees: share whose first split is on {name}, the most frequent; it would be at "
            f"least {STABLE:.0%}, within 4 SE, if the split did not depend on the resample",
            SURROGATE_SLIDE,
            share,
            STABLE - reach,
        ),
        reported(
            "Predictors that matter to the network (interval of importance above 0) and that the "
            "surrogate tree does not use",
            SURROGATE_SLIDE,
            ", ".join(unused) or "none",
        ),
    ]


def _permutation(results: Results) -> list[Claim]:
    permuted = results["permuted"]
    mean, deviation = results["exact_accuracy"]
    importance = refit_importance(results)
    half = (importance.upper - importance.lower) / 2
    wider = half / (2 * results["exact_loss"][1])
    joint, single = results["together"].mean(), results["apart"].mean()
    gap = percentile(results["apart"] - results["together"])
    return [
        within_errors(
            f"Accuracy lost by permuting: mean of {permuted.shape[1]} permutations against that of "
            "all permutations (worst predictor; interval: 4 SE)",
            "mean over all n! permutations",
            permuted.mean(axis=1).round(12),  # of shares of rows
            mean,
            deviation / math.sqrt(permuted.shape[1]),
        ),
        above(
            "Half the interval of an importance over refits, relative to 2 standard deviations "
            "over permutations, the ± of the lecture's table (smallest over predictors)",
            PERMUTATION_SLIDES,
            wider,
            1,
        ),
        above(
            "Importances do not add up, as the lecture warns: their sum, minus the importance of "
            f"all predictors permuted at once, {joint:.2f} nats (nominal 95% over refits)",
            PERMUTATION_SLIDES + ": things may not add up",
            max(gap[0], -gap[1]),
            0,
            expected="not 0: an interval without 0",
            shown=single - joint,
            interval=gap,
        ),
        above_zero(
            "Heart: importance by permutation, minus what a network trained without the "
            f"predictor loses, out of bag, summed over predictors, in nats {FOUR}",
            PERMUTATION_SLIDES,
            (results["without_permuted"] - results["without_lost"]).sum(axis=1),
        ),
        reported(
            "Heart: the same two sums, each as a mean over refits",
            PERMUTATION_SLIDES,
            ", ".join(
                f"{results[f'without_{part}'].sum(axis=1).mean():.3f}"
                for part in ("permuted", "lost")
            ),
        ),
    ]


def _linear(results: Results) -> list[Claim]:
    permuted, permuted_error = mean_and_error(results["linear_permuted"])
    lost, lost_error = mean_and_error(results["linear_lost"])
    ratio = permuted[0] / lost[0]
    error = ratio * math.hypot(permuted_error[0] / permuted[0], lost_error[0] / lost[0])
    slopes = ", ".join(f"{slope:g}" for slope in SLOPES)
    return [
        within_errors(
            f"Linear truth, slopes {slopes}, the first two predictors correlated by {CORRELATION}: "
            "rise of the squared error by permutation (worst predictor; theory is 2, 8, 0.5, 0, "
            "times 1 - 1/n; interval: 4 SE)",
            "closed form, 2 b^2 var(x)",
            permuted,
            PERMUTED,
            permuted_error,
        ),
        within_errors(
            "The same: what least squares loses without the predictor (worst predictor; theory is "
            "0.36, 1.44, 0.25, 0, and terms of order 1/n; interval: 4 SE)",
            "closed form, b^2 var(x | others)",
            lost,
            LOST,
            lost_error,
        ),
        refused(
            "Correlation is a reason to prefer permutation importance: then that of the first "
            "predictor would stay twice what a fit without it loses, as without correlation "
            f"{FOUR}",
            PERMUTATION_SLIDES,
            ratio,
            2,
            unless=abs(ratio - 2) <= 4 * error,
            interval=(ratio - 4 * error, ratio + 4 * error),
        ),
        close(
            "The same: slope of the partial dependence over the coefficient (worst of the three "
            "predictors that matter)",
            "closed form",
            results["linear_slopes"][SLOPES != 0] / SLOPES[SLOPES != 0],
            1,
            1e-10,
        ),
        at_most(
            "The same: partial dependence on the predictor with coefficient 0 (largest slope)",
            "closed form",
            np.abs(results["linear_slopes"][SLOPES == 0]),
            1e-12,
        ),
    ]
