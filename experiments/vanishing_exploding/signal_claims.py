"""Do signals and gradients of random networks do what theory says?

Of a closed form:  |measured - theory| <= 4 standard errors, plus a bias where one is stated.  These
come from theory where it gives them, else from the seeds.  Theory of infinite width may be
off by 1 / n in the logarithm of a factor, and by 2 / n of a variance.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, within_errors
from experiments.lab.contract import Results
from experiments.vanishing_exploding.figures import gain_label
from jaxnn import propagation

WINDOW = 10  # layers over which a ratio of mean squares is averaged over networks
SETTLED = 20  # layers after which variances have settled
ASSERTED_BATCHES = {("relu", 128): 0.02, ("identity", 8): 0.05 / 1.2}  # relative


def claims(results: Results) -> Iterator[Claim]:
    """Gains, profiles, laws, sigmoids, batch normalisation, products and the time they took."""
    yield from _gain_claims(results)
    yield from _profile_claims(results)
    yield from _law_claims(results)
    yield from _sigmoid_claims(results)
    yield from _batch_claims(results)
    yield from _product_claims(results)
    yield from _time_claims(results)


def _gain_claims(results: Results) -> Iterator[Claim]:
    layers, width = int(results["gain_layers"]), int(results["gain_width"])
    for place, factor in enumerate(results["gain_factors"].tolist()):
        seeds = results["gain_forward"].shape[1]
        growth = (1 + results["gain_excesses"][place] / width) ** layers - 1
        error = factor * np.sqrt(growth / seeds) / layers
        found = [
            float(results[f"gain_{way}"][place].mean() ** (1 / layers))
            for way in ("forward", "backward")
        ]
        farther = max(found, key=lambda value: abs(value - factor))
        yield Claim(
            f"factor of mean squares a layer, {gain_label(results, place)}, over {layers} "
            "layers forward and back (the farther from theory, ± 4 standard errors)",
            "Glorot & Bengio 2010; He et al. 2015, eq. 10",
            factor,
            **within_errors(farther, factor, error),
        )


def window_rate(log_gradient: np.ndarray, theory: np.ndarray) -> tuple[float, float, float]:
    """ln of the factor of mean squared gradients a layer, where variances have settled.

    The mean over networks is taken of ratios over `WINDOW` layers, and the logarithm of that: the
    mean of logarithms would be off by half their variance.

    Args:
      log_gradient: (seeds, layers).
      theory: (layers,).

    Returns:
      rate measured, its standard error over seeds, and the rate of `theory` over the same layers.
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
            mean = exact + (layers - 1) * np.log(scale / 2)
            yield Claim(
                f"mean of ln squared gradient over {layers - 1} layers, {name} (± 4 standard "
                "errors)",
                "exact law at this width; Hanin 2018",
                mean,
                **within_errors(gradient[:, 0].mean(), mean, np.sqrt(variance / seeds)),
            )
            continue
        rate, error, theory = window_rate(gradient, results["theory_log_gradient"][place])
        yield Claim(
            f"ln of the factor of squared gradients a layer, layers {SETTLED} to {layers}, {name} "
            "(± 4 standard errors; theory of infinite width, so 1/n more is allowed)",
            "mean field; Schoenholz et al. 2017",
            round(theory, 7),
            **within_errors(rate, theory, error, 1 / width),
        )
        last = np.exp(results["profile_log_variance"][place, :, -1].astype(float))
        expected = np.exp(results["theory_log_variance"][place, -1])
        yield Claim(
            f"variance of pre-activations at layer {layers}, {name} (± 4 standard errors; 2/n of "
            "it more is allowed)",
            "mean field; Poole et al. 2016",
            expected,
            **within_errors(
                last.mean(), expected, last.std(ddof=1) / np.sqrt(seeds), 2 / width * expected
            ),
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
        what = f"of ln |J u|², He ReLU, width {width}, {layers} layers{drawn} (± 4 standard errors)"
        seeds = len(values)
        yield Claim(
            f"mean {what}",
            source,
            mean,
            **within_errors(values.mean(), mean, np.sqrt(variance / seeds)),
        )
        yield Claim(
            f"variance {what}",
            source,
            variance,
            **within_errors(values.var(ddof=1), variance, variance * np.sqrt(2 / seeds)),
        )
    width, layers = sizes[0]
    low = 5 * layers / width / moments[0][1] - 1
    yield Claim(
        f"the asymptotic variance 5L/n over the exact one, less 1, width {width}, {layers} layers",
        "reported here",
        "0 for wide networks",
        low,
        None,
        None,
    )


def _sigmoid_claims(results: Results) -> Iterator[Claim]:
    slope = results["sigmoid_slopes"].max()
    yield Claim(
        "largest slope of the sigmoid, less 1/4",
        "exact",
        0,
        slope - 0.25,
        None,
        bool(abs(slope - 0.25) <= 1e-12),
    )
    layers, width = int(results["sigmoid_layers"]), int(results["sigmoid_width"])
    for scale, theory, logs in zip(
        results["sigmoid_scales"], results["sigmoid_theory"], results["sigmoid_logs"], strict=True
    ):
        sizes = np.exp(logs - logs.max())
        rate = (np.log(sizes.mean()) + logs.max()) / layers
        error = sizes.std(ddof=1) / sizes.mean() / np.sqrt(len(logs)) / layers
        yield Claim(
            f"ln of the factor of squared gradients a layer, sigmoid, weights N(0, {scale:g}/n), "
            f"no biases, n = {width} (± 4 standard errors; 1/n more is allowed)",
            f"mean field; bound by slopes of 1/4: {np.log(scale / 16):.3g}",
            round(float(theory), 7),
            **within_errors(float(rate), float(theory), float(error), 1 / width),
        )


def batch_rates(log_gradient: np.ndarray) -> np.ndarray:
    """(..., seeds) factors of squared gradients a layer, without the first and last layers."""
    layers = log_gradient.shape[-1] - 5
    return np.exp((log_gradient[..., 3] - log_gradient[..., -2]) / layers)


def _batch_claims(results: Results) -> Iterator[Claim]:
    source = "Yang et al. 2019: E φ′² / Var φ, wide layers, large batches"
    rates = batch_rates(results["batch_log_gradient"])
    for activation, rows, growth, rate in zip(
        results["batch_activations"].tolist(),
        results["batch_rows"].tolist(),
        results["batch_growth"].tolist(),
        rates,
        strict=True,
    ):
        allowed = growth * ASSERTED_BATCHES.get((activation, rows), 0)
        linear = activation == "identity"
        yield Claim(
            "batch normalisation: factor of squared gradients a layer, "
            f"{'no activation' if linear else activation}, batch of {rows} (± 4 standard errors)",
            "closed form of wide linear layers, (B − 2)/(B − 3)" if linear else source,
            f"{growth:.5g}" + (f", within {allowed:.2g}" if allowed else ""),
            float(rate.mean()),
            _ends(rate),
            bool(abs(rate.mean() - growth) <= allowed) if allowed else None,
        )


def _ends(samples: np.ndarray) -> tuple[float, float]:
    reach = 4 * samples.std(ddof=1) / np.sqrt(len(samples))
    return float(samples.mean() - reach), float(samples.mean() + reach)


def _product_claims(results: Results) -> Iterator[Claim]:
    found = results["exponents"].astype(float).mean(axis=0)
    expected = results["exponents_expected"]
    z = (found - expected) / results["exponents_error"]
    width = len(z)
    # The chance of more is below 1.4e-4 for 16 degrees of freedom.
    limit = 45.0 if width == 16 else width + 6 * np.sqrt(2 * width)
    yield Claim(
        f"Lyapunov exponents of products of {width} × {width} Gaussian matrices: chi² of all about "
        f"theory (the largest exponent, {found[0]:.4f}, should be {expected[0]:.4f})",
        "Newman 1986",
        f"about {width}, below {limit:g}",
        float(np.sum(z**2)),
        None,
        bool(np.sum(z**2) < limit),
    )
    schemes = results["product_schemes"].tolist()
    values = dict(zip(schemes, results["singular_values"][:, -1], strict=True))
    count, size = int(results["product_marks"][-1]), results["singular_values"].shape[-1]
    what = f"product of {count} matrices of {size} × {size}"
    off = np.abs(values["orthogonal"] - 1).max()
    yield Claim(
        f"orthogonal initialisation, {what} in float32: singular values are 1, off by",
        "Saxe et al. 2014",
        "at most 2e-5",
        off,
        None,
        bool(off <= 2e-5),
    )
    condition = float(np.log10(values["lecun_normal"][0] / values["lecun_normal"][-1]))
    yield Claim(
        f"Gaussian initialisation, {what}: log₁₀ of the condition number",
        "Saxe et al. 2014",
        "above 10",
        condition,
        None,
        condition > 10,
    )


def _time_claims(results: Results) -> Iterator[Claim]:
    depths, seconds = results["timed_depths"].tolist(), results["timed_seconds"].tolist()
    shown = ", ".join(f"{s:.1f} s at depth {d}" for d, s in zip(depths, seconds, strict=True))
    yield Claim(
        f"processor time to compile a measurement ({shown}): deepest over shallowest",
        "one scan over equal layers",
        "1, below 1.5",
        seconds[-1] / seconds[0],
        None,
        seconds[-1] / seconds[0] < 1.5,
    )
    seeds, layers = results["profile_log_gradient"].shape[1:]
    yield Claim(
        f"seconds to measure {seeds} networks of {layers} layers and width "
        f"{int(results['profile_width'])}, forward and back, compiled",
        "reported here",
        "-",
        float(results["profile_seconds"]),
        None,
        None,
    )
