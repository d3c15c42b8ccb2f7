"""Do signals and gradients of random networks agree with theory?

    |measured - theory| <= 4 standard errors

The standard errors come from theory where it gives them, otherwise from the networks. ReLU networks
have an exact law at every width; for others, theory has its term of order 1/n.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, above, close, refused, within, within_errors
from experiments.lab.contract import Results
from experiments.vanishing_exploding.reading import (
    ACTIVATION_WORDS,
    asymptotic_shares,
    gain_errors,
    gain_label,
    measured_gains,
    variance_and_error,
)
from jaxnn import propagation

BATCH_TOLERANCE = 0.02  # of the growth with ReLU: 2 / B allows for batches of 128 rows


def claims(results: Results) -> Iterator[Claim]:
    """Claims about gains, profiles, laws and batch normalisation."""
    yield from _gain_claims(results)
    yield from _profile_claims(results)
    yield from _law_claims(results)
    yield from _batch_claims(results)


def _gain_claims(results: Results) -> Iterator[Claim]:
    layers, errors = int(results["gain_layers"]), gain_errors(results)
    ways = np.stack([measured_gains(results, way) for way in ("forward", "backward")], axis=1)
    for place, factor in enumerate(results["gain_factors"].tolist()):
        yield within_errors(
            f"factor of mean squares per layer, {gain_label(results, place)}, over {layers} layers "
            "(forward and backward; the worse one, ± 4 standard errors)",
            "Glorot & Bengio 2010; He et al. 2015, eq. 10",
            ways[place],
            factor,
            factor * errors[place],
        )


def growth_rate(log_gradient: np.ndarray, span: int) -> tuple[float, float]:
    """ln of the mean growth of squared gradients per layer, and its standard error.

    The growth from the last layer to the one `span` layers below is averaged over networks before
    the logarithm is taken: a mean of logarithms would be off by half their variance.

    Args:
      log_gradient: (networks, layers).
      span: number of layers.
    """
    logs = log_gradient[:, -1 - span] - log_gradient[:, -1]
    sizes = np.exp(logs - logs.max())
    rate = (np.log(sizes.mean()) + logs.max()) / span
    error = sizes.std(ddof=1) / sizes.mean() / np.sqrt(len(sizes)) / span
    return float(rate), float(error)


def _profile_claims(results: Results) -> Iterator[Claim]:
    width, span = int(results["profile_width"]), int(results["profile_span"])
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
        rate, error = growth_rate(gradient, span)
        yield within_errors(
            f"ln of the factor of squared gradients per layer, {name}, over the last {span} layers "
            f"(± 4 standard errors over {seeds} networks)",
            "mean field, with its term of order 1/n; Schoenholz et al. 2017",
            rate,
            results["finite_log_gradient"][place] / span,
            error,
        )
        last = np.exp(results["profile_log_variance"][place, :, -1].astype(float))
        yield within_errors(
            f"variance of pre-activations at layer {layers}, {name} (± 4 standard errors)",
            "mean field, with its term of order 1/n; Poole et al. 2016",
            last.mean(),
            results["finite_variance"][place],
            last.std(ddof=1) / np.sqrt(seeds),
        )
    yield close(
        "largest slope of the sigmoid, on a grid: with weights N(0, 1/n) each layer keeps at most "
        "1/16 of the mean squared gradient",
        "exact",
        results["sigmoid_slopes"].max(),
        0.25,
        1e-12,
    )


def _law_claims(results: Results) -> Iterator[Claim]:
    source = "exact law, (2/n) chi² of K ~ Bin(n, 1/2); Hanin 2018, Hanin & Nica 2020"
    samples = [*results["law_samples"], results["law_drawn"]]
    sizes = [*results["law_sizes"].tolist(), results["law_sizes"][0].tolist()]
    moments = [*results["law_moments"], results["law_moments"][0]]
    for number, (values, (width, layers), (mean, variance)) in enumerate(
        zip(samples, sizes, moments, strict=True)
    ):
        drawn = ", every matrix drawn" if number == len(samples) - 1 else ""
        what = (
            f"of ln |J u|², He ReLU, width {width}, {layers} layers{drawn} (± 4 standard errors, "
            f"{len(values):,} networks)"
        )
        found, error = variance_and_error(values)
        yield within_errors(
            f"mean {what}", source, values.mean(), mean, np.sqrt(variance / len(values))
        )
        yield within_errors(f"variance {what}", source, found, variance, error)
    sizes = results["law_sizes"].tolist()
    for (width, layers), share, error in zip(sizes, *asymptotic_shares(results)[:2], strict=True):
        yield refused(
            f"variance of ln |J u|² over the asymptotic 5L/n, width {width}, {layers} layers (± 4 "
            "standard errors)",
            "Hanin 2018, for wide networks; the exact law holds beside it",
            share,
            1,
            unless=abs(share - 1) <= 4 * error,
            interval=(share - 4 * error, share + 4 * error),
        )


def batch_rates(log_gradient: np.ndarray) -> np.ndarray:
    """Factors of squared gradients per layer, without the first and last layers: (..., seeds)."""
    layers = log_gradient.shape[-1] - 5
    return np.exp((log_gradient[..., 3] - log_gradient[..., -2]) / layers)


def batch_growth(results: Results) -> tuple[np.ndarray, np.ndarray]:
    """Measured factors of squared gradients per layer, and their standard errors: (batches,)."""
    rates = batch_rates(results["batch_log_gradient"])
    return rates.mean(axis=1), rates.std(axis=1, ddof=1) / np.sqrt(rates.shape[1])


def _batch_claims(results: Results) -> Iterator[Claim]:
    width = int(results["batch_width"])
    names, rows = results["batch_activations"].tolist(), results["batch_rows"].tolist()
    means, errors = batch_growth(results)
    what = "batch normalisation: factor of squared gradients per layer"
    yield above(
        f"{what}, minus 4 standard errors: gradients explode in every case",
        "Yang et al. 2019",
        means - 4 * errors,
        1,
    )
    cases = zip(names, rows, results["batch_growth"].tolist(), means, errors, strict=True)
    for activation, count, growth, mean, error in cases:
        ends = float(mean - 4 * error), float(mean + 4 * error)
        case = f"{ACTIVATION_WORDS[activation]}, batch of {count}"
        source = (
            "closed form for wide linear layers, (B − 2)/(B − 3)"
            if activation == "identity"
            else "Yang et al. 2019: E φ′² / Var φ, for wide layers and large batches"
        )
        yield refused(
            f"{what}, {case}, {width} units: the theory of wide layers (± 4 standard errors)",
            f"{source}; where refused, batch or width are too small for it",
            mean,
            growth,
            unless=ends[0] <= growth <= ends[1],
            interval=ends,
        )
        if activation == "relu":
            yield within(
                f"{what}, {case}, {width} units: within {BATCH_TOLERANCE:.0%} of this theory",
                source,
                mean,
                growth * (1 - BATCH_TOLERANCE),
                growth * (1 + BATCH_TOLERANCE),
                expected=f"{growth:.4g}, within {BATCH_TOLERANCE:.0%}",
                interval=ends,
            )
