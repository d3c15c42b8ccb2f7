"""Are the data what they are said to be, and do the generators draw from their truths?"""

import hashlib
import sys
from importlib import resources

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn.datasets import (
    SHAPES,
    TARGETS,
    Target,
    digits,
    fold,
    heart,
    linear_mean,
    linear_truth,
    logistic_probability,
    logistic_truth,
    nested_differences,
    product,
    radial_sine,
    sample_signals,
    sample_target,
    signal,
    sine_tree,
    tanh_teacher,
    target,
    tent,
)
from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import Encoder, column_index, encode, encoded_names, encoded_width, fit_scaling

# Heart.


def test_heart_has_the_published_counts():
    table = heart("impute")
    assert table.X.shape == (303, 13)
    assert table.y.sum() == 139
    assert table.response.levels == ("No", "Yes")
    assert sum(table.missing) == 6
    kinds = {column.name: column.kind for column in table.columns}
    assert kinds == {
        **dict.fromkeys(["Age", "RestBP", "Chol", "MaxHR", "Oldpeak", "Ca"], "numeric"),
        **dict.fromkeys(["Sex", "Fbs", "ExAng"], "binary"),
        **dict.fromkeys(["ChestPain", "RestECG", "Slope", "Thal"], "categorical"),
    }
    levels = {column.name: column.levels for column in table.columns if column.levels}
    assert levels["RestECG"] == ("normal", "ST-T abnormality", "hypertrophy")
    assert levels["Slope"] == ("up", "flat", "down")
    assert levels["Thal"][0] == "normal"
    ecg = table.X[:, column_index(table, "RestECG")]
    assert np.bincount(ecg.astype(int)).tolist() == [151, 4, 148]
    first = dict(zip(kinds, table.X[0], strict=True))
    assert [first[name] for name in ("Age", "Sex", "RestECG", "Slope", "Thal")] == [63, 1, 2, 2, 1]


def test_heart_without_the_incomplete_rows():
    table = heart()
    assert table.X.shape == (297, 13)
    assert table.y.sum() == 137
    assert table.notes == ("left out 6 of 303 rows with missing values ('Ca' 4, 'Thal' 2)",)
    whole = heart("impute")
    kept = [row for row in range(303) if (whole.X[row] == table.X).all(axis=1).any()]
    assert len(kept) >= 297
    with pytest.raises(InputError, match=r"'Ca' 4 \(first at line 168\), 'Thal' 2"):
        heart("refuse")


def test_heart_encodes_to_eighteen_features():
    table = heart()
    encoder = Encoder(table.columns)
    assert encoded_width(encoder) == len(encoded_names(encoder)) == 18
    features = np.asarray(encode(encoder, fit_scaling(encoder, table.X), table.X))
    age = table.X[:, 0]
    np.testing.assert_allclose(features[:, 0], (age - age.mean()) / age.std(), atol=1e-5)
    indicators = [place for place, name in enumerate(encoded_names(encoder)) if "=" in name]
    assert len(indicators) == 12
    assert set(np.unique(features[:, indicators])) == {0, 1}


def test_heart_ships_with_its_attribution():
    folder = resources.files("jaxnn.datasets")
    text = (folder / "heart_attribution.txt").read_text(encoding="utf-8")
    for part in ("Janosi", "10.24432/C52P4X", "CC BY 4.0", "What was changed"):
        assert part in text
    content = (folder / "heart.csv").read_bytes().replace(b"\r\n", b"\n")
    # Of the file that was compared with the published counts and with the Statlog rows.
    assert (
        hashlib.sha256(content).hexdigest()
        == "6c9cb57d127329e431e80bd5b7fa63af0ea2d1767517aca238f787dee3a6ae09"
    )


# Digits.


def test_digits():
    pytest.importorskip("sklearn")
    table = digits()
    assert table.X.shape == (1797, 64)
    assert table.X.min() == 0
    assert table.X.max() == 1
    np.testing.assert_array_equal(table.X * 16, np.round(table.X * 16))
    assert table.response.levels == tuple("0123456789")
    # Counts as published with the data.
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.bincount(table.y.astype(int)).tolist() == counts
    assert encoded_width(Encoder(table.columns)) == 64
    assert table.columns[column_index(table, "pixel 1,2")] == table.columns[10]


def test_digits_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(InputError, match=r"needs scikit-learn.*pip install 'jaxnn\[sklearn\]'"):
        digits()


# Generators.


def test_the_logistic_truth(key):
    n = 40_000
    X, y, probability = logistic_truth(key, n)
    assert X.shape == (n, 1)
    assert y.shape == probability.shape == (n,)
    assert set(np.unique(y)) == {0, 1}
    expected = 1 / (1 + np.exp(0.5 - 1.2 * np.asarray(X[:, 0], np.float64)))
    np.testing.assert_allclose(probability, expected, rtol=1e-5)
    assert abs(X.mean()) < 5 / n**0.5
    assert abs(X.var() - 1) < 5 * (2 / n) ** 0.5
    # The score of the likelihood has mean zero at the truth, in both directions.
    for direction in (np.ones(n), X[:, 0]):
        score = (y - probability) * direction
        assert abs(score.mean()) < 5 * score.std() / n**0.5
        wrong = (y - logistic_probability(X[:, 0], -0.3, 1.0)) * direction
        assert abs(wrong.mean()) > 5 * wrong.std() / n**0.5


def test_the_linear_truth(key):
    n = 40_000
    X, y, mean = linear_truth(key, n, correlation=0.8, intercept=3.0, noise=0.5)
    np.testing.assert_allclose(mean, 3 + X @ np.array([1, 2, 0.5, 0]), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(linear_mean(X, (1, 2, 0.5, 0), 3.0), mean)
    residual = np.asarray(y - mean)
    assert abs(residual.std() - 0.5) < 5 * 0.5 / (2 * n) ** 0.5
    expected = np.eye(4)
    expected[0, 1] = expected[1, 0] = 0.8
    np.testing.assert_allclose(np.cov(X.T), expected, atol=5 * (2 / n) ** 0.5)
    coefficients = np.linalg.lstsq(np.c_[np.ones(n), X], y, rcond=None)[0]
    np.testing.assert_allclose(coefficients, [3, 1, 2, 0.5, 0], atol=5 * 0.5 / (0.36 * n) ** 0.5)


def test_features_are_independent_by_default(key):
    X = linear_truth(key, 40_000).X
    np.testing.assert_allclose(np.cov(X.T), np.eye(4), atol=5 * (2 / 40_000) ** 0.5)


def test_generators_can_be_mapped_and_traced(key):
    samples = jax.jit(jax.vmap(lambda k: logistic_truth(k, 50)))(jax.random.split(key, 3))
    assert samples.X.shape == (3, 50, 1)
    assert not np.array_equal(samples.y[0], samples.y[1])
    one = logistic_truth(jax.random.key(1), 50)
    again = logistic_truth(jax.random.key(1), 50)
    np.testing.assert_array_equal(one.y, again.y)

    @jax.jit
    def traced(k, correlation):
        return linear_truth(k, 50, correlation=correlation)

    np.testing.assert_allclose(
        traced(jax.random.key(2), 0.3).y,
        linear_truth(jax.random.key(2), 50, correlation=0.3).y,
        rtol=1e-5,
        atol=1e-5,
    )


def test_fold_is_four_rectifiers():
    X = np.random.default_rng(0).uniform(-1, 1, (200, 8))
    values = jax.vmap(fold)(X)
    np.testing.assert_allclose(values, np.abs(np.abs(X.sum(axis=1)) - 1.2), atol=1e-6)
    slopes, knots, outer = np.array([-1, 1, 1, 1]), np.array([-1.2, -1.2, 0, 1.2]), [1, 1, -2, 2]
    hidden = np.maximum(slopes * (X.sum(axis=1)[:, None] - knots), 0)
    np.testing.assert_allclose(values, hidden @ outer, atol=1e-6)


def test_nested_differences_and_products_by_hand():
    x = jnp.array([5.0, 1.0, 2.0, 4.0])  # |4| and |-2|, then 2
    assert nested_differences(x) == 2
    assert nested_differences(jnp.concatenate([x, -x])) == 0
    assert product(x) == 40
    assert product(x, 0.5) == 2.5
    with pytest.raises(InputError, match="x has 3 entries; a binary tree takes 2, 4, 8"):
        nested_differences(x[:3])


def test_sines_by_hand():
    x = jnp.array([0.1, 0.2, 0.3, 0.2])  # sin(0.3 pi) and sin(0.5 pi) = 1
    expected = np.sin(np.pi * (np.sin(0.3 * np.pi) + 1))
    assert sine_tree(x) == pytest.approx(expected, abs=1e-5)
    assert radial_sine(x) == pytest.approx(np.sin(2 * np.pi * 0.18), abs=1e-5)
    with pytest.raises(InputError, match="x has 6 entries; a binary tree takes"):
        sine_tree(jnp.ones(6))


def test_a_signal_is_its_shape_where_it_is_put():
    width = 18.0  # the heights are at start + 2, start + 4, ... start + 16
    for number, heights in enumerate(SHAPES):
        X = np.asarray(signal(number, 5.0, width))
        np.testing.assert_allclose(X[7:22:2], np.array(heights) / 5, atol=1e-5)
        np.testing.assert_allclose(X[8:21:2], (X[7:20:2] + X[9:22:2]) / 2, atol=1e-5)
        np.testing.assert_allclose(X[:6], 0, atol=1e-5)
        np.testing.assert_allclose(X[23:], 0, atol=1e-5)
    assert signal(3, 0.0, 10.0, length=25).shape == (25,)


def test_signals_have_every_shape_everywhere(key):
    n = 20_000
    X, y = sample_signals(key, n, noise=0.0)
    assert X.shape == (n, 40)
    assert X.dtype == y.dtype
    counts = np.bincount(np.asarray(y, int), minlength=10)
    assert np.abs(counts - n / 10).max() < 5 * (0.09 * n) ** 0.5
    there = np.asarray(X) != 0
    first, last = there.argmax(axis=1), 39 - there[:, ::-1].argmax(axis=1)
    assert first.min() <= 1 and last.max() == 38
    widths = last - first + 1
    assert 9 <= widths.min() <= 12 and 22 <= widths.max() <= 24
    peaks = np.abs(X).max(axis=1)
    assert 1.2 < peaks.max() <= 1.3 * 9 / 5 + 1e-5
    # Of each row the least squares on its own shape, rightly placed, leave nothing: try one.
    row = 17
    scores = [
        np.abs(np.corrcoef(X[row], signal(int(y[row]), start, width))[0, 1])
        for start in np.arange(0, 28, 0.5)
        for width in np.arange(12, 25)
    ]
    assert max(scores) > 0.98
    noisy = sample_signals(jax.random.key(8), n, noise=0.5).X
    clean = sample_signals(jax.random.key(8), n, noise=0.0).X
    assert abs((noisy - clean).std() - 0.5) < 5 * 0.5 / (2 * n * 40) ** 0.5
    assert 0.5 < clean[there[:, 20]].std() < 0.8
    with pytest.raises(InputError, match="length is 9; pass a whole number of at least 10"):
        sample_signals(jax.random.key(0), 5, length=9)


@pytest.mark.parametrize("times", [1, 3, 5, 8])
def test_the_tent_alternates(times):
    teeth = 2**times
    x = jnp.arange(teeth + 1) / teeth
    values = jax.vmap(lambda h: tent(h, times))(x)
    np.testing.assert_array_equal(values, np.arange(teeth + 1) % 2)
    middles = jax.vmap(lambda h: tent(h, times))(x[:-1] + 0.5 / teeth)
    np.testing.assert_array_equal(middles, 0.5)


def test_a_tanh_teacher_is_a_function_of_its_key():
    teacher = tanh_teacher(jax.random.key(3), 8)
    same = tanh_teacher(jax.random.key(3), 8)
    other = tanh_teacher(jax.random.key(4), 8)
    x = jnp.linspace(-1, 1, 8)
    assert teacher(x).shape == ()
    assert teacher(x) == same(x)
    assert teacher(x) != other(x)
    assert jax.jit(lambda f, x: f(x))(teacher, x) == pytest.approx(float(teacher(x)), rel=1e-5)
    values = jax.vmap(teacher)(sample_target(jax.random.key(5), 500, "fold").X)
    linear = np.c_[np.ones(500), sample_target(jax.random.key(5), 500, "fold").X]
    residual = np.linalg.lstsq(linear, values, rcond=None)[1][0] / 500
    assert residual > 0.2 * values.var()  # a plane does not explain it
    with pytest.raises(InputError, match="inputs, depth, width are 8, 0, 8"):
        tanh_teacher(jax.random.key(3), 8, depth=0)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_targets_are_sampled_in_their_cube(name):
    truth = target(name)
    X, y, mean = sample_target(jax.random.key(0), 4000, name, noise=0.25)
    assert X.shape == (4000, truth.inputs)
    assert y.shape == mean.shape == (4000,)
    assert truth.low <= X.min() < X.max() <= truth.high
    assert X.max() - X.min() > 0.99 * (truth.high - truth.low)
    np.testing.assert_allclose(jax.vmap(truth.function)(X), mean, rtol=1e-6)
    assert mean.std() > 0.05
    assert abs((y - mean).std() - 0.25) < 5 * 0.25 / 8000**0.5
    assert abs((y - mean).mean()) < 5 * 0.25 / 4000**0.5


def test_curves_are_what_their_names_say():
    x = np.linspace(0, 1, 11)
    for name, expected in [
        ("square", x**2),
        ("exponential", np.exp(3 * x)),
        ("sine", np.sin(2 * np.pi * x)),
        ("sine_period", np.sin(np.pi * x)),
        ("sine_periods", np.sin(2 * np.pi * x)),
    ]:
        np.testing.assert_allclose(
            jax.vmap(target(name).function)(x[:, None]), expected, rtol=1e-5, atol=1e-6
        )


def test_a_target_of_ones_own(key):
    sample = sample_target(key, 5, Target(lambda x: x[0] - x[1], 2, 3.0, 4.0))
    np.testing.assert_array_equal(sample.y, sample.X[:, 0] - sample.X[:, 1])
    np.testing.assert_array_equal(sample.y, sample.mean)
    assert sample.X.min() >= 3


@pytest.mark.parametrize(
    "draw",
    [logistic_truth, linear_truth, sample_signals, lambda key, n: sample_target(key, n, "fold")],
)
def test_generators_refuse_seeds_and_impossible_sizes(draw):
    with pytest.raises(InputTypeError, match=r"key is the integer 0; pass jax.random.key\(seed\)"):
        draw(0, 10)
    with pytest.raises(InputError, match="n is 0; pass 1 row at least"):
        draw(jax.random.key(0), 0)
    with pytest.raises(InputTypeError, match=r"n is 2\.5; pass a whole number"):
        draw(jax.random.key(0), 2.5)


def test_other_arguments_that_cannot_be_used(key):
    with pytest.raises(InputError, match=r"correlation is 1\.5; pass a number from -1 to 1"):
        linear_truth(key, 5, correlation=1.5)
    with pytest.raises(InputError, match=r"correlation is 0\.5, but there is one feature"):
        linear_truth(key, 5, (2.0,), correlation=0.5)
    with pytest.raises(InputError, match=r"coefficients has shape \(0,\)"):
        linear_truth(key, 5, ())
    with pytest.raises(InputError, match="name is 'folds'; did you mean 'fold'"):
        target("folds")
