"""Is depth compared fairly, are the counts exact, and can the claims fail?"""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jaxnn
from experiments import depth_vs_width
from experiments.depth_vs_width import folding
from experiments.depth_vs_width import training as equal_parameters
from experiments.depth_vs_width import training_claims as depth_claims
from experiments.depth_vs_width import verdict as depth_verdict
from experiments.depth_vs_width.training import TEACHER, Group
from experiments.shared import statistics as paired
from experiments.shared.compile_time import compiling
from jaxnn.datasets import tent
from jaxnn.regions import zaslavsky

SEEDS = 12
SMALL = depth_vs_width.Settings(
    folding=folding.FoldingSettings(tents=6, seeds=40, units=(24, 48), pictured=((5,), (3, 3))),
    groups=(
        Group(("fold", "tent_3"), (1000,), (60,), 2, 30, 64, 2000, 3),
        Group(("fold",), (1280,), (60,), 1, 20, 64, 1280, 3),
        Group(("signals",), (200,), (700,), 2, 30, 64, 200, 3),
    ),
    test_rows=300,
    followers=((15,), (2, 2)),
    follower_seeds=3,
    follower_steps=50,
)


@pytest.fixture(scope="module")
def results():
    computed = depth_vs_width.compute(jax.random.key(5), SMALL)
    return {name: np.asarray(value) for name, value in computed.items()}


def cell(data, rows, parameters, steps, *errors, own=0.5):
    """One row of a table of results: medians of test errors at 1, 2, ... layers."""
    return data, rows, parameters, steps, errors, own


TABLE = (
    cell("fold", 0, 600, 2000, 0.4, 0.01, 0.01),
    cell("fold", 256_000, 600, 8000, 0.04, 0.001),
    cell("fold", 1000, 1000, 3000, 0.45, 0.03, 0.02, 0.02),
    cell("fold", 300, 1000, 3000, 0.6, 0.7),
    cell("product_4", 0, 1000, 3000, 0.05, 0.04, 0.03, 0.03),
    cell("product_4", 0, 300, 3000, 0.12, 0.15),
    cell("product_6", 0, 1000, 3000, 0.3, 0.5),
    cell("tent_3", 0, 1000, 3000, 0.9, 0.8),
    cell("digits", 300, 5000, 800, 0.05, 0.06, 0.07, own=0.0),
    cell("signals", 4000, 5000, 2000, 0.24, 0.16, 0.16, own=0.1),
)


def with_table(results, table=TABLE):
    """Results with the trained part written by hand: errors that spread by 10% over the seeds."""
    shape = len(table), 5, SEEDS
    test = np.full(shape, np.nan)
    spread = np.exp(np.linspace(-0.1, 0.1, SEEDS))
    for place, (_, _, _, _, errors, _) in enumerate(table):
        for depth, error in enumerate(errors):
            test[place, depth] = error * spread[:: -1 if depth % 2 else 1]
    own = np.array([row[5] for row in table])
    parameters = np.array([row[2] for row in table])
    return dict(results) | {
        "cell_data": np.array([row[0] for row in table]),
        "cell_rows": np.array([row[1] or 768_000 for row in table]),
        "cell_parameters": parameters,
        "cell_steps": np.array([row[3] for row in table]),
        "cell_batch": np.full(len(table), 64),
        "cell_fresh": np.array([row[1] == 0 for row in table]),
        "test": test,
        "train": test * own[:, None, None],
        "counts": np.where(np.isnan(test[..., 0]), 0, parameters[:, None]),
        "diverged": np.zeros(shape[:2], int),
    }


def found(results, words):
    """The claims whose statements have these words, at least one."""
    chosen = [claim for claim in depth_vs_width.claims(results) if words in claim.statement]
    assert chosen, f"no claim says {words!r}"
    return chosen


def holds(results, words):
    return [claim.holds for claim in found(results, words)]


# Pairs.


def test_ranks_of_the_interval_by_hand():
    # 12 values: 2 (1 + 12 + 66) / 4096 = 0.0386, and with 220 more it would be 0.146.
    assert [paired.rank(n) for n in (5, 6, 12, 16, 24)] == [1, 1, 3, 4, 7]
    assert paired.rank(12, 0.85) == 4


@given(st.integers(6, 40))
def test_the_interval_holds_the_median_often_enough(n):
    k = paired.rank(n)
    missed = [2 * sum(math.comb(n, j) for j in range(c)) / 2**n for c in (k, k + 1)]
    assert missed[0] <= 0.05 < missed[1]


def test_the_interval_covers_as_often_as_it_says():
    generator = np.random.default_rng(3)
    draws = generator.exponential(size=(4000, 12))
    ends = np.array([paired.middle(row)[1:] for row in draws])
    covered = np.mean((ends[:, 0] <= math.log(2)) & (math.log(2) <= ends[:, 1]))
    assert abs(covered - (1 - 2 * 79 / 4096)) < 4 * math.sqrt(0.04 * 0.96 / 4000)


def test_middle_leaves_out_what_diverged():
    middle = paired.middle(np.array([3.0, np.nan, 1.0, 2.0]))
    assert middle == (2.0, 1.0, 3.0)
    assert paired.direction(middle, 0.5) == "above"
    assert paired.direction(middle, 2.5) == "level"
    assert paired.direction(middle, 3.5) == "below"
    assert np.isnan(paired.middle(np.array([np.nan]))).all()


# Networks of equal size, and what they are trained on.


@given(st.integers(1, 64), st.integers(1, 5), st.sampled_from([250, 1000, 20_000]), st.booleans())
def test_networks_have_the_depth_and_nearly_the_parameters(inputs, depth, parameters, classes):
    net = equal_parameters.network(inputs, depth, parameters, 10 if classes else 0)
    width = net.sizes[1]
    assert net.sizes == (inputs, *[width] * depth, 10 if classes else 1)
    step = inputs + (10 if classes else 1) + 2 * depth * (width + 1)  # of one more unit a layer
    count = jaxnn.count_parameters(net)
    assert abs(count - parameters) <= step
    for other in (width - 1, width + 1):
        if other:
            sizes = (inputs, *[other] * depth, net.sizes[-1])
            assert abs(jaxnn.count_parameters(jaxnn.MLP(sizes)) - parameters) >= abs(
                count - parameters
            )


def test_a_recipe_makes_the_steps_it_is_asked_for():
    for steps, batch, epoch, epochs in ((3000, 256, 768_000, 1), (3000, 64, 12_000, 16)):
        recipe = equal_parameters.recipe(steps, batch, epoch)
        assert recipe.epochs == epochs
        made = epochs * -(-epoch // batch)
        assert abs(made - steps) <= 8
        assert recipe.learning_rate(0) == pytest.approx(3e-3)
        assert recipe.learning_rate(made) == pytest.approx(0, abs=1e-9)
        assert recipe is equal_parameters.recipe(steps, batch, epoch)


def test_rows_are_standardised_and_their_own_for_each_seed(key):
    rows = equal_parameters.draw_rows(key, TEACHER, 100, 3, 500)
    assert rows.X.shape == (3, equal_parameters.DRAWN, 8)
    assert rows.test_y.shape == (3, 500)
    np.testing.assert_allclose(rows.test_y.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(rows.test_y.std(axis=1), 1, rtol=1e-4)
    assert not np.array_equal(rows.X[0], rows.X[1])
    # The same inputs would have another response: every seed has its own teacher.
    slopes = [np.linalg.lstsq(X, y, rcond=None)[0] for X, y in zip(rows.X, rows.y, strict=True)]
    assert np.abs(slopes[0] - slopes[1]).max() > 0.1
    assert not set(map(tuple, rows.X[0])) & set(map(tuple, rows.test_X[0]))


def test_digits_are_split_anew_for_each_seed(key):
    pytest.importorskip("sklearn")
    rows = equal_parameters.draw_rows(key, "digits", 300, 2, 0)
    assert rows.X.shape == (2, 1200, 64)
    assert rows.test_X.shape == (2, 597, 64)
    table = jaxnn.datasets.digits()
    together = np.concatenate([rows.X[0], rows.test_X[0]])
    assert sorted(map(tuple, together)) == sorted(map(tuple, table.X.astype(np.float32)))
    assert not np.array_equal(rows.y[0], rows.y[1])


def test_repeated_rows_are_trained_on_like_rows_that_are_there(key):
    group = Group(("fold",), (40,), (100,), 1, 30, 16, 120, 2)
    rows = equal_parameters.draw_rows(jax.random.key(1), "fold", 40, 2, 10)
    net = equal_parameters.network(8, 1, 100)
    keys = jax.random.split(key, 2)
    X, y = rows.X[:, :40], rows.y[:, :40]
    fits = equal_parameters.train(keys, net, X, y, group)
    recipe = equal_parameters.recipe(30, 16, 120)
    alone = jaxnn.fit(keys[1], net, np.repeat(X[1], 3, axis=0), np.repeat(y[1], 3, axis=0), recipe)
    np.testing.assert_allclose(fits.params[0].weights[1], alone.params[0].weights, atol=2e-6)
    assert int(alone.epochs) == recipe.epochs == 4


def test_errors_by_hand():
    weights = np.array([[[1.0, -1.0]], [[1.0, 0.0]]])
    layer = jaxnn.Layer(weights, np.zeros((2, 2)))
    out = jaxnn.Layer(np.array([[[1.0], [1.0]]] * 2), np.array([[0.0], [np.nan]]))
    X = np.array([[[1.0], [-2.0]]] * 2)  # the first network is |x|
    y = np.array([[1.0, 4.0]] * 2)
    errors = equal_parameters.error((layer, out), X, y, False)
    assert errors[0] == pytest.approx(2.0)
    assert np.isnan(errors[1])
    wide = jaxnn.Layer(np.array([[[1.0, 0.0], [0.0, 1.0]]] * 2), np.zeros((2, 2)))
    shares = equal_parameters.error((layer, wide), X, np.array([[0.0, 0.0]] * 2), True)
    np.testing.assert_array_equal(shares, [0.5, 0.0])


def test_the_table_is_what_was_trained(results):
    assert results["cell_data"].tolist() == ["fold", "tent_3", "fold", "signals"]
    assert results["cell_fresh"].tolist() == [False, False, True, False]
    assert results["test"].shape == results["train"].shape == (4, 2, 3)
    assert np.isnan(results["test"][2, 1]).all() and results["counts"][2, 1] == 0
    assert np.isfinite(results["test"][0]).all()
    assert (results["test"][3] > 0).all() and (results["test"][3] <= 1).all()
    assert results["fold_fits"].shape == (2, 300)
    assert results["tent_regions"].shape == (2, 3)
    assert (results["tent_regions"] >= 1).all()
    assert results["compile_seconds"] > 0


# What is counted.


@given(st.integers(1, 3), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_hyperplanes_cut_space_as_zaslavsky_says(dimension, hyperplanes, seed):
    generator = np.random.default_rng(seed)
    normals = generator.normal(size=(dimension, hyperplanes))
    offsets = generator.normal(size=hyperplanes)
    assert folding.cut_regions(normals, offsets) == zaslavsky(dimension, hyperplanes)


def test_tents_are_those_of_the_library():
    x = np.linspace(0, 1, 301)
    for times in (1, 4):
        theirs = jax.vmap(lambda h, times=times: tent(h, times))(jnp.asarray(x))
        np.testing.assert_allclose(folding.tents(x, times), theirs, atol=1e-5)


def test_outputs_are_those_of_the_library(key):
    net = jaxnn.MLP((3, 5, 4, 2), "relu", bias_initializer="uniform")
    keys = jax.random.split(key, 2)
    stacked = jax.tree.map(np.asarray, jax.vmap(lambda k: jaxnn.init(k, net))(keys))
    X = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    found = folding.outputs(stacked, X)
    assert found.shape == (2, 7, 2)
    for seed in range(2):
        one = jax.tree.map(lambda leaf, seed=seed: leaf[seed], stacked)
        theirs = jax.vmap(lambda x, one=one: jaxnn.apply(net, one, x))(X)
        np.testing.assert_allclose(found[seed], theirs, rtol=1e-4, atol=1e-5)


def test_compiling_is_counted():
    with compiling() as account:
        jax.jit(lambda x: jnp.sin(x) @ jnp.cos(x) + 17.0)(jnp.ones((3, 3))).block_until_ready()
    assert account.programs >= 1
    assert account.seconds > 0
    programs = account.programs
    jax.jit(lambda x: x - 18.0)(jnp.ones(4)).block_until_ready()
    assert account.programs == programs


# Claims.


def test_what_is_exact_holds(results):
    outcomes = depth_vs_width.claims(with_table(results))
    assert all(claim.holds is not False for claim in outcomes)
    assert sum(claim.holds is True for claim in outcomes) >= 18


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("tent_pieces", lambda a: a + np.eye(len(a), dtype=int)[3], "straight pieces of the tent"),
        ("tent_parameters", lambda a: a + 1, "parameters of these networks"),
        ("alternation_gap", lambda a: a + 1e-15, "they are the composed tents"),
        ("arrangement_regions", lambda a: a - (a == 79), "hyperplanes cut space"),
        ("folded_regions", lambda a: a - (a == 161051), "zigzag networks"),
        ("folded_bound", lambda a: a + (a == 80), "Montufar's lower bound"),
        ("best_errors", lambda a: a + 2e-4 * (np.arange(len(a)) == 15), "off the known values"),
        ("followed_gap", lambda a: a + 1e-15, "distance from it of the network"),
        ("follower_errors", lambda a: a * np.where(a == a[0].min(), 0.65, 1), "bound for 16"),
        ("follower_wrong", lambda a: a * 0, "alternating points"),
        ("random_regions", lambda a: a * 1.3, "over N + 1"),
        ("random_regions", lambda a: a + 4 * np.arange(3)[:, None], "change of that number"),
        ("diverged", lambda a: a + 1, "diverged"),
        ("counts", lambda a: a * 1.2, "number of parameters"),
    ],
)
def test_a_planted_error_fails_its_claim(results, name, change, words):
    sound = with_table(results)
    assert all(holds(sound, words))
    assert False in holds(sound | {name: change(sound[name])}, words)


def changed(words, *errors, own=0.5):
    """The table with other errors in the row that starts with these values."""
    return tuple((*row[:4], errors, own) if row[: len(words)] == words else row for row in TABLE)


@pytest.mark.parametrize(
    ("table", "words", "expected"),
    [
        (TABLE, "steps: largest test error of 2 layers", True),
        (changed(("fold", 0), 0.4, 0.1, 0.01), "steps: largest test error of 2", False),
        (changed(("fold", 0), 0.4, 0.01, 0.1), "steps: largest test error of 3", False),
        (TABLE, "3,000 steps: test error of 2 layers", True),
        (changed(("fold", 1000), 0.45, 0.12), "3,000 steps: test error of 2 layers", False),
        (TABLE, "one layer overfits", True),
        (changed(("fold", 1000), 0.45, 0.03, own=1.0), "one layer overfits", False),
        (TABLE, "product of 4 inputs, fresh rows, 1,000 parameters: test error of 4", True),
        (changed(("product_4", 0, 1000), 0.3, 0.3, 0.3, 0.3), "rs: test error of 4", False),
        (TABLE, "product of 4 inputs, fresh rows, 300 parameters: test error of 2 layers", True),
        (changed(("product_4", 0, 300), 0.12, 0.12), "300 parameters: test error of 2", False),
        (changed(("product_6",), 0.5, 0.3), "6 inputs, fresh rows, 1,000 parameters: test", False),
    ],
)
def test_orderings_are_held_to_rules_set_beforehand(results, table, words, expected):
    assert holds(with_table(results, table), words) == [expected]


@pytest.mark.parametrize(("error", "said"), [(0.03, "reached"), (0.1, "REFUSED")])
def test_a_refused_rule_is_said_to_be(results, error, said):
    table = with_table(results, changed(("fold", 1000), 0.45, error))
    (claim,) = found(table, "that largest test error of 2 layers over the smallest")
    assert claim.holds is None and said in claim.expected


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_what_was_not_to_be_expected_is_reported_with_its_interval(results, factor):
    table = changed(("digits",), 0.05, 0.05 * factor, own=0.0)
    (claim,) = found(with_table(results, table), "handwritten digits")
    assert claim.holds is None
    assert claim.interval[0] <= claim.measured <= claim.interval[1]
    assert np.sign(round(claim.measured, 2)) == np.sign(1 - factor)
    assert "accuracies at 1, 2, ... layers: 0.950" in claim.statement


def test_every_cell_is_reported(results):
    reported = [c for c in depth_vs_width.claims(with_table(results)) if c.holds is None]
    for data, rows, *_ in TABLE:
        name = depth_claims.NAMES[data]
        many = f"n = {rows:,}" if rows else "fresh rows"
        assert any(c.statement.startswith(f"{name}, {many}") and c.interval for c in reported)


def test_the_sign_decides_under_which_heading_a_sentence_is(results):
    good, bad, better = depth_verdict.verdict(with_table(results))
    for table, heading, words in (
        (TABLE, bad, "3 layers err 1.4"),
        (changed(("digits",), 0.06, 0.05, 0.04), good, "3 layers err 0.67"),
        (changed(("digits",), 0.06, 0.06, 0.06), bad, "which is not told from 1"),
    ):
        said = depth_verdict.verdict(with_table(results, table))
        (sentence,) = [s for s in said[heading] if s.startswith("Handwritten digits, 300 rows")]
        assert words in sentence
    said = depth_verdict.verdict(with_table(results))
    assert "161,051" in said[good][0]
    assert len(said[better]) >= 3
    assert any("folded function, 1,000 rows" in sentence for sentence in said[good])
    assert any("product of 6" in sentence for sentence in said[bad])


def test_figures_are_drawn_from_results_alone(results):
    figures = depth_vs_width.draw(with_table(results))
    assert list(figures) == list(depth_vs_width.CAPTIONS)
    assert len(figures["represent"].axes) == 6


def test_settings_ask_for_enough_starts():
    full = depth_vs_width.FULL
    assert min(group.seeds for group in full.groups) >= 12
    depths = {(d, group.deepest) for group in full.groups for d in group.data}
    assert {("fold", 5), ("digits", 5), ("signals", 5)} <= depths
    for group in (*full.groups, *depth_vs_width.QUICK.groups):
        assert all(group.epoch % rows == 0 for rows in group.rows)
    assert dataclasses.is_dataclass(full)
