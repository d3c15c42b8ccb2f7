"""Does a fit pass through the shorter fits on its way?"""

import jax
import numpy as np
import pytest

from jaxnn import MLP, NormalPrior, Recipe, fit
from jaxnn.training.arguments import CheckedRows
from jaxnn.training.checkpoints import checkpoints

EPOCHS = (3, 5, 9)


@pytest.mark.parametrize("batch_size", [None, 4])
def test_each_checkpoint_is_the_fit_of_so_many_epochs(small_rows, small_network, batch_size):
    X, y = small_rows
    recipe = Recipe(regularizers=(NormalPrior(len(y)),), batch_size=batch_size)
    rows = CheckedRows(X, y)
    run = jax.jit(
        lambda key, factor: checkpoints(key, small_network, rows, recipe, None, EPOCHS, factor)
    )
    passed = run(jax.random.key(3), 0.3)
    assert not passed.diverged.any()
    for place, epochs in enumerate(EPOCHS):
        short = Recipe(
            regularizers=(NormalPrior(len(y), 0.3),), batch_size=batch_size, epochs=epochs
        )
        expected = fit(jax.random.key(3), small_network, X, y, short).params
        for one, two in zip(jax.tree.leaves(passed.params), jax.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(one[place], two, rtol=1e-4, atol=1e-5)


def test_divergence_is_marked_from_where_it_happened(small_rows):
    X, y = small_rows
    rows = CheckedRows(1e3 * X, y)
    recipe = Recipe("sgd", learning_rate=10.0)
    net = MLP((3, 1))
    passed = checkpoints(jax.random.key(0), net, rows, recipe, None, (1, 100))
    assert passed.diverged.tolist() == [False, True]
