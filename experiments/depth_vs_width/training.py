"""How well do networks of one to five hidden layers with equal numbers of parameters learn?

    error of numbers  =  mean (f(x) - y)^2 / Var(y)       the best constant has error 1
    error of classes  =  share of rows that are misclassified

Both are measured on rows that were not used for training. The protocol was fixed before any
network was trained: ReLU, He weights, biases of zero, Adam with a learning rate that falls from
0.003 to 0 along a cosine, standardised responses, and hidden layers of equal width, chosen so that
the number of parameters is closest to the given one.

*Fresh* rows ("infinite data") are a training set with as many rows as all steps need, used once:
one epoch of `jaxnn.fit`, in which no row repeats. A *fixed set* of n rows is used many times.
Within a group all fixed sets are repeated to the same number of rows, each row equally often, so
that all fits make the same steps and share one compiled program.

Networks of different depth see the same rows for each seed, so their errors can be compared in
pairs.
"""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import product
from operator import itemgetter
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

from experiments.depth_vs_width.folding import kinks_per_network, outputs
from jaxnn import MLP, Fitter, Recipe, count_parameters, datasets
from jaxnn.datasets import Target
from jaxnn.mlp import Parameters
from jaxnn.processes import threads
from jaxnn.replicate import replicate
from jaxnn.training import Fit

PEAK = 3e-3  # the initial, largest learning rate
TEACHER = "tanh_teacher_8"  # a different one for every seed
CLASSES = {"digits": 0.0, "signals": 0.25, "noisy_signals": 0.5}  # data sets: input noise
DRAWN = 4000  # rows of generated data; smaller training sets are the first of these rows
PICTURED = ("fold", 1000)  # data set and number of rows of the networks that are drawn
POINTS = 600  # number of test rows at which they are drawn
IMAGES = 1200  # number of digits to train on; the others are test rows


class Group(NamedTuple):
    """Cells with one protocol: each data set with each number of rows and parameters.

    Attributes:
      data: names of `jaxnn.datasets.TARGETS`, `TEACHER`, or one of `CLASSES`.
      rows: sizes of the training set.
      parameters: numbers of parameters; each network has the width that comes closest.
      deepest: the largest number of hidden layers; networks have 1, 2, ... of them.
      steps: number of Adam steps, rounded to whole epochs.
      batch: rows per step.
      epoch: rows per epoch, a multiple of each size of the training set.
      seeds: number of seeds, each with its own rows and initial weights.
    """

    data: tuple[str, ...]
    rows: tuple[int, ...]
    parameters: tuple[int, ...]
    deepest: int
    steps: int
    batch: int
    epoch: int
    seeds: int


class Rows(NamedTuple):
    """Training and test rows, one set per seed."""

    X: np.ndarray  # (seeds, rows, inputs)
    y: np.ndarray  # (seeds, rows): standardised numbers, or class numbers
    test_X: np.ndarray  # (seeds, test rows, inputs)
    test_y: np.ndarray  # (seeds, test rows)


def network(inputs: int, depth: int, parameters: int, classes: int = 0) -> MLP:
    """The network with `depth` equal hidden layers that is closest to `parameters` in size."""

    def sized(width: int) -> MLP:
        return MLP(
            (inputs, *[width] * depth, classes or 1),
            "relu",
            "categorical" if classes else "quantitative",
            "he_normal",
        )

    # One hidden layer has about this many units; deeper networks are narrower.
    widest = max(1, parameters // (inputs + 1 + (classes or 1)))
    distances = [abs(count_parameters(sized(width)) - parameters) for width in range(1, widest + 2)]
    return sized(1 + int(np.argmin(distances)))


@cache
def recipe(steps: int, batch: int, epoch: int) -> Recipe:
    """Adam along a cosine for about `steps` steps, in whole epochs of `epoch` rows."""
    # A schedule equals only itself, so one recipe per protocol lets a network compile once.
    steps_per_epoch = -(-epoch // batch)
    epochs = max(1, round(steps / steps_per_epoch))
    schedule = optax.cosine_decay_schedule(PEAK, epochs * steps_per_epoch)
    return Recipe(
        learning_rate=schedule,
        epochs=epochs,
        batch_size=batch,
        history_every=epochs,
        standardize_response=False,
    )


def train(keys: Array, net: MLP, X: np.ndarray, y: np.ndarray, group: Group) -> Fit:
    """Train one network per key on its own rows (seeds, rows, ...): stacked fits."""
    fitter = Fitter(net, recipe(group.steps, group.batch, group.epoch))
    times = group.epoch // X.shape[1]
    if times > 1:
        X, y = np.repeat(X, times, axis=1), np.repeat(y, times, axis=1)
    # Every epoch reads all rows in a new order, so all belong to the working set.
    working_set = fitter.working_set(group.epoch) + X[0].nbytes + y[0].nbytes
    return replicate(fitter, keys, mapped=(X, y), working_set=working_set)


def error(params: Parameters, X: np.ndarray, y: np.ndarray, classes: bool) -> np.ndarray:
    """Error of stacked networks, each on its own rows: (seeds,), NaN if not finite.

    Args:
      params: stacked along a leading (seeds,).
      X: (seeds, rows, inputs).
      y: (seeds, rows) numbers, or class numbers.
      classes: whether to return the error of classes (see the module's docstring).
    """
    errors = []
    for seed, (features, truth) in enumerate(zip(X, y, strict=True)):
        found = outputs(jax.tree.map(itemgetter(seed), params), features)
        if not np.isfinite(found).all():
            errors.append(np.nan)
        elif classes:
            errors.append(np.mean(found.argmax(axis=1) != truth))
        else:
            errors.append(np.mean(np.square(found[:, 0].astype(float) - truth)))
    return np.array(errors)


def draw_rows(key: Array, data: str, rows: int, seeds: int, test_rows: int) -> Rows:
    """Draw rows of a data set for each seed.

    At least `DRAWN` training rows are drawn; the caller uses the first ones.
    """
    keys = jax.random.split(key, seeds)
    if data == "digits":
        table = datasets.digits()
        orders = np.stack([jax.random.permutation(k, len(table.X)) for k in keys])
        X, y = table.X[orders].astype(np.float32), table.y[orders].astype(np.float32)
        return Rows(X[:, :IMAGES], y[:, :IMAGES], X[:, IMAGES:], y[:, IMAGES:])
    drawn = partial(_draw, data=data, rows=max(rows, DRAWN), test_rows=test_rows)
    X, y = replicate(drawn, keys, working_set=40 * rows)  # about ten numbers per row
    first = X.shape[1] - test_rows
    return Rows(X[:, :first], y[:, :first], X[:, first:], y[:, first:])


def _draw(key: Array, data: str, rows: int, test_rows: int) -> tuple[Array, Array]:
    if data in CLASSES:
        signals = datasets.sample_signals(key, rows + test_rows, noise=CLASSES[data])
        return signals.X, signals.y
    truth: str | Target = data
    if data == TEACHER:
        key, key_teacher = jax.random.split(key)
        truth = Target(datasets.tanh_teacher(key_teacher, 8), 8)
    sample = datasets.sample_target(key, rows + test_rows, truth)
    # Responses are standardised by the test rows; that favours no network.
    scale = jnp.std(sample.y[-test_rows:])
    return sample.X, (sample.y - jnp.mean(sample.y[-test_rows:])) / scale


class Cell(NamedTuple):
    """Networks and errors of one data set with one number of rows and parameters, by depth."""

    nets: list[MLP]
    fits: list[Fit]
    test: np.ndarray  # (depths, seeds)
    train: np.ndarray  # (depths, seeds)


def compute(key: Array, groups: tuple[Group, ...], test_rows: int) -> dict[str, Any]:
    """Train every cell at every depth.

    Returns:
      cell_data, cell_rows, cell_parameters, cell_steps, cell_batch: (cells,) as in `Group`.
      cell_fresh: (cells,) whether every row is used only once.
      counts: (cells, depths) parameters of the networks, 0 where there is none.
      test, train: (cells, depths, seeds) errors, NaN where there is no network or it diverged.
      diverged: (cells, depths) number of fits that diverged.
      fold_sum, fold_truth: (points,) sum of the inputs and target of test rows of "fold";
      fold_fits: (depths, points) outputs of the networks of `PICTURED` on them, for seed 0.
      tent_regions: (depths, seeds) linear regions on [0, 1] of networks trained on "tent_3".
    """
    key_rows, key_fits = jax.random.split(key)
    shape = max(g.deepest for g in groups), max(g.seeds for g in groups)
    found: dict[str, list[Any]] = {name: [] for name in ("counts", "test", "train", "diverged")}
    described, extra = [], {}
    drawn: tuple[Any, Rows] | None = None
    for group in groups:
        for data, used, parameters in product(group.data, group.rows, group.parameters):
            which = data, max(used, DRAWN), group.seeds
            if drawn is None or drawn[0] != which:
                key_data = jax.random.fold_in(key_rows, zlib.crc32(data.encode()))
                drawn = which, draw_rows(key_data, data, used, group.seeds, test_rows)
            key_cell = jax.random.fold_in(key_fits, len(described))
            cell = _train_cell(key_cell, group, data, used, parameters, drawn[1])
            fresh = used >= group.steps * group.batch
            described.append((data, used, parameters, group.steps, group.batch, fresh))
            found["counts"].append(_padded(list(map(count_parameters, cell.nets)), shape[:1], 0))
            failed = [np.sum(fits.diverged_at >= 0) for fits in cell.fits]
            found["diverged"].append(_padded(failed, shape[:1], 0))
            found["test"].append(_padded(cell.test, shape, np.nan))
            found["train"].append(_padded(cell.train, shape, np.nan))
            if (data, used) == PICTURED and "fold_fits" not in extra:
                extra |= _folds(cell, drawn[1])
            if data == "tent_3":
                regions = [
                    1 + kinks_per_network(net, fits.params, 0, 1)
                    for net, fits in zip(cell.nets, cell.fits, strict=True)
                ]
                extra["tent_regions"] = np.array(regions)
    names = ("data", "rows", "parameters", "steps", "batch", "fresh")
    columns = zip(*described, strict=True)
    return {
        **{f"cell_{name}": np.array(column) for name, column in zip(names, columns, strict=True)},
        **{name: np.array(parts) for name, parts in found.items()},
        **extra,
    }


def _train_cell(
    key: Array, group: Group, data: str, used: int, parameters: int, rows: Rows
) -> Cell:
    classes = 10 if data in CLASSES else 0
    X, y = rows.X[:, :used], rows.y[:, :used]
    depths = range(1, group.deepest + 1)
    nets = [network(X.shape[2], depth, parameters, classes) for depth in depths]

    def train_one(net: MLP, key: Array) -> Fit:
        return train(jax.random.split(key, group.seeds), net, X, y, group)

    # A program is compiled on one core: meanwhile another one trains.
    with ThreadPoolExecutor(threads(2)) as pool:
        fits = list(pool.map(train_one, nets, jax.random.split(key, len(nets))))
    test, training = [], []
    for fit in fits:
        test.append(error(fit.params, rows.test_X, rows.test_y, bool(classes)))
        losses = np.where(fit.diverged_at < 0, fit.train_loss, np.nan)
        training.append(error(fit.params, X, y, True) if classes else losses)
    return Cell(nets, fits, np.array(test), np.array(training))


def _padded(values: Any, shape: tuple[int, ...], filler: float) -> np.ndarray:
    values = np.asarray(values)
    padded = np.full(shape, filler, values.dtype)
    padded[tuple(map(slice, values.shape))] = values
    return padded


def _folds(cell: Cell, rows: Rows) -> dict[str, Any]:
    X, y = rows.test_X[0, :POINTS], rows.test_y[0, :POINTS]
    first = [jax.tree.map(itemgetter(0), fits.params) for fits in cell.fits]
    return {
        "fold_sum": X.sum(axis=1),
        "fold_truth": y,
        "fold_fits": np.array([outputs(params, X)[:, 0] for params in first]),
    }
