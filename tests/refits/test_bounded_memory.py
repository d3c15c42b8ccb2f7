"""Does any stage hold the predictions of all refits, rows and classes at once?

A model that is nothing but NumPy makes predictions of many classes; the largest amount of memory
that NumPy held is compared with that of all predictions, or with the result itself.
"""

import sys
import tracemalloc

import jax
import numpy as np
import pytest

from jaxnn.refits import (
    effects,
    out_of_bag,
    prediction_errors,
    refit_importance,
    refit_interactions,
    refit_surface,
)
from jaxnn.refits.black_boxes import row_losses, row_losses_at
from jaxnn.refits.pair_averages import averages_of_settings

REFITS, ROWS, CLASSES, PREDICTORS = 40, 320, 40, 6
ALL = 8 * REFITS * ROWS * CLASSES  # bytes of all predictions
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, PREDICTORS)).round(1)
Y = RNG.integers(CLASSES, size=ROWS).astype(float)


class Classes:
    """Refits that give each of many classes a probability."""

    response, width, columns = "categorical", CLASSES, None

    def __init__(self):
        self.multiplicities = RNG.multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=REFITS)
        self.slopes = RNG.normal(size=(REFITS, PREDICTORS, CLASSES))

    @property
    def out_of_bag(self):
        return self.multiplicities == 0

    def predict(self, X):
        scores = np.exp(X @ self.slopes)
        scores /= scores.sum(axis=-1, keepdims=True)
        return scores

    def predict_mean(self, X):
        return self.predict(X).mean(axis=0)

    def predictions_and_losses(self, X, y):
        means = self.predict(X)
        return means, -np.log(means[:, np.arange(len(X)), y.astype(int)])

    def single(self, refit):
        one = Classes.__new__(Classes)
        one.slopes = self.slopes[refit : refit + 1]
        one.multiplicities = self.multiplicities[refit : refit + 1]
        return one


MODEL = Classes()


def predictions_at_once():
    """What no stage may do."""
    return MODEL.predict(X).mean(axis=0)


STAGES = {
    "out of bag": lambda: out_of_bag(MODEL, X, Y),
    "errors": lambda: prediction_errors(MODEL, X, Y),
    "curves": lambda: effects(
        MODEL, X, [0, 1], resolution=4, individual_rows=[0], impossible=False
    ),
    "importance": lambda: refit_importance(jax.random.key(0), MODEL, X, Y, groups=[[0, 1]]),
    "interactions": lambda: refit_interactions(MODEL, X, values=4, rows=range(4)),
}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    sizes = {
        "jaxnn.refits.black_boxes": {"BLOCK_BYTES": ALL // 16, "ROW_MULTIPLE": 8},
        "jaxnn.inspection.black_box": {"BLOCK_BYTES": ALL // 32},
        "jaxnn.refits.surfaces": {"BLOCK_BYTES": ALL // 32},
        "jaxnn.refits.pair_averages": {"HELD_BYTES": ALL // 32},
        "jaxnn.refits.interaction_intervals": {"STEPS": 10},
        "jaxnn.refits.importance_scores": {"ROWS_AT_ONCE": 1},
    }
    for module, constants in sizes.items():  # some modules share their name with a function
        for name, size in constants.items():
            monkeypatch.setattr(sys.modules[module], name, size)


def peak_of(call):
    """The result of a call, and the largest number of bytes that it held more than before."""
    tracemalloc.start()
    try:
        result = call()
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_holds_the_predictions_of_all_refits_rows_and_classes(stage):
    STAGES[stage]()  # what is made once is made before
    assert peak_of(STAGES[stage])[1] < ALL


def test_predictions_at_once_are_seen():
    assert peak_of(predictions_at_once)[1] > ALL


@pytest.mark.parametrize("center", [None, "mean"])
def test_a_surface_is_held_once(center):
    def surface():
        return refit_surface(MODEL, X, (0, 1), resolution=16, rows=range(4), center=center)

    surface()
    found, peak = peak_of(surface)
    assert peak < 1.5 * found.refits.nbytes


def test_statistics_of_a_surface_do_not_depend_on_the_parts(monkeypatch):
    arguments = {"resolution": 5, "rows": range(8), "threshold": 0.02}
    in_parts = refit_surface(MODEL, X, (0, 1), **arguments)
    monkeypatch.setattr("jaxnn.refits.surfaces.BLOCK_BYTES", 2**25)
    at_once = refit_surface(MODEL, X, (0, 1), **arguments)
    np.testing.assert_array_equal(in_parts.prediction, at_once.refits.mean(axis=0))
    for name in ("prediction", "standard_error", "lower", "upper", "share_above"):
        np.testing.assert_array_equal(getattr(in_parts, name), getattr(at_once, name))


def test_pairs_of_settings_are_taken_in_blocks_that_keep_their_order():
    settings = {(k,): np.array([[0.0], [1.0]]) for k in range(3)}
    settings[0, 1] = np.ones((3, 2))
    rows = X[:4], np.full(4, 0.25)
    found = list(averages_of_settings(MODEL, 2, "response", settings, *rows))
    most = ALL // 32 // (8 * 2 * CLASSES)
    assert [list(block) for block in found] == [[(0,), (1,), (2,), (0, 1)]] and most >= 9


@pytest.mark.parametrize(("kind", "outputs"), [("categorical", 5), ("binary", 1), ("count", 1)])
def test_losses_at_all_responses_are_those_at_each(kind, outputs):
    z = RNG.normal(size=(3, 4, outputs)).astype(np.float32)
    together = row_losses_at(kind, z, max(2, outputs))
    for response, losses in enumerate(together):
        np.testing.assert_array_equal(losses, row_losses(kind, z, np.full(4, response)))
