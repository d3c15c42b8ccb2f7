"""Are accumulated local effects those of their definition, also for levels, weights and gaps?"""

import sys

import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import (
    accumulate,
    accumulated_local_effects,
    local_steps,
    partial_dependence,
)
from jaxnn.tables import Column

COLUMNS = (
    Column("a", "numeric"),
    Column("b", "categorical", ("p", "q", "r", "s")),
    Column("c", "numeric"),
)


def rows(count=50):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(count, 3))
    X[:, 1] = np.array([0, 1, 3])[np.arange(count) % 3]  # no row of level r
    X[:, 2] += X[:, 0]
    X.flags.writeable = False
    return X


def product(X):
    return X[:, 0] * X[:, 2] + np.sin(X[:, 1] * X[:, 2])


def by_definition(predict, X, feature, edges, weights):
    """The formula of the module, row by row."""
    effect, totals = [0.0], []
    for k in range(1, len(edges)):
        difference, total = 0.0, 0.0
        for x, w in zip(X, weights, strict=True):
            value = x[feature]
            if edges[k - 1] < value <= edges[k] or (k == 1 and value == edges[0]):
                upper, lower = x.copy(), x.copy()
                upper[feature], lower[feature] = edges[k], edges[k - 1]
                difference += w * (predict(upper[None]) - predict(lower[None]))[0]
                total += w
        effect.append(effect[-1] + difference / total)
        totals.append(total)
    effect, totals = np.array(effect), np.array(totals)
    return effect - totals @ (effect[1:] + effect[:-1]) / 2 / totals.sum()


@pytest.mark.parametrize("weights", [None, np.arange(50) % 4 + 0.5])
@pytest.mark.parametrize("edges", [None, [-1.0, 0.0, 0.25, 2.0]])
def test_effects_are_those_of_the_definition(edges, weights):
    X = rows()
    found = accumulated_local_effects(product, X, 0, edges, resolution=7, weights=weights)
    w = np.ones(50) if weights is None else weights
    np.testing.assert_allclose(
        found.effect, by_definition(product, X, 0, found.edges, w), atol=1e-12
    )
    inside = (X[:, 0] >= found.edges[0]) & (X[:, 0] <= found.edges[-1])
    assert found.counts.sum() == inside.sum()
    np.testing.assert_allclose(found.weights.sum(), w[inside].sum())


def test_edges_counts_and_effects_of_a_small_table_are_those_of_pyale():
    # PyALE 1.2 gives the same table with grid_size=4.
    X = np.array([[1.0, 1], [1, 2], [2, 3], [2, 1], [3, 2], [4, 3], [7, 1], [9, 4]])
    found = accumulated_local_effects(lambda X: X[:, 0] ** 2 * X[:, 1], X, 0, resolution=4)
    np.testing.assert_array_equal(found.edges, [1, 2, 4, 9])
    np.testing.assert_array_equal(found.counts, [4, 2, 2])
    # Steps 3 x 7/4, 12 x 5/2 and 65 x 5/2, added up to 0, 5.25, 35.25 and 197.75.
    mean = (4 * 5.25 / 2 + 2 * (5.25 + 35.25) / 2 + 2 * (35.25 + 197.75) / 2) / 8
    np.testing.assert_allclose(found.effect, np.array([0, 5.25, 35.25, 197.75]) - mean)


def test_a_linear_model_gives_a_line_with_its_coefficient_as_slope():
    X = rows()
    found = accumulated_local_effects(lambda X: X @ [2.0, 0.0, -3.0], X, 2)
    np.testing.assert_allclose(np.diff(found.effect), -3 * np.diff(found.edges))
    unused = accumulated_local_effects(lambda X: X @ [2.0, 0.0, -3.0], X, 1)
    np.testing.assert_array_equal(unused.effect, 0)


def test_a_product_of_correlated_columns_is_a_parabola_where_partial_dependence_is_a_line():
    z = (np.arange(400) + 0.5) / 200 - 1  # two uniform columns that are equal
    X = np.stack([z, z], axis=1)

    def predict(X):
        return X[:, 0] * X[:, 1]

    found = accumulated_local_effects(predict, X, 0, np.linspace(-1, 1, 21))
    # The derivative x2 is x itself, so the effect is x^2 / 2 less its trapezoidal mean.
    mean = 1 / 6 + 0.1**2 / 12
    np.testing.assert_allclose(found.effect, found.edges**2 / 2 - mean, atol=1e-12)
    np.testing.assert_allclose(partial_dependence(predict, X, 0, found.edges), 0, atol=1e-12)


def test_levels_move_to_their_neighbours_and_the_mean_over_rows_is_zero():
    X = np.array([[0.0, 1], [0, 3], [1, 2], [1, 5], [2, 4]])
    columns = (Column("b", "ordinal", ("low", "mid", "high")), Column("c", "numeric"))
    found = accumulated_local_effects(lambda X: X[:, 0] ** 2 * X[:, 1], X, "b", columns=columns)
    np.testing.assert_array_equal(found.edges, [0, 1, 2])
    np.testing.assert_array_equal(found.counts, [4, 3])
    # Rows of low and mid move by 1, 3, 2 and 5; those of mid and high by 6, 15 and 12.
    steps = np.array([0, 11 / 4, 11 / 4 + 11])
    np.testing.assert_allclose(found.effect, steps - steps @ [0.4, 0.4, 0.2])


def test_levels_without_rows_are_passed_over_and_cannot_be_asked_for():
    X = rows()
    found = accumulated_local_effects(product, X, "b", columns=COLUMNS)
    np.testing.assert_array_equal(found.edges, [0, 1, 3])
    some = accumulated_local_effects(product, X, "b", ["p", "s"], columns=COLUMNS)
    assert some.counts.tolist() == [np.isin(X[:, 1], [0, 3]).sum()]
    with pytest.raises(InputError, match=r"edges holds the level 'r', of which X has no row"):
        accumulated_local_effects(product, X, "b", ["p", "r"], columns=COLUMNS)


@pytest.mark.parametrize("feature", [0, 1])
def test_weights_are_repeated_rows(feature):
    X, weights = rows(), np.arange(50) % 4
    repeated = accumulated_local_effects(
        product, X.repeat(weights, axis=0), feature, resolution=9, columns=COLUMNS
    )
    for scale in (1, 1 / 3):
        found = accumulated_local_effects(
            product, X, feature, resolution=9, columns=COLUMNS, weights=scale * weights
        )
        np.testing.assert_array_equal(found.edges, repeated.edges)
        np.testing.assert_allclose(found.effect, repeated.effect, atol=1e-12)
        np.testing.assert_allclose(found.weights, scale * repeated.counts)


def test_a_bin_without_rows_takes_its_slope_from_its_neighbours():
    X = np.array([[0.5], [3.5]])
    found = accumulated_local_effects(lambda X: X[:, 0] ** 2, X, 0, [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(found.counts, [1, 0, 0, 1])
    # Slopes 1 and 7 at the middles 0.5 and 3.5, so 3 and 5 between them: the parabola.
    np.testing.assert_allclose(np.diff(found.effect), [1, 3, 5, 7])
    beyond = accumulated_local_effects(lambda X: X[:, 0] ** 2, X[:1], 0, [-2, 0, 1, 3])
    np.testing.assert_allclose(np.diff(beyond.effect), [2, 1, 2])


def test_replicates_come_first_and_outputs_last():
    X, scales = rows(), np.array([1.0, -2.0, 4.0])[:, None, None]
    plain = accumulated_local_effects(product, X, 0)
    both = accumulated_local_effects(lambda X: scales * product(X)[:, None] * [1, 3], X, 0)
    np.testing.assert_allclose(both.effect, scales * plain.effect[:, None] * [1, 3], atol=1e-12)
    steps = local_steps(X, 0)
    lower, upper = X[steps.rows], X[steps.rows]
    lower[:, 0], upper[:, 0] = steps.edges[steps.bins], steps.edges[steps.bins + 1]
    differences = product(upper) - product(lower)
    np.testing.assert_allclose(accumulate(differences, steps), plain.effect, atol=1e-12)
    both = accumulate(scales * differences[:, None] * [1, 3], steps, rows_axis=1)
    np.testing.assert_allclose(both, scales * plain.effect[:, None] * [1, 3], atol=1e-12)


def test_the_size_of_blocks_does_not_matter_and_a_jax_function_is_as_any_other(monkeypatch):
    X = rows()
    whole = accumulated_local_effects(product, X, 0)
    compiled = accumulated_local_effects(lambda X: jnp.asarray(X[:, 0] * X[:, 2]), X, 0)
    plain = accumulated_local_effects(lambda X: X[:, 0] * X[:, 2], X, 0)
    np.testing.assert_allclose(compiled.effect, plain.effect, rtol=1e-4, atol=1e-5)
    for module in ("black_box", "row_averages"):
        monkeypatch.setattr(sys.modules[f"jaxnn.inspection.{module}"], "BLOCK_BYTES", 300)
    np.testing.assert_allclose(
        accumulated_local_effects(product, X, 0).effect, whole.effect, atol=1e-12
    )


def test_one_value_has_no_effect_and_integers_are_not_truncated():
    one = accumulated_local_effects(product, rows(1), 0)
    assert one.edges.shape == (1,) and one.effect.tolist() == [0.0]
    assert one.counts.shape == one.weights.shape == (0,)
    columns = (Column("b", "binary", ("no", "yes")),)
    same = accumulated_local_effects(lambda X: X[:, 0], np.ones((4, 1)), 0, columns=columns)
    assert same.effect.tolist() == [0.0]
    X = np.array([[0, 1], [3, 2]])
    found = accumulated_local_effects(lambda X: X[:, 0] * X[:, 1], X, 0, [0.0, 0.5, 3.0])
    np.testing.assert_allclose(np.diff(found.effect), [0.5, 5.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"edges": [0.0]}, r"edges is \[0\.0\]; pass at least two increasing values"),
        ({"edges": [1.0, 0.0]}, r"edges is \[1\.0, 0\.0\]; pass at least two increasing"),
        ({"edges": [50.0, 60.0]}, r"edges extends from 50 to 60, where column 0 has no value; its"),
        ({"resolution": 0}, r"resolution is 0; pass a whole number of at least 1"),
        ({"feature": "d"}, r"feature is 'd'; known: a, b, c"),
        ({"feature": "b", "edges": ["p", "x"]}, r"a level in edges is 'x'"),
        ({"weights": [1.0]}, r"weights has shape \(1,\)"),
        ({"predict": lambda X: X[:1, 0]}, r"predict gives shape"),
        ({"predict": lambda X: X[:, 0] * np.nan}, r"predict gives nan for a row"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(arguments, message):
    arguments = {"predict": product, "feature": 0, "columns": COLUMNS, **arguments}
    with pytest.raises(InputError, match=message):
        accumulated_local_effects(X=rows(), **arguments)


def test_codes_that_are_no_level_and_differences_that_do_not_fit_are_refused():
    X = rows() + np.array([0, 3, 0])
    with pytest.raises(InputError, match=r"column 'b' of X holds 4, which is no level"):
        accumulated_local_effects(product, X, "b", columns=COLUMNS)
    steps = local_steps(rows(), 0)
    with pytest.raises(InputError, match=r"differences has shape \(3,\); pass 50 entries along"):
        accumulate(np.ones(3), steps)
    with pytest.raises(InputError, match=r"rows_axis is 2; pass 0, or 1"):
        accumulate(np.ones(50), steps, rows_axis=2)
    with pytest.raises(InputTypeError, match=r"differences holds <U1 values"):
        accumulate(["a"] * 50, steps)
