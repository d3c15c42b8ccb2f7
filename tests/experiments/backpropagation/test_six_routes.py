"""Does a wrong formula separate the routes that use it from those that do not?"""

import jax
import jax.numpy as jnp
import numpy as np

import jaxnn.tracer.numpy as tnp
from experiments.backpropagation import reading, six_routes
from experiments.backpropagation.functions import Case
from experiments.backpropagation.six_routes import DIFFERENCES, ROUTES


def test_a_wrong_formula_separates_its_routes_from_the_others():
    """The three routes of a formula off by one part in a thousand agree among themselves only."""
    wrong = Case(
        "other", "sine", lambda x: tnp.sin(1.001 * x), jnp.sin, (np.array([0.3, -1.2, 2.0]),)
    )
    with jax.enable_x64(True):
        found = six_routes.compute(jax.random.key(0), [[wrong]])
    found = {name: np.asarray(array) for name, array in found.items()}
    distance = reading.disagreements(
        found["gradients"], found["entry_function"], found["entry_array"]
    )[0]
    written = [ROUTES.index(name) for name in ("tracer forward", "tracer reverse")]
    written.append(DIFFERENCES)
    library = [route for route in range(len(ROUTES)) if route not in written]
    assert distance[np.ix_(written, written)].max() < 1e-9
    assert distance[np.ix_(library, library)].max() < 1e-12
    assert distance[np.ix_(written, library)].min() > 1e-4
    assert found["value_gaps"][0] > 1e-4
