"""Are models, results and rows that do not belong together refused in a sentence?"""

import jax
import numpy as np
import pytest

from jaxnn import InputError, InputTypeError
from jaxnn.refits import (
    calibration_curve,
    contrasts_of,
    curve_bands,
    effects,
    error_632_plus,
    no_information_error,
    out_of_bag,
    refit_importance,
    refit_interactions,
    row_blocks,
    surrogate_summary,
)
from tests.hostile.refitted import curves, matrix, numbers, refits

X = matrix()


@pytest.mark.parametrize("model", [None, 3, np.zeros(2), dict, "model"])
def test_what_is_no_model_is_refused(model):
    for call in (
        lambda: list(row_blocks(model, 3)),
        lambda: out_of_bag(model, X, numbers()),
        lambda: calibration_curve(model, X, numbers()),
        lambda: effects(model, X),
    ):
        with pytest.raises(InputTypeError, match=r"^model is .*; pass what"):
            call()


@pytest.mark.parametrize("rows", [X[:, :1], X[:-1], X[..., None], X[None]])
def test_other_rows_than_those_of_training_are_refused(rows):
    with pytest.raises(InputError, match=r"^X has (shape|1 columns)"):
        out_of_bag(refits(), rows, numbers())


def test_a_model_that_only_predicts_has_interactions_and_importances():
    found = refit_interactions(refits(), X, values=4, refits=2)
    assert found.strengths.shape == (2, 1)
    importance = refit_importance(jax.random.key(0), refits(), X, numbers(), values=4)
    assert importance.center[0] > importance.center[1] > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"grid": None}, "^effect has the grid None"),
        ({"grid": np.arange(3.0)}, r"^effect has the extrapolated of shape \(4,\), which does not"),
        ({"average": np.arange(3.0)}, r"^effect has the average of shape \(3,\)"),
        ({"response": "no such kind"}, "^the response of effect is 'no such kind'"),
    ],
)
def test_an_effect_that_was_changed_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        curve_bands(curves()[0]._replace(**change))


def test_curves_and_effects_are_named():
    with pytest.raises(InputTypeError, match=r"^curve is an array .*; known: accumulated, average"):
        curve_bands(curves()[0], np.zeros(2))
    with pytest.raises(InputTypeError, match=r"^effects is None; pass what"):
        contrasts_of(None)
    with pytest.raises(InputTypeError, match=r"^trees is 3; pass what surrogate_trees returns"):
        surrogate_summary(3)


@pytest.mark.parametrize("error", [None, np.nan, np.zeros(2), "0.1"])
def test_errors_are_finite_numbers(error):
    with pytest.raises(InputError, match=r"^apparent is .*; pass a finite number"):
        error_632_plus(error, 0.2, 0.5)


def test_losses_of_classes_need_codes():
    with pytest.raises(InputError, match=r"^y has the value 2; loss 'cross_entropy' takes class"):
        no_information_error("cross_entropy", [0.0, 2.0], [0.1, 0.9])
    with pytest.raises(InputError, match=r"^loss is 'squared_error', which takes one prediction"):
        no_information_error("squared_error", [0.0, 1.0], np.ones((2, 3)))
