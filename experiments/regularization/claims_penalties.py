"""Do penalties and early stopping do what their formulas say?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import special, stats

from experiments.lab.claims import (
    Claim,
    at_most,
    close,
    refused,
    reported,
    within_errors,
)
from experiments.lab.contract import Results
from experiments.regularization import early_stopping, penalties
from experiments.regularization.reading import l1_minimum, l2_minimum

NORMS = "lecture 11, “Norm Penalties”"
STOPPING = "lecture 11, “Early Stopping”"
ALI = "Ali, Kolter & Tibshirani 2019"
SOLVED = 1e-8  # largest distance of a minimum from its closed form, by proximal gradient descent


def claims(results: Results) -> list[Claim]:
    """Claims about L1, L2 and early stopping."""
    return [*_penalty_claims(results), *_stopping_claims(results)]


def _penalty_claims(results: Results) -> Iterator[Claim]:
    price = penalties.PRICE
    yield at_most(
        "`fit` with an L2 penalty finds H / (H + a) w* (largest distance)",
        NORMS,
        np.abs(results["l2_fit"][:3] - l2_minimum(price)),
        1e-6,
    )
    l1 = l1_minimum(price)
    yield at_most(
        "Proximal gradient descent with an L1 penalty finds sign(w*) max(|w*| − a / H, 0) (largest "
        f"distance, {len(penalties.PRICES)} values of a)",
        NORMS,
        np.abs(results["proximal"] - [l1_minimum(a) for a in penalties.PRICES]),
        SOLVED,
    )
    reach = penalties.L1_RATE * (price + np.abs(penalties.CURVATURES * penalties.CENTRE).max())
    yield at_most(
        "`fit` with an L1 penalty finds the same minimum (largest distance; gradient descent steps "
        "back and forth across a weight of zero, by at most this)",
        NORMS,
        np.abs(results["l1_fit"][:3] - l1),
        reach,
    )
    yield from _halved(results, float(l1[2]))
    biases = np.array([results["l2_fit"][3], results["l1_fit"][3]])
    yield at_most(
        "Biases are not penalised (largest distance of the bias from that without a penalty)",
        NORMS,
        np.abs(biases - penalties.BIAS),
        1e-6,
    )
    w = penalties.GRID
    for name, log_density in (
        (
            "L2 penalty is the log density of a normal prior with variance 1 / a",
            stats.norm.logpdf(w, scale=price**-0.5),
        ),
        (
            "L1 penalty is the log density of a Laplace prior with scale 1 / a",
            stats.laplace.logpdf(w, scale=1 / price),
        ),
    ):
        offsets = results[f"{name[:2].lower()}_penalty"] + log_density
        yield at_most(
            f"Up to a constant and the sign, an {name} (range over w of their sum)",
            "lecture 11, “MAP estimation”",
            np.ptp(offsets),
            1e-12,
        )


def _halved(results: Results, right: float) -> Iterator[Claim]:
    """The minimum with the penalty of a Laplace prior, which half of this penalty does not have."""
    same = int(np.abs(penalties.PRICES - penalties.PRICE).argmin())
    found, half = float(results["proximal"][same, 2]), float(results["halved"][2])
    yield Claim(
        "Third weight at the minimum with the L1 penalty of a Laplace prior with scale 1 / a, "
        f"a Σ|w|: the slide's a/2 Σ|w| gives {half:.4g}",
        "erratum 24: lecture 11, Ω = ½ ‖W‖₁",
        right,
        found,
        None,
        bool(abs(found - right) <= SOLVED and abs(half - right) > SOLVED),
    )


def _stopping_claims(results: Results) -> Iterator[Claim]:
    descent, ridge = results["descent_filter"], results["ridge_filter"]
    times = early_stopping.RATE * np.arange(len(descent))
    gaps = np.abs(descent - ridge)
    # The gap is greatest where exp(-x) (1 + x)^2 = 1, which Lambert's function solves.
    widest = -1 - 2 * float(np.real(special.lambertw(-np.exp(-0.5) / 2, -1)))
    yield refused(
        "Early stopping is the same as an L2 penalty (largest gap between the shares of a weight "
        "that both learn)",
        "Goodfellow et al. 2016, section 7.8, read as an identity",
        float(gaps.max()),
        "0",
        unless=bool(gaps.max() < 1e-3),
    )
    yield close(
        "The largest gap between the shares is that of the two formulas",
        "Goodfellow et al. 2016, eq. 7.41 to 7.45",
        gaps.max(),
        1 - np.exp(-widest) - widest / (1 + widest),
        early_stopping.RATE / 2,
    )
    yield close(
        "The gap is largest at this time (steps times rate times curvature)",
        "exp(−x) (1 + x)² = 1",
        times[gaps.argmax()],
        widest,
        0.01,
    )
    early = int(np.abs(times - 0.02).argmin())
    yield close(
        "For short training early stopping and an L2 penalty agree to first order (gap at x = "
        "0.02, over x² / 2)",
        "second order of both formulas",
        gaps[early] / (0.02**2 / 2),
        1.0,
        0.05,
    )
    h = early_stopping.EIGENVALUES
    for mark, gap in zip(early_stopping.MARKS, results["coarse_gaps"], strict=True):
        x = early_stopping.COARSE_RATE * mark * h
        left = (1 - early_stopping.COARSE_RATE * h) ** mark
        yield close(
            f"Largest gap over curvatures up to 1, after {mark:,} steps at the rate 0.01",
            "1 − (1 − η h)ᵗ against t η h / (1 + t η h)",
            gap,
            float(np.abs(1 - left - x / (1 + x)).max()),
            1e-10,
        )
    share = (descent[1:] / ridge[1:]) ** 2
    yield close(
        "Largest ratio of both risks, for one weight that is zero in truth",
        ALI,
        share.max(),
        1.685909,
        2 * early_stopping.RATE,
    )
    ratios = results["descent_risk"] / results["ridge_risk"]
    yield at_most(
        "The risk of gradient descent is never more than 1.6859 times that of ridge regression "
        "(every time of every random problem)",
        ALI,
        ratios.max(axis=1),
        1.685909,
    )
    best = results["descent_risk"].min(axis=1) / results["ridge_risk"].min(axis=1)
    yield reported("Ratio of the risks, each at its own best time (random problems)", ALI, best)
    for name, errors, risk in (
        ("gradient descent that stops", results["sampled_errors"], results["sampled_risk"]),
        ("ridge regression", results["ridge_errors"], results["sampled_ridge_risk"]),
    ):
        yield within_errors(
            f"Simulated fits by {name} have the mean squared error of theory (worst of five times)",
            "bias² + variance of the shares",
            errors.mean(axis=1),
            risk,
            errors.std(axis=1, ddof=1) / np.sqrt(errors.shape[1]),
        )
