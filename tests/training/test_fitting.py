"""Does a fit take the steps of the plain loop, and does it end at the known optimum?"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from sklearn.linear_model import LogisticRegression, PoissonRegressor
from sklearn.metrics import mean_poisson_deviance

from jaxnn import MLP, ElasticNet, Encoder, NormalPrior, Recipe, apply, fit, init, predict
from jaxnn.optimizers import OPTIMIZERS
from jaxnn.responses import loss as response_loss
from jaxnn.tables import Column, encode, fit_scaling, numeric_columns

ROWS = 23
AsIs = partial(Recipe, standardize_response=False)  # the loss as it is, in the response's own unit
LONG = partial(Recipe, "lbfgs", learning_rate=1.0, epochs=60, history_every=60)


def planned(key, shape, dtype):
    """Initial weights that do not depend on the key, so that a reference can start alike."""
    del key
    return jnp.sin(1 + jnp.arange(np.prod(shape), dtype=dtype)).reshape(shape)


NET = MLP((3, 4, 2, 1), initializer=planned, bias_initializer=planned)


def assert_trees_close(first, second, **tolerance):
    jax.tree.map(partial(np.testing.assert_allclose, **tolerance), first, second)


def plain_objective(net, params, X, y, weights, penalty=None):
    """The formula at the top of `jaxnn.training.fitting`, one example at a time."""
    outputs = jax.vmap(partial(apply, net, params))(X)
    targets = y[:, None] if y.ndim == 1 else y
    losses = response_loss(net.response, outputs, targets)
    value = jnp.sum(weights * losses) / jnp.sum(weights)
    return value if penalty is None else value + penalty([layer.weights for layer in params])


def plain_training(net, optimizer, steps, X, y, weights, penalty=None):
    """The textbook loop of full-batch steps; first and last parameters, and the last loss."""
    optimizer = optax.with_extra_args_support(optimizer)

    @jax.jit
    def run(params, X, y, weights):
        def objective(p):
            return plain_objective(net, p, X, y, weights, penalty)

        def step(_, carry):
            params, state = carry
            value, gradient = jax.value_and_grad(objective)(params)
            updates, state = optimizer.update(
                gradient, state, params, value=value, grad=gradient, value_fn=objective
            )
            return optax.apply_updates(params, updates), state

        last, _ = jax.lax.fori_loop(0, steps, step, (params, optimizer.init(params)))
        return last, plain_objective(net, last, X, y, weights)

    start = init(jax.random.key(0), net)
    return start, *run(start, *map(jnp.asarray, (X, y, weights)))


# The same steps -----------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop", "adamw", "lbfgs"])
def test_a_full_batch_fit_is_the_plain_loop(optimizer, problem):
    with jax.enable_x64(True):
        X, y = problem()
        weights = np.linspace(0.5, 2, ROWS)
        penalty = ElasticNet(l2=0.02, l1=0.01)
        recipe = AsIs(optimizer, learning_rate=0.02, epochs=12, regularizers=(penalty,))
        fitted = fit(jax.random.key(1), NET, X, y, recipe, weights=weights)
        rule = OPTIMIZERS[optimizer].factory(0.02)
        start, expected, loss = plain_training(NET, rule, 12, X, y, weights, penalty)
        # lbfgs changes a choice of step length into another where rounding decides it.
        assert_trees_close(fitted.params, expected, rtol=1e-6 if optimizer == "lbfgs" else 1e-9)
        assert np.abs(fitted.params[0].weights - start[0].weights).max() > 1e-2
        np.testing.assert_allclose(fitted.train_loss, loss, rtol=1e-6)
        assert fitted.train_loss.dtype == jnp.float64
        assert fitted.epochs == 12
        assert fitted.diverged_at == -1


@pytest.mark.parametrize(
    ("response", "outputs", "activation"),
    [
        ("quantitative", 2, "relu"),
        ("categorical", 3, "sigmoid"),
        ("binary", 1, "softplus"),
        ("count", 2, "tanh"),
    ],
)
def test_a_fit_of_every_response_is_the_plain_loop(response, outputs, activation, problem):
    with jax.enable_x64(True):
        X, y = problem()
        net = MLP((3, 4, outputs), activation, response, planned, planned)
        targets = {
            "quantitative": np.stack([y, -(y**2)], axis=1),
            "categorical": np.digitize(y, [0.0, 1.0]),
            "binary": (y > 0.5).astype(float),
            "count": np.stack([np.round(y**2), np.arange(ROWS) % 3], axis=1),
        }[response]
        recipe = AsIs("sgd", learning_rate=0.05, epochs=10)
        fitted = fit(jax.random.key(1), net, X, targets, recipe)
        _, expected, _ = plain_training(net, optax.sgd(0.05), 10, X, targets, np.ones(ROWS))
        assert_trees_close(fitted.params, expected, rtol=1e-9)


def row_lengths(weights):
    """Group lasso on the first layer, smooth at zero."""
    return 0.3 * jnp.sum(jnp.sqrt(jnp.sum(weights[0] ** 2, axis=1) + 1e-3))


def test_any_function_of_the_weights_is_a_penalty(problem):
    with jax.enable_x64(True):
        X, y = problem()
        recipe = AsIs("sgd", learning_rate=0.05, epochs=8, regularizers=(row_lengths,))
        fitted = fit(jax.random.key(1), NET, X, y, recipe)
        _, expected, loss = plain_training(
            NET, optax.sgd(0.05), 8, X, y, np.ones(ROWS), row_lengths
        )
        assert_trees_close(fitted.params, expected, rtol=1e-9)
        # The reported loss is without the penalty.
        np.testing.assert_allclose(fitted.train_loss, loss, rtol=1e-9)


def test_a_name_a_factory_and_a_transformation_give_the_same_fit(problem):
    X, y = problem()
    recipes = [
        Recipe("adam", learning_rate=0.03, epochs=15),
        Recipe(optax.adam, learning_rate=0.03, epochs=15),
        Recipe(optax.adam(0.03), epochs=15),
    ]
    named, *others = (fit(jax.random.key(1), NET, X, y, recipe) for recipe in recipes)
    for other in others:
        assert_trees_close(named.params, other.params, rtol=2e-5, atol=1e-6)


def test_a_schedule_counts_steps(problem):
    """Two steps of rate 0.1, then none: the rest of the epochs changes nothing."""
    X, y = problem()
    schedule = optax.piecewise_constant_schedule(0.1, {2: 0.0})
    recipes = Recipe("sgd", schedule, epochs=9), Recipe("sgd", 0.1, epochs=2)
    stopped, short = (fit(jax.random.key(1), NET, X, y, recipe).params for recipe in recipes)
    assert_trees_close(stopped, short, rtol=1e-5)


def first_layer(params):
    """True for the leaves of the first layer."""
    return tuple(
        jax.tree.map(lambda _, first=number == 0: first, layer)
        for number, layer in enumerate(params)
    )


def test_a_transformation_sees_the_layers(problem):
    X, y = problem()
    freeze = optax.masked(optax.set_to_zero(), first_layer)
    recipe = Recipe(optax.chain(freeze, optax.sgd(0.1)), epochs=3)
    frozen = fit(jax.random.key(1), NET, X, y, recipe).params
    start = init(jax.random.key(0), NET)
    assert_trees_close(frozen[0], start[0], rtol=0)
    assert np.abs(frozen[1].weights - start[1].weights).max() > 1e-3


# The unit of the response -------------------------------------------------------------------------


def test_a_quantitative_response_is_trained_in_units_of_its_spread(problem):
    """The plain loop on (y - mean) / scale, whose last layer is then turned back."""
    with jax.enable_x64(True):
        X, y = problem()
        weights = np.linspace(0.5, 2, ROWS)
        penalty = ElasticNet(l2=0.02)
        net = MLP((3, 4, 2), initializer=planned, bias_initializer=planned)
        Y = np.stack([1e6 + 30 * y, 1e-3 * y**2], axis=1)
        recipe = Recipe("sgd", learning_rate=0.05, epochs=10, regularizers=(penalty,))
        fitted = fit(jax.random.key(1), net, X, Y, recipe, weights=weights)
        center = np.average(Y, axis=0, weights=weights)
        scale = np.sqrt(np.average((Y - center) ** 2, axis=0, weights=weights))
        _, (first, last), _ = plain_training(
            net, optax.sgd(0.05), 10, X, (Y - center) / scale, weights, penalty
        )
        assert_trees_close(fitted.params[0], first, rtol=1e-8)
        weights_of_last, biases_of_last = map(np.asarray, last)
        np.testing.assert_allclose(fitted.params[1].weights, weights_of_last * scale, rtol=1e-8)
        expected = center + biases_of_last * scale
        np.testing.assert_allclose(fitted.params[1].biases, expected, rtol=1e-8)
        loss = plain_objective(net, fitted.params, *map(jnp.asarray, (X, Y, weights)))
        np.testing.assert_allclose(fitted.train_loss, loss, rtol=1e-8)


@pytest.mark.parametrize(
    ("factor", "shift", "batch_size"), [(1e-6, 0.0, None), (1e5, -3e6, 8), (-2.0, 0.5, None)]
)
def test_the_unit_of_the_response_does_not_matter(factor, shift, batch_size, problem):
    """Predictions, losses, and the epoch that patience chooses."""
    with jax.enable_x64(True):
        X, y = problem(rows=40)
        recipe = Recipe(
            learning_rate=0.05,
            epochs=60,
            batch_size=batch_size,
            regularizers=(ElasticNet(l2=0.01),),
            validation_fraction=0.3,
            patience=3,
            min_delta=1e-3,
            history_every=5,
        )
        net = MLP((3, 4, 1))
        # A negative factor mirrors the response; so does a mirrored last layer.
        plain = fit(jax.random.key(3), net, X, abs(factor) / factor * y, recipe)
        other = fit(jax.random.key(3), net, X, factor * y + shift, recipe)
        assert plain.epochs == other.epochs
        np.testing.assert_allclose(
            predict(net, other, X),
            abs(factor) * np.asarray(predict(net, plain, X)) + shift,
            rtol=1e-6,
            atol=1e-6 * abs(factor),
        )
        for name in ("train_loss", "validation_loss"):
            np.testing.assert_allclose(
                getattr(other.history, name),
                factor**2 * np.asarray(getattr(plain.history, name)),
                rtol=1e-6,
            )


def test_a_response_far_from_zero_is_predicted_in_its_own_unit(problem):
    """With the defaults: no learning rate reaches 152 from 0 in 300 steps of 0.01."""
    X, y = problem(rows=60)
    y = 152 + 77 * (y - y.mean()) / y.std()
    fitted = fit(jax.random.key(0), MLP((3, 8, 1)), X, y)
    predicted = np.asarray(predict(MLP((3, 8, 1)), fitted, X))
    assert abs(predicted.mean() - 152) < 3
    assert np.corrcoef(predicted, y)[0, 1] > 0.9
    np.testing.assert_allclose(fitted.train_loss, np.mean((predicted - y) ** 2), rtol=1e-4)
    # As it is, the same recipe is far away.
    as_is = fit(jax.random.key(0), MLP((3, 8, 1)), X, y, AsIs())
    assert np.mean(predict(MLP((3, 8, 1)), as_is, X)) < 100


def test_a_constant_response_is_predicted_exactly(problem):
    X, _ = problem()
    fitted = fit(jax.random.key(0), MLP((3, 2, 1)), X, np.full(ROWS, 1e5), Recipe(epochs=200))
    np.testing.assert_allclose(predict(MLP((3, 2, 1)), fitted, X), 1e5, rtol=1e-5)


def test_poisson_regression_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 2))
    y = rng.poisson(np.exp(3 + X @ [0.6, -0.3]))
    weights = rng.uniform(0.5, 2, 80)
    peer = PoissonRegressor(alpha=0.1, tol=1e-10, max_iter=1000).fit(X, y, weights)
    with jax.enable_x64(True):
        net = MLP((2, 1), response="count")
        # Their objective is half the mean deviance plus alpha/2 sum w^2.
        recipe = LONG(regularizers=(ElasticNet(l2=0.2),))
        fitted = fit(jax.random.key(0), net, X, y, recipe, weights=weights)
        np.testing.assert_allclose(fitted.params[0].weights[:, 0], peer.coef_, rtol=1e-4)
        np.testing.assert_allclose(fitted.params[0].biases, peer.intercept_, rtol=1e-4)
        np.testing.assert_allclose(predict(net, fitted, X), peer.predict(X), rtol=1e-4)


def test_a_count_starts_at_its_mean(problem):
    X, _ = problem()
    y = np.arange(ROWS) * 1000.0
    weights = np.arange(ROWS) + 1.0
    net = MLP((3, 2, 1), response="count", initializer="zeros")
    history = fit(jax.random.key(0), net, X, y, Recipe(epochs=1), weights=weights).history
    constant = np.full(ROWS, np.average(y, weights=weights))
    expected = mean_poisson_deviance(y, constant, sample_weight=weights)
    np.testing.assert_allclose(history.train_loss[0], expected, rtol=1e-5)
    nothing = fit(jax.random.key(0), net, X, 0 * y, Recipe(epochs=1))
    assert np.isfinite(nothing.train_loss) and nothing.diverged_at == -1


# A path of penalties ------------------------------------------------------------------------------


def test_a_factor_of_the_penalty_is_that_penalty_and_maps(problem):
    X, y = problem()
    net = MLP((3, 4, 1))

    def one(factor):
        recipe = Recipe(epochs=20, regularizers=(NormalPrior(rows=ROWS),))
        return fit(jax.random.key(0), net, X, y, recipe, penalty_factor=factor).params

    path = jax.vmap(one)(jnp.array([0.0, 3.0]))
    alone = Recipe(epochs=20, regularizers=(NormalPrior(ROWS, 3.0),))
    expected = fit(jax.random.key(0), net, X, y, alone).params
    assert_trees_close(jax.tree.map(lambda leaf: leaf[1], path), expected, rtol=1e-3, atol=1e-5)
    assert np.abs(path[0].weights[0] - path[0].weights[1]).max() > 1e-2


def test_validation_rows_have_weights(problem):
    """A validation row of weight two is that row twice, and one of weight zero is none."""
    X, y = problem()
    aside = (X[:3], y[:3] + 1)
    counts = np.array([2, 0, 1])
    run = partial(fit, jax.random.key(0), NET, X, y, Recipe(epochs=5))
    weighted = run(validation=(*aside, counts))
    repeated = run(validation=tuple(part.repeat(counts, 0) for part in aside))
    plain = run(validation=aside)
    np.testing.assert_allclose(
        weighted.history.validation_loss, repeated.history.validation_loss, rtol=1e-5
    )
    assert np.abs(plain.history.validation_loss - weighted.history.validation_loss).min() > 1e-3


# The same optimum ---------------------------------------------------------------------------------


def test_a_linear_network_recovers_least_squares(problem):
    with jax.enable_x64(True):
        X, y = problem(rows=40)
        fitted = fit(jax.random.key(0), MLP((3, 1)), X, y, LONG())
        expected, *_ = np.linalg.lstsq(np.c_[X, np.ones(40)], y, rcond=None)
        np.testing.assert_allclose(fitted.params[0].weights[:, 0], expected[:3], rtol=1e-6)
        np.testing.assert_allclose(fitted.params[0].biases[0], expected[3], rtol=1e-6)


def test_lbfgs_by_name_alone_finds_the_optimum(problem):
    """Its default learning rate must not be a hundredth of the step that it searches."""
    X, y = problem(rows=40)
    by_name = fit(jax.random.key(0), MLP((3, 1)), X, y, Recipe("lbfgs", epochs=20))
    residual = np.linalg.lstsq(np.c_[X, np.ones(40)], y, rcond=None)[1][0]
    np.testing.assert_allclose(by_name.train_loss, residual / 40, rtol=1e-4)


def test_l2_is_ridge_with_half_the_square_and_free_biases(problem):
    with jax.enable_x64(True):
        X, y = problem(rows=40)
        X, y, l2 = X + 3, y + 10, 0.7
        fitted = fit(jax.random.key(0), MLP((3, 1)), X, y, LONG(regularizers=(ElasticNet(l2=l2),)))
        Xc, yc = X - X.mean(0), y - y.mean()
        w = np.linalg.solve(Xc.T @ Xc / 40 + l2 / 2 * np.eye(3), Xc.T @ yc / 40)
        np.testing.assert_allclose(fitted.params[0].weights[:, 0], w, rtol=1e-5)
        np.testing.assert_allclose(fitted.params[0].biases[0], y.mean() - X.mean(0) @ w, rtol=1e-5)
        assert fitted.params[0].biases[0] > 3  # had the penalty touched it, this would be small


def test_l1_is_the_soft_threshold():
    """With X'X = n I the minimiser of mean (y - xw)^2 + l1 |w| is w = soft(X'y/n, l1/2).

    Standardised, w' = w / s for the standard deviation s of y, so the threshold of w is s l1/2.
    """
    rng = np.random.default_rng(2)
    X = rng.normal(size=(32, 4))
    X = np.linalg.qr(X - X.mean(0))[0] * np.sqrt(32)
    y = X @ [2.0, 0.3, -1.0, 0.0]
    # A constant step swings around zero by as much as one step, 0.01 (0.8 + 2 0.3).
    for recipe, threshold in ((AsIs, 0.4), (Recipe, 0.4 * y.std())):
        recipe = recipe("sgd", learning_rate=0.01, epochs=1000, regularizers=(ElasticNet(l1=0.8),))
        weights = fit(jax.random.key(0), MLP((4, 1)), X, y, recipe).params[0].weights[:, 0]
        expected = [2 - threshold, 0.0, threshold - 1, 0.0]
        np.testing.assert_allclose(weights, expected, atol=0.0145 * (threshold / 0.4))


def test_no_penalty_on_biases_however_strong_it_is():
    X, y = np.zeros((12, 2)), np.full(12, 5.0)
    recipe = Recipe("sgd", learning_rate=1e-3, epochs=4000, regularizers=(ElasticNet(l2=500.0),))
    fitted = fit(jax.random.key(0), MLP((2, 1)), X, y, recipe)
    np.testing.assert_allclose(fitted.params[0].biases, [5.0], rtol=1e-3)
    np.testing.assert_allclose(fitted.params[0].weights, 0, atol=1e-6)


def test_logistic_regression_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = (X @ [1.0, -2.0, 0.5] + 0.3 + rng.logistic(size=60) > 0).astype(int)
    l2 = 0.05
    peer = LogisticRegression(C=1 / (60 * l2), tol=1e-10, max_iter=1000).fit(X, y)
    with jax.enable_x64(True):
        net = MLP((3, 1), response="binary")
        fitted = fit(jax.random.key(0), net, X, y, LONG(regularizers=(ElasticNet(l2=l2),)))
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
        fitted = fit(jax.random.key(0), net, X, y, LONG(regularizers=(ElasticNet(l2=l2),)))
        probabilities = predict(net, fitted, X)
        assert probabilities.shape == (60, 3)
        np.testing.assert_allclose(probabilities, peer.predict_proba(X), rtol=1e-3)
        # The penalty is least when the weights of each input add up to zero over the classes.
        np.testing.assert_allclose(fitted.params[0].weights, peer.coef_.T, rtol=1e-3, atol=1e-4)


# Weights of rows ----------------------------------------------------------------------------------


def test_a_row_of_weight_two_is_that_row_twice(problem):
    with jax.enable_x64(True):
        X, y = problem()
        counts = np.arange(ROWS) % 4
        recipe = Recipe(epochs=12, learning_rate=0.02, regularizers=(ElasticNet(l2=0.1),))
        run = partial(fit, net=NET, recipe=recipe, encoder=Encoder(numeric_columns(3)))
        weighted = run(jax.random.key(1), X=X, y=y, weights=counts)
        repeated = run(jax.random.key(1), X=X.repeat(counts, 0), y=y.repeat(counts))
        assert_trees_close(weighted, repeated, rtol=1e-9)
        # Only ratios matter.
        tripled = run(jax.random.key(1), X=X, y=y, weights=3 * counts)
        assert_trees_close(weighted, tripled, rtol=1e-9)
        plain = run(jax.random.key(1), X=X, y=y)
        assert abs(plain.train_loss - weighted.train_loss) > 1e-3


def test_a_row_of_weight_zero_changes_nothing_whatever_it_holds(problem):
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


# Encoders, keys, transformations ------------------------------------------------------------------


def test_encoding_inside_the_fit_is_encoding_beforehand(problem):
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
    scaling = jax.jit(partial(fit_scaling, encoder))(X, weights)
    features = jax.jit(partial(encode, encoder))(scaling, X)
    outside = fit(jax.random.key(0), net, features, y, recipe, weights=weights)
    assert outside.scaling is None
    assert_trees_close(inside.scaling, scaling, rtol=1e-6)
    assert_trees_close(inside.params, outside.params, rtol=1e-4, atol=1e-6)
    # The prediction takes raw predictors, and the scales of the training rows.
    raw = jax.jit(partial(predict, net, inside, encoder=encoder))(X[:7])
    encoded = jax.jit(partial(predict, net, outside))(features[:7])
    np.testing.assert_allclose(raw, encoded, rtol=1e-4)


def test_the_scaling_is_that_of_the_rows_trained_on(problem):
    """A raw value so far out that the scale tells whether its row counted."""
    X, y = problem()
    encoder = Encoder(numeric_columns(3))
    recipe = Recipe(epochs=1, validation_fraction=0.2)
    scales = []
    for row in range(12):
        far = X.copy()
        far[row, 0] = 1e4
        fitted = fit(jax.random.key(0), NET, far, y, recipe, encoder=encoder)
        scales.append(float(fitted.scaling[1][0]))
    counted = np.array(scales) > 100
    assert counted.any() and not counted.all()
    np.testing.assert_array_less(np.array(scales)[~counted], 3)


def test_the_same_key_gives_the_same_numbers_and_another_key_others(problem):
    X, y = problem()
    net = MLP((3, 4, 1))
    recipe = Recipe(epochs=6, batch_size=8, validation_fraction=0.2, patience=2, history_every=1)
    one, same, other = (fit(jax.random.key(s), net, X, y, recipe) for s in (1, 1, 2))
    jax.tree.map(np.testing.assert_array_equal, one, same)
    assert np.abs(one.params[0].weights - other.params[0].weights).min() > 1e-6


def test_a_fit_maps_over_keys_and_learning_rates_with_and_without_jit(problem):
    X, y = problem()
    net, recipe = MLP((3, 2, 1)), Recipe("sgd", epochs=8)
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
        row = jax.tree.map(lambda leaf, i=i: np.asarray(leaf)[i], mapped)
        assert_trees_close(row, alone, rtol=1e-4, atol=1e-6)
    # A number in place of the recipe's own is that number.
    own = fit(keys()[1], net, X, y, Recipe("sgd", epochs=8, learning_rate=0.1))
    assert_trees_close(alone, own, rtol=1e-5)
    assert np.abs(mapped.params[0].weights[0] - mapped.params[0].weights[1]).max() > 1e-2
