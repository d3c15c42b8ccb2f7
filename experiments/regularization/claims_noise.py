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
EXACT = 1e-12  # a difference that is only rounding


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
                f"Noise on inputs, s = {deviation:g}, adds two terms to the squared error (what it "
                "adds, over s²)",
                f"{BISHOP}: E |grad f|² + E (f − y) tr Hess f",
                mean_and_error(row)[0],
                gradient + curvature,
                mean_and_error(row)[1],
            )
    mean, error = mean_and_error(results["input_excess"][noise.DEVIATIONS.index(0.1)])
    yield refused(
        "Noise on inputs, s = 0.1, adds a penalty on the gradient alone, E |grad f|², to a network "
        "that does not fit the data (what it adds, over s²)",
        f"{BISHOP}, true where residuals average to zero",
        mean,
        gradient,
        unless=abs(mean - gradient) <= 4 * error,
        interval=(mean - 4 * error, mean + 4 * error),
    )
    for name, words in (
        ("linear", "Noise on the inputs of a linear model, s = 0.3, adds |w|² (over s²)"),
        ("weight", "Noise on output weights, s = 0.3, adds E |h|² (over s²)"),
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
            f"Smoothed labels set the gap of the scores: {classes} classes, e = {share}",
            SZEGEDY,
            gaps,
            expected,
            1e-4,
        )
        targets = share / classes + (1 - share) * np.eye(classes)
        losses = -np.sum(targets * np.log(probabilities(found)), axis=1)
        entropy = -np.sum(targets[0] * np.log(targets[0]))
        yield close(
            "With smoothed labels the loss ends at the entropy of the labels (nats): "
            f"{classes} classes, e = {share}",
            SZEGEDY,
            losses,
            float(entropy),
            1e-7,
        )
    hard = results["hard_scores"]
    gaps = (np.diag(hard)[:, None] - hard)[~np.eye(len(hard), dtype=bool)]
    yield above(
        "Hard labels push the scores beyond this gap (smallest gap after as many steps, 10 "
        "classes)",
        "lecture 11, “prevents pursuit of hard probabilities”",
        gaps,
        logit_gap(10, 0.1),
    )


def _scaling_claims(results: Results) -> Iterator[Claim]:
    weights = np.array([weight_scaling.chances(keep) for keep in weight_scaling.KEEPS])
    parts = {
        "linear": "inputs of a linear model are dropped",
        "hidden": "units of the only hidden layer, before a linear output, are dropped",
    }
    for name, dropped in parts.items():
        means = np.sum(weights * results[f"{name}_thinned"], axis=1)
        yield at_most(
            f"Where {dropped}, the whole network is the mean of all 1,024 thinned ones (largest "
            "difference)",
            f"{SCALING}: exact",
            np.abs(means - results[f"{name}_whole"]),
            EXACT,
        )
    whole = probabilities(results["scores_whole"])
    thinned = probabilities(results["scores_thinned"])
    logs = np.sum(weights[:, :, None] * np.log(thinned), axis=1)
    yield at_most(
        "A softmax of linear scores is the renormalised geometric mean of all thinned ones "
        "(largest difference of probabilities)",
        f"{SCALING}: exact",
        np.abs(probabilities(logs) - whole),
        EXACT,
    )
    arithmetic = np.sum(weights[:, :, None] * thinned, axis=1)
    off = np.abs(arithmetic - whole).max(axis=1)
    yield refused(
        "A softmax of linear scores is the arithmetic mean of all thinned ones (largest difference "
        "of probabilities; the smaller of those at inclusion 0.5 and 0.8)",
        f"{SCALING}, read as an average of predictions",
        float(off.min()),
        "0",
        unless=bool(off.min() < 1e-6),
    )
    off = np.abs(np.sum(weights * results["inputs_thinned"], axis=1) - results["inputs_whole"])
    yield refused(
        "The whole network is the mean of all thinned ones where inputs below ReLU units are "
        "dropped (difference; the smaller of those at inclusion 0.5 and 0.8)",
        f"{SCALING}, read as true of every network",
        float(off.min()),
        "0",
        unless=bool(off.min() < 1e-6),
    )
    drawn = results["drawn"]
    yield within_errors(
        "`monte_carlo_predict` has the mean over all masks as its mean (a probability)",
        "enumeration",
        drawn.mean(axis=1),
        arithmetic,
        drawn.std(axis=1, ddof=1) / np.sqrt(drawn.shape[1]),
    )
    yield from _inclusion(results)


def _inclusion(results: Results) -> Iterator[Claim]:
    """The factor by which weights are reduced, from networks that were not divided by p."""
    keeps = np.array(weight_scaling.KEEPS)
    shares = np.empty(len(keeps))
    for place, thinned in enumerate(results["hidden_thinned"]):
        # Undivided, a thinned output is p (f - b) + b, with b the output without any unit.
        bias = thinned[0]
        chances = weight_scaling.chances(keeps[place])
        shares[place] = chances @ (thinned - bias) / (thinned[-1] - bias)
    yield at_most(
        f"If units are included with probability {' or '.join(f'{keep:g}' for keep in keeps)}, "
        "weights are scaled by that probability (largest difference from the factor that gives the "
        "mean output)",
        "the probability of inclusion",
        np.abs(shares - keeps),
        EXACT,
    )
    farthest = int(np.abs(keeps - 0.5).argmax())  # where the two probabilities can be told apart
    keep, share = float(keeps[farthest]), float(shares[farthest])
    yield Claim(
        f"Factor of the weights after dropout if units are included with probability {keep:g}: the "
        f"slide's “in proportion to dropout probability”, taken literally, gives {1 - keep:.4g}",
        "erratum 27: lecture 11, “Dropout: Weight Scaling”",
        keep,
        share,
        None,
        bool(abs(share - keep) <= EXACT and abs(share - (1 - keep)) > 1e-6),
    )


def _linear_claims(results: Results) -> Iterator[Claim]:
    X, y, w = (results[name] for name in ("table", "response", "given_weights"))
    p = linear_noise.KEEP
    mean, error = mean_and_error(results["masked_losses"])
    yield within_errors(
        "Dropout of the inputs of a linear model adds (1 − p) / p w' diag(X'X) w to the sum of "
        "squares (mean over masks)",
        SRIVASTAVA,
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
            "dropout of inputs": "ridge regression with diag(X'X)",
            "noise on inputs": "ridge regression",
            "noise on weights": "least squares",
        }[name]
        source = {"dropout of inputs": SRIVASTAVA, "noise on inputs": BISHOP}.get(name, "exact")
        yield within_errors(
            f"A linear model trained with {name} has the weights of {expected} (mean over fits, "
            "worst of five)",
            source,
            means,
            solution,
            errors,
        )
        if name != "noise on weights":
            yield above(
                f"With {name} the weights differ from those of least squares (distance in standard "
                "errors, largest of five)",
                source,
                (np.abs(means - plain) / errors).max(),
                4.0,
            )
    yield from _shrinkage(results["noisy_fits"][2], plain)


def _shrinkage(fits: np.ndarray, plain: np.ndarray) -> Iterator[Claim]:
    """Does noise on the weights of a linear model make them shorter?"""
    means, errors = fits.mean(axis=0), fits.std(axis=0, ddof=1) / np.sqrt(len(fits))
    ratio = float(np.linalg.norm(means) / np.linalg.norm(plain))
    reach = 4 * float(np.linalg.norm(means * errors) / (means @ means)) * ratio
    yield refused(
        "Noise on the weights of a linear model shrinks them (length of the mean weights over that "
        "of least squares, ± 4 standard errors)",
        f"{NOISE}, “equivalent to minimizing loss with regularization term”",
        ratio,
        "interval below 1",
        unless=ratio + reach < 1,
        interval=(ratio - reach, ratio + reach),
    )
