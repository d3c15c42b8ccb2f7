"""What is claimed of `initialization`; see the package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.initialization.figures import LABELS
from experiments.lab.claims import Claim
from experiments.lab.contract import Results

EXACT = 1e-10
ROUNDING = 1e-5  # relative, of float32
GROWTH_FROM, GROWTH_TO = 500, 0.01  # step and distance between which noise grows by the theory
LECTURE = "lecture 11, parameter initialization"


def claims(results: Results) -> list[Claim]:
    """Theorems, closed forms, and what training was seen to do."""
    return [
        *_symmetry_claims(results),
        *_noise_claims(results),
        *_layer_claims(results),
        *_signal_claims(results),
        *_scale_claims(results),
        *_curve_claims(results),
    ]


def _at_most(statement: str, source: str, measured: Any, bound: float = EXACT) -> Claim:
    return Claim(statement, source, f"at most {bound:g}", measured, None, bool(measured <= bound))


def _symmetry_claims(results: Results) -> Iterator[Claim]:
    source = "symmetry of the loss; " + LECTURE
    words = "all weights equal, two hidden layers"
    yield _at_most(
        f"{words}: largest difference between units of a layer, at any time of training",
        source,
        results["copies_differ"],
    )
    yield _at_most(
        f"{words}: second singular value of the inner weights over the first",
        source,
        results["copies_rank"],
    )
    off = max(
        np.abs(results["copies_loss"] - results["narrow_loss"]).max(), results["narrow_off"].max()
    )
    yield _at_most(
        f"{words}: that is a network of width one at learning rates n_(l-1) / n_l; largest "
        "difference of loss or parameters on the way",
        "exact, here",
        off,
    )
    first = results["zero_gradient"].ravel()
    yield Claim(
        "all parameters 0: largest first gradient of all parameters but the last bias, and largest "
        "of these at the end",
        "chain rule, tanh(0) = 0",
        0,
        max(first[:-1].max(), float(results["zero_last"])),
        None,
        bool(first[:-1].max() == 0 and results["zero_last"] == 0 and first[-1] > 0),
    )
    yield _at_most(
        "all parameters 0: last loss over the variance of what is to be learned, off 1 by",
        "only a constant is learned",
        abs(results["zero_loss"] / results["zero_variance"] - 1),
    )


def growth_rates(results: Results) -> np.ndarray:
    """(records - 1,) theory of ln of how far copies are apart, per record."""
    by_step = np.log1p(results["symmetry_rate"] * np.maximum(-results["curvature"], 0))
    return (by_step[1:] + by_step[:-1]) / 2 * np.diff(results["symmetry_steps"])


def growth_ratios(results: Results) -> np.ndarray:
    """Measured over predicted growth of ln distance, of each noisy start that is small enough."""
    rates = np.concatenate([[0], np.cumsum(growth_rates(results))])
    begin = int(np.searchsorted(results["symmetry_steps"], GROWTH_FROM))
    ratios = []
    for noise, courses in zip(results["noises"], results["noisy_apart"], strict=True):
        for course in courses:
            end = int(np.argmax(course > GROWTH_TO))
            if noise > 0 and rates[end] - rates[begin] > np.log(100):
                grown = np.log(course[end] / course[begin])
                ratios.append(grown / (rates[end] - rates[begin]))
    return np.array(ratios)


def _noise_claims(results: Results) -> Iterator[Claim]:
    ratios = growth_ratios(results)
    far, ends = float("nan"), None
    if len(ratios):
        far, ends = ratios[np.argmax(np.abs(ratios - 1))], (ratios.min(), ratios.max())
    yield Claim(
        "nearly equal weights part at the rate of the most negative curvature: ln of their growth "
        f"over theory, from step {GROWTH_FROM} to a distance of {GROWTH_TO:g} (the one farthest "
        f"from 1, and range over {len(ratios)} starts)",
        "linearised gradient descent",
        "1, within 0.02",
        far,
        ends,
        bool(abs(far - 1) <= 0.02),
    )
    noises = results["noises"]
    million = int(np.argmin(np.abs(noises - 1e-6)))
    steps = results["symmetry_steps"]
    last = results["noisy_apart"][million, :, -1]
    yield Claim(
        f"noise of {noises[million]:g} is enough: distance of units after {steps[-1]:,} steps "
        f"(least, and range over {len(last)} starts)",
        LECTURE,
        "above 0.1",
        last.min(),
        (last.min(), last.max()),
        bool(last.min() > 0.1),
    )
    copied = results["copied_loss"][-1]
    for name, losses in zip(results["starts"].tolist(), results["start_loss"], strict=True):
        ends = copied / np.quantile(losses[:, -1], [0.975, 0.025])
        asserted = name == "random weights"
        yield Claim(
            f"loss of equal weights over that of {'all random' if name == 'all random' else name}"
            f"{'' if name == 'all random' else ', the rest as before'}, after {steps[-1]:,} steps "
            f"(median, and 95% of {len(losses)} starts)",
            LECTURE if asserted else "reported here",
            "above 5" if asserted else "above 1 if that breaks symmetry",
            copied / np.median(losses[:, -1]),
            (ends[0], ends[1]),
            bool(copied / np.median(losses[:, -1]) > 5) if asserted else None,
        )


def _mean_and_error(draws: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    draws = draws.astype(float)  # squares of float32 deviations underflow
    return draws.mean(axis=axis), draws.std(axis=axis, ddof=1) / draws.shape[axis] ** 0.5


def _layer_claims(results: Results) -> Iterator[Claim]:
    means, errors = _mean_and_error(results["scheme_measured"], 1)  # (schemes, 3)
    theory = results["scheme_theory"]
    inputs, outputs = results["scheme_sizes"].tolist()
    reach = 4 * errors + ROUNDING * theory
    for place, name in enumerate(results["schemes"].tolist()):
        yield Claim(
            f"{LABELS[name]}, {inputs} inputs and {outputs} outputs: m Var(w) as drawn (± 4 "
            "standard errors; holds also of the gains forward, m Var(w), and backward, n Var(w))",
            "who proposed the scheme",
            f"{theory[place, 1]:.6g}",
            inputs * means[place, 0],
            (
                inputs * (means[place, 0] - reach[place, 0]),
                inputs * (means[place, 0] + reach[place, 0]),
            ),
            bool((np.abs(means[place] - theory[place]) <= reach[place]).all()),
        )
    fans = results["fans"]
    means, errors = _mean_and_error(results["fan_measured"], 2)  # (laws, fans)
    k = int(results["nonzeros"])
    laws = (
        (
            f"{k} non-zero weights N(0, 1) a unit: its gain does not depend on the inputs",
            [k] * len(fans),
        ),
        ("dense weights N(0, 1): the gain is the number of inputs", fans),
    )
    for (words, expected), mean, error in zip(laws, means, errors, strict=True):
        ratio, reach = mean / expected, 4 * error / expected
        far = np.argmax(np.abs(ratio - 1) / reach)
        yield Claim(
            f"{words}, m = {', '.join(map(str, fans))}: over theory (the one farthest off, ± 4 "
            "standard errors)",
            f"Martens 2010; {LECTURE}" if words[0].isdigit() else "closed form",
            1,
            ratio[far],
            (ratio[far] - reach[far], ratio[far] + reach[far]),
            bool((np.abs(ratio - 1) <= reach).all()),
        )


def _signal_claims(results: Results) -> Iterator[Claim]:
    width = int(results["signal_width"])
    means, errors = _mean_and_error(results["signal_variance"], 1)  # (scales, depth)
    theory = results["theory_variance"]
    ratio, reach = means / theory, 4 * errors / theory + 2 / width
    for place, scale in enumerate(results["scales"].tolist()):
        far = np.argmax(np.abs(ratio[place] - 1) / reach[place])
        yield Claim(
            f"mean squared pre-activations over theory, tanh, scale {scale:g}: layer {far + 1}, "
            f"the farthest off of {theory.shape[1]} (± 4 standard errors + 2 / width)",
            "mean-field theory, quadrature",
            1,
            ratio[place, far],
            (ratio[place, far] - reach[place, far], ratio[place, far] + reach[place, far]),
            bool((np.abs(ratio[place] - 1) <= reach[place]).all()),
        )
    means, errors = _mean_and_error(results["signal_saturated"], 1)
    off = np.abs(means - results["theory_saturated"]) - 4 * errors - 2 / width
    far = np.unravel_index(np.argmax(off), off.shape)
    yield Claim(
        "share of saturated units, |tanh z| > 0.99, at every scale and layer: farthest off at "
        f"scale {results['scales'][far[0]]:g}, layer {far[1] + 1} (± 4 standard errors + 2 / "
        "width)",
        "mean-field theory",
        round(float(results["theory_saturated"][far]), 6),
        means[far],
        (means[far] - 4 * errors[far] - 2 / width, means[far] + 4 * errors[far] + 2 / width),
        bool((off <= 0).all()),
    )


def _scale_claims(results: Results) -> Iterator[Claim]:
    scales, losses = results["swept_scales"], results["swept_loss"]
    entropy = float(results["train_entropy"])
    small = losses[scales <= 0.1]
    yield Claim(
        "too small: last loss of scales to 0.1, in nats (least, and range over seeds and learning "
        "rates); a network that ignores its input has the entropy of the classes at least",
        LECTURE,
        f"at least {entropy:.4f}, less 0.001",
        np.nanmin(small),
        (np.nanmin(small), np.nanmax(small)),
        bool(np.nanmin(small) >= entropy - 1e-3),
    )
    medians = np.nanmedian(np.where(np.isnan(losses), np.inf, losses), axis=2)  # (scales, rates)
    for place, rate in enumerate(results["swept_rates"].tolist()):
        median = medians[:, place]
        best = int(np.argmin(median))
        ends = min(median[0], median[-1])
        yield Claim(
            f"neither too small nor too large: best scale by median last loss, learning rate "
            f"{rate:g} ({median[best]:.2f} nats, {median[0]:.2f} and {median[-1]:.2f} at the ends)",
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


def _curve_claims(results: Results) -> Iterator[Claim]:
    names = list(
        zip(results["curve_activations"].tolist(), results["curve_schemes"].tolist(), strict=True)
    )
    losses = results["curve_loss"][:, :, -1]
    last = dict(zip(names, losses, strict=True))
    for activation in ("tanh", "relu"):
        stuck = (activation, "standard_uniform")
        if stuck in last:
            yield Claim(
                f"the “standard” start stalls ten layers, {LABELS[activation]}: least last loss "
                f"of {len(last[stuck])} seeds, in nats (ln 10 = 2.30)",
                "Glorot and Bengio 2010",
                "above 2.25",
                last[stuck].min(),
                (last[stuck].min(), last[stuck].max()),
                bool(last[stuck].min() > 2.25),
            )
    pairs = (
        ("relu", "he_normal", "lecun_normal", LECTURE, True),
        ("tanh", "orthogonal", "lecun_normal", "reported here", False),
        ("tanh", "he_normal", "lecun_normal", "reported here", False),
        ("tanh", "sparse", "lecun_normal", "reported here", False),
    )
    for activation, first, second, source, asserted in pairs:
        if {(activation, first), (activation, second)} <= last.keys():
            mean, ends = _paired(last[activation, first], last[activation, second])
            yield Claim(
                f"last loss with {LABELS[first]} minus that with {LABELS[second]}, "
                f"{LABELS[activation]}, same seeds, in nats (mean, 95% interval)",
                source,
                "below 0" if asserted else "no theory of training",
                mean,
                ends,
                ends[1] < 0 if asserted else None,
            )
    for (activation, name), of_seeds in last.items():
        yield Claim(
            f"median last loss in nats, {LABELS[activation]}, {LABELS[name]} (95% of "
            f"{len(of_seeds)} seeds; {int(np.isnan(of_seeds).sum())} diverged)",
            "reported here",
            "no theory of training",
            np.nanmedian(of_seeds),
            tuple(np.nanquantile(of_seeds, [0.025, 0.975])),
            None,
        )
