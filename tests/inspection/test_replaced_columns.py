"""Are the predictions of a network with some columns replaced those of the changed rows?"""

import sys

import jax
import numpy as np
import pytest

from jaxnn import MLP, Encoder, Fit, InputError, init, predictor
from jaxnn.inspection import black_box
from jaxnn.tables import Column, Scaling, encoded_width

module = sys.modules[black_box.__module__]  # its name is the function's in the package
RNG = np.random.default_rng(0)
COLUMNS = (
    Column("age", "numeric"),
    Column("sex", "binary", ("f", "m")),
    Column("thal", "categorical", ("normal", "fixed", "reversable")),
    Column("size", "ordinal", ("S", "M", "L")),
)
X = np.stack([RNG.normal(50, 9, 9), RNG.integers(2, size=9), *RNG.integers(3, size=(2, 9))], axis=1)
X.flags.writeable = False
ENCODER = Encoder(COLUMNS)


def network(sizes, response, fits=None, encoder=ENCODER):
    net = MLP((encoded_width(ENCODER) if encoder else 4, *sizes), response=response)
    scaling = Scaling(np.array([50.0, 0, 0, 0]), np.array([9.0, 1, 1, 1])) if encoder else None
    keys = jax.random.split(jax.random.key(0), fits or 1)
    params = jax.tree.map(lambda *leaves: np.stack(leaves), *(init(key, net) for key in keys))
    if fits is None:
        params = jax.tree.map(lambda leaf: leaf[0], params)
    elif encoder:
        scaling = Scaling(*(np.tile(part, (fits, 1)) for part in scaling))
    nothing = np.zeros(() if fits is None else fits)
    return predictor(net, Fit(params, scaling, None, nothing, nothing, nothing, nothing), encoder)


NETWORKS = {
    "one output": network((5, 4, 1), "binary"),
    "classes": network((5, 3), "categorical"),
    "many fits": network((5, 1), "quantitative", fits=3),
    "many fits with classes": network((3,), "categorical", fits=2),
    "no encoder": network((5, 1), "count", encoder=None),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_predicts_the_changed_rows(name, monkeypatch):
    predict = NETWORKS[name]
    scaled = X / [50, 1, 1, 1] if name == "no encoder" else X
    box = black_box(predict, scaled)
    assert box.network is predict
    np.testing.assert_allclose(box.evaluate(scaled), predict(scaled), rtol=1e-5)
    of_row = RNG.integers(9, size=(6, 9))
    cases = [
        (0, scaled[:5, 0], None),
        (2, scaled[:3, 2], None),
        ([3, 0], scaled[:5][:, [3, 0]], None),
        ([3, 0], scaled[:, [3, 0]], of_row),
        ([3, 0], scaled[of_row][..., [3, 0]], None),
        (1, scaled[:, 1], of_row[:2]),
    ]
    for at_once in (module.BLOCK_BYTES, 600):
        monkeypatch.setattr(module, "BLOCK_BYTES", at_once)
        for features, values, numbers in cases:
            found = box.evaluate_with(scaled, features, values, numbers)
            values = values if numbers is None else values[numbers]
            for place, value in enumerate(values):
                moved = scaled.copy()
                moved[:, features] = value
                one = found.take(place, axis=box.rows_axis)
                np.testing.assert_allclose(one, predict(moved), rtol=1e-5, atol=1e-6)


def test_own_values_change_nothing_at_all():
    box = black_box(NETWORKS["one output"], X)
    before = box.evaluate_with(X, [], np.empty((4, 0)))
    own = box.evaluate_with(X, 0, X[:, 0], np.tile(np.arange(9), (4, 1)))
    np.testing.assert_array_equal(own, before)


def test_rows_that_do_not_fit_a_network_are_refused():
    with pytest.raises(InputError, match="X has 3 columns, but the encoder has 4"):
        black_box(NETWORKS["one output"], X[:, :3])


def test_predictors_of_equal_networks_share_a_program():
    program = sys.modules["jaxnn.inspection.replaced_columns"]._predictions
    black_box(NETWORKS["one output"], X).evaluate(X)
    before = program._cache_size()
    black_box(network((5, 4, 1), "binary"), X).evaluate(X)
    assert program._cache_size() == before
