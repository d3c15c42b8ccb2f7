"""Does the encoder compute its formulas, in single precision, for every kind of column?"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import (
    Column,
    Encoder,
    Scaling,
    encode,
    encoded_names,
    encoded_width,
    fit_scaling,
    numeric_columns,
)

LETTERS = "abcdef"


# As they are used: inside one compiled program.
scaling_of = jax.jit(fit_scaling, static_argnames="encoder")
features_of = jax.jit(encode, static_argnames="encoder")


@functools.partial(jax.jit, static_argnames="encoder")
def scaled(encoder, X, weights=None):
    """The scaling and the features of the rows that it is fitted to."""
    scaling = fit_scaling(encoder, X, weights)
    return scaling, encode(encoder, scaling, X)


def reference_scaling(encoder, X, weights):
    """Mean and standard deviation in double precision, a column at a time."""
    mean, scale = np.zeros(X.shape[1]), np.ones(X.shape[1])
    for place, column in enumerate(encoder.columns):
        if column.kind == "numeric":
            x = X[:, place].astype(np.float64)
            mean[place] = np.average(x, weights=weights)
            spread = np.sqrt(np.average((x - mean[place]) ** 2, weights=weights))
            scale[place] = spread if len(np.unique(x[weights > 0])) > 1 else 1
    return mean, scale


def reference_features(encoder, mean, scale, X):
    """Features one by one, by the words of the definition."""
    features = []
    for place, column in enumerate(encoder.columns):
        x = X[:, place].astype(np.float64)
        if column.kind == "numeric":
            features.append((x - mean[place]) / scale[place])
        elif column.kind == "binary":
            features.append(x)
        else:
            first = 1 if encoder.drop_first else 0
            features += [1.0 * (x == k) for k in range(first, len(column.levels))]
    return np.stack(features, axis=1) if features else np.zeros((len(X), 0))


@st.composite
def problems(draw):
    """An encoder of some columns, nine rows, and weights of them that add up to twelve."""
    rows = 9  # few shapes, since each is compiled
    columns, values = [], []
    for place in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["numeric", "binary", "categorical"]))
        if kind == "numeric":
            columns.append(Column(f"c{place}", "numeric"))
            numbers = st.floats(-1000, 1000, width=32).map(lambda x: round(x, 2))
            values.append(draw(arrays(np.float32, rows, elements=numbers)))
        else:
            levels = 2 if kind == "binary" else draw(st.integers(1, 3))
            columns.append(Column(f"c{place}", kind, tuple(LETTERS[:levels])))
            values.append(draw(arrays(np.float32, rows, elements=st.integers(0, levels - 1))))
    taken = draw(arrays(np.int64, 12, elements=st.integers(0, rows - 1)))
    weights = np.bincount(taken, minlength=rows)
    return Encoder(tuple(columns), draw(st.booleans())), np.stack(values, axis=1), weights


@given(problems())
def test_encoding_equals_the_plain_reference(problem):
    encoder, X, weights = problem
    mean, scale = reference_scaling(encoder, X, weights)
    scaling, features = scaled(encoder, X, weights)
    assert scaling.mean.dtype == scaling.scale.dtype == jnp.float32
    np.testing.assert_allclose(scaling.mean, mean, rtol=1e-6, atol=1e-4)
    np.testing.assert_allclose(scaling.scale, scale, rtol=1e-4)
    assert features.shape == (len(X), encoded_width(encoder))
    # The mean is one single-precision number, so it is off by up to half a unit in its last place.
    blur = 1e-5 * (1 + (np.abs(mean) / scale).max())
    expected = reference_features(encoder, mean, scale, X)
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=blur)


@given(problems())
def test_a_weight_of_two_is_a_row_taken_twice(problem):
    encoder, X, weights = problem
    weighted = scaling_of(encoder, X, weights / 1)
    repeated = scaling_of(encoder, np.repeat(X, weights, axis=0))
    np.testing.assert_allclose(weighted.mean, repeated.mean, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(weighted.scale, repeated.scale, rtol=1e-4)
    smaller = scaling_of(encoder, X, weights / 7)
    np.testing.assert_allclose(smaller.scale, weighted.scale, rtol=1e-5)


@given(
    st.floats(-(2.0**100), 2.0**100, width=32),
    st.sampled_from([1, 7, 40]),
    st.integers(0, 2**31),
)
def test_a_constant_column_is_exactly_zero(value, rows, seed):
    encoder = Encoder(numeric_columns(1))
    X = np.full((rows, 1), value, np.float32)
    weights = np.random.default_rng(seed).integers(0, 4, rows) + (np.arange(rows) == 0)
    for w in (None, weights / 1, weights / 3):
        scaling, features = scaled(encoder, X, w)
        assert scaling.scale == 1
        assert np.array_equal(features, np.zeros((rows, 1)))


def test_a_column_constant_where_it_counts_is_zero_there():
    encoder = Encoder(numeric_columns(1))
    X = np.array([[5.1], [5.1], [9.1]], np.float32)
    _, features = scaled(encoder, X, np.array([2, 1, 0]))
    np.testing.assert_array_equal(features[:2], 0)
    assert np.isfinite(features).all()


@pytest.mark.parametrize("size", [1e-30, 1e-20, 1e-3, 1.0, 1e10, 1e20, 1e30])
def test_the_unit_of_a_column_does_not_matter(size):
    encoder = Encoder(numeric_columns(1))
    x = np.linspace(-1, 3, 50)[:, None]
    X = (size * x).astype(np.float32)
    _, features = scaled(encoder, X)
    np.testing.assert_allclose(features, (x - x.mean()) / x.std(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("offset", "step"), [(1e4, 1.0), (1e6, 1.0), (1e7, 8.0), (-3e8, 4096.0), (1e30, 1e26)]
)
def test_nearly_constant_columns_keep_their_spread(offset, step):
    # The textbook formula E x^2 - (E x)^2 has no correct digit for these.
    encoder = Encoder(numeric_columns(1))
    X = (offset + step * (np.arange(300) % 7))[:, None].astype(np.float32)
    exact = X.astype(np.float64)
    scaling = scaling_of(encoder, X)
    np.testing.assert_allclose(scaling.mean, exact.mean(0), rtol=2e-7)
    np.testing.assert_allclose(scaling.scale, exact.std(0), rtol=1e-5)


def test_two_neighbouring_single_precision_numbers_stay_apart():
    encoder = Encoder(numeric_columns(1))
    low = np.float32(1e8)
    X = np.array([low, low, np.nextafter(low, np.float32(np.inf))])[:, None]
    features = np.asarray(scaled(encoder, X)[1])
    assert np.isfinite(features).all()
    np.testing.assert_allclose(features[2] - features[0], 3 / np.sqrt(2), rtol=1e-5)


def test_many_rows_lose_no_digits():
    encoder = Encoder(numeric_columns(1))
    X = (1000 + np.random.default_rng(0).normal(size=(200_000, 1))).astype(np.float32)
    exact = X.astype(np.float64)
    scaling = scaling_of(encoder, X)
    np.testing.assert_allclose(scaling.mean, exact.mean(0), rtol=1e-7)
    # Errors of a sum in one lane grow like sqrt(rows), and a root takes half of them; processors
    # have different numbers of lanes.
    rounding = np.sqrt(len(X)) * 2.0**-24 / 2
    np.testing.assert_allclose(scaling.scale, exact.std(0), rtol=rounding)
    # The mean square less the squared mean would fail.
    rival = np.sqrt(np.mean(X**2, 0) - np.mean(X, 0) ** 2)
    assert abs(rival / exact.std(0) - 1) > 10 * rounding


MIXED = Encoder(
    (
        Column("age", "numeric"),
        Column("smokes", "binary", ("no", "yes")),
        Column("scan", "categorical", ("normal", "fixed", "reversable")),
        Column("flat", "numeric"),
    )
)
ROWS = np.array([[40, 0, 0, 3], [50, 1, 1, 3], [60, 1, 2, 3.0]], np.float32)


def test_names_and_width():
    assert encoded_names(MIXED) == ("age", "smokes=yes", "scan=fixed", "scan=reversable", "flat")
    everything = Encoder(MIXED.columns, drop_first=False)
    assert encoded_width(everything) == encoded_width(MIXED) + 1
    assert encoded_names(everything)[2] == "scan=normal"
    beside = Encoder((Column("c", "categorical", ("only",)), Column("age", "numeric")))
    X = np.array([[0, 4], [0, 6.0]])
    np.testing.assert_array_equal(scaled(beside, X)[1], [[-1], [1]])
    single = Encoder((Column("c", "categorical", ("only",)),))
    assert encoded_width(single) == 0
    assert scaled(single, np.zeros((4, 1)))[1].shape == (4, 0)


def test_codes_count_as_the_nearest_level():
    scaling, features = scaled(MIXED, ROWS)
    rough = ROWS + np.array([0, 0.3, -0.4, 0], np.float32)
    np.testing.assert_array_equal(features_of(MIXED, scaling, rough)[:, 1:4], features[:, 1:4])
    beyond = np.array([50, 7, 9, 3], np.float32)
    np.testing.assert_array_equal(features_of(MIXED, scaling, beyond), [0, 1, 0, 1, 0])


def test_a_missing_value_never_passes_for_a_level():
    scaling, _ = scaled(MIXED, ROWS)
    holes = np.array([50, np.nan, np.nan, 3], np.float32)
    features = np.asarray(features_of(MIXED, scaling, holes))
    np.testing.assert_array_equal(np.isnan(features), [False, True, True, True, False])


def test_gradients_are_finite_and_right():
    scaling, _ = scaled(MIXED, ROWS)
    jacobian = jax.jit(jax.jacobian(lambda x: encode(MIXED, scaling, x)))(ROWS[1])
    expected = np.zeros((5, 4))
    expected[0, 0] = 1 / scaling.scale[0]
    expected[4, 3] = 1  # the constant column, by its scale of 1
    np.testing.assert_allclose(jacobian, expected, rtol=1e-6)


def test_gradients_through_the_scaling():
    def features(X):
        return encode(MIXED, fit_scaling(MIXED, X), X)

    jacobian = np.asarray(jax.jit(jax.jacobian(features))(ROWS))
    assert np.isfinite(jacobian).all()
    # Features of a standardised column do not change when the whole column shifts or stretches.
    along = jacobian[:, 0, :, 0]
    np.testing.assert_allclose(along.sum(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(along @ ROWS[:, 0], 0, atol=1e-4)
    assert np.abs(along).max() > 0.01


def test_compiled_mapped_and_plain_agree():
    @jax.jit
    def compiled(X, weights):
        return jax.vmap(lambda w: encode(MIXED, fit_scaling(MIXED, X, w), X))(weights)

    weights = np.array([[1, 1, 1], [0, 2, 1], [3, 0, 0]], np.float32)
    stacked = compiled(ROWS, weights)
    for w, features in zip(weights, stacked, strict=True):
        plain = encode(MIXED, fit_scaling(MIXED, ROWS, w), ROWS)
        np.testing.assert_allclose(features, plain, rtol=1e-6, atol=1e-6)


def test_leading_axes_are_free():
    scaling, features = scaled(MIXED, ROWS)
    grid = np.asarray(features_of(MIXED, scaling, np.broadcast_to(ROWS, (2, 5, 3, 4))))
    assert grid.shape == (2, 5, 3, 5)
    np.testing.assert_array_equal(grid[1, 4], features)
    np.testing.assert_array_equal(features_of(MIXED, scaling, ROWS[0]), grid[0, 0, 0])


def test_an_encoder_is_static():
    traces = []

    def features(encoder, X):
        traces.append(encoder)
        return encode(encoder, fit_scaling(encoder, X), X)

    compiled = jax.jit(features, static_argnames="encoder")
    compiled(Encoder(MIXED.columns), ROWS)
    compiled(Encoder(list(MIXED.columns)), ROWS)  # type: ignore[arg-type]
    assert len(traces) == 1
    assert hash(MIXED) == hash(Encoder(list(MIXED.columns)))  # type: ignore[arg-type]


def test_numeric_columns():
    assert [column.name for column in numeric_columns(3)] == ["x1", "x2", "x3"]
    assert numeric_columns(["a"]) == (Column("a", "numeric"),)
    X = np.random.default_rng(1).normal(5, 3, (40, 3))
    encoder = Encoder(numeric_columns(3))
    _, features = scaled(encoder, X)
    np.testing.assert_allclose(features, (X - X.mean(0)) / X.std(0), rtol=1e-4, atol=1e-5)
    with pytest.raises(InputError, match="names is 0; pass the number of columns"):
        numeric_columns(0)
    with pytest.raises(InputTypeError, match="names is the text 'abc'"):
        numeric_columns("abc")
    with pytest.raises(InputTypeError, match=r"names is 2.5; pass a list of names or a number"):
        numeric_columns(2.5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="names both column 1 and column 2 'a'"):
        numeric_columns(["a", "a"])


def test_bad_shapes_and_columns():
    scaling, _ = scaled(MIXED, ROWS)
    with pytest.raises(InputError, match=r"X has shape \(3, 2\); .*4 columns.*\(rows, 4\)"):
        fit_scaling(MIXED, ROWS[:, :2])
    with pytest.raises(InputError, match=r"X has shape \(4,\)"):
        fit_scaling(MIXED, ROWS[0])
    with pytest.raises(InputError, match=r"X has shape \(3, 3\); .*\(\.\.\., 4\)"):
        encode(MIXED, scaling, ROWS[:, :3])
    with pytest.raises(InputError, match="weights has shape"):
        fit_scaling(MIXED, ROWS, np.ones(2))
    with pytest.raises(InputError, match="scaling has shapes"):
        encode(MIXED, Scaling(scaling.mean[:2], scaling.scale[:2]), ROWS)
    with pytest.raises(InputTypeError, match="columns is a str; pass the columns of a table"):
        Encoder("age")  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="columns is a int"):
        Encoder(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="columns is empty"):
        Encoder(())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", "nominal"), "kind is 'nominal'.*known: binary, categorical, numeric"),
        (
            ("a", "numeric", ("x",)),
            "levels has 1 entries for column 'a'; a numeric column has none",
        ),
        (("a", "binary", ("x", "y", "z")), "a binary column has two"),
        (("a", "categorical"), "a categorical column has one or more"),
        (("a", "binary", ("x", "x")), "pass each level once"),
        (("a", "binary", "xy"), "levels is 'xy'; pass a tuple"),
        ((3, "numeric"), "name is 3"),
    ],
)
def test_columns_that_make_no_sense(arguments, message):
    with pytest.raises(InputError, match=message):
        Column(*arguments)


@pytest.mark.parametrize("unit", [1.0, 1e6])
def test_a_column_that_is_constant_in_a_resample_takes_the_scale_of_the_table(unit):
    encoder = Encoder(numeric_columns(2))
    X = np.column_stack([np.arange(40.0) == 3, np.arange(40.0)]) * [unit, 1]
    whole = fit_scaling(encoder, X)
    resample = np.where(np.arange(40) == 3, 0, 1)
    scaling = fit_scaling(encoder, X, resample, fallback=whole)
    np.testing.assert_allclose(scaling.mean[0], 0)
    np.testing.assert_allclose(scaling.scale[0], unit * np.sqrt(1 / 40 - 1 / 1600), rtol=1e-6)
    np.testing.assert_array_equal(scaling.scale[1], fit_scaling(encoder, X, resample).scale[1])
    with pytest.raises(InputError, match=r"fallback has scales of shape \(1,\)"):
        fit_scaling(encoder, X, resample, fallback=Scaling(whole.mean[:1], whole.scale[:1]))


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (np.full(4, 1e-300), "weights has the sum 4e-300, which is beyond the precision"),
        (np.full(4, 1e38), "weights has the sum 4e.38, which is beyond the precision"),
        (np.zeros(4), "weights is zero for every row"),
        ([1.0, -1, 1, 1], "weights has the value -1"),
        ([1.0, np.nan, 1, 1], "weights holds nan at row 1"),
    ],
)
def test_weights_without_a_mean_are_refused_and_make_no_nan(weights, sentence):
    with pytest.raises(InputError, match=sentence):
        fit_scaling(MIXED, ROWS[[0, 1, 2, 0]], weights)


def test_an_ordinal_column_has_one_step_per_level_above_the_first():
    columns = (Column("size", "ordinal", ("S", "M", "L", "XL")), *numeric_columns(1))
    for drop_first in (True, False):
        encoder = Encoder(columns, drop_first)
        assert encoded_names(encoder) == ("size>=M", "size>=L", "size>=XL", "x1")
        X = np.array([[0, 5], [1, 5], [2.2, 5], [3, 5], [9, 5], [np.nan, 5]])
        features = np.asarray(encode(encoder, fit_scaling(encoder, X[:2]), X))
        steps = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1], [1, 1, 1], [np.nan] * 3]
        np.testing.assert_array_equal(features[:, :3], steps)
        np.testing.assert_array_equal(features[:, 3], 0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e60])
def test_rows_that_are_not_finite_have_no_scaling(bad):
    with pytest.raises(InputError, match=r"^X holds (nan|inf) at row 1, column 0"):
        fit_scaling(Encoder(numeric_columns(1)), [[1.0], [bad], [2.0]])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"encoder": None}, "^encoder is None; pass a jaxnn.Encoder"),
        ({"X": [[1.0], [2.0, 3.0]]}, "^X has rows of different lengths"),
        ({"X": np.zeros((0, 1))}, "^X has no rows"),
        ({"X": np.broadcast_to(np.float32(1), (2**40, 1))}, r"^X has shape .* bytes of memory"),
        ({"weights": [1, 1j]}, "^weights holds complex128 values"),
        ({"fallback": (1, 2)}, "^fallback is a tuple; pass a Scaling"),
        ({"fallback": Scaling(np.zeros(1), np.array([np.nan]))}, "^fallback has scales that are n"),
    ],
)
def test_arguments_that_have_no_scaling_are_refused(wrong, message):
    good = {"encoder": Encoder(numeric_columns(1)), "X": [[1.0], [2.0]]}
    with pytest.raises(InputError, match=message):
        fit_scaling(**good | wrong)
