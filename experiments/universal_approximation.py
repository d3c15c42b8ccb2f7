"""How closely can one hidden layer follow a curve, and how closely does a trained one?

    m ReLUs make at most m + 1 straight pieces:   RMSE >= best of m + 1 pieces  ~  C / (m + 1)^2
    m random cosines, f(x) = E cos(w.x):          E (f - f_m)^2  =  C / m,  whatever the dimension

One hidden layer is enough to represent any curve; that is a statement about the best network and
not about the trained one, and here the two are kept apart.  What m + 1 straight pieces can do at
best is computed (`experiments.splines`); what training attains is measured, every random start
shown (`experiments.one_layer`, with the protocol that was fixed beforehand: 3,000 steps of Adam,
learning rate from 0.02 to 0 along a cosine, 256 points without noise); and what sampling a layer
at random attains has an exact constant (`experiments.cosines`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
from jax import Array
from matplotlib.figure import Figure

from experiments import approximation_figures, cosines, one_layer, splines
from experiments.approximation_figures import LABELS
from experiments.claims import Claim
from experiments.contract import Results
from jaxnn import interval

TITLE = "One hidden layer can follow any curve: how well it could, and how well it learns to"
CAPTIONS = {
    "in_action": "The lecture's “NN in action”: ever more nodes, trained to follow two periods of "
    "a sine (dashed). Bold: the best of the random starts; thin: the others; MSE: mean squared "
    "error. With one node a layer, in one layer or in two (“1+1”), a network can only rise or only "
    "fall; with many nodes its error goes to nearly zero, though not from every start.",
    "rates": "a: with N straight pieces in the best places the error falls like C / N², with the "
    "C that theory gives. b–d: what training attains on one period of a sine; a dot is one random "
    "start. b: no ReLU network beats the best curve of m + 1 pieces, and trained ones stay well "
    "above it, falling more slowly. c, d: smooth activations level off; the same hidden layers "
    "with output weights solved for by least squares come much closer, so it is the optimiser that "
    "levels off and not what the networks can do.",
    "sampling": "The mean of m random cosines follows a bump in 10 and in 50 dimensions with a "
    "mean squared error of exactly C / m: more units help alike in any dimension. Left: errors and "
    "theory. Right: their ratio, with bars of 4 standard errors.",
}

SLOPES_FROM = 4  # nodes; with fewer, most starts miss a half-wave and no rate is to be seen
FLOAT32 = 1e-5  # relative rounding allowed to a bound that holds exactly


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes; `pictured` holds the nodes of each hidden layer, `bumps` pairs (dimension, s)."""

    pictured: tuple[tuple[int, ...], ...] = ((1,), (2,), (3,), (10,), (64,), (1, 1))
    pictured_activations: tuple[str, ...] = ("sigmoid", "relu")
    widths: tuple[int, ...] = (2, 4, 8, 16, 32, 64)
    activations: tuple[str, ...] = ("relu", "tanh", "sigmoid")
    seeds: int = 32
    protocol: one_layer.Protocol = one_layer.Protocol()
    resamples: int = 2000
    pieces: tuple[int, ...] = (4, 8, 16, 32, 64)
    bumps: tuple[tuple[int, float], ...] = ((10, 0.5), (50, 0.3))
    units: tuple[int, ...] = (4, 16, 64, 256)
    points: int = 1000
    draws: int = 400


FULL = Settings()
QUICK = Settings(
    pictured=((1,), (4,), (16,), (1, 1)),
    widths=(4, 16),
    activations=("relu", "sigmoid"),
    seeds=8,
    draws=100,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Solve, train and sample; arrays under the names that `claims` and `draw` read."""
    key_pictures, key_sweep, key_sampling = jax.random.split(key, 3)
    return {
        **_splines(settings),
        **_pictures(key_pictures, settings),
        **_sweep(key_sweep, settings),
        **_sampling(key_sampling, settings),
    }


def _splines(settings: Settings) -> dict[str, Any]:
    curves, pieces = splines.CURVES, settings.pieces
    convex = [curve for curve in curves if curve.convex]
    return {
        "pieces": np.array(pieces),
        "l2_names": np.array([curve.name for curve in curves]),
        "l2_constants": np.array([curve.l2_constant for curve in curves]),
        "l2_errors": np.array([[splines.l2_error(c, n) for n in pieces] for c in curves]),
        "sup_names": np.array([curve.name for curve in convex]),
        "sup_constants": np.array([curve.sup_constant for curve in convex]),
        "sup_errors": np.array([[splines.sup_error(c, n) for n in pieces] for c in convex]),
    }


def _pictures(key: Array, settings: Settings) -> dict[str, Any]:
    nets = [
        (h, activation) for activation in settings.pictured_activations for h in settings.pictured
    ]
    keys = jax.random.split(key, (len(nets), settings.seeds))
    curves = [
        one_layer.train(k, *net, one_layer.two_periods, settings.protocol, progress=_label(*net))[0]
        for k, net in zip(keys, nets, strict=True)
    ]
    shape = (len(settings.pictured_activations), len(settings.pictured), *curves[0].shape)
    grid = one_layer.midpoints(settings.protocol.grid)
    truth = one_layer.two_periods(grid)
    return {
        "grid": grid,
        "picture_truth": truth,
        "picture_curves": np.reshape(curves, shape),  # (activations, nets, seeds, grid)
        "picture_activations": np.array(settings.pictured_activations),
        "picture_nodes": np.array(["+".join(map(str, hidden)) for hidden in settings.pictured]),
        "monotone_bound": splines.best_monotone(truth),
    }


def _sweep(key: Array, settings: Settings) -> dict[str, Any]:
    key_fits, key_resample = jax.random.split(key)
    nets = [
        ((width,), activation) for activation in settings.activations for width in settings.widths
    ]
    keys = jax.random.split(key_fits, (len(nets), settings.seeds))
    curve, protocol = one_layer.one_period, settings.protocol
    grid = one_layer.midpoints(protocol.grid)
    trained, solved = [], []
    for k, (hidden, activation) in zip(keys, nets, strict=True):
        label = _label(hidden, activation)
        fitted, params = one_layer.train(k, hidden, activation, curve, protocol, progress=label)
        trained.append(one_layer.rmse(fitted, curve(grid)))
        solved.append(one_layer.readout_errors(params, activation, curve, protocol))
    shape = (len(settings.activations), len(settings.widths), settings.seeds)
    widths = np.array(settings.widths)
    errors, breaks = splines.best_pieces(grid, curve(grid), int(widths.max()) + 1)
    resampled = jax.random.randint(
        key_resample, (settings.resamples, *shape[1:]), 0, settings.seeds
    )
    return {
        "widths": widths,
        "activations": np.array(settings.activations),
        "trained": np.reshape(trained, shape),
        "solved": np.reshape(solved, shape),
        "resampled": np.asarray(resampled, np.uint16),  # which seeds, for intervals of medians
        "optimum": errors[widths],  # of m + 1 pieces
        "joined": np.array([splines.joined_pieces(grid, curve(grid), breaks[m]) for m in widths]),
    }


def _label(hidden: tuple[int, ...], activation: str) -> str:
    return f"{'+'.join(map(str, hidden))} {activation}"


def _sampling(key: Array, settings: Settings) -> dict[str, Any]:
    keys = jax.random.split(key, len(settings.bumps))
    sizes = (settings.units, settings.points, settings.draws)
    samples = [
        cosines.sample(k, *bump, *sizes) for k, bump in zip(keys, settings.bumps, strict=True)
    ]
    return {
        "units": np.array(settings.units),
        "dimensions": np.array([dimension for dimension, _ in settings.bumps]),
        "deviations": np.array([deviation for _, deviation in settings.bumps]),
        "constants": np.array([cosines.constant(*bump) for bump in settings.bumps]),
        "sample_constants": np.array([sample.constant for sample in samples]),
        "sample_standard_errors": np.array([sample.standard_error for sample in samples]),
        "sampled": np.array([sample.errors for sample in samples]),  # (bumps, draws, units)
    }


def claims(results: Results) -> list[Claim]:
    """What theory says exactly, what holds of every network, and what training was seen to do."""
    return [
        *_spline_claims(results),
        *_picture_claims(results),
        *_bound_claims(results),
        *_rate_claims(results),
        *_sampling_claims(results),
    ]


def draw(results: Results) -> dict[str, Figure]:
    """The networks at work, the rates, and the sampled layers."""
    return {
        "in_action": approximation_figures.pictures(results),
        "rates": approximation_figures.rates(results),
        "sampling": approximation_figures.sampling(results),
    }


def _spline_claims(results: Results) -> Iterator[Claim]:
    pieces = results["pieces"]
    source = "classical theory of free-knot splines"
    for norm, word in (("l2", "L2"), ("sup", "largest")):
        ratios = results[f"{norm}_errors"] * pieces**2 / results[f"{norm}_constants"][:, None]
        for name, ratio in zip(results[f"{norm}_names"].tolist(), ratios, strict=True):
            if name == splines.SQUARE.name:
                where, used, low, high = "all N", ratio, 1 - 1e-10, 1 + 1e-10
            elif name.startswith("exp"):
                where, used, low, high = "N ≥ 16", ratio[pieces >= 16], 0.999, 1.002
            else:
                where, used, low, high = f"N = {pieces[-1]}", ratio[-1:], 1.0, 1.06
            worst = used[np.argmax(np.abs(used - 1))]
            yield Claim(
                f"{word} error of the best N straight pieces for {name}, over C/N², {where} "
                "(the farthest from 1; interval: over N)",
                source,
                f"1, from {low:.12g} to {high:.12g}" if low != 1 - 1e-10 else "1 to 1e-10",
                worst,
                (used.min(), used.max()),
                bool((used >= low).all() and (used <= high).all()),
            )
            if norm == "l2" and name.startswith("exp"):
                slope = float(splines.log_slope(pieces, ratio / pieces**2))
                statement = f"slope of log L2 error against log N for {name}"
                yield Claim(statement, source, -2, slope, None, abs(slope + 2) <= 0.01)


def _picture_claims(results: Results) -> Iterator[Claim]:
    errors = one_layer.rmse(results["picture_curves"], results["picture_truth"])
    nodes = results["picture_nodes"].tolist()
    single = [place for place, name in enumerate(nodes) if set(name.split("+")) == {"1"}]
    ratios = errors[:, single] / results["monotone_bound"]
    yield Claim(
        "RMSE with one node a layer, in one layer or two, over that of the best monotone curve "
        "(the smallest and the range over all starts): such a network only rises or only falls",
        "exact bound; lecture 11, NN in action",
        "at least 1",
        np.nanmin(ratios),
        (np.nanmin(ratios), np.nanmax(ratios)),
        bool(np.nanmin(ratios) >= 1 - FLOAT32),
    )
    best = np.nanmin(np.square(errors), axis=-1)  # (activations, nets)
    one = nodes.index("1")
    many = max((name for name in nodes if "+" not in name), key=int)
    for name, mse in zip(results["picture_activations"].tolist(), best, strict=True):
        ratio = mse[nodes.index(many)] / mse[one]
        yield Claim(
            f"bias shrinks as nodes are added: MSE with {many} {LABELS[name]} nodes over MSE with "
            "one, best starts",
            "lecture 11, NN in action",
            "below 0.05",
            ratio,
            None,
            bool(ratio < 0.05),
        )


def _bound_claims(results: Results) -> Iterator[Claim]:
    relu = results["activations"].tolist().index("relu")
    gap = results["joined"] / results["optimum"] - 1
    yield Claim(
        "the bound for m + 1 pieces is nearly attained: best continuous curve with those kinks "
        "over the bound, less 1 (the largest over m)",
        "reported here",
        "small",
        gap.max(),
        (gap.min(), gap.max()),
        None,
    )
    for which, words in (("trained", "trained"), ("solved", "with output weights solved for")):
        ratios = results[which][relu] / results["optimum"][:, None]
        yield Claim(
            f"RMSE of ReLU networks of m nodes, {words}, over that of the best m + 1 straight "
            "pieces (the smallest and the range over all starts and m)",
            "exact bound",
            "at least 1",
            np.nanmin(ratios),
            (np.nanmin(ratios), np.nanmax(ratios)),
            bool(np.nanmin(ratios) >= 1 - FLOAT32),
        )
    diverged = int(
        np.isnan(results["trained"]).sum() + np.isnan(results["picture_curves"][..., 0]).sum()
    )
    yield Claim("training runs that diverged", "reported here", 0, diverged, None, diverged == 0)


def resampled_medians(errors: np.ndarray, resampled: np.ndarray) -> np.ndarray:
    """Medians over seeds of bootstrap resamples: (resamples, widths) for errors (widths, seeds)."""
    return np.nanmedian(errors[np.arange(len(errors))[:, None], resampled], axis=-1)


def _rate_claims(results: Results) -> Iterator[Claim]:
    wide = results["widths"] >= SLOPES_FROM
    widths, resampled = results["widths"][wide], results["resampled"][:, wide]
    seeds = results["trained"].shape[-1]
    for place, name in enumerate(results["activations"].tolist()):
        trained, solved = results["trained"][place, wide], results["solved"][place, wide]
        medians, samples = np.nanmedian(trained, axis=-1), resampled_medians(trained, resampled)
        slope = float(splines.log_slope(widths, medians))
        asserted = name == "relu" and len(widths) >= 4
        yield Claim(
            f"slope of log median RMSE ({seeds} starts) against log m, m = {widths[0]} to "
            f"{widths[-1]}, trained {LABELS[name]} networks (95% interval over starts)",
            "range set beforehand" if asserted else "reported here",
            "-1.8 to -0.9; not the -2 of the best"
            if asserted
            else "no theory for trained networks",
            slope,
            tuple(interval(splines.log_slope(widths, samples))),
            -1.8 <= slope <= -0.9 if asserted else None,
        )
        last = f"{widths[-1]} {LABELS[name]} nodes"
        if name == "relu":
            optimum = results["optimum"][-1]
            yield Claim(
                f"median RMSE of {last}, trained, over the best {widths[-1] + 1} pieces "
                "(95% interval over starts)",
                "reported here",
                "1 if training placed kinks best",
                medians[-1] / optimum,
                tuple(interval(samples[:, -1] / optimum)),
                None,
            )
            continue
        gains = samples[:, -1] / resampled_medians(solved, resampled)[:, -1]
        gain = medians[-1] / np.nanmedian(solved[-1])
        yield Claim(
            f"the plateau is the optimiser's: median RMSE of {last}, trained, over that of the "
            "same hidden layers with output weights solved for (95% interval over starts)",
            "reported here",
            "above 5",
            gain,
            tuple(interval(gains)),
            bool(gain > 5),
        )


def _sampling_claims(results: Results) -> Iterator[Claim]:
    source = "Maurey's argument, Barron 1993; constant in closed form"
    units = results["units"]
    for place, dimension in enumerate(results["dimensions"].tolist()):
        scaled = results["sampled"][place] * units / results["sample_constants"][place]
        ratio, errors = scaled.mean(axis=0), scaled.std(axis=0, ddof=1) / len(scaled) ** 0.5
        far = np.argmax(np.abs(ratio - 1) / errors)
        yield Claim(
            f"m × MSE / C of m random cosines, d = {dimension}, for m = "
            f"{', '.join(map(str, units))} (the one farthest from 1, ± 4 standard errors)",
            source,
            1,
            ratio[far],
            (ratio[far] - 4 * errors[far], ratio[far] + 4 * errors[far]),
            bool((np.abs(ratio - 1) <= 4 * errors).all()),
        )
        theory, found = results["constants"][place], results["sample_constants"][place]
        reach = 4 * results["sample_standard_errors"][place]
        yield Claim(
            f"C at the points drawn, d = {dimension} (± 4 standard errors)",
            "closed form",
            round(float(theory), 6),
            found,
            (found - reach, found + reach),
            bool(abs(found - theory) <= reach),
        )
        slope = float(splines.log_slope(units, ratio / units))
        asserted = dimension >= 50
        yield Claim(
            f"slope of log MSE against log m, d = {dimension}",
            source,
            "-1, within 0.05" if asserted else -1,
            slope,
            None,
            abs(slope + 1) <= 0.05 if asserted else None,
        )
