"""Are out-of-bag losses those of the averaged refits, and are their standard errors right?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, responses
from jaxnn.errors import InputError
from jaxnn.selection.bagging import averaged_outputs, bagged_losses, check_left_out, mean_over_rows


def test_the_mean_and_its_error_are_those_of_independent_rows():
    values = np.random.default_rng(0).normal(size=(3, 50))
    mean, error = mean_over_rows(values)
    np.testing.assert_allclose(mean, values.mean(axis=1))
    np.testing.assert_allclose(error, values.std(axis=1, ddof=1) / 50**0.5)


def test_rows_that_were_never_left_out_and_rows_of_weight_zero_do_not_count():
    values = np.array([[1.0, np.nan, 3.0, 70.0], [2.0, 50.0, 4.0, 80.0]])
    mean, error = mean_over_rows(values, weights=[1, 1, 1, 0])
    np.testing.assert_allclose(mean, [2, 3])
    np.testing.assert_allclose(error, [1, 1])


def test_rows_of_a_group_count_as_one():
    values = np.array([1.0, 4.0, 2.0])
    thrice, error = mean_over_rows(np.repeat(values, 3), groups=np.repeat([5, 1, 9], 3))
    assert thrice == pytest.approx(values.mean())
    assert error == pytest.approx(mean_over_rows(values).standard_error)
    mixed = mean_over_rows([1.0, 4.0, 1.0, 4.0], groups=[0, 1, 0, 1]).standard_error
    assert mixed == pytest.approx(mean_over_rows([1.0, 4.0]).standard_error)


def test_whole_weights_give_the_mean_of_repeated_rows():
    values, counts = np.array([1.0, 4.0, 2.0]), np.array([1, 2, 3])
    repeated = mean_over_rows(np.repeat(values, counts), groups=np.repeat([0, 1, 2], counts))
    np.testing.assert_allclose(mean_over_rows(values, counts), repeated)


@pytest.mark.filterwarnings("error")
def test_a_single_group_has_no_standard_error_and_no_rows_no_mean():
    assert np.isnan(mean_over_rows([1.0, 2.0], groups=[0, 0]).standard_error)
    assert np.isnan(mean_over_rows([np.nan, np.nan]).mean)


@pytest.mark.parametrize("kind", ["quantitative", "binary", "categorical", "count"])
def test_the_averaged_outputs_have_the_average_mean(kind):
    outputs = jnp.array(np.random.default_rng(1).normal(size=(4, 2, 5, 3)), jnp.float32)
    counted = np.random.default_rng(2).random((4, 2, 5)) < 0.6
    counted[0] = True
    averaged = averaged_outputs(kind, outputs, jnp.asarray(counted))
    means = np.where(counted[..., None], responses.mean(kind, outputs), 0).sum(axis=0)
    expected = means / counted.sum(axis=0)[..., None]
    np.testing.assert_allclose(responses.mean(kind, averaged), expected, rtol=1e-5, atol=1e-6)


def test_probabilities_that_round_to_one_keep_their_loss():
    outputs = jnp.array([[[60.0]], [[80.0]]])  # 1 - p is about e^-60 / 2 on average
    averaged = averaged_outputs("binary", outputs, jnp.ones((2, 1), bool))
    loss = float(responses.loss("binary", averaged, jnp.zeros((1, 1)))[0])
    assert loss == pytest.approx(60 + np.log(2), rel=1e-5)


def test_losses_are_those_of_refits_that_left_the_row_out(monkeypatch):
    monkeypatch.setattr(
        "jaxnn.selection.bagging.OUTPUTS_AT_ONCE", 64 * 6
    )  # blocks of 64 of 100 rows
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(100, 2)), 500 + rng.normal(size=100)
    weights, left_out = rng.random(100), rng.random((3, 100)) < 0.4
    slopes = rng.normal(size=(3, 2, 2, 1))  # three resamples, two candidates
    params = ((slopes, np.full((3, 2, 1), 500.0)),)
    params = jax.tree.map(np.float32, params)
    network = MLP((2, 1))
    from jaxnn.mlp import Layer

    found = bagged_losses(network, (Layer(*params[0]),), None, X, y, left_out, weights=weights)
    predicted = np.einsum("ni,bcij->bcn", X, slopes) + 500
    counted = left_out[:, None].astype(float)
    with np.errstate(invalid="ignore"):
        mean = (predicted * counted).sum(axis=0) / counted.sum(axis=0)
    np.testing.assert_allclose(found.rows, (mean - y) ** 2, rtol=2e-3, atol=1e-3)
    assert np.isnan(found.rows[:, ~left_out.any(axis=0)]).all()
    mass = counted * weights
    alone = (mass * (predicted - y) ** 2).sum(axis=-1) / mass.sum(axis=-1)
    np.testing.assert_allclose(found.refits, alone.T, rtol=1e-3)


def test_resamples_that_leave_nothing_out_are_refused():
    with pytest.raises(InputError, match="X has 3 rows, of which 1 were left out of a resample"):
        check_left_out(np.array([[True, False, False], [True, False, False]]))
