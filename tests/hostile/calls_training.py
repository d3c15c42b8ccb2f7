"""Working calls of `jaxnn.training`."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxnn import MLP, ElasticNet, Encoder, Fitter, Recipe, fit
from jaxnn.tables import numeric_columns
from tests.hostile.calls import Call

NET = MLP((2, 2, 1))
RECIPE = Recipe(epochs=1, regularizers=(ElasticNet(l2=0.1),))
X = np.array([[0.0, 1.0], [1.0, 0.5], [2.0, -1.0], [3.0, 0.25], [1.5, 2.0], [0.5, 1.0]])
Y = np.array([0.5, 1.0, -1.0, 2.0, 0.25, 0.75])


def factory(learning_rate):
    return optax.sgd(learning_rate)


def schedule(step):
    return 0.1 / (1 + step)


def penalty(weights):
    return sum(jnp.sum(matrix**2) for matrix in weights)


def activation(z):
    return jnp.tanh(z)


def draw(key, shape, dtype=float):
    return 0.1 * jax.random.normal(key, shape, dtype)


def rows():
    return {
        "X": X.copy(),
        "y": Y.copy(),
        "weights": np.ones(6),
        "groups": np.arange(6) // 2,
    }


def fitter():
    return Fitter(NET, RECIPE)


CALLS = {
    "Recipe": lambda: Call(
        Recipe,
        {
            "optimizer": factory,
            "learning_rate": schedule,
            "epochs": 10,
            "batch_size": 4,
            "regularizers": (penalty,),
            "validation_fraction": 0.2,
            "patience": 2,
            "min_delta": 0.0,
            "history_every": 2,
            "standardize_response": True,
        },
    ),
    "fit": lambda: Call(
        fit,
        {
            "key": jax.random.key(0),
            "net": NET,
            **rows(),
            "recipe": RECIPE,
            "encoder": Encoder(numeric_columns(2)),
            "validation": (X.copy(), Y.copy()),
            "learning_rate": 0.1,
            "penalty_factor": 0.5,
        },
        slow=True,
        words={"net": ("sizes",)},
        nan_passes=("validation", "X", "y", "learning_rate"),  # a fit that diverges says so
    ),
    "Fitter": lambda: Call(
        Fitter,
        {
            "net": NET,
            "recipe": RECIPE,
            "encoder": Encoder(numeric_columns(2)),
            "learning_rate": 0.1,
            "penalty_factor": 0.5,
        },
        words={"net": ("sizes",)},
    ),
    "Fitter.checked": lambda: Call(
        fitter().checked, {**rows(), "validation": (X.copy(), Y.copy())}
    ),
    "Fitter.train": lambda: Call(
        fitter().train,
        {"key": jax.random.key(0), "rows": fitter().checked(X, Y)},
        slow=True,
    ),
    "Fitter.with_table_scales": lambda: Call(
        fitter().with_table_scales, {"rows": fitter().checked(X, Y)}, slow=True
    ),
    "Fitter.working_set": lambda: Call(fitter().working_set, {"rows": 100}),
    # Functions of the user, where they are first called.
    "fit.activation": lambda: Call(_fit_with_activation, {"activation": activation}, slow=True),
    "fit.initializer": lambda: Call(_fit_with_initializer, {"initializer": draw}, slow=True),
    "fit.bias_initializer": lambda: Call(_fit_with_biases, {"bias_initializer": draw}, slow=True),
    "fit.penalty": lambda: Call(_fit_with_penalty, {"regularizers": penalty}, slow=True),
    "fit.optimizer": lambda: Call(_fit_with_optimizer, {"optimizer": factory}, slow=True),
    "fit.schedule": lambda: Call(_fit_with_schedule, {"learning_rate": schedule}, slow=True),
}


def _fit(net=NET, recipe=RECIPE):
    return fit(jax.random.key(0), net, X, Y, recipe)


def _fit_with_activation(activation):
    return _fit(MLP((2, 2, 1), activation))


def _fit_with_initializer(initializer):
    return _fit(MLP((2, 2, 1), initializer=initializer))


def _fit_with_biases(bias_initializer):
    return _fit(MLP((2, 2, 1), bias_initializer=bias_initializer))


def _fit_with_penalty(regularizers):
    return _fit(recipe=Recipe(epochs=1, regularizers=(regularizers,)))


def _fit_with_optimizer(optimizer):
    return _fit(recipe=Recipe(optimizer, 0.1, epochs=1))


def _fit_with_schedule(learning_rate):
    return _fit(recipe=Recipe("sgd", learning_rate, epochs=1))
