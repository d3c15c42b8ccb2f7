"""Do signals and gradients of random networks agree with theory?

    |measured - theory| <= 4 standard errors + bias

The standard errors come from theory where it gives them, otherwise from the seeds. The bias is 0
for exact laws; theory for infinite width may be off by 1 / n in the logarithm of a factor per
layer, and by a relative 2 / n in a variance.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, close, reported, within, within_errors
from experiments.lab.contract import Results
from experiments.vanishing_exploding.reading import (
    ACTIVATION_WORDS,
    gain_errors,
    gain_label,
    measured_gains,
)
from jaxnn import propagation

WINDOW = 10  # number of layers that a ratio of mean squares spans
SETTLED = 20  # number of layers after which variances have converged
ASSERTED_BATCHES = {("relu", 128): 0.02, ("identity", 8): 0.05 / 1.2}  # relative tolerances


def claims(results: Results) -> Iterator[Claim]:
    """Claims about gains, profiles, laws, sigmoids, batch normalisation and times."""
    yield from _gain_claims(results)
    yield from _profile_claims(results)
    yield from _law_claims(results)
    yield from _sigmoid_claims(results)
    yield from _batch_claims(results)


def _gain_claims(results: Results) -> Iterator[Claim]:
    layers, errors = int(results["gain_layers"]), gain_errors(results)
    ways = np.stack([measured_gains(results, way) for way in ("forward", "backward")], axis=1)
    for place, factor in enumerate(results["gain_factors"].tolist()):
        yield within_errors(
            f"factor of mean squares per layer, {gain_label(results, place)}, over {layers} layers "
            "(forward or backward, whichever is farther from theory, ± 4 standard errors)",
            "Glorot & Bengio 2010; He et al. 2015, eq. 10",
            ways[place],
            factor,
            factor * errors[place],
        )


def window_rate(log_gradient: np.ndarray, theory: np.ndarray) -> tuple[float, float, float]:
    """ln of the factor of mean squared gradients per layer, where variances have converged.

    Ratios over `WINDOW` layers are averaged over networks before the logarithm is taken: a mean of
    logarithms would be off by half their variance.

    Args:
      log_gradient: (seeds, layers).
      theory: (layers,).

    Returns:
      The measured rate, its standard error over seeds, and the rate of `theory` over the same
      layers.
    """
    ends = np.arange(SETTLED, log_gradient.shape[1], WINDOW)
    starts, ends = ends[:-1], ends[1:]
    ratios = log_gradient[:, starts] - log_gradient[:, ends]
    shift = ratios.max(axis=0)
    sizes = np.exp(ratios - shift)
    means = sizes.mean(axis=0)
    influence = ((sizes / means - 1) / WINDOW).mean(axis=1)
    rate = float(np.mean(np.log(means) + shift) / WINDOW)
    error = float(influence.std(ddof=1) / np.sqrt(len(influence)))
    return rate, error, float(np.mean(theory[starts] - theory[ends]) / WINDOW)


def _profile_claims(results: Results) -> Iterator[Claim]:
    width = int(results["profile_width"])
    seeds, layers = results["profile_log_gradient"].shape[1:]
    exact, variance = propagation.log_gradient_moments(width, layers - 1)
    for place, name in enumerate(results["profile_names"].tolist()):
        gradient = results["profile_log_gradient"][place].astype(float)
        scale = results["profile_scales"][place, 0]
        if results["profile_activations"][place] == "relu":
            yield within_errors(
                f"mean of ln squared gradient over {layers - 1} layers, {name} (± 4 standard "
                "errors)",
                "exact law at this width; Hanin 2018",
                gradient[:, 0].mean(),
                exact + (layers - 1) * np.log(scale / 2),
                np.sqrt(variance / seeds),
            )
            continue
        rate, error, theory = window_rate(gradient, results["theory_log_gradient"][place])
        yield within_errors(
            f"ln of the factor of squared gradients per layer, {name}, layers {SETTLED} to "
            f"{layers} (± 4 standard errors; 1/n more is allowed, as theory is for infinite width)",
            "mean field; Schoenholz et al. 2017",
            rate,
            theory,
            error,
            1 / width,
            expected=_rounded(theory),
        )
        last = np.exp(results["profile_log_variance"][place, :, -1].astype(float))
        expected = np.exp(results["theory_log_variance"][place, -1])
        yield within_errors(
            f"variance of pre-activations at layer {layers}, {name} (± 4 standard errors; 2/n more "
            "of it is allowed)",
            "mean field; Poole et al. 2016",
            last.mean(),
            expected,
            last.std(ddof=1) / np.sqrt(seeds),
            2 / width * expected,
        )


def _rounded(rate: float) -> float:
    """A rate rounded for the table, so that it is exactly 0 on the critical line."""
    return round(rate, 7) + 0.0


def _law_claims(results: Results) -> Iterator[Claim]:
    source = "exact law, (2/n) chi² of K ~ Bin(n, 1/2); Hanin 2018, Hanin & Nica 2020"
    samples = [*results["law_samples"], results["law_drawn"]]
    sizes = [*results["law_sizes"].tolist(), results["law_sizes"][0].tolist()]
    moments = [*results["law_moments"], results["law_moments"][0]]
    for number, (values, (width, layers), (mean, variance)) in enumerate(
        zip(samples, sizes, moments, strict=True)
    ):
        drawn = ", every matrix drawn" if number == len(samples) - 1 else ""
        what = f"of ln |J u|², He ReLU, width {width}, {layers} layers{drawn} (± 4 standard errors)"
        seeds = len(values)
        yield within_errors(f"mean {what}", source, values.mean(), mean, np.sqrt(variance / seeds))
        yield within_errors(
            f"variance {what}",
            source,
            values.var(ddof=1),
            variance,
            variance * np.sqrt(2 / seeds),
        )
    width, layers = sizes[0]
    yield reported(
        f"the asymptotic variance 5L/n over the exact variance, minus 1, width {width}, {layers} "
        "layers",
        "computed here",
        5 * layers / width / moments[0][1] - 1,
        "0 for wide networks",
    )


def _sigmoid_claims(results: Results) -> Iterator[Claim]:
    yield close(
        "largest slope of the sigmoid", "exact", results["sigmoid_slopes"].max(), 0.25, 1e-12
    )
    layers, width = int(results["sigmoid_layers"]), int(results["sigmoid_width"])
    for scale, theory, logs in zip(
        results["sigmoid_scales"],
        results["sigmoid_theory"].tolist(),
        results["sigmoid_logs"],
        strict=True,
    ):
        sizes = np.exp(logs - logs.max())
        yield within_errors(
            f"ln of the factor of squared gradients per layer, sigmoid, weights N(0, {scale:g}/n), "
            f"no biases, n = {width} (± 4 standard errors; 1/n more is allowed)",
            f"mean field; upper bound, from slopes of 1/4: {np.log(scale / 16):.3g}",
            (np.log(sizes.mean()) + logs.max()) / layers,
            theory,
            sizes.std(ddof=1) / sizes.mean() / np.sqrt(len(logs)) / layers,
            1 / width,
            expected=_rounded(theory),
        )


def batch_rates(log_gradient: np.ndarray) -> np.ndarray:
    """Factors of squared gradients per layer, without the first and last layers: (..., seeds)."""
    layers = log_gradient.shape[-1] - 5
    return np.exp((log_gradient[..., 3] - log_gradient[..., -2]) / layers)


def _batch_claims(results: Results) -> Iterator[Claim]:
    for activation, rows, growth, rates in zip(
        results["batch_activations"].tolist(),
        results["batch_rows"].tolist(),
        results["batch_growth"].tolist(),
        batch_rates(results["batch_log_gradient"]),
        strict=True,
    ):
        statement = (
            "batch normalisation: factor of squared gradients per layer, "
            f"{ACTIVATION_WORDS[activation]}, batch of {rows} (± 4 standard errors)"
        )
        source = (
            "closed form for wide linear layers, (B − 2)/(B − 3)"
            if activation == "identity"
            else "Yang et al. 2019: E φ′² / Var φ, wide layers, large batches"
        )
        mean, reach = rates.mean(), 4 * rates.std(ddof=1) / np.sqrt(len(rates))
        ends = float(mean - reach), float(mean + reach)
        tolerance = ASSERTED_BATCHES.get((activation, rows))
        if tolerance is None:
            missed = "" if ends[0] <= growth <= ends[1] else "; differs: finite batch and width"
            yield reported(statement, source, mean, f"{growth:.5g}{missed}", interval=ends)
            continue
        yield within(
            statement,
            source,
            mean,
            growth * (1 - tolerance),
            growth * (1 + tolerance),
            expected=f"{growth:.5g}, within {growth * tolerance:.2g}",
            interval=ends,
        )
