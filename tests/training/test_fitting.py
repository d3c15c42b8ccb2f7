"""Is a fit what the formulas say: the same steps, the same optimum, and never a row too many?"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

from jaxnn import MLP, ElasticNet, Encoder, Fitter, Recipe, apply, fit, init, predict, predictor
from jaxnn.optimizers import OPTIMIZERS
from jaxnn.responses import loss as response_loss
from jaxnn.tables import Column, encode, fit_scaling, numeric_columns
from jaxnn.training.batching import random_order
from jaxnn.training.recipe import validation_rows

ROWS = 23


def planned(key, shape, dtype):
    """First weights that depend on their places alone, so that a reference can start alike."""
    del key
    return jnp.sin(1 + jnp.arange(np.prod(shape), dtype=dtype)).reshape(shape)


def zeros(key, shape, dtype):
    del key
    return jnp.zeros(shape, dtype)


def problem(rows=ROWS, inputs=3, seed=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, inputs))
    return X, np.sin(X[:, 0]) + X[:, 1] ** 2 - 0.5 * X[:, -1] + 0.1 * rng.normal(size=rows)


def assert_trees_close(first, second, **tolerance):
    jax.tree.map(partial(np.testing.assert_allclose, **tolerance), first, second)


def plain_objective(net, params, X, y, weights, penalty=None):
    """The formula at the head of the module, one example at a time."""
    outputs = jax.vmap(partial(apply, net, params))(X)
    targets = y[:, None] if y.ndim == 1 else y
    losses = response_loss(net.response, outputs, targets)
    value = jnp.sum(weights * losses) / jnp.sum(weights)
    return value if penalty is None else value + penalty([layer.weights for layer in params])


def plain_training(net, optimizer, batches, penalty=None):
    """The textbook loop: one optax update for each (X, y, weights) of `batches`."""
    params = init(jax.random.key(0), net)
    state = optimizer.init(params)

    @jax.jit
    def step(params, state, X, y, weights):
        def objective(p):
            return plain_objective(net, p, X, y, weights, penalty)

        value, gradient = jax.value_and_grad(objective)(params)
        updates, state = optax.with_extra_args_support(optimizer).update(
            gradient, state, params, value=value, grad=gradient, value_fn=objective
        )
        return optax.apply_updates(params, updates), state

    for batch in batches:
        params, state = step(params, state, *map(jnp.asarray, batch))
    return params


NET = MLP((3, 4, 2, 1), initializer=planned, bias_initializer=planned)


# The same steps -----------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop", "adamw", "lbfgs"])
def test_a_full_batch_fit_is_the_plain_loop(optimizer):
    with jax.enable_x64(True):
        X, y = problem()
        weights = np.linspace(0.5, 2, ROWS)
        penalty = ElasticNet(l2=0.02, l1=0.01)
        recipe = Recipe(optimizer, learning_rate=0.02, epochs=12, penalty=penalty)
        fitted = fit(jax.random.key(1), NET, X, y, recipe, weights=weights)
        batches = [(X, y, weights)] * recipe.epochs
        expected = plain_training(NET, OPTIMIZERS[optimizer].factory(0.02), batches, penalty)
        start = init(jax.random.key(0), NET)
        # lbfgs changes a choice of step length into another where rounding decides it.
        assert_trees_close(fitted.params, expected, rtol=1e-6 if optimizer == "lbfgs" else 1e-9)
        assert np.abs(fitted.params[0].weights - start[0].weights).max() > 1e-2
        final = plain_objective(NET, expected, X, y, weights)
        np.testing.assert_allclose(fitted.train_loss, final, rtol=1e-6)
        assert fitted.train_loss.dtype == jnp.float64
        assert fitted.epochs == 12
        assert fitted.diverged_at == -1


@pytest.mark.parametrize(
    ("response", "outputs", "activation"),
    [("quantitative", 2, "relu"), ("categorical", 3, "sigmoid"), ("binary", 1, "softplus")],
)
def test_every_response_is_the_plain_loop(response, outputs, activation):
    with jax.enable_x64(True):
        X, y = problem()
        net = MLP((3, 4, outputs), activation, response, planned, planned)
        targets = {
            "quantitative": np.stack([y, -(y**2)], axis=1),
            "categorical": np.digitize(y, [0.0, 1.0]),
            "binary": (y > 0.5).astype(float),
        }[response]
        fitted = fit(
            jax.random.key(1), net, X, targets, Recipe("sgd", learning_rate=0.05, epochs=10)
        )
        expected = plain_training(net, optax.sgd(0.05), [(X, targets, np.ones(ROWS))] * 10)
        assert_trees_close(fitted.params, expected, rtol=1e-9)


def recorder(records):
    """A transformation that changes nothing and notes each gradient under its step number."""

    def update(gradient, step, params=None):
        del params
        jax.debug.callback(
            lambda number, g: records.__setitem__(int(number), np.asarray(g)),
            step,
            gradient[0].weights,
        )
        return gradient, step + 1

    return optax.GradientTransformation(lambda params: jnp.array(0), update)


def test_mini_batches_are_permutations_and_each_step_is_the_plain_one():
    """With the identity for X, the first layer's gradient tells which rows a batch holds."""
    rows, size, epochs = 21, 8, 4
    records = {}
    X, y = np.eye(rows), np.cos(np.arange(rows))
    weights = np.linspace(0.2, 3, rows)
    net = MLP((rows, 2, 1), initializer=planned, bias_initializer=planned)
    with jax.enable_x64(True):
        recipe = Recipe(
            optax.chain(recorder(records), optax.adam(0.03)), epochs=epochs, batch_size=size
        )
        fitted = fit(jax.random.key(3), net, X, y, recipe, weights=weights)
        jax.effects_barrier()
        assert sorted(records) == list(range(3 * epochs))
        members = [np.flatnonzero(records[step].any(axis=1)) for step in range(3 * epochs)]
        assert [len(rows_of) for rows_of in members] == [8, 8, 5] * epochs
        passes = [np.concatenate(members[3 * e : 3 * e + 3]) for e in range(epochs)]
        for order in passes:
            assert sorted(order) == list(range(rows))
        assert len({tuple(order) for order in passes}) == epochs
        # sum_{i in batch} w_i loss_i / (rows in batch), the w_i averaging to one over all rows
        scaled = weights / weights.mean()
        batches = [(X[b], y[b], scaled[b]) for b in members]
        expected = weighted_steps(net, optax.adam(0.03), batches)
        assert_trees_close(fitted.params, expected, rtol=1e-9)


def weighted_steps(net, optimizer, batches):
    """Steps on sum_i w_i loss_i / (rows of the batch)."""
    params = init(jax.random.key(0), net)
    state = optimizer.init(params)

    @jax.jit
    def gradient_of(params, X, y, w):
        return jax.grad(lambda p: plain_objective(net, p, X, y, w) * w.sum() / len(w))(params)

    for batch in batches:
        gradient = gradient_of(params, *map(jnp.asarray, batch))
        updates, state = optimizer.update(gradient, state, params)
        params = optax.apply_updates(params, updates)
    return params


@pytest.mark.parametrize("rows", [1, 2, 5, 16, 4096, 4097, 5000])
def test_random_order_is_a_permutation(rows, key):
    order = random_order(key, rows)
    assert order.dtype == jnp.int32
    np.testing.assert_array_equal(np.sort(order), np.arange(rows))


def test_every_order_of_four_rows_is_equally_likely(key):
    draws = 24 * 400
    orders = np.asarray(jax.vmap(lambda k: random_order(k, 4))(jax.random.split(key, draws)))
    counts = np.unique(orders @ [64, 16, 4, 1], return_counts=True)[1]
    assert len(counts) == 24
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("rows", [4096, 5120])
def test_places_are_uniform_in_both_ways_of_sorting(rows, key):
    orders = np.asarray(jax.vmap(lambda k: random_order(k, rows))(jax.random.split(key, 300)))
    # Where the rows 0, 1, rows/2 and the last end, and what comes first, in sixteen bins.
    for row in (0, 1, rows // 2, rows - 1):
        places = np.argwhere(orders == row)[:, 1]
        assert stats.chisquare(np.bincount(places * 16 // rows, minlength=16)).pvalue > 1e-4
    firsts = orders[:, :8].ravel()
    assert stats.chisquare(np.bincount(firsts * 16 // rows, minlength=16)).pvalue > 1e-4


def test_a_ready_transformation_a_factory_and_a_name_are_one():
    X, y = problem()
    recipes = [
        Recipe("adam", learning_rate=0.03, epochs=15),
        Recipe(optax.adam, learning_rate=0.03, epochs=15),
        Recipe(optax.adam(0.03), epochs=15),
    ]
    named, *others = (fit(jax.random.key(1), NET, X, y, recipe) for recipe in recipes)
    for other in others:
        assert_trees_close(named.params, other.params, rtol=2e-5, atol=1e-6)


def test_a_schedule_counts_steps_and_a_transformation_sees_layers():
    """Two steps of rate 0.1, then none: the rest of the epochs changes nothing."""
    X, y = problem()
    schedule = optax.piecewise_constant_schedule(0.1, {2: 0.0})
    stopped = fit(
        jax.random.key(1), NET, X, y, Recipe("sgd", learning_rate=schedule, epochs=9)
    ).params
    short = fit(jax.random.key(1), NET, X, y, Recipe("sgd", learning_rate=0.1, epochs=2)).params
    assert_trees_close(stopped, short, rtol=1e-5)

    masked = optax.masked(optax.set_to_zero(), first_layer)
    frozen = fit(
        jax.random.key(1), NET, X, y, Recipe(optax.chain(masked, optax.sgd(0.1)), epochs=3)
    ).params
    start = init(jax.random.key(0), NET)
    assert_trees_close(frozen[0], start[0], rtol=0)
    assert np.abs(frozen[1].weights - start[1].weights).max() > 1e-3


def first_layer(params):
    """True where a leaf is of the first layer: a transformation may tell layers apart."""
    return tuple(
        jax.tree.map(lambda _, first=number == 0: first, layer)
        for number, layer in enumerate(params)
    )


# The same optimum ---------------------------------------------------------------------------------

LONG = partial(Recipe, "lbfgs", learning_rate=1.0, epochs=60, history_every=60)


def test_a_linear_network_recovers_least_squares():
    with jax.enable_x64(True):
        X, y = problem(rows=40)
        fitted = fit(jax.random.key(0), MLP((3, 1)), X, y, LONG())
        expected, *_ = np.linalg.lstsq(np.c_[X, np.ones(40)], y, rcond=None)
        np.testing.assert_allclose(fitted.params[0].weights[:, 0], expected[:3], rtol=1e-6)
        np.testing.assert_allclose(fitted.params[0].biases[0], expected[3], rtol=1e-6)


def test_lbfgs_by_name_alone_finds_the_optimum():
    """The line search chooses the step: its default must not be a hundredth of it."""
    X, y = problem(rows=40)
    by_name = fit(jax.random.key(0), MLP((3, 1)), X, y, Recipe("lbfgs", epochs=20))
    residual = np.linalg.lstsq(np.c_[X, np.ones(40)], y, rcond=None)[1][0]
    np.testing.assert_allclose(by_name.train_loss, residual / 40, rtol=1e-4)


def test_l2_is_ridge_with_half_the_square_and_free_biases():
    with jax.enable_x64(True):
        X, y = problem(rows=40)
        X, y, l2 = X + 3, y + 10, 0.7
        fitted = fit(jax.random.key(0), MLP((3, 1)), X, y, LONG(penalty=ElasticNet(l2=l2)))
        Xc, yc = X - X.mean(0), y - y.mean()
        w = np.linalg.solve(Xc.T @ Xc / 40 + l2 / 2 * np.eye(3), Xc.T @ yc / 40)
        np.testing.assert_allclose(fitted.params[0].weights[:, 0], w, rtol=1e-5)
        np.testing.assert_allclose(fitted.params[0].biases[0], y.mean() - X.mean(0) @ w, rtol=1e-5)
        assert fitted.params[0].biases[0] > 3  # had the penalty touched it, this would be small


def test_l1_is_the_soft_threshold():
    """With X'X = n I the minimiser of mean (y - xw)^2 + l1 |w| is w = soft(X'y/n, l1/2)."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(32, 4))
    X = np.linalg.qr(X - X.mean(0))[0] * np.sqrt(32)
    y = X @ [2.0, 0.3, -1.0, 0.0]
    recipe = Recipe("sgd", learning_rate=0.01, epochs=1000, penalty=ElasticNet(l1=0.8))
    weights = fit(jax.random.key(0), MLP((4, 1)), X, y, recipe).params[0].weights[:, 0]
    # A constant step goes to and fro around zero by as much as one step, 0.01 (0.8 + 2 0.3).
    np.testing.assert_allclose(weights, [1.6, 0.0, -0.6, 0.0], atol=0.0145)


def test_no_price_on_biases_however_high_it_is():
    X, y = np.zeros((12, 2)), np.full(12, 5.0)
    recipe = Recipe("sgd", learning_rate=1e-3, epochs=4000, penalty=ElasticNet(l2=500.0))
    fitted = fit(jax.random.key(0), MLP((2, 1)), X, y, recipe)
    np.testing.assert_allclose(fitted.params[0].biases, [5.0], rtol=1e-3)
    np.testing.assert_allclose(fitted.params[0].weights, 0, atol=1e-6)


def row_lengths(weights):
    """Group lasso on the first layer, smooth at zero."""
    return 0.3 * jnp.sum(jnp.sqrt(jnp.sum(weights[0] ** 2, axis=1) + 1e-3))


def test_any_function_of_the_weights_is_a_penalty():
    with jax.enable_x64(True):
        X, y = problem()
        recipe = Recipe("sgd", learning_rate=0.05, epochs=8, penalty=row_lengths)
        fitted = fit(jax.random.key(1), NET, X, y, recipe)
        batches = [(X, y, np.ones(ROWS))] * 8
        assert_trees_close(
            fitted.params, plain_training(NET, optax.sgd(0.05), batches, row_lengths), rtol=1e-9
        )
        # The reported loss is without the penalty.
        free = plain_objective(NET, fitted.params, X, y, np.ones(ROWS))
        np.testing.assert_allclose(fitted.train_loss, free, rtol=1e-9)


def test_logistic_regression_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = (X @ [1.0, -2.0, 0.5] + 0.3 + rng.logistic(size=60) > 0).astype(int)
    l2 = 0.05
    peer = LogisticRegression(C=1 / (60 * l2), tol=1e-10, max_iter=1000).fit(X, y)
    with jax.enable_x64(True):
        net = MLP((3, 1), response="binary")
        fitted = fit(jax.random.key(0), net, X, y, LONG(penalty=ElasticNet(l2=l2)))
        np.testing.assert_allclose(fitted.params[0].weights[:, 0], peer.coef_[0], rtol=1e-4)
        np.testing.assert_allclose(fitted.params[0].biases, peer.intercept_, rtol=1e-4)
        np.testing.assert_allclose(predict(net, fitted, X), peer.predict_proba(X)[:, 1], rtol=1e-4)


def test_softmax_regression_is_that_of_scikit_learn():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 2))
    y = np.digitize(X[:, 0] - X[:, 1] + rng.logistic(size=60), [-1, 1])
    l2 = 0.05
    peer = LogisticRegression(C=1 / (60 * l2), tol=1e-10, max_iter=1000).fit(X, y)
    with jax.enable_x64(True):
        net = MLP((2, 3), response="categorical")
        fitted = fit(jax.random.key(0), net, X, y, LONG(penalty=ElasticNet(l2=l2)))
        probabilities = predict(net, fitted, X)
        assert probabilities.shape == (60, 3)
        np.testing.assert_allclose(probabilities, peer.predict_proba(X), rtol=1e-3)
        # The price is least when the weights of each input add up to zero over the classes.
        np.testing.assert_allclose(fitted.params[0].weights, peer.coef_.T, rtol=1e-3, atol=1e-4)


# Weights of rows ----------------------------------------------------------------------------------


def test_a_row_of_weight_two_is_that_row_twice():
    with jax.enable_x64(True):
        X, y = problem()
        counts = np.arange(ROWS) % 4
        recipe = Recipe(epochs=12, learning_rate=0.02, penalty=ElasticNet(l2=0.1))
        encoder = Encoder(numeric_columns(3))
        weighted = fit(jax.random.key(1), NET, X, y, recipe, weights=counts, encoder=encoder)
        repeated = fit(
            jax.random.key(1), NET, X.repeat(counts, 0), y.repeat(counts), recipe, encoder=encoder
        )
        assert_trees_close(weighted, repeated, rtol=1e-9)
        # Only ratios matter.
        tripled = fit(jax.random.key(1), NET, X, y, recipe, weights=3 * counts, encoder=encoder)
        assert_trees_close(weighted, tripled, rtol=1e-9)
        plain = fit(jax.random.key(1), NET, X, y, recipe, encoder=encoder)
        assert abs(plain.train_loss - weighted.train_loss) > 1e-3


def test_a_row_of_weight_zero_changes_nothing_whatever_it_holds():
    X, y = problem()
    weights = np.ones(ROWS)
    weights[4] = 0
    recipe = Recipe(epochs=12, learning_rate=0.02)
    absurd_y, absurd_X = y.copy(), X.copy()
    absurd_y[4] = 1e30
    absurd_X[4] = 1e30
    plain = fit(jax.random.key(1), NET, X, y, recipe, weights=weights)
    for rows in ((X, absurd_y), (absurd_X, y)):
        other = fit(jax.random.key(1), NET, *rows, recipe, weights=weights)
        assert_trees_close(plain.params, other.params, rtol=1e-5)
        np.testing.assert_allclose(other.train_loss, plain.train_loss, rtol=1e-5)


def test_a_watched_row_of_weight_zero_does_not_decide_when_to_stop():
    X, y = problem(rows=40)
    weights = np.r_[np.zeros(10), np.ones(30)]
    absurd = np.where(weights > 0, y, 1e30)
    recipe = Recipe(epochs=20, validation_fraction=0.3, patience=5, history_every=1)
    plain = fit(jax.random.key(0), MLP((3, 1)), X, y, recipe, weights=weights)
    other = fit(jax.random.key(0), MLP((3, 1)), X, absurd, recipe, weights=weights)
    assert np.isfinite(plain.history.validation_loss).any() and plain.diverged_at == -1
    jax.tree.map(np.testing.assert_array_equal, plain, other)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_many_rows_go_in_blocks_and_nothing_changes(optimizer, monkeypatch):
    X, y = problem(rows=333)
    recipe = Recipe(optimizer, epochs=5, penalty=ElasticNet(l2=0.1), validation_fraction=0.3)
    net = MLP((3, 4, 1))
    whole = fit(jax.random.key(0), net, X, y, recipe)
    monkeypatch.setattr("jaxnn.training.batching.BLOCK_BYTES", 2**9)
    jax.clear_caches()
    blocks = fit(jax.random.key(0), net, X, y, recipe)
    jax.clear_caches()
    assert_trees_close(whole, blocks, rtol=1e-4, atol=1e-5)


# Validation and early stopping --------------------------------------------------------------------


def test_rows_set_aside_are_as_many_as_said_and_never_trained_on():
    """With the identity for X, a row that is not trained on keeps its first-layer weights."""
    rows = 20
    net = MLP((rows, 2, 1), initializer=planned)
    recipe = Recipe("sgd", learning_rate=0.1, epochs=3, validation_fraction=0.3)
    assert validation_rows(recipe, rows) == 6
    X, y = np.eye(rows), np.full(rows, 9.0)
    start = planned(None, (rows, 2), jnp.float32)

    def run(seed, y):
        return fit(jax.random.key(seed), net, X, y, recipe)

    fitted = run(0, y)
    aside = np.flatnonzero((fitted.params[0].weights == start).all(axis=1))
    assert len(aside) == 6
    planted = y.copy()
    planted[aside] = 1e6
    other = run(0, planted)
    assert_trees_close(fitted.params, other.params, rtol=0)
    assert other.history.validation_loss[0] > 1e9
    np.testing.assert_array_equal(fitted.history.train_loss, other.history.train_loss)
    outputs = jax.vmap(partial(apply, net, fitted.params))(X[aside])[:, 0]
    np.testing.assert_allclose(
        fitted.history.validation_loss[-1], np.mean((outputs - 9) ** 2), rtol=1e-5
    )
    kept = np.setdiff1d(np.arange(rows), aside)
    planted = y.copy()
    planted[kept[0]] = 0
    assert np.abs(run(0, planted).params[0].weights - fitted.params[0].weights).max() > 1e-3
    elsewhere = np.flatnonzero((run(1, y).params[0].weights == start).all(axis=1))
    assert set(elsewhere) != set(aside)


def bias_alone(patience=None, epochs=60, every=2, rate=0.05, records=None, **settings):
    """Fit the number 2 by a bias alone, watched by a row whose value is 1.

    The output after t steps is b_t = 2 (1 - (1 - 2 rate)^t), so the loss watched, (b_t - 1)^2,
    falls until t ln(1 - 2 rate) = -ln 2 and then rises.
    """
    optimizer = optax.sgd(rate)
    if records is not None:
        optimizer = optax.chain(recorder(records), optimizer)
    net = MLP((1, 1), initializer="zeros")
    recipe = Recipe(optimizer, None, epochs, patience=patience, history_every=every, **settings)
    return fit(
        jax.random.key(0),
        net,
        np.zeros((6, 1)),
        np.full(6, 2.0),
        recipe,
        validation=(np.zeros((1, 1)), np.ones(1)),
    )


def bias_after(t, rate=0.05):
    return 2 * (1 - (1 - 2 * rate) ** np.asarray(t))


def test_early_stopping_stops_and_returns_the_best():
    records = {}
    fitted = bias_alone(patience=3, records=records)
    jax.effects_barrier()
    marks = np.arange(0, 61, 2)
    watched = (bias_after(marks) - 1) ** 2
    best = watched.argmin()
    assert 0 < best < len(marks) - 5
    assert fitted.epochs == marks[best]
    np.testing.assert_allclose(fitted.params[0].biases, [bias_after(marks[best])], rtol=1e-5)
    # Three entries without a better one, and then not a single step more.
    assert sorted(records) == list(range(marks[best + 3]))
    np.testing.assert_allclose(
        fitted.history.validation_loss[: best + 4], watched[: best + 4], rtol=1e-3, atol=1e-6
    )
    assert np.isnan(fitted.history.validation_loss[best + 4 :]).all()
    assert np.isnan(fitted.history.train_loss[best + 4 :]).all()
    np.testing.assert_array_equal(fitted.history.epoch, marks)
    np.testing.assert_allclose(fitted.train_loss, (bias_after(marks[best]) - 2) ** 2, rtol=1e-4)
    assert fitted.diverged_at == -1


def test_without_patience_the_last_parameters_are_returned():
    fitted = bias_alone()
    assert fitted.epochs == 60
    np.testing.assert_allclose(fitted.params[0].biases, [bias_after(60)], rtol=1e-5)
    assert np.isfinite(fitted.history.validation_loss).all()


def test_an_improvement_below_min_delta_is_none():
    """The losses watched are 1, 0.64, 0.384, 0.210, 0.097, 0.033, 0.004: after 0.097 no loss is
    lower by 0.1, and after two of those comes the end."""
    watched = (bias_after(np.arange(8)) - 1) ** 2
    np.testing.assert_allclose(watched[[3, 4, 5, 6]], [0.210, 0.097, 0.033, 0.004], atol=6e-4)
    assert bias_alone(patience=2, min_delta=0.1, every=1).epochs == 4


def test_a_stopped_fit_is_the_fit_of_that_many_epochs():
    X, y = problem(rows=40)
    stopping = Recipe("adam", 0.05, 300, history_every=5, patience=2)
    watched = problem(rows=20, seed=6)
    stopped = fit(jax.random.key(1), NET, X, y, stopping, validation=watched)
    assert 0 < stopped.epochs < 300
    plain = fit(jax.random.key(1), NET, X, y, Recipe("adam", 0.05, int(stopped.epochs)))
    assert_trees_close(stopped.params, plain.params, rtol=1e-5)
    np.testing.assert_allclose(
        np.nanmin(stopped.history.validation_loss),
        stopped.history.validation_loss[int(stopped.epochs) // 5],
    )


# History and divergence ---------------------------------------------------------------------------


def test_history_holds_the_loss_of_its_epochs():
    history = bias_alone(epochs=10, every=3).history
    np.testing.assert_array_equal(history.epoch, [0, 3, 6, 9, 10])
    b = bias_after([0, 3, 6, 9, 10])
    np.testing.assert_allclose(history.train_loss, (b - 2) ** 2, rtol=1e-5)
    np.testing.assert_allclose(history.validation_loss, (b - 1) ** 2, rtol=1e-4)


def test_without_rows_to_watch_the_validation_loss_is_nan():
    fitted = fit(jax.random.key(0), MLP((3, 1)), *problem(), Recipe(epochs=4))
    assert np.isnan(fitted.history.validation_loss).all()
    assert np.isfinite(fitted.history.train_loss).all()


@pytest.mark.parametrize(
    ("batch_size", "planted", "expected"), [(None, 7, 8), (8, 13, 14), (None, 19, 19), (8, 59, 59)]
)
def test_divergence_is_reported_with_its_step(batch_size, planted, expected):
    """A step of infinite length spoils the next gradient, or after the last the parameters."""
    X, y = problem()
    recipe = Recipe(
        "sgd",
        lambda step: jnp.where(step == planted, jnp.inf, 0.01),
        epochs=20,
        batch_size=batch_size,
    )
    fitted = fit(jax.random.key(1), NET, X, y, recipe)
    assert fitted.diverged_at == expected
    assert not np.isfinite(fitted.params[-1].biases).all()


def test_a_loss_that_is_not_finite_is_never_silent():
    X, y = problem()
    fitted = fit(jax.random.key(1), NET, X, y * 1e20, Recipe(epochs=3))
    assert not np.isfinite(fitted.train_loss)
    assert fitted.diverged_at >= 0


# Keys, transformations, compilations --------------------------------------------------------------


def test_same_key_same_numbers_other_key_other_numbers():
    X, y = problem()
    net = MLP((3, 4, 1))
    recipe = Recipe(epochs=6, batch_size=8, validation_fraction=0.2, patience=2, history_every=1)
    one, same, other = (fit(jax.random.key(s), net, X, y, recipe) for s in (1, 1, 2))
    jax.tree.map(np.testing.assert_array_equal, one, same)
    assert np.abs(one.params[0].weights - other.params[0].weights).min() > 1e-6


def test_encoding_inside_is_encoding_outside():
    rng = np.random.default_rng(0)
    columns = (
        Column("a", "numeric"),
        Column("b", "binary", ("no", "yes")),
        Column("c", "categorical", ("x", "y", "z")),
        Column("d", "numeric"),
    )
    X = np.c_[
        rng.normal(50, 9, ROWS), rng.integers(2, size=ROWS), rng.integers(3, size=ROWS),
        np.full(ROWS, 7.0),
    ]  # fmt: skip
    y = problem()[1]
    encoder = Encoder(columns)
    net = MLP((5, 3, 1), initializer=planned)
    weights = np.linspace(0, 1, ROWS)
    recipe = Recipe(epochs=10)
    inside = fit(jax.random.key(0), net, X, y, recipe, weights=weights, encoder=encoder)
    scaling = fit_scaling(encoder, X, weights)
    features = encode(encoder, scaling, X)
    outside = fit(jax.random.key(0), net, features, y, recipe, weights=weights)
    assert outside.scaling is None
    assert_trees_close(inside.scaling, scaling, rtol=1e-6)
    assert_trees_close(inside.params, outside.params, rtol=1e-4, atol=1e-6)
    # The prediction takes raw predictors, and the scales of the training rows.
    np.testing.assert_allclose(
        predict(net, inside, X[:7], encoder), predict(net, outside, features[:7]), rtol=1e-4
    )
    np.testing.assert_allclose(
        predictor(net, inside, encoder)(X[:1]), predict(net, inside, X[:1], encoder), rtol=1e-5
    )


def test_scaling_is_that_of_the_rows_trained_on():
    """A raw value so far out that the scale tells whether its row counted."""
    X, y = problem()
    encoder = Encoder(numeric_columns(3))
    recipe = Recipe(epochs=1, validation_fraction=0.2)
    scales = []
    for row in range(12):
        far = X.copy()
        far[row, 0] = 1e4
        scales.append(
            float(fit(jax.random.key(0), NET, far, y, recipe, encoder=encoder).scaling[1][0])
        )
    counted = np.array(scales) > 100
    assert counted.any() and not counted.all()
    np.testing.assert_array_less(np.array(scales)[~counted], 3)


def test_fit_maps_over_keys_and_learning_rates_and_runs_inside_jit():
    X, y = problem()
    net, recipe = MLP((3, 4, 1)), Recipe(epochs=8)
    rates = jnp.array([0.001, 0.1])

    def one(key, rate):
        return fit(key, net, X, y, recipe, learning_rate=rate)

    def keys():
        return jax.random.split(jax.random.key(4), 2)

    mapped = jax.vmap(one)(keys(), rates)
    compiled = jax.jit(jax.vmap(one))(keys(), rates)
    assert_trees_close(mapped, compiled, rtol=1e-5)
    for i, key in enumerate(keys()):
        alone = one(key, rates[i])
        assert_trees_close(
            jax.tree.map(lambda leaf, i=i: leaf[i], mapped), alone, rtol=1e-4, atol=1e-6
        )
    # A number in place of the recipe's own is that number.
    own = fit(keys()[1], net, X, y, Recipe(epochs=8, learning_rate=0.1))
    assert_trees_close(alone, own, rtol=1e-5)
    assert np.abs(mapped.params[0].weights[0] - mapped.params[0].weights[1]).max() > 1e-2


def test_stacked_fits_predict_with_a_replicate_axis():
    X, y = problem()
    for net, targets, shape in (
        (MLP((3, 1)), y, (2, 5)),
        (MLP((3, 2)), np.stack([y, -y], 1), (2, 5, 2)),
    ):
        fits = jax.vmap(lambda k, net=net, t=targets: fit(k, net, X, t, Recipe(epochs=3)))(
            jax.random.split(jax.random.key(0), 2)
        )
        predicted = predictor(net, fits, batch_size=1)(X[:5])
        assert predicted.shape == shape
        for i in range(2):
            one = jax.tree.map(lambda leaf, i=i: leaf[i], fits)
            np.testing.assert_allclose(predicted[i], predict(net, one, X[:5]), rtol=1e-5)


@pytest.fixture
def compilations():
    """The names of XLA programs compiled, or fetched from the cache, so far."""
    seen = []

    def listen(event, duration, **details):
        del duration
        if "backend_compile" in event:
            seen.append(details.get("fun_name", event))

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield seen
    jax.monitoring.unregister_event_duration_listener(listen)


def test_equal_fitters_compile_once(compilations):
    X, y = problem(rows=19)

    def run(seed, l2=0.125, encoder_columns=3):
        fitter = Fitter(
            MLP([3, 5, 1], "silu"),
            Recipe("nadam", epochs=3, penalty=ElasticNet(l2=l2)),
            Encoder(list(numeric_columns(encoder_columns))),
        )
        return fitter(jax.random.key(seed), X, y, np.ones(19))

    run(0)
    assert len(compilations) > 0
    compilations.clear()
    run(1)
    assert compilations == []
    run(1, l2=0.25)  # the count can count
    assert len(compilations) > 0


def test_a_fitter_is_a_fit_and_says_what_it_is():
    X, y = problem()
    fitter = Fitter(NET, Recipe(epochs=3))
    by_hand = fit(jax.random.key(0), NET, X, y, Recipe(epochs=3))
    jax.tree.map(np.testing.assert_array_equal, fitter(jax.random.key(0), X, y), by_hand)
    assert fitter == Fitter(NET, Recipe(epochs=3)) != Fitter(NET, Recipe(epochs=4))
    assert hash(fitter) == hash(Fitter(NET, Recipe(epochs=3)))
    assert fitter.traits == (True, True, False)
    stopping = Recipe(batch_size=8, validation_fraction=0.1, patience=2)
    assert Fitter(NET, stopping).traits == (False, False, True)
    assert fitter.working_set(100) == 4 * 100 * (3 + 4 + 2 + 1)
    assert Fitter(NET, stopping).working_set(100) == 4 * 8 * (3 + 4 + 2 + 1)


# What would be wrong without a word ---------------------------------------------------------------


def test_an_encoder_that_is_missing_or_too_much_is_refused():
    X, y = problem()
    encoder = Encoder(numeric_columns(3))
    encoded = fit(jax.random.key(0), NET, 100 * X, y, Recipe(epochs=3), encoder=encoder)
    plain = fit(jax.random.key(0), NET, X, y, Recipe(epochs=3))
    with pytest.raises(ValueError, match="encoder"):
        predict(NET, encoded, X)
    with pytest.raises(ValueError, match="encoder"):
        predict(NET, plain, X, encoder)
    with pytest.raises(ValueError, match="encoder"):
        predictor(NET, encoded)(X)


def test_parameters_of_another_network_are_refused():
    X, y = problem()
    fitted = fit(jax.random.key(0), MLP((3, 4, 1)), X, y, Recipe(epochs=2))
    for sizes in ((3, 5, 1), (3, 1), (3, 4, 4, 1)):
        with pytest.raises(ValueError, match=r"params has the shapes .* a network of sizes"):
            predict(MLP(sizes), fitted, X)
    with pytest.raises(ValueError, match=r"fitted is a tuple; pass a jaxnn.Fit"):
        predictor(MLP((3, 4, 1)), fitted.params)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"net is a str; pass a jaxnn.MLP"):
        predictor("net", fitted)  # type: ignore[arg-type]


def test_stacked_fits_are_refused_where_one_belongs():
    X, y = problem()
    fits = jax.vmap(lambda k: fit(k, MLP((3, 1)), X, y, Recipe(epochs=3)))(
        jax.random.split(jax.random.key(0), 2)
    )
    with jax.numpy_rank_promotion("allow"), pytest.raises(ValueError, match="predictor"):
        predict(MLP((3, 1)), fits, X)
