"""Are the curves of refits what their formulas say, whatever the model, and from one pass?"""

from importlib import import_module

import numpy as np
import pytest

from jaxnn import MLP, Encoder, Fitter, Recipe, encoded_width, interval
from jaxnn.bands import calibrated_band, simultaneous_band
from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import (
    accumulated_local_effects,
    contrast_table,
    contrasts,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.refits import (
    contrasts_of,
    curve_bands,
    effect,
    effects,
    network_curves,
    refitted_network,
)
from jaxnn.tables import Column, numeric_columns

ROWS, REFITS = 50, 7
RNG = np.random.default_rng(0)
X = np.column_stack([RNG.normal(size=(ROWS, 2)), RNG.integers(0, 3, ROWS)])
X[:, 1] += X[:, 0]
X.setflags(write=False)
COLUMNS = (
    Column("age", "numeric"),
    Column("weight", "numeric"),
    Column("size", "categorical", ("s", "m", "l")),
)
SLOPES = RNG.normal([1.0, -2.0, 0.0], size=(REFITS, 3))
SHIFT = 100.0


class Refits:
    """Refits of a model that NumPy functions compute: predict(X) (refits, rows[, outputs])."""

    def __init__(self, predict, *, columns=COLUMNS, response="quantitative", width=1):
        self.predict, self.columns, self.response, self.width = predict, columns, response, width
        self.multiplicities = np.ones((len(predict(X)), ROWS), int)
        self.out_of_bag = self.multiplicities == 0

    def predict_mean(self, X):
        return self.predict(X).mean(axis=0)

    def predictions_and_losses(self, X, y):
        raise NotImplementedError


LINEAR = Refits(lambda X: SHIFT + SLOPES @ X.T)


def test_curves_of_linear_models_are_lines_with_their_coefficients():
    found = effect(LINEAR, X, "age", row=3)
    x = found.grid - X[:, 0].mean()
    average = SHIFT + SLOPES @ X.mean(axis=0)
    np.testing.assert_allclose(found.average, average[:, None] + SLOPES[:, :1] * x)
    typical = [0, X[:, 1].mean(), np.bincount(X[:, 2].astype(int)).argmax()]
    profile = SHIFT + SLOPES @ typical
    np.testing.assert_allclose(found.profile, profile[:, None] + SLOPES[:, :1] * found.grid)
    rest = SHIFT + X[3, 1:] @ SLOPES[:, 1:].T
    np.testing.assert_allclose(found.row_curve, rest[:, None] + SLOPES[:, :1] * found.grid)
    np.testing.assert_allclose(found.individual[3], found.row_curve.mean(axis=0))
    np.testing.assert_allclose(
        np.diff(found.accumulated), SLOPES[:, :1] * np.diff(found.edges), rtol=1e-6
    )
    assert (found.column, found.row, found.individual.shape) == (COLUMNS[0], 3, (ROWS, 40))
    assert found.rises == (SLOPES[:, 0] > 0).mean()
    np.testing.assert_array_equal(found.step_rises, np.full(39, found.rises))


def test_contrasts_of_linear_models_are_differences_times_the_coefficient():
    found = effect(LINEAR, X, 0, contrasts=[(-1, 2.5), (2.5, -1)])
    np.testing.assert_array_equal(found.contrast_values, [[-1, 2.5], [2.5, -1]])
    np.testing.assert_allclose(found.contrasts, SLOPES[:, :1] * [3.5, -3.5])
    levels = effect(LINEAR, X, 2, contrasts=("s", "l"))
    np.testing.assert_allclose(levels.contrasts, 2 * SLOPES[:, 2:])
    every = effects(LINEAR, X)
    together = contrasts_of(every)
    expected = contrasts(LINEAR.predict, X, columns=COLUMNS)
    assert together.labels == expected.labels
    np.testing.assert_allclose(together.samples, expected.samples)
    assert contrast_table(together) == contrast_table(expected)


def smooth(X):
    """Two outputs of four refits that are neither additive nor linear."""
    tilt = np.arange(4.0)[:, None]
    first = np.sin(X[:, 0] * (1 + 0.1 * tilt)) * X[:, 1] + X[:, 2] ** 2 * tilt
    return np.stack([first, np.exp(-first / 4)], axis=-1)


@pytest.mark.parametrize("feature", [0, 2])
@pytest.mark.parametrize("weights", [None, np.arange(ROWS) % 4])
def test_each_curve_is_what_inspection_says_of_the_predictions(feature, weights):
    model = Refits(smooth, width=2)
    found = effect(model, X, feature, weights=weights, center="median", individual_rows=[4, 9, 4])
    seen = (smooth, X, feature, found.grid)
    np.testing.assert_allclose(found.average, partial_dependence(*seen, weights))
    profile = profile_at(*seen, "median", columns=COLUMNS, weights=weights)
    np.testing.assert_allclose(found.profile, profile)
    single = individual_conditional_expectation(smooth, X[[4, 9, 4]], feature, found.grid)
    np.testing.assert_allclose(found.individual, single.mean(axis=0))
    local = accumulated_local_effects(
        smooth, X, feature, found.edges, columns=COLUMNS, weights=weights
    )
    np.testing.assert_allclose(found.accumulated, local.effect, rtol=1e-9, atol=1e-12)
    assert (local.counts > 0).all() and np.isin(found.edges, found.grid).all()
    assert len(found.edges) == 3 if feature == 2 else 15 <= len(found.edges) <= 21


def test_effects_say_where_the_rows_are_and_which_cannot_be():
    height = np.linspace(150, 200, ROWS)
    related = np.column_stack([height, height - 100 + np.sin(height), np.arange(ROWS) % 3])
    age, weight, size = effects(LINEAR, related)
    assert "combinations of age with weight" in age.impossible.warning
    assert weight.impossible.partner == 0 and size.impossible.warning is None
    np.testing.assert_array_equal(age.density.values, height)
    assert len(age.density.deciles) == 9 and size.density.counts.tolist() == [17, 17, 16]
    assert effect(LINEAR, related, 0, impossible=False).impossible is None


def test_rows_that_are_averaged_over_may_be_chosen_twice_or_left_out():
    found = effect(LINEAR, X, 0, rows=[2, 2, 5], individual_rows=[7])
    expected = partial_dependence(LINEAR.predict, X[[2, 2, 5]], 0, found.grid)
    np.testing.assert_allclose(found.average, expected)
    np.testing.assert_allclose(
        found.individual,
        LINEAR.predict_mean(X[7] * [0, 1, 1] + found.grid[:, None] * [1, 0, 0])[None],
    )


def test_results_do_not_depend_on_the_blocks_and_no_prediction_is_wasted(monkeypatch):
    rows_seen = []

    def counted(X):
        rows_seen.append(len(X))
        return smooth(X)

    whole = effects(Refits(counted, width=2), X)
    predicted = sum((len(one.grid) + 2) * (ROWS + 1) for one in whole)  # two values of a contrast
    assert sum(rows_seen) <= predicted + ROWS + 5
    monkeypatch.setattr(import_module("jaxnn.inspection.black_box"), "BLOCK_BYTES", 2**11)
    for one, again in zip(whole, effects(Refits(smooth, width=2), X), strict=True):
        np.testing.assert_allclose(one.average, again.average, rtol=1e-12)
        np.testing.assert_allclose(one.individual, again.individual, rtol=1e-12)
        np.testing.assert_allclose(one.accumulated, again.accumulated, rtol=1e-9, atol=1e-12)


@pytest.fixture(scope="module")
def network(arbitrary_refits):
    """Nineteen refits, never trained, of a network with three classes."""
    encoder = Encoder(COLUMNS)
    net = MLP((encoded_width(encoder), 4, 3, 3), response="categorical")
    refits = arbitrary_refits(net, 3, ROWS, 19)
    return refitted_network(Fitter(net, Recipe(epochs=1), encoder), refits)


def test_curves_of_a_network_are_those_of_its_predictions(network):
    plain = Refits(network.predict, response="categorical", width=3)
    chosen = {"rows": np.arange(0, ROWS, 2), "individual_rows": [1, 4], "row": 6}
    weights = 1 + np.arange(ROWS) % 3
    for quick, slow in zip(
        effects(network, X, weights=weights, **chosen),
        effects(plain, X, weights=weights, **chosen),
        strict=True,
    ):
        for curve in ("average", "profile", "individual", "row_curve", "accumulated"):
            np.testing.assert_allclose(
                getattr(quick, curve), getattr(slow, curve), rtol=1e-5, atol=2e-6
            )
        np.testing.assert_allclose(quick.contrasts, slow.contrasts, atol=2e-6)


def test_curves_of_a_network_do_not_depend_on_how_its_pass_is_cut(network, monkeypatch):
    whole = effects(network, X, individual_rows=np.arange(0, ROWS, 2))
    for name, size in (("REFITS", 3), ("GROUPS", 4), ("MOST_VALUES", 64), ("HELD", 1)):
        monkeypatch.setattr(network_curves, name, size)
    monkeypatch.setattr(network_curves, "ROWS", 16)
    shares = []
    cut = effects(network, X, individual_rows=np.arange(0, ROWS, 2), progress=shares.append)
    for one, again in zip(whole, cut, strict=True):
        for curve in ("average", "profile", "individual", "accumulated"):
            np.testing.assert_allclose(
                getattr(one, curve), getattr(again, curve), rtol=1e-5, atol=1e-6
            )
    assert shares == sorted(shares) and shares[-1] == 1 and len(shares) > 10


def test_bands_of_a_curve_are_those_of_its_refits():
    model = Refits(lambda X: 1 / (1 + np.exp(-SLOPES @ X.T)), response="binary")
    found = effect(model, X, 0, row=2)
    for curve, values in (
        ("average", found.average),
        ("profile", found.profile),
        ("row", found.row_curve),
    ):
        bands = curve_bands(found, curve, 0.8)
        np.testing.assert_array_equal(bands.pointwise, interval(values, 0.8))
        outer = simultaneous_band(values, 0.8, kind="binary")
        assert (bands.simultaneous.lower <= bands.pointwise.lower).all()
        np.testing.assert_array_equal(
            bands.simultaneous.upper, np.maximum(outer.upper, bands.pointwise.upper)
        )
        assert bands.simultaneous.upper.max() <= 1
    local = curve_bands(found, "accumulated")
    assert local.simultaneous.lower.min() < 0 and len(local.x) == len(found.edges)
    wide = effect(Refits(lambda X: np.tile(model.predict(X), (3, 1)), response="binary"), X, 0)
    calibrated = curve_bands(found, fitted=found, simulated=wide)
    exact = calibrated_band(found.average, found.average, wide.average, kind="binary")
    np.testing.assert_allclose(calibrated.center, exact.center)
    assert (calibrated.refits, calibrated.simulations) == (REFITS, 3 * REFITS)


def test_unusual_tables_have_effects():
    constant = X.copy()
    constant[:, 1] = 2.0
    found = effects(LINEAR, constant)
    assert found[1].contrasts.shape == (REFITS, 0) and found[1].average.shape == (REFITS, 1)
    np.testing.assert_array_equal(found[1].accumulated, np.zeros((REFITS, 1)))
    one = effect(LINEAR, X[:1], 0)
    np.testing.assert_allclose(one.average[:, 0], LINEAR.predict(X[:1])[:, 0])
    whole = Refits(lambda X: SLOPES @ X.T, columns=None)
    codes = (3 * X).astype(int)
    counted = effect(whole, codes, 0, contrasts=(0.5, 1))
    np.testing.assert_allclose(counted.contrasts, SLOPES[:, :1] / 2)
    far = effect(LINEAR, X, 0, grid=[50.0, 0.0, -50.0])
    assert far.extrapolated.tolist() == [True, False, True] and far.average.shape == (REFITS, 3)
    many = np.tile(X[:, :2], (1, 500))
    model = Refits(lambda X: X[:, :3].T, columns=numeric_columns(1000))
    found = effects(model, many, [0, "x1000"], resolution=3)
    assert [one.feature for one in found] == [0, 999] and not found[1].contrasts.any()


def test_what_cannot_be_used_is_refused():
    with pytest.raises(InputTypeError, match=r"model is the function .*; pass what"):
        effect(smooth, X, 0)
    with pytest.raises(InputError, match=r"feature is 'height'.*age"):
        effect(LINEAR, X, "height")
    with pytest.raises(InputError, match="features is empty"):
        effects(LINEAR, X, [])
    with pytest.raises(InputError, match=r"rows is \[50\]; pass a list of row numbers"):
        effect(LINEAR, X, 0, rows=[50])
    with pytest.raises(InputError, match="row is 50; pass a row number of X from 0 to 49, or None"):
        effect(LINEAR, X, 0, row=50)
    with pytest.raises(InputError, match="a level in grid is 'xl'"):
        effect(LINEAR, X, 2, grid=["s", "xl"])
    with pytest.raises(InputError, match="weights of rows is zero for every row"):
        effect(LINEAR, X, 0, weights=np.arange(ROWS) > 3, rows=[0, 1])
    with pytest.raises(InputError, match="columns has 3 entries"):
        effect(LINEAR, X[:, :2], 0)
    with pytest.raises(InputError, match="predict gives nan"):
        effect(Refits(lambda X: np.where(X[:, 0] > 1, np.nan, SLOPES @ X.T)), X, 1)
    found = effect(LINEAR, X, 0)
    with pytest.raises(InputError, match="effect has no curve of a row; name it"):
        curve_bands(found, "row")
    with pytest.raises(InputError, match="curve is 'mean'"):
        curve_bands(found, "mean")
    with pytest.raises(InputTypeError, match=r"effect is \(1, 2\); pass what"):
        curve_bands((1, 2))
    with pytest.raises(InputError, match="effects is empty"):
        contrasts_of([])
    with pytest.raises(InputTypeError, match="effects is 'effects'; pass what"):
        contrasts_of("effects")
