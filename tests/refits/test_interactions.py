"""Do interactions over refits have the values of single refits, and intervals that hold?"""

from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
import pytest

import jaxnn
from jaxnn.bootstrap import bootstrap
from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import interaction_strengths
from jaxnn.refits import RefittedNetwork, refit_interactions, refitted_network
from jaxnn.refits.pair_averages import _on_scale
from jaxnn.tables import Column, Encoder

COLUMNS = (
    Column("a", "numeric"),
    Column("b", "categorical", ("p", "q", "r")),
    Column("c", "numeric"),
)


def rows(count=40, seed=0):
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 3, count)
    X = np.stack([rng.normal(size=count), levels, rng.normal(size=count)], axis=1)
    X.flags.writeable = False
    return X


def refits_of(slopes, X, response="quantitative", counts=None) -> Any:
    """Refits b with a prediction, or log odds, of x1 + x2 + slope_b x1 x2."""
    slopes = np.asarray(slopes, float)
    counts = np.ones((len(slopes), len(X)), int) if counts is None else counts

    def predict(rows):
        a, b = rows[:, 0], rows[:, 1]
        eta = a + b + slopes[:, None] * a * b
        return eta if response == "quantitative" else 1 / (1 + np.exp(-eta))

    return SimpleNamespace(
        response=response,
        width=1,
        columns=None,
        multiplicities=counts,
        out_of_bag=counts == 0,
        predict=predict,
        predict_mean=lambda rows: predict(rows).mean(axis=0),
        predictions_and_losses=lambda rows, y: None,
        single=lambda b: refits_of(slopes[b : b + 1], X, response, counts[b : b + 1]),
    )


@pytest.fixture(scope="module")
def network():
    X = rows()
    encoder = Encoder(COLUMNS)
    net = jaxnn.MLP((4, 4, 1), response="binary")
    fitter = jaxnn.Fitter(net, jaxnn.Recipe(epochs=30), encoder)
    refits = bootstrap(jax.random.key(0), fitter, X, (X[:, 0] * X[:, 2] > 0).astype(float), 6)
    return refitted_network(fitter, refits)


@pytest.mark.parametrize("scale", ["link", "response"])
def test_networks_have_the_interactions_of_each_refit(network, scale):
    X, w = rows(), np.arange(40) % 3
    found = refit_interactions(
        network, X, scale=scale, values=None, refits=5, rows=slice(None), weights=w
    )

    def predict(X):
        outputs = network.outputs(X)[:5, :, 0].astype(float)
        return outputs if scale == "link" else 1 / (1 + np.exp(-outputs))

    expected = interaction_strengths(predict, X, weights=w, columns=COLUMNS)
    for place, names in enumerate(found.names):
        same = expected.names.index(names)
        np.testing.assert_allclose(
            found.strengths[:, place], expected.strength[:, same], rtol=1e-3, atol=1e-5
        )
    assert (found.lower <= found.strength).all() and (found.strength <= found.upper).all()
    assert (np.diff(found.strength) <= 0).all()
    assert found.strengths.shape == found.h_squares.shape == (5, 3)


def test_any_other_model_has_the_same_interactions_as_a_network(network):
    X, kept = rows(), network.multiplicities

    def single(b):
        means = network._replace(multiplicities=kept)
        return SimpleNamespace(predict=lambda rows: means.predict(rows)[b : b + 1])

    names = ("response", "width", "columns", "multiplicities", "out_of_bag")
    names += ("predict", "predict_mean", "predictions_and_losses")
    other: Any = SimpleNamespace(single=single, **{name: getattr(network, name) for name in names})
    assert not isinstance(other, RefittedNetwork)
    found, expected = (
        refit_interactions(model, X, features=["a", "c"], refits=3, values=4)
        for model in (other, network)
    )
    for field in ("strength", "lower", "upper", "h_squared", "strengths"):
        np.testing.assert_allclose(getattr(found, field), getattr(expected, field), rtol=1e-3)


def test_an_additive_model_has_interactions_on_the_scale_of_probabilities_only():
    X = rows()
    model = refits_of(np.zeros(5), X, "binary")
    assert refit_interactions(model, X).upper.max() < 1e-7
    assert refit_interactions(model, X, scale="response").strength[0] > 0.01


def test_the_log_odds_of_classes_are_those_of_their_probabilities():
    outputs = np.array([[0.3, -1.0, 2.0], [0.0, 5.0, 1.0]], np.float32)
    p = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    found = _on_scale("categorical", jax.numpy.asarray(outputs), "link")
    np.testing.assert_allclose(found, np.log(p / (1 - p)), rtol=1e-5)


def test_a_table_needs_its_few_rows_and_groups_only():
    X = rows(3000)
    model = refits_of([0.5, 0.6, 0.7], X)
    found = refit_interactions(model, X)
    assert found.names[0] == ("x1", "x2") and found.strength[1:].max() < 1e-7
    exact = interaction_strengths(model.predict, X[::10]).strength[:, 0]
    np.testing.assert_allclose(found.strengths[:, 0], exact, rtol=0.08)
    one = refit_interactions(model, X, refits=1)
    assert one.lower[0] == one.upper[0] == one.strength[0] == one.strengths[0, 0]


def test_what_cannot_be_used_is_refused(network):
    X = rows()
    with pytest.raises(InputTypeError, match="model is 3; pass what"):
        refit_interactions(3, X)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="X has 39 rows, but the model was fitted to 40"):
        refit_interactions(network, X[1:])
    with pytest.raises(InputError, match="scale is 'logit'; known: link"):
        refit_interactions(network, X, scale="logit")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="values is 1; pass a whole number of at least 2"):
        refit_interactions(network, X, values=1)
    with pytest.raises(InputError, match="a column in features is 'd'; known"):
        refit_interactions(network, X, features=["a", "d"])
