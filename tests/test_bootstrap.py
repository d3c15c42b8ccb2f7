"""Are resamples multinomial, refits those of the drawn rows, and intervals quantiles?"""

import logging
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jaxnn import (
    MLP,
    Bootstrap,
    ElasticNet,
    Encoder,
    Fitter,
    InputError,
    InputTypeError,
    Recipe,
    converged,
    fit,
    interval,
)
from jaxnn.bootstrap import bootstrap, multiplicities
from jaxnn.tables import numeric_columns

NET = MLP((2, 3, 1))


def problem(rows=21, seed=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 2))
    return X, X[:, 0] - X[:, 1] ** 2 + 0.1 * rng.normal(size=rows)


def start():
    return jax.random.key(11)


def assert_trees_close(first, second, **tolerance):
    jax.tree.map(partial(np.testing.assert_allclose, **tolerance), first, second)


def take(tree, index):
    return jax.tree.map(lambda leaf: leaf[index], tree)


def least_squares(key, X, y, weights=None):
    """A linear model with a slight ridge, as a function of the weighted moments."""
    del key
    w = jnp.ones(len(y)) if weights is None else weights
    A = jnp.concatenate([X, jnp.ones((len(y), 1))], axis=1)
    return jnp.linalg.solve((A * w[:, None]).T @ A + 0.01 * jnp.eye(A.shape[1]), A.T @ (w * y))


def weighted_mean(key, X, y, weights):
    del key, X
    return jnp.sum(weights * y) / jnp.sum(weights)


def identity_rows(key, X, y):
    """Returns what it was called with."""
    return {"key": jax.random.key_data(key), "X": X, "y": y}


# Resamples ----------------------------------------------------------------------------------------


def test_multiplicities_are_multinomial():
    """Mean 1, variance 1 - 1/n, covariance -1/n, and the marginal binomial(n, 1/n)."""
    rows, draws = 12, 6000
    keys = jax.random.split(jax.random.key(2), draws)
    counts = np.asarray(jax.vmap(lambda k: multiplicities(k, rows))(keys))
    assert counts.dtype == np.uint8
    np.testing.assert_array_equal(counts.sum(axis=1), rows)
    counts = counts.astype(float)
    standard_error = np.sqrt((1 - 1 / rows) / draws)
    assert np.abs(counts.mean(axis=0) - 1).max() < 4.5 * standard_error
    covariance = np.cov(counts.T)
    expected = np.eye(rows) - 1 / rows
    # The variance of a product of two counts is near 1 off the diagonal, 3 on it.
    assert np.abs(covariance - expected).max() < 5 * np.sqrt(3 / draws)
    observed = np.bincount(counts[:, 5].astype(int), minlength=5)
    expected = stats.binom.pmf(np.arange(5), rows, 1 / rows)
    expected[4] = 1 - expected[:4].sum()
    observed = np.append(observed[:4], observed[4:].sum())
    assert stats.chisquare(observed, draws * expected).pvalue > 1e-4


@pytest.mark.parametrize("rows", [1, 2, 300])
def test_multiplicities_add_up_to_the_number_of_rows(rows, key):
    counts = multiplicities(key, rows)
    assert counts.shape == (rows,) and int(counts.astype(jnp.int32).sum()) == rows


def test_a_row_is_out_of_bag_with_the_right_probability():
    rows, replicates = 20, 800
    refits = bootstrap(start(), weighted_mean, *problem(rows), replicates)
    assert refits.out_of_bag.shape == refits.multiplicities.shape == (replicates, rows)
    np.testing.assert_array_equal(refits.out_of_bag, refits.multiplicities == 0)
    expected = (1 - 1 / rows) ** rows
    share = refits.out_of_bag.mean(axis=0)
    assert np.abs(share - expected).max() < 4.5 * np.sqrt(expected * (1 - expected) / replicates)


def test_the_rows_given_are_those_drawn():
    X, y = problem(rows=300)  # more than a count of eight bits can add up to
    refits = bootstrap(start(), identity_rows, X, y, 5)
    for b in range(5):
        drawn = np.repeat(np.arange(300), refits.multiplicities[b])
        np.testing.assert_array_equal(refits.fits["X"][b], X[drawn].astype(np.float32))
        np.testing.assert_array_equal(refits.fits["y"][b], y[drawn].astype(np.float32))
    assert len(np.unique(refits.fits["key"], axis=0)) == 5
    assert len(np.unique(refits.multiplicities, axis=0)) == 5


def test_a_weighted_mean_is_that_of_the_multiplicities():
    X, y = problem()
    refits = bootstrap(start(), weighted_mean, X, y, 40)
    np.testing.assert_allclose(refits.fits, refits.multiplicities @ y / 21, rtol=1e-5, atol=1e-6)
    # and so its spread is that of a mean of n numbers, not divided by sqrt(n) again
    many = bootstrap(start(), weighted_mean, X, y, 4000).fits
    expected = y.std() / np.sqrt(21)
    assert abs(many.std() / expected - 1) < 4.5 / np.sqrt(2 * 4000)


def test_rows_and_multiplicities_are_the_same_objective():
    X, y = problem()
    rows = bootstrap(start(), least_squares, X, y, 9, resampling="rows")
    counts = bootstrap(start(), least_squares, X, y, 9, resampling="multiplicities")
    chosen = bootstrap(start(), least_squares, X, y, 9)
    np.testing.assert_array_equal(rows.multiplicities, counts.multiplicities)
    np.testing.assert_allclose(rows.fits, counts.fits, rtol=2e-3, atol=1e-4)
    np.testing.assert_array_equal(chosen.fits, counts.fits)
    assert rows.fits.std(axis=0).min() > 1e-2


def test_refits_of_a_network_are_fits_of_the_drawn_rows():
    """Both ways, with an encoder whose scales are those of the resample, and with a penalty."""
    X, y = problem()
    encoder = Encoder(numeric_columns(2))
    recipe = Recipe("sgd", epochs=6, regularizers=(ElasticNet(l2=0.1),))
    with jax.enable_x64(True):
        both = [
            bootstrap(start(), Fitter(NET, recipe, encoder), X, y, 3, resampling=resampling)
            for resampling in ("rows", "multiplicities")
        ]
        assert_trees_close(both[0].fits, both[1].fits, rtol=1e-8)
        for b in range(2):
            drawn = np.repeat(np.arange(21), both[0].multiplicities[b])
            mean = X[drawn].mean(axis=0)
            np.testing.assert_allclose(both[1].fits.scaling.mean[b], mean, rtol=1e-9)
            first, last = take(both[0].fits.params, b)
            features = (X[drawn] - mean) / X[drawn].std(axis=0)
            hidden = np.tanh(features @ first.weights + first.biases)
            outputs = (hidden @ last.weights + last.biases)[:, 0]
            np.testing.assert_allclose(
                both[0].fits.train_loss[b], np.mean((outputs - y[drawn]) ** 2), rtol=1e-8
            )


# Replicates are independent -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "fitter",
    [
        identity_rows,
        Fitter(NET, Recipe("sgd", epochs=4)),
        Fitter(
            MLP((2, 1)),
            Recipe("sgd", 0.05, 40, validation_fraction=0.2, patience=2, history_every=2),
        ),
    ],
    ids=["rows", "network", "early stopping"],
)
def test_a_replicate_does_not_depend_on_how_many_there_are(fitter):
    """Sixteen or so rows of room for few replicates, more for many: still the same refits."""
    X, y = problem(rows=24)
    few = bootstrap(start(), fitter, X, y, 2)
    many = bootstrap(start(), fitter, X, y, 40)
    np.testing.assert_array_equal(few.multiplicities, many.multiplicities[:2])
    most = [(b.multiplicities > 0).sum(axis=1).max() for b in (few, many)]
    assert most[0] <= 16 < most[1]
    assert_trees_close(few.fits, take(many.fits, slice(2)), rtol=1e-4, atol=1e-6)


def test_the_chunk_does_not_matter():
    X, y = problem()
    fitter = Fitter(NET, Recipe("sgd", epochs=4))
    one = bootstrap(start(), fitter, X, y, 5, chunk=1)
    five = bootstrap(start(), fitter, X, y, 5, chunk=5)
    assert_trees_close(one, five, rtol=1e-4, atol=1e-6)


def test_another_key_gives_other_refits():
    X, y = problem()
    one = bootstrap(jax.random.key(0), weighted_mean, X, y, 5)
    two = bootstrap(jax.random.key(1), weighted_mean, X, y, 5)
    assert (one.multiplicities != two.multiplicities).any(axis=1).all()


# Functions that fit -------------------------------------------------------------------------------


def test_every_way_to_write_the_same_fit():
    X, y = problem()
    net, recipe = MLP((2, 1)), Recipe("sgd", epochs=4)
    expected = bootstrap(start(), Fitter(net, recipe), X, y, 3)

    def plain(key, rows, response):
        return fit(key, net, rows, response, recipe)

    def weighted(key, rows, response, weights):
        return fit(key, net, rows, response, recipe, weights=weights)

    for same in (
        partial(fit, net=net, recipe=recipe),
        partial(fit, net=net, recipe=recipe, encoder=None),
        partial(fit, net=net, recipe=recipe, learning_rate=0.01),
        lambda key, X, y: fit(key, net, X, y, recipe),
        plain,
        weighted,
    ):
        assert_trees_close(expected, bootstrap(start(), same, X, y, 3), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("more", [{}, {"validation": (np.ones((2, 2)), np.ones(2))}])
def test_mini_batches_take_rows(more):
    """A batch holds a number of rows whatever their weights, so weights are another algorithm."""
    X, y = problem()
    fitter = partial(fit, net=MLP((2, 1)), recipe=Recipe("sgd", epochs=3, batch_size=8), **more)
    rows = bootstrap(start(), fitter, X, y, 2, resampling="rows")
    chosen = bootstrap(start(), fitter, X, y, 2)
    assert_trees_close(rows.fits, chosen.fits, rtol=1e-5, atol=1e-6)
    if more:
        return
    counts = bootstrap(start(), fitter, X, y, 2, resampling="multiplicities")
    assert np.abs(rows.fits.params[0].weights - counts.fits.params[0].weights).max() > 1e-4


def test_weights_may_be_a_keyword_only_argument():
    def total(key, rows, responses, *, weights):
        return jnp.sum(weights * rows[:, 0])

    X, y = problem()
    refits = bootstrap(start(), total, X, y, 3)
    np.testing.assert_allclose(refits.fits, refits.multiplicities @ X[:, 0], rtol=1e-5)


def test_a_resample_needs_a_key_and_rows():
    with pytest.raises(InputTypeError, match="key is the integer 3"):
        multiplicities(3, 5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="rows is 0; pass a whole number of at least 1"):
        multiplicities(start(), 0)


def test_weights_that_are_fixed_already_are_refused():
    X, y = problem()
    weighted = partial(fit, net=NET, recipe=Recipe(epochs=2), weights=np.arange(21.0))
    with pytest.raises(InputError, match="weights"):
        bootstrap(start(), weighted, X, y, 2)


def test_multiplicities_need_a_fit_with_weights():
    with pytest.raises(InputError, match="multiplicities"):
        bootstrap(start(), identity_rows, *problem(), 2, resampling="multiplicities")


# Divergence ---------------------------------------------------------------------------------------


def diverges_by_the_third_row(key, X, y, weights):
    """Not finite whenever the third row was drawn twice or more."""
    del key, X
    third = jnp.sum(jnp.where(y == 3, weights, 0))
    return {"value": jnp.where(third >= 2, jnp.nan, jnp.sum(weights * y))}


def test_diverged_refits_are_reported_and_left_out(caplog):
    y = np.arange(1.0, 15.0)
    with caplog.at_level(logging.WARNING, "jaxnn"):
        refits = bootstrap(start(), diverges_by_the_third_row, np.zeros((14, 1)), y, 30)
    expected = refits.multiplicities[:, 2] >= 2
    assert 2 <= expected.sum() <= 20
    np.testing.assert_array_equal(refits.diverged, expected)
    (message,) = [record.getMessage() for record in caplog.records]
    bad = np.flatnonzero(expected)
    assert message.startswith(f"{len(bad)} of 30 refits diverged: ")
    assert f"{len(bad)} with results that are not finite (refits {bad[0]}, " in message
    assert ", ".join(map(str, bad[:10])) in message
    assert message.endswith(", ...)") == (len(bad) > 10)
    good = converged(refits)
    assert len(good["value"]) == 30 - len(bad) and np.isfinite(good["value"]).all()
    np.testing.assert_allclose(good["value"], refits.multiplicities[~expected] @ y)
    assert len(refits.fits["value"]) == 30  # every replicate is kept
    with pytest.raises(InputError, match=rf"{len(bad)} of 30 replicates .*{bad[0]}"):
        interval(refits.fits["value"])


def test_a_diverged_network_is_reported_with_its_step(caplog):
    X, y = problem()
    recipe = Recipe("sgd", lambda step: jnp.where(step == 1, 1e38, 0.01), epochs=4)
    with caplog.at_level(logging.WARNING, "jaxnn"):
        refits = bootstrap(start(), Fitter(MLP((2, 1)), recipe), X, y, 2)
    expected = "2 by a gradient that is not finite (first: refit 0 at step 2)"
    assert f"2 of 2 refits diverged: {expected}" in caplog.text
    with pytest.raises(InputError, match="2 replicates, all of which diverged"):
        converged(refits)


def test_nothing_is_logged_when_all_converge(caplog):
    refits = bootstrap(start(), weighted_mean, *problem(), 3)
    assert not caplog.records and not refits.diverged.any()
    np.testing.assert_array_equal(converged(refits), refits.fits)


def test_results_without_floats_cannot_diverge():
    refits = bootstrap(start(), lambda key, X, y: jnp.argmax(y), *problem(), 3)
    assert not refits.diverged.any() and refits.fits.dtype == np.int32


# Resuming -----------------------------------------------------------------------------------------


def test_an_interrupted_bootstrap_resumes(tmp_path):
    X, y = problem()
    fitter = Fitter(MLP((2, 1)), Recipe("sgd", epochs=4))
    first = bootstrap(start(), fitter, X, y, 5, chunk=1, directory=tmp_path)
    files = sorted(tmp_path.glob("replicates-*.npz"))
    assert len(files) == 3  # five replicates on two devices
    files[1].unlink()
    again = bootstrap(start(), fitter, X, y, 5, chunk=2, directory=tmp_path)
    assert isinstance(again.fits.params, tuple)
    assert_trees_close(first, again, rtol=1e-5, atol=1e-7)
    with pytest.raises(InputError, match="another run"):
        bootstrap(start(), fitter, X, y + 1, 5, directory=tmp_path)
    with pytest.raises(InputError, match="another run"):
        bootstrap(jax.random.key(12), fitter, X, y, 5, directory=tmp_path)


# Intervals ----------------------------------------------------------------------------------------


@given(st.integers(1, 30), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_the_interval_is_made_of_linear_quantiles(replicates, level, seed):
    samples = np.random.default_rng(seed).normal(size=(replicates, 2, 3))
    band = interval(samples, level)
    assert band.lower.shape == band.upper.shape == (2, 3)
    ordered = np.sort(samples, axis=0)
    for q, end in (((1 - level) / 2, band.lower), ((1 + level) / 2, band.upper)):
        place = (replicates - 1) * q
        low = int(np.floor(place))
        high = min(low + 1, replicates - 1)
        expected = ordered[low] + (place - low) * (ordered[high] - ordered[low])
        np.testing.assert_allclose(end, expected, rtol=1e-9, atol=1e-12)


def test_truth_values_have_quantiles_as_numbers_have():
    """Of nine false and one true the quantile 0.95 is 0.55 of the way to the last one."""
    seen = interval(np.arange(10) == 9, level=0.9)
    np.testing.assert_allclose(seen, (0, 0.55))


def test_an_interval_by_hand():
    """Of 0, 1, ..., 40 the 95% interval is 0.025 40 = 1 and 0.975 40 = 39."""
    samples = np.random.default_rng(0).permutation(np.arange(41.0))
    np.testing.assert_allclose(interval(samples), (1, 39))
    np.testing.assert_allclose(interval(jnp.asarray(samples), level=0.5), (10, 30))


@pytest.mark.parametrize(
    ("samples", "level", "sentence"),
    [
        ([1.0, np.nan, 2.0], 0.95, r"1 of 3 replicates \(1\)"),
        ([[1.0, np.inf], [0, 0]], 0.95, r"1 of 2 replicates \(0\)"),
        ([], 0.95, r"samples has shape \(0,\); pass at least one replicate"),
        (3.0, 0.95, r"samples has shape \(\)"),
        ([1.0], 1.0, "level is 1.0; pass a number between 0 and 1"),
        ([1.0], 0, "level is 0"),
        ([1.0], 95, "level is 95"),
        ([1.0], float("nan"), "level is nan"),
        (["a"], 0.95, "samples"),
        ([[1.0], [1.0, 2.0]], 0.95, "samples"),
        ([1.0], "wide", "level is 'wide'"),
    ],
)
def test_samples_without_an_interval_are_refused(samples, level, sentence):
    with pytest.raises(InputError, match=sentence):
        interval(samples, level)


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "error", "sentence"),
    [
        ({"key": 0}, InputTypeError, r"key is the integer 0; pass jax.random.key\(seed\)"),
        ({"key": np.zeros(2, np.uint32)}, InputTypeError, "key is a"),
        ({"fit": 3}, InputTypeError, "fit is a int; pass a function"),
        ({"fit": lambda key: 0}, InputError, "fit takes 1 arguments"),
        ({"replicates": 0}, InputError, "replicates is 0; pass a whole number of at least 1"),
        ({"replicates": -3}, InputError, "replicates is -3"),
        ({"replicates": 2.0}, InputTypeError, "replicates is 2.0"),
        ({"replicates": True}, InputTypeError, "replicates is True"),
        ({"resampling": "row"}, InputError, "resampling is 'row'; pass 'rows' or"),
        ({"X": np.zeros((0, 2)), "y": np.zeros(0)}, InputError, "X has no rows"),
        ({"y": np.zeros(3)}, InputError, r"X has shape \(21, 2\) and y has shape \(3,\)"),
        ({"y": 1.0}, InputError, r"y has shape \(\)"),
        ({"X": [["a", "b"]] * 21}, InputTypeError, "X holds"),
        ({"y": ["a"] * 21}, InputTypeError, "y holds"),
        ({"X": [[1.0, 2.0]] * 20 + [[1.0]]}, InputError, "X has rows of different lengths"),
        ({"X": np.full((21, 2), np.nan)}, InputError, "X holds nan"),
        ({"y": np.full(21, np.inf)}, InputError, "y holds inf"),
        ({"chunk": 0}, InputError, "chunk is 0"),
        (
            {"fit": max},
            InputError,
            "fit is the function max, whose parameters are unknown",
        ),
        ({"fit": lambda key, X, y, rate: 0}, InputError, "fix rate with functools.partial"),
        ({"replicates": np.array([3, 4])}, InputTypeError, "replicates is an array of int64"),
        ({"replicates": np.array(2.5)}, InputTypeError, r"replicates is array\(2.5\)"),
        ({"X": np.ma.masked_greater(np.ones((21, 2)), 0)}, InputError, "X is .* 42 masked values"),
        ({"directory": 5}, InputTypeError, "directory is a int; pass the path"),
    ],
)
@pytest.mark.parametrize("kind", ["function", "network"])
def test_impossible_arguments_are_refused(wrong, error, sentence, kind):
    X, y = problem()
    fitter = weighted_mean if kind == "function" else Fitter(NET, Recipe(epochs=1))
    given = {"key": start(), "fit": fitter, "X": X, "y": y, "replicates": 2} | wrong
    if kind == "network" and "y has shape" in sentence:
        sentence = "y has shape"
    with pytest.raises(error, match=sentence):
        bootstrap(**given)


def test_a_network_that_does_not_fit_the_rows_is_refused():
    X, y = problem()
    with pytest.raises(InputError, match="X has 2 columns, but sizes starts with 3; pass 3"):
        bootstrap(start(), partial(fit, net=MLP((3, 1))), X, y, 2)


def test_a_bootstrap_is_plain_data():
    refits = bootstrap(start(), weighted_mean, *problem(), 2)
    assert isinstance(refits, Bootstrap)
    assert all(type(leaf) is np.ndarray for leaf in jax.tree.leaves(refits))


@pytest.mark.parametrize(
    ("refits", "message"),
    [
        (None, "^refits is None; pass what jaxnn.bootstrap.bootstrap returned"),
        (Bootstrap(np.ones(3), np.ones((3, 2)), np.zeros(3)), "^refits.diverged is an array of fl"),
        (Bootstrap(np.ones(2), np.ones((3, 2)), np.zeros(3, bool)), r"^refits.fits .* \(2,\)"),
        (Bootstrap("abc", np.ones((3, 2)), np.zeros(3, bool)), "^refits.fits holds 'abc'; pass"),
    ],
)  # fmt: skip
def test_what_bootstrap_does_not_return_has_no_converged_fits(refits, message):
    with pytest.raises(InputError, match=message):
        converged(refits)


@pytest.mark.parametrize(
    ("progress", "message"),
    [
        (np.ones(3), r"^progress is an array of float64 with shape \(3,\); pass True, False"),
        (2, "^progress is 2; pass True, False, a label"),
        (lambda: None, "^progress cannot be called with 1 argument"),
    ],
)
def test_progress_that_cannot_be_told_is_refused(progress, message, key):
    with pytest.raises(InputError, match=message):
        bootstrap(
            key, lambda key, X, y: y.mean(), np.ones((3, 1)), np.ones(3), 2, progress=progress
        )


def test_a_fit_that_fails_or_returns_no_arrays_is_refused(key):
    X, y = np.ones((3, 1)), np.ones(3)
    with pytest.raises(InputError, match=r"^fit fails with TypeError \(.*\); pass a JAX function"):
        bootstrap(key, lambda key, X, y: "text", X, y, 2)
