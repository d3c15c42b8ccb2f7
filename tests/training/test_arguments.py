"""Is everything that cannot be fitted refused in one sentence, before anything is compiled?

Each refusal names the argument, says what was given and what is accepted. Names and ranges are in
the tests of their own modules; here are rows, keys and networks that do not fit together, through
the functions that take them.
"""

import re

import jax
import numpy as np
import optax
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn import (
    MLP,
    ElasticNet,
    Encoder,
    Fitter,
    InputError,
    InputTypeError,
    Recipe,
    fit,
    init,
)
from jaxnn.bootstrap import bootstrap
from jaxnn.tables import Column, numeric_columns
from jaxnn.training import arguments

ROWS = 12
X = np.random.default_rng(0).normal(size=(ROWS, 2))
Y = X[:, 0] - X[:, 1]
CLASSES = (Y > 0).astype(float)
NET = MLP((2, 1))
RECIPE = Recipe(epochs=2)


@pytest.fixture(autouse=True)
def nothing_is_trained(monkeypatch):
    """A refusal comes before training is even traced."""

    def trained(*_, **__):
        raise AssertionError("training was compiled")

    monkeypatch.setattr("jaxnn.training.forward_pass.forward", trained)


def sentence(call, *arguments, **named):
    """The message of the refusal, checked for its form: one line, one argument, what is wanted."""
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    message = str(caught.value)
    assert "\n" not in message and len(message) < 350, message
    assert message.endswith("."), message
    assert re.search(r" (is|has|holds|starts|takes) ", message) and re.search("[;,]", message), (
        message
    )
    return message


def fit_with(**changed):
    given = {"key": jax.random.key(0), "net": NET, "X": X, "y": Y, "recipe": RECIPE} | changed
    return fit(
        given.pop("key"),
        given.pop("net"),
        given.pop("X"),
        given.pop("y"),
        given.pop("recipe"),
        **given,
    )


def bootstrap_with(**changed):
    given = {"net": NET, "recipe": RECIPE} | changed
    fitter = Fitter(given.pop("net"), given.pop("recipe"), given.pop("encoder", None))
    key = given.pop("key", jax.random.key(0))
    return bootstrap(key, fitter, given.pop("X", X), given.pop("y", Y), 2, **given)


BOTH = pytest.mark.parametrize("call", [fit_with, bootstrap_with], ids=["fit", "bootstrap"])


# What is not a number -----------------------------------------------------------------------------


@BOTH
@given(
    st.integers(0, ROWS - 1),
    st.integers(0, 1),
    st.sampled_from([np.nan, np.inf, -np.inf]),
    st.sampled_from([list, np.float32, np.float64, jax.numpy.asarray]),
)
def test_a_number_that_is_not_finite_is_reported_with_its_place(call, row, column, value, kind):
    def made(array):
        return array.tolist() if kind is list else kind(array)

    bad = X.copy()
    bad[row, column] = value
    shown = f"{value:g}"
    expected = f"X holds {shown} at row {row}, column {column} (of 1 such values)"
    assert expected in sentence(call, X=made(bad))
    bad = Y.copy()
    bad[row] = value
    assert f"y holds {shown} at row {row} (of 1 such values)" in sentence(call, y=made(bad))


@BOTH
@pytest.mark.parametrize("value", [1e39, -1e200])
def test_a_number_that_is_infinite_in_single_precision_is_refused(call, value):
    """Finite as it is given, infinity as it is used."""
    bad = X.copy()
    bad[3, 1] = value
    assert "X holds" in sentence(call, X=bad)
    bad = Y.copy()
    bad[3] = value
    assert "y holds" in sentence(call, y=bad)


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        [["a", "b"]] * ROWS,
        np.full((ROWS, 2), "1.0"),
        np.full((ROWS, 2), None),
        np.full((ROWS, 2), b"x"),
        np.full((ROWS, 2), "2020-01-01", "datetime64[D]"),
        X + 1j,
        {"a": 1},
        None,
    ],
    ids=["list", "digits", "None", "bytes", "dates", "complex", "dict", "nothing"],
)
def test_text_and_other_types_are_refused(call, text):
    assert re.match("X holds .* values; pass numbers", sentence(call, X=text))
    column = np.asarray(text)
    column = column[:, 0] if column.ndim == 2 else text
    assert re.match("y holds .* values; pass numbers", sentence(call, y=column))


@pytest.mark.parametrize("wrong", [jax.random.split(jax.random.key(0), (ROWS, 2)), X + 1j])
def test_jax_arrays_of_other_types_are_refused(wrong):
    wrong = jax.numpy.asarray(wrong) if isinstance(wrong, np.ndarray) else wrong
    assert "X holds" in sentence(fit_with, X=wrong)


# Shapes that do not fit ---------------------------------------------------------------------------


@BOTH
def test_rows_of_different_lengths_are_refused(call):
    ragged = [*X.tolist()[:-1], [1.0]]
    assert "X has rows of different lengths" in sentence(call, X=ragged)
    assert "y has rows of different lengths" in sentence(call, y=[*Y.tolist()[:-1], [1.0, 2.0]])


@BOTH
@given(st.integers(0, 4), st.integers(0, ROWS + 2), st.sampled_from([(), (2,), (1, 1)]))
def test_predictors_of_another_shape_are_refused(call, columns, rows, more):
    shape = (rows, columns, *more)
    message = sentence(call, X=np.zeros(shape)) if shape != (ROWS, 2) else ""
    if more:
        assert f"X has shape {shape}; pass a matrix (rows, predictors)" in message
    elif columns != 2:
        assert f"X has {columns} columns, but sizes starts with 2; pass 2" in message
    elif rows == 0:
        assert "X has no rows; pass at least one" in message
    elif rows != ROWS:
        assert f"y has shape ({ROWS},); X has {rows} rows" in message


@BOTH
@pytest.mark.parametrize("shape", [(), (ROWS - 1,), (ROWS, 2), (1, ROWS), (ROWS, 1, 1)])
def test_responses_of_another_shape_are_refused(call, shape):
    message = sentence(call, y=np.zeros(shape))
    assert f"y has shape {shape}; X has {ROWS} rows" in message
    assert f"pass shape ({ROWS},) or ({ROWS}, 1)" in message


def test_several_outputs_need_a_matrix():
    message = sentence(fit_with, net=MLP((2, 3)))
    assert f"quantitative with 3 outputs, so pass shape ({ROWS}, 3)" in message
    message = sentence(fit_with, net=MLP((2, 3), response="categorical"), y=np.zeros((ROWS, 3)))
    assert f"pass shape ({ROWS},)" in message


def test_encoders_that_do_not_fit_are_refused():
    three = (*numeric_columns(1), Column("c", "categorical", ("x", "y", "z")))
    message = sentence(fit_with, encoder=Encoder(three))
    assert "sizes starts with 2, but the encoder makes 3 features" in message
    message = sentence(fit_with, net=MLP((3, 1)), encoder=Encoder(numeric_columns(3)))
    assert "X has 2 columns, but the encoder has 3; pass 3" in message
    for wrong in ("age", numeric_columns(2), 3):
        assert "encoder is " in sentence(fit_with, encoder=wrong)


# Classes ------------------------------------------------------------------------------------------


@BOTH
@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, -1.0, 0.5]), min_size=ROWS, max_size=ROWS))
def test_a_binary_response_needs_both_classes_and_no_others(call, y):
    kinds = sorted(set(y))
    net = MLP((2, 1), response="binary")
    if kinds == [0.0, 1.0]:
        return  # the only right ones
    message = sentence(call, net=net, y=y)
    if set(kinds) <= {0.0, 1.0}:
        assert f"y has the single class {kinds[0]:g}; a binary response needs at" in message
    else:
        shown = ", ".join(f"{kind:g}" for kind in kinds)
        assert f"y has the values {shown}; a binary response takes 0 and 1" in message


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint8, float])
def test_a_single_class_is_refused_in_any_dtype(kind):
    net = MLP((2, 1), response="binary")
    assert "y has the single class 1" in sentence(fit_with, net=net, y=np.ones(ROWS, kind))


def test_a_categorical_response_needs_class_numbers():
    net = MLP((2, 3), response="categorical")
    for wrong in ([0, 1, 3], [1, 2, -1], [0, 0.5, 1]):
        message = sentence(fit_with, net=net, y=np.tile(wrong, ROWS // 3))
        assert "a categorical response takes the class numbers 0 to 2" in message
    assert "single class 2" in sentence(fit_with, net=net, y=np.full(ROWS, 2))
    assert "..." in sentence(fit_with, net=net, y=np.arange(ROWS))


# Keys ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "given"),
    [
        (0, "the integer 0"),
        (np.int64(3), "the integer 3"),
        (np.zeros(2, np.uint32), "an array of uint32"),
        (jax.numpy.zeros(2, "uint32"), "an array of uint32"),
        (None, "a NoneType"),
        ("seed", "a str"),
        (np.random.default_rng(0), "a Generator"),
    ],
    ids=["seed", "numpy seed", "array", "old", "None", "text", "generator"],
)
@pytest.mark.parametrize(
    "call",
    [fit_with, bootstrap_with, lambda key: init(key, NET)],
    ids=["fit", "bootstrap", "init"],
)
def test_a_seed_is_not_a_key(call, key, given):
    message = sentence(call, key=key)
    assert message.startswith(f"key is {given}") and "pass jax.random.key(seed)" in message
    with pytest.raises(InputTypeError):
        call(key=key)


def test_an_old_style_key_is_refused():
    old = jax.random.PRNGKey(0)
    assert "key is an array of uint32 with shape (2,)" in sentence(fit_with, key=old)


@BOTH
def test_several_keys_are_refused_where_one_is_needed(call):
    keys = jax.random.split(jax.random.key(0), 3)
    message = sentence(call, key=keys)
    assert "key has shape (3,)" in message and "a single key" in message


# Weights, validation, recipes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (np.ones(3), rf"weights has shape \(3,\); X has {ROWS} rows"),
        (1.0, r"weights has shape \(\)"),
        (np.zeros(ROWS), "weights is zero for every row"),
        (-np.ones(ROWS), "weights has the value -1; pass numbers of at least 0"),
        (np.full(ROWS, np.nan), "weights holds nan at row 0"),
        (["a"] * ROWS, "weights holds <U1 values"),
        (np.zeros(ROWS, bool), "weights is zero for every row"),
        (np.full(ROWS, 2e38), r"weights has the sum 2.4e\+39, which is beyond the precision"),
        (np.full(ROWS, 1e-42), "weights has the sum 1.2e-41, which is beyond the precision"),
        (np.ma.masked_less(np.ones(ROWS), 2), f"weights is an array with {ROWS} masked values"),
    ],
)
def test_impossible_weights_are_refused(weights, expected):
    assert re.match(expected, sentence(fit_with, weights=weights))


@pytest.mark.parametrize(
    ("validation", "expected"),
    [
        ((X, Y[:-1]), "validation y has shape"),
        ((X[:, :1], Y), "validation X has 1 columns"),
        ((X[:0], Y[:0]), "validation X has no rows"),
        ((np.full((2, 2), np.nan), Y[:2]), "validation X holds nan"),
        (X, "validation"),
        ((X,), "validation"),
        (3, "validation"),
        ((X, Y, Y), "validation weights has the value -"),
        ((X, Y, np.zeros(ROWS)), "validation weights is zero for every row"),
        ((X, Y, np.ones(3)), "validation weights has shape (3,)"),
        ((X, Y, None, None), "validation"),
    ],
)
def test_impossible_validation_rows_are_refused(validation, expected):
    assert expected in sentence(fit_with, validation=validation)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(-1.0, "penalty_factor is -1.0"), (np.nan, "penalty_factor is nan"), ("1", "penalty_factor")],
)
def test_an_impossible_factor_of_the_penalty_is_refused(factor, expected):
    recipe = Recipe(epochs=2, regularizers=(ElasticNet(l2=0.1),))
    assert expected in sentence(fit_with, recipe=recipe, penalty_factor=factor)


def test_a_factor_needs_a_penalty():
    message = sentence(fit_with, penalty_factor=2.0)
    assert message == "penalty_factor is given, but the recipe has no penalty; pass None."


@pytest.mark.parametrize("value", [-1.0, 0.5])
def test_counts_are_whole_and_not_negative(value):
    y = np.arange(ROWS, dtype=float)
    y[3] = value
    message = sentence(fit_with, net=MLP((2, 1), response="count"), y=y)
    assert message.startswith(f"y has the value {value:g}; a count response takes the whole")


def test_validation_rows_may_be_of_one_class(monkeypatch):
    """A few validation rows need not hold both classes, unlike the training rows."""
    monkeypatch.undo()
    net = MLP((2, 1), response="binary")
    fitted = fit_with(net=net, y=CLASSES, validation=(X[:2], np.zeros(2)))
    assert np.isfinite(fitted.history.validation_loss).all()


def test_recipes_that_do_not_fit_the_rows_are_refused():
    message = sentence(fit_with, recipe=Recipe(validation_fraction=0.99))
    assert "validation_fraction is 0.99, which leaves none of 12 rows" in message
    message = sentence(fit_with, recipe=Recipe(patience=3))
    assert "patience is 3, but no rows are set aside" in message
    message = sentence(fit_with, recipe=Recipe(validation_fraction=0.2), validation=(X[:2], Y[:2]))
    assert "pass one of them" in message


@pytest.mark.parametrize("wrong", ["adam", {"epochs": 3}, 300])
def test_recipes_and_networks_of_another_type_are_refused(wrong):
    assert "recipe is a " in sentence(fit_with, recipe=wrong)
    assert "net is a " in sentence(fit_with, net=wrong)
    assert "net is a " in sentence(init, jax.random.key(0), wrong)


@pytest.mark.parametrize(
    "rate", [0.0, -1.0, np.nan, np.inf, "fast", optax.constant_schedule(0.1), [0.1, 0.2]]
)
def test_impossible_learning_rates_are_refused(rate):
    assert "learning_rate is " in sentence(fit_with, learning_rate=rate)


def test_a_learning_rate_for_a_ready_transformation_is_refused():
    ready = Recipe(optax.adam(0.1), epochs=2)
    for rate in (0.1, jax.numpy.float32(0.1)):
        message = sentence(fit_with, recipe=ready, learning_rate=rate)
        assert "ready transformation" in message
    with pytest.raises(InputError, match="ready transformation"):
        Fitter(NET, ready, learning_rate=0.1)


def test_a_traced_learning_rate_for_a_ready_transformation_is_refused():
    ready = Recipe(optax.adam(0.1), epochs=2)
    call = jax.jit(lambda rate: fit_with(recipe=ready, learning_rate=rate))
    assert "ready transformation" in sentence(call, 0.1)


# Once ---------------------------------------------------------------------------------------------


@pytest.fixture
def checks(monkeypatch):
    """How often the rows of each matrix were checked."""
    counted = []
    checked = arguments.checked_predictors

    def count(X, *rest):
        counted.append(X)
        return checked(X, *rest)

    monkeypatch.undo()  # here, fits are traced
    monkeypatch.setattr(arguments, "checked_predictors", count)
    return counted


@pytest.mark.parametrize(
    "call",
    [
        fit_with,
        lambda: Fitter(NET, RECIPE)(jax.random.key(0), X, Y),
        bootstrap_with,
        lambda: bootstrap_with(resampling="rows"),
    ],
    ids=["fit", "fitter", "bootstrap", "bootstrap of rows"],
)
def test_rows_are_checked_once(call, checks):
    call()
    assert len(checks) == 1


@pytest.mark.parametrize("bad", [[[1.0], [2.0, 3.0]], "a", np.ones(2), 1j, np.nan, -1, 1e300])
@pytest.mark.parametrize("argument", ["learning_rate", "penalty_factor"])
def test_what_is_no_number_in_place_of_one_is_refused(argument, bad):
    recipe = Recipe(epochs=1, regularizers=(ElasticNet(l2=0.1),))
    with pytest.raises(InputError, match=rf"^{argument} (is|has|holds) .*; pass"):
        Fitter(MLP((1, 1)), recipe, **{argument: bad})


def test_networks_whose_training_no_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr("jaxnn.errors.machine_memory", lambda: 12 * 25)
    message = r"^net is \(2, 8, 1\), which takes at least 396 bytes of memory.*; pass fewer units"
    with pytest.raises(InputError, match=message):
        fit(jax.random.key(0), MLP((2, 8, 1)), X, Y, RECIPE)
    arguments.check_descriptions(MLP((2, 6, 1)), RECIPE, None)
