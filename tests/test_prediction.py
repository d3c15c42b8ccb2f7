"""Are predictions those of the encoded rows and the right parameters, for one fit or for many?"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, Encoder, Fit, History, InputError, init, predict, predictor
from jaxnn.tables import fit_scaling, numeric_columns

X = np.random.default_rng(5).normal(size=(6, 3))
NET = MLP((3, 4, 1))


def fitted_network(net=NET, seeds=None, scaling=None):
    """A fit with initial weights as parameters; with `seeds`, so many of them stacked."""
    nothing = jnp.zeros(())

    def made(key):
        history = History(nothing, nothing, nothing)
        return Fit(
            init(key, net), None, history, nothing, jnp.array(0), jnp.array(-1), jnp.array(0)
        )

    if seeds is None:
        return made(jax.random.key(1))._replace(scaling=scaling)
    return jax.jit(jax.vmap(made))(jax.random.split(jax.random.key(0), seeds))


def by_hand(params, X):
    """f(x) of a tanh network for every row."""
    for number, (weights, biases) in enumerate(jax.tree.map(np.asarray, params)):
        X = (X if number == 0 else np.tanh(X)) @ weights + biases
    return X


@pytest.mark.parametrize(
    ("response", "outputs", "link"),
    [
        ("quantitative", 1, lambda z: z[:, 0]),
        ("quantitative", 2, lambda z: z),
        ("binary", 1, lambda z: 1 / (1 + np.exp(-z[:, 0]))),
        ("categorical", 3, lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)),
    ],
)
def test_predictions_are_means_of_the_response(response, outputs, link):
    net = MLP((3, 4, outputs), response=response)
    fitted = fitted_network(net)
    expected = link(by_hand(fitted.params, X))
    for found in (predict(net, fitted, X), predictor(net, fitted)(X)):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_raw_predictors_are_encoded_with_the_scaling_of_the_fit():
    encoder = Encoder(numeric_columns(3))
    scaling = fit_scaling(encoder, 100 + 10 * X)
    fitted = fitted_network(scaling=scaling)
    new = 100 + 20 * X[:2]
    features = (new - np.asarray(scaling.mean)) / np.asarray(scaling.scale)
    expected = by_hand(fitted.params, features)[:, 0]
    for found in (predict(NET, fitted, new, encoder), predictor(NET, fitted, encoder)(new)):
        np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize(("outputs", "shape"), [(1, (3, 5)), (2, (3, 5, 2))])
@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_stacked_fits_predict_with_a_leading_axis(outputs, shape, batch_size):
    net = MLP((3, outputs))
    fits = fitted_network(net, seeds=3)
    predicted = predictor(net, fits, batch_size=batch_size)(X[:5])
    assert predicted.shape == shape
    for i in range(3):
        one = jax.tree.map(lambda leaf, i=i: np.asarray(leaf)[i], fits.params)
        np.testing.assert_allclose(
            predicted[i].reshape(5, -1), by_hand(one, X[:5]), rtol=1e-5, atol=1e-6
        )


def test_a_predictor_works_inside_another_program():
    fitted = fitted_network()
    black_box = predictor(NET, fitted)
    np.testing.assert_allclose(
        jax.jit(black_box)(X), by_hand(fitted.params, X)[:, 0], rtol=1e-5, atol=1e-6
    )
    through = jax.jit(lambda box, rows: box(rows))(black_box, X)
    np.testing.assert_allclose(through, by_hand(fitted.params, X)[:, 0], rtol=1e-5, atol=1e-6)


def test_an_encoder_that_is_missing_or_was_not_used_is_refused():
    encoder = Encoder(numeric_columns(3))
    encoded = fitted_network(scaling=fit_scaling(encoder, X))
    for call in (partial(predict, X=X), predictor):
        with pytest.raises(InputError, match="encoder is None, but the fit was made with an"):
            call(NET, encoded)
        with pytest.raises(InputError, match="encoder is given, but the fit was made without one"):
            call(NET, fitted_network(), encoder=encoder)


@pytest.mark.parametrize("seeds", [None, 2])
@pytest.mark.parametrize("sizes", [(3, 5, 1), (3, 1), (3, 4, 4, 1)])
def test_parameters_of_another_network_are_refused(sizes, seeds):
    for call in (partial(predict, X=X), predictor):
        with pytest.raises(InputError, match=r"params has the shapes .* a network of sizes"):
            call(MLP(sizes), fitted_network(seeds=seeds))


def test_what_is_not_a_network_or_a_fit_is_refused():
    fitted = fitted_network()
    with pytest.raises(InputError, match=r"fitted is a tuple; pass a jaxnn.Fit"):
        predictor(NET, fitted.params)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"net is a str; pass a jaxnn.MLP"):
        predictor("net", fitted)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"batch_size is 0; pass a whole number"):
        predictor(NET, fitted, batch_size=0)


def test_stacked_fits_are_refused_where_one_is_needed():
    with pytest.raises(InputError, match=r"fitted holds 2 fits; pass one, or use jaxnn.predictor"):
        predict(NET, fitted_network(seeds=2), X)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (X[0], r"X has shape \(3,\); pass a matrix"),
        (X[:, :1], "X has 1 columns, but sizes starts with 3"),
        ([[1.0, 2.0], [1.0]], "X has rows of different lengths"),
        ([["a", "b", "c"]], "X holds .* values; pass numbers"),
        ([[1.0, np.nan, 2.0]], "X holds nan at row 0, column 1"),
        (3.0, r"X has shape \(\); pass a matrix"),
        (None, "X holds object values; pass numbers"),
    ],
    ids=str,
)
def test_rows_that_do_not_fit_are_refused(wrong, sentence):
    fitted = fitted_network()
    for call in (partial(predict, NET, fitted), predictor(NET, fitted)):
        with pytest.raises(InputError, match=sentence):
            call(wrong)


@pytest.mark.parametrize("field", ["params", "history", "diverged_at", "train_loss"])
@pytest.mark.parametrize("value", ["text", np.array(["a"])])
def test_a_fit_with_a_field_that_is_no_array_is_refused(field, value, small_fits, small_network):
    broken = small_fits._replace(**{field: value})
    with pytest.raises(InputError, match=r"^fitted has .*; pass a jaxnn\.Fit"):
        predictor(small_network, broken)
