"""Are critical points found, and told apart by their index?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import InputError
from jaxnn.landscape import LOSS_SURFACES, critical_point


def bent(w):
    """A loss with the critical points x = -1, 0, 1 (a saddle between two minima) and y = 0."""
    return w["x"] ** 4 / 4 - w["x"] ** 2 / 2 + w["y"][0] ** 2


@pytest.mark.parametrize(
    ("x", "expected", "kind", "index"),
    [(0.8, 1.0, "minimum", 0), (-1.3, -1.0, "minimum", 0), (0.2, 0.0, "saddle", 1)],
)
def test_the_nearest_critical_point_is_found_and_told(x, expected, kind, index):
    with jax.enable_x64(True):
        found = critical_point(bent, {"x": x, "y": np.array([0.7])})
    np.testing.assert_allclose(found.params["x"], expected, atol=1e-7)
    np.testing.assert_allclose(found.params["y"], [0], atol=1e-7)
    assert (found.kind, found.index) == (kind, index)
    assert float(found.gradient_norm) < 1e-7
    np.testing.assert_allclose(found.eigenvalues, sorted([3 * expected**2 - 1, 2]), atol=1e-6)


def test_a_maximum_and_a_degenerate_point_are_named():
    with jax.enable_x64(True):
        assert critical_point(lambda w: jnp.sum(jnp.cos(w)), [0.3, -0.2]).kind == "maximum"
        flat = critical_point(lambda w: w[0] ** 2, [0.3, 0.2])
    assert (flat.kind, flat.index) == ("degenerate", 0)


@pytest.mark.parametrize("name", ["beale", "rosenbrock", "saddle", "many_minima"])
def test_known_minima_are_critical_points(name):
    surface = LOSS_SURFACES[name]
    for minimum in surface.minima:
        with jax.enable_x64(True):
            found = critical_point(surface.loss, np.array(minimum) + 0.02)
        np.testing.assert_allclose(found.params, minimum, atol=1e-6)
        assert found.kind == "minimum"


def test_the_search_ends_at_its_tolerance_and_never_with_a_longer_gradient():
    loss = LOSS_SURFACES["beale"].loss
    start = jnp.array([-1.0, 1.5])
    long = np.linalg.norm(jax.grad(loss)(start))
    few = critical_point(loss, start, steps=3)
    assert few.steps == 3 and few.gradient_norm < long
    loose = critical_point(loss, start, tolerance=float(few.gradient_norm))
    assert loose.steps <= 3 and loose.gradient_norm <= few.gradient_norm


def test_too_many_parameters_are_refused():
    with pytest.raises(InputError, match="start holds 5,000 numbers; pass at most 4,096"):
        critical_point(jnp.sum, np.ones(5000))
    with pytest.raises(InputError, match="tolerance is -1; pass a finite number of at least 0"):
        critical_point(jnp.sum, np.ones(2), tolerance=-1)
