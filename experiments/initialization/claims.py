"""Which theorems, closed forms and training results hold for initial weights?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.initialization.reading import (
    GROWTH_FROM,
    LABELS,
    finite_width_theory,
    first_growth_record,
    place_of_small_noise,
    predicted_growth,
)
from experiments.lab.claims import (
    Claim,
    above,
    at_least,
    at_most,
    below,
    reported,
    within,
    within_errors,
)
from experiments.lab.contract import Results

EXACT = 1e-10
ROUNDING = 1e-5  # relative rounding error of float32
ENOUGH = 30  # pairs of starts that tell two schemes apart; differences vary as much as their mean
GROWTH_TO = 0.01  # the distance between units up to which noise grows at the rate of theory
LECTURE = "lecture 11, parameter initialization"


def claims(results: Results) -> list[Claim]:
    """Claims about symmetry, signals before training, and training, in this order."""
    return [
        *_equal_weights_claims(results),
        *_noise_claims(results),
        *_one_layer_claims(results),
        *_signal_claims(results),
        *_scale_claims(results),
        *_scheme_claims(results),
    ]


def _equal_weights_claims(results: Results) -> Iterator[Claim]:
    source = "symmetry of the loss; " + LECTURE
    words = "all weights equal, two hidden layers"
    yield at_most(
        f"{words}: largest difference between units of a layer during training",
        source,
        results["copies_differ"],
        EXACT,
    )
    yield at_most(
        f"{words}: second singular value of the inner weights over the first",
        source,
        results["copies_rank"],
        EXACT,
    )
    yield at_most(
        f"{words}: they learn like a network of width one with learning rates n_(l-1) / n_l; "
        "largest difference in loss or parameters during training",
        "exact; derived here",
        max(
            np.abs(results["copies_loss"] - results["narrow_loss"]).max(),
            results["narrow_off"].max(),
        ),
        EXACT,
    )
    first, last = results["zero_gradient"].ravel(), float(results["zero_last"])
    yield Claim(
        "all parameters 0: only the last bias has a gradient; largest initial gradient or final "
        "value of the other parameters",
        "chain rule, tanh(0) = 0",
        0,
        max(first[:-1].max(), last),
        None,
        bool(first[:-1].max() == 0 and last == 0 and first[-1] > 0),
    )
    yield at_most(
        "all parameters 0: relative difference between the final loss and the variance of the "
        "target",
        "only a constant is learned",
        abs(results["zero_loss"] / results["zero_variance"] - 1),
        EXACT,
    )


def growth_ratios(results: Results) -> np.ndarray:
    """Measured over predicted growth of ln distance, for each start with small enough noise."""
    theory, begin = predicted_growth(results), first_growth_record(results)
    ratios = []
    for noise, distances in zip(results["noises"], results["noisy_apart"], strict=True):
        for distance in distances:
            end = int(np.argmax(distance > GROWTH_TO))
            if noise > 0 and theory[end] - theory[begin] > np.log(100):
                grown = np.log(distance[end] / distance[begin])
                ratios.append(grown / (theory[end] - theory[begin]))
    return np.array(ratios)


def _noise_claims(results: Results) -> Iterator[Claim]:
    ratios = growth_ratios(results)
    yield within(
        "nearly equal weights diverge at the rate of the most negative curvature: ln of their "
        f"growth over theory, from step {GROWTH_FROM} to a distance of {GROWTH_TO:g} (farthest "
        f"from 1; interval: {len(ratios)} starts)",
        "linearised gradient descent",
        ratios if len(ratios) else np.nan,
        0.98,
        1.02,
        expected="1, within 0.02",
    )
    place, steps = place_of_small_noise(results), results["symmetry_steps"]
    last = results["noisy_apart"][place, :, -1]
    start = float(results["paths"][place, 0, 0, 0])
    yield above(
        f"noise of {results['noises'][place]:g} is enough: distance between units after "
        f"{steps[-1]:,} steps, relative to the equal weights of the start (smallest; interval: "
        f"{len(last)} starts)",
        LECTURE,
        last / start,
        1,
    )
    copied = results["copied_loss"][-1]
    for name, losses in zip(results["starts"].tolist(), results["start_loss"], strict=True):
        ratio = copied / np.median(losses[:, -1])
        interval = tuple(copied / np.quantile(losses[:, -1], [0.975, 0.025]))
        start = "all random" if name == "all random" else f"{name}, the rest equal"
        statement = (
            f"loss with equal weights over that with {start}, after {steps[-1]:,} steps (median, "
            f"and central 95% of {len(losses)} starts)"
        )
        source = LECTURE if name == "random weights" else "measured here"
        yield above(statement, source, ratio, 1, expected="above 1", interval=interval)


def _mean_and_error(draws: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    draws = draws.astype(float)  # squares of float32 deviations underflow
    return draws.mean(axis=axis), draws.std(axis=axis, ddof=1) / draws.shape[axis] ** 0.5


def _one_layer_claims(results: Results) -> Iterator[Claim]:
    means, errors = _mean_and_error(results["scheme_measured"], 1)  # (schemes, 3)
    theory = results["scheme_theory"]
    inputs, outputs = results["scheme_sizes"].tolist()
    for place, name in enumerate(results["schemes"].tolist()):
        mean, error, expected = means[place], errors[place], theory[place]
        reach = inputs * (4 * error[0] + ROUNDING * expected[0])
        yield within_errors(
            f"{LABELS[name]}, {inputs} inputs and {outputs} outputs: m Var(w) as drawn (± 4 "
            "standard errors; gains forward, m Var(w), and backward, n Var(w), are asserted too)",
            "authors of the scheme",
            mean / expected,
            1,
            error / expected,
            ROUNDING,
            expected=f"{expected[1]:.6g}",
            shown=inputs * mean[0],
            interval=(inputs * mean[0] - reach, inputs * mean[0] + reach),
        )
    place = results["schemes"].tolist().index("lecun_normal")
    yield within_errors(
        f"N(0, 1/m), which the slide calls Xavier's, {inputs} inputs and {outputs} outputs: gain "
        "backward is n/m and not 1 (± 4 standard errors)",
        "erratum 21: 1/m is LeCun's; that of Xavier Glorot is 2/(m + n)",
        means[place, 2],
        outputs / inputs,
        errors[place, 2],
    )
    fans = results["fans"]
    means, errors = _mean_and_error(results["fan_measured"], 2)  # (laws, fans)
    k = int(results["nonzeros"])
    laws = (
        (
            f"{k} non-zero weights N(0, 1) per unit: the gain does not depend on the fan-in",
            f"Martens 2010; {LECTURE}",
            np.full(len(fans), k),
        ),
        ("dense weights N(0, 1): the gain equals the fan-in", "closed form", fans),
    )
    for (words, source, expected), mean, error in zip(laws, means, errors, strict=True):
        yield within_errors(
            f"{words}, m = {', '.join(map(str, fans))}: gain over theory (worst, ± 4 standard "
            "errors)",
            source,
            mean / expected,
            1,
            error / expected,
        )


def _signal_claims(results: Results) -> Iterator[Claim]:
    width, seeds = int(results["signal_width"]), results["signal_variance"].shape[1]
    means, errors = _mean_and_error(results["signal_variance"], 1)  # (scales, depth)
    limit = results["theory_variance"]
    theory, shares = finite_width_theory(results)
    for place, scale in enumerate(results["scales"].tolist()):
        yield within_errors(
            f"mean squared pre-activations over theory, tanh, scale {scale:g}, {width} units, "
            f"{theory.shape[1]} layers (worst layer, ± 4 standard errors over {seeds:,} networks)",
            "mean-field theory, with its term of order 1/width",
            means[place] / theory[place],
            1,
            errors[place] / theory[place],
        )
    shift = theory / limit - 1
    yield reported(
        f"largest shift of a mean squared pre-activation by finite width, {width} units, relative",
        "mean-field theory, term of order 1/width",
        float(shift.ravel()[np.abs(shift).argmax()]),
        "0 at infinite width",
    )
    means, errors = _mean_and_error(results["signal_saturated"], 1)
    binomial = np.sqrt(
        shares * (1 - shares) / (width * seeds)
    )  # where none is seen to be saturated
    yield within_errors(
        "share of saturated units, |tanh z| > 0.99, at every scale and in every layer (worst, ± 4 "
        "standard errors and one unit of one network)",
        "mean-field theory, with its term of order 1/width",
        means,
        shares,
        np.maximum(errors, binomial),
        1 / (width * seeds),
    )


def _scale_claims(results: Results) -> Iterator[Claim]:
    scales, losses = results["swept_scales"], results["swept_loss"]
    entropy = float(results["train_entropy"])
    small = losses[scales <= 0.1]
    yield at_least(
        "too small: final loss in nats for scales up to 0.1 (smallest; interval: all seeds and "
        "learning rates); a network that ignores its input has at least the class entropy",
        LECTURE,
        np.nanmin(small),
        entropy - 1e-3,
        expected=f"at least {entropy:.3f}, within 0.001",
        interval=(np.nanmin(small), np.nanmax(small)),
    )
    medians = np.nanmedian(np.where(np.isnan(losses), np.inf, losses), axis=2)  # (scales, rates)
    for place, rate in enumerate(results["swept_rates"].tolist()):
        median = medians[:, place]
        best = int(np.argmin(median))
        ends = min(median[0], median[-1])
        yield Claim(
            "neither too small nor too large: scale with the smallest median final loss, learning "
            f"rate {rate:g} ({median[best]:.2f} nats; at the two ends {median[0]:.2f} and "
            f"{median[-1]:.2f})",
            LECTURE,
            "from 1 to 2, with less than half the loss of either end",
            scales[best],
            None,
            bool(1 <= scales[best] <= 2 and median[best] < ends / 2),
        )


def _paired(first: np.ndarray, second: np.ndarray) -> tuple[float, tuple[float, float]]:
    """Mean of first - second over seeds where neither diverged, and its 95% interval."""
    difference = (first - second)[~np.isnan(first - second)]
    mean = float(difference.mean())
    reach = 1.96 * float(difference.std(ddof=1)) / len(difference) ** 0.5
    return mean, (mean - reach, mean + reach)


def _scheme_claims(results: Results) -> Iterator[Claim]:
    names = list(
        zip(results["curve_activations"].tolist(), results["curve_schemes"].tolist(), strict=True)
    )
    losses = results["curve_loss"][:, :, -1]
    last = dict(zip(names, losses, strict=True))
    for activation in ("tanh", "relu"):
        stuck = last.get((activation, "standard_uniform"))
        if stuck is not None:
            yield above(
                f"with “standard” weights ten layers stall, {LABELS[activation]}: final loss in "
                f"nats (smallest; interval: {len(stuck)} seeds; ln 10 = 2.30)",
                "Glorot and Bengio 2010",
                stuck,
                2.25,
            )
    pairs = (
        ("relu", "he_normal", "lecun_normal", LECTURE),
        ("tanh", "orthogonal", "lecun_normal", None),
        ("tanh", "he_normal", "lecun_normal", None),
        ("tanh", "sparse", "lecun_normal", None),
    )
    for activation, first, second, source in pairs:
        if {(activation, first), (activation, second)} <= last.keys():
            mean, ends = _paired(last[activation, first], last[activation, second])
            statement = (
                f"final loss with {LABELS[first]} minus that with {LABELS[second]}, "
                f"{LABELS[activation]}, same seeds, in nats (mean, 95% interval)"
            )
            if source:
                decides = last[activation, first].size >= ENOUGH
                yield below(
                    statement, source, ends[1], 0, shown=mean, interval=ends, asserted=decides
                )
            else:
                yield reported(
                    statement, "measured here", mean, "no theory of training", interval=ends
                )
    for (activation, name), of_seeds in last.items():
        yield reported(
            f"median final loss in nats, {LABELS[activation]}, {LABELS[name]} (central 95% of "
            f"{len(of_seeds)} seeds; {int(np.isnan(of_seeds).sum())} diverged)",
            "measured here",
            np.nanmedian(of_seeds),
            "no theory of training",
            interval=tuple(np.nanquantile(of_seeds, [0.025, 0.975])),
        )
