"""What several tests of training share: a small problem, and a way to watch each step."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest


@pytest.fixture
def problem():
    """A function that makes a quantitative problem: X (rows, inputs) and y (rows,)."""

    def make(rows=23, inputs=3, seed=5):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(rows, inputs))
        return X, np.sin(X[:, 0]) + X[:, 1] ** 2 - 0.5 * X[:, -1] + 0.1 * rng.normal(size=rows)

    return make


@pytest.fixture
def recorder():
    """A function of a dict, giving a transformation that changes nothing.

    It stores each gradient of the first layer in the dict, under the number of its step.
    """

    def make(records):
        def update(gradient, step, params=None):
            del params
            jax.debug.callback(
                lambda number, g: records.__setitem__(int(number), np.asarray(g)),
                step,
                gradient[0].weights,
            )
            return gradient, step + 1

        return optax.GradientTransformation(lambda params: jnp.array(0), update)

    return make


@pytest.fixture
def compilations():
    """The names of the XLA programs compiled, or fetched from the cache, so far."""
    seen = []

    def listen(event, duration, **details):
        del duration
        if "backend_compile" in event:
            seen.append(details.get("fun_name", event))

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield seen
    jax.monitoring.unregister_event_duration_listener(listen)
