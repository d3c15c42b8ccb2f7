"""Are the minima of the known surfaces where they are said to be?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import InputError
from jaxnn.landscape import LOSS_SURFACES, quadratic_surface


@pytest.mark.parametrize("name", LOSS_SURFACES)
def test_the_loss_is_least_at_its_minima(name):
    surface = LOSS_SURFACES[name]
    assert surface.name == name
    for minimum in surface.minima:
        point = jnp.array(minimum)
        np.testing.assert_allclose(surface.loss(point), surface.least, atol=1e-5)
        np.testing.assert_allclose(jax.grad(surface.loss)(point), [0, 0], atol=1e-4)
    (left, right), (low, high) = surface.limits
    grid = jnp.stack(
        jnp.meshgrid(jnp.linspace(left, right, 41), jnp.linspace(low, high, 41)), axis=-1
    )
    assert jax.vmap(surface.loss)(grid.reshape(-1, 2)).min() >= surface.least - 1e-5
    for x, y in (surface.start, *surface.minima):
        assert left <= x <= right and low <= y <= high


def test_a_quadratic_has_its_condition_number():
    hessian = jax.hessian(quadratic_surface(30.0).loss)(jnp.zeros(2))
    np.testing.assert_allclose(np.linalg.eigvalsh(hessian), [1, 30], rtol=1e-6)
    with pytest.raises(InputError, match="condition is 0; pass a positive number"):
        quadratic_surface(0)
