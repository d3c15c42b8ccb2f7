"""Do noise, smoothed labels and dropout do what their formulas say?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, above, at_most, close, refused, within_errors
from experiments.lab.contract import Results
from experiments.regularization import linear_noise, noise, soft_labels, weight_scaling
from experiments.regularization.reading import (
    least_squares,
    logit_gap,
    mean_and_error,
    noisy_solutions,
    probabilities,
)

NOISE = "lecture 11, “Noise Robustness”"
BISHOP = "Bishop 1995"
SZEGEDY = "Szegedy et al. 2016"
SCALING = "lecture 11, “Dropout: Weight Scaling”"
SRIVASTAVA = "Srivastava et al. 2014, section 9.1"


def claims(results: Results) -> list[Claim]:
    """Claims about noise on given networks, labels, thinned networks and linear models."""
    return [
        *_noise_claims(results),
        *_label_claims(results),
        *_scaling_claims(results),
        *_linear_claims(results),
    ]


def _noise_claims(results: Results) -> Iterator[Claim]:
    gradient, curvature = float(results["gradient_term"]), float(results["curvature_term"])
    for deviation, row in zip(noise.DEVIATIONS, results["input_excess"], strict=True):
        if deviation <= 0.1:
            yield within_errors(
                f"Noise on inputs, s = {deviation:g}: what it adds to the squared error, over s²",
                f"{BISHOP}: E |grad f|² + E (f − y) tr Hess f",
                mean_and_error(row)[0],
                gradient + curvature,
                mean_and_error(row)[1],
            )
    mean, error = mean_and_error(results["input_excess"][noise.DEVIATIONS.index(0.1)])
    yield refused(
        "The same at s = 0.1: noise adds Tikhonov's penalty E |grad f|² alone",
        f"{BISHOP}, where residuals average to zero",
        mean,
        gradient,
        unless=abs(mean - gradient) <= 4 * error,
        interval=(mean - 4 * error, mean + 4 * error),
    )
    for name, words in (
        ("linear", "Noise on the inputs of a linear model, s = 0.3: what it adds, over s²: |w|²"),
        ("weight", "Noise on output weights, s = 0.3: what it adds, over s²: E |h|²"),
    ):
        mean, error = mean_and_error(results[f"{name}_excess"])
        yield within_errors(words, "exact", mean, float(results[f"{name}_term"]), error)


def _label_claims(results: Results) -> Iterator[Claim]:
    for (classes, share), scores in zip(soft_labels.CASES, results["smoothed_scores"], strict=True):
        found = scores[:classes, :classes]
        off = ~np.eye(classes, dtype=bool)
        gaps = (np.diag(found)[:, None] - found)[off]
        expected = logit_gap(classes, share)
        yield close(
            f"Gap of the scores after training on smoothed labels: {classes} classes, e = {share}",
            SZEGEDY,
            gaps,
            expected,
            1e-4,
        )
        targets = share / classes + (1 - share) * np.eye(classes)
        losses = -np.sum(targets * np.log(probabilities(found)), axis=1)
        entropy = -np.sum(targets[0] * np.log(targets[0]))
        yield close(
            f"Loss there, in nats: the entropy of the labels, {classes} classes, e = {share}",
            SZEGEDY,
            losses,
            float(entropy),
            1e-7,
        )
    hard = results["hard_scores"]
    gaps = (np.diag(hard)[:, None] - hard)[~np.eye(len(hard), dtype=bool)]
    yield above(
        "Hard labels ask for ever larger scores: smallest gap after as many steps, 10 classes",
        "lecture 11, “prevents pursuit of hard probabilities”",
        gaps,
        logit_gap(10, 0.1),
    )


def _scaling_claims(results: Results) -> Iterator[Claim]:
    weights = np.array([weight_scaling.chances(keep) for keep in weight_scaling.KEEPS])
    parts = {
        "linear": "inputs of a linear model",
        "hidden": "units of the only hidden layer, before a linear output",
    }
    for name, dropped in parts.items():
        means = np.sum(weights * results[f"{name}_thinned"], axis=1)
        yield at_most(
            f"Mean over all 1,024 thinned networks, less the whole one: {dropped}",
            f"{SCALING}: exact",
            np.abs(means - results[f"{name}_whole"]),
            1e-12,
        )
    whole = probabilities(results["scores_whole"])
    thinned = probabilities(results["scores_thinned"])
    logs = np.sum(weights[:, :, None] * np.log(thinned), axis=1)
    yield at_most(
        "Softmax of linear scores: renormalised geometric mean of all thinned networks, less the "
        "whole one",
        f"{SCALING}: exact",
        np.abs(probabilities(logs) - whole),
        1e-12,
    )
    arithmetic = np.sum(weights[:, :, None] * thinned, axis=1)
    off = np.abs(arithmetic - whole).max(axis=1)
    yield refused(
        "The same for the arithmetic mean: least of the greatest differences at both probabilities",
        f"{SCALING}, read as an average of predictions",
        float(off.min()),
        "0",
        unless=bool(off.min() < 1e-6),
    )
    off = np.abs(np.sum(weights * results["inputs_thinned"], axis=1) - results["inputs_whole"])
    yield refused(
        "The same for inputs below a layer of ReLU units, mean output",
        f"{SCALING}, for every network",
        float(off.min()),
        "0",
        unless=bool(off.min() < 1e-6),
    )
    drawn = results["drawn"]
    yield within_errors(
        "Mean of `monte_carlo_predict`, against the mean over all masks",
        "enumeration",
        drawn.mean(axis=1),
        arithmetic,
        drawn.std(axis=1, ddof=1) / np.sqrt(drawn.shape[1]),
    )
    yield from _inclusion(results)


def _inclusion(results: Results) -> Iterator[Claim]:
    """The factor by which weights are reduced, from networks that were not divided by p."""
    for keep, chances, thinned in zip(
        weight_scaling.KEEPS,
        map(weight_scaling.chances, weight_scaling.KEEPS),
        results["hidden_thinned"],
        strict=True,
    ):
        # Undivided, a thinned output is p (f - b) + b, with b the output without any unit.
        bias = thinned[0]
        full = thinned[-1] - bias
        share = float(chances @ (thinned - bias) / full)
        if keep == 0.5:
            continue
        yield close(
            f"Factor of the weights that gives the mean output, unit included with {keep}",
            "the probability of inclusion",
            share,
            keep,
            1e-12,
        )
        yield refused(
            "The same: the probability of being dropped",
            f"{SCALING}, “in proportion to dropout probability”, the slide, taken literally",
            share,
            f"{1 - keep:.1f}",
            unless=abs(share - (1 - keep)) < 1e-6,
        )


def _linear_claims(results: Results) -> Iterator[Claim]:
    X, y, w = (results[name] for name in ("table", "response", "given_weights"))
    p = linear_noise.KEEP
    mean, error = mean_and_error(results["masked_losses"])
    yield within_errors(
        "Dropout of inputs: mean over masks of the sum of squares at given weights",
        f"{SRIVASTAVA}: with the penalty (1 − p) / p w' diag(X'X) w",
        mean,
        float(np.sum((y - X @ w) ** 2) + (1 - p) / p * np.sum(np.sum(X**2, axis=0) * w**2)),
        error,
    )
    plain = least_squares(results)
    kinds = zip(
        linear_noise.REGULARIZERS, results["noisy_fits"], noisy_solutions(results), strict=True
    )
    for name, fits, solution in kinds:
        means, errors = fits.mean(axis=0), fits.std(axis=0, ddof=1) / np.sqrt(len(fits))
        expected = {
            "dropout of inputs": f"{SRIVASTAVA}: ridge with diag(X'X)",
            "noise on inputs": f"{BISHOP}: ridge",
            "noise on weights": "least squares",
        }[name]
        yield within_errors(
            f"Mean weights of fits of a linear model with {name}: the worst of five",
            expected,
            means,
            solution,
            errors,
        )
        if name != "noise on weights":
            yield above(
                "The same, distance from least squares in standard errors: the largest of five",
                "a different solution",
                (np.abs(means - plain) / errors).max(),
                4.0,
            )
    yield refused(
        "Noise on the weights of a linear model shrinks them: length of the mean over that of "
        "least squares",
        f"{NOISE}, “equivalent to minimizing loss with regularization term”",
        float(np.linalg.norm(results["noisy_fits"][2].mean(axis=0)) / np.linalg.norm(plain)),
        "below 0.95",
        unless=bool(
            np.linalg.norm(results["noisy_fits"][2].mean(axis=0)) < 0.95 * np.linalg.norm(plain)
        ),
    )
