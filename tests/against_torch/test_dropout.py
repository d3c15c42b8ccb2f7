"""Is dropout that of PyTorch, with the same masks, on inputs and on hidden units?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, Layer
from jaxnn.regularizers import Dropout, monte_carlo_predict

SHAPE, KEEP = (4, 50), 0.75  # a multiple of 2^-16


@pytest.mark.parametrize("place", ["features", "hidden"])
def test_values_and_derivatives_are_those_of_pytorch_with_the_same_mask(place, torch, as_tensor):
    rng = np.random.default_rng(0)
    h, direction = rng.normal(size=SHAPE), rng.normal(size=SHAPE)
    dropout = Dropout(KEEP, 1.0) if place == "features" else Dropout(1.0, KEEP)
    with jax.enable_x64(True):
        ours, back = jax.vjp(
            lambda h: getattr(dropout, place)(jax.random.key(0), h), jnp.asarray(h)
        )
        (gradient,) = back(jnp.asarray(direction))
    mask = np.array(ours) != 0
    assert 0 < mask.mean() < 1
    # PyTorch draws its own masks, but this function of its, the derivative, takes one.
    by_mask = torch.ops.aten.native_dropout_backward
    for found, given in ((ours, h), (gradient, direction)):
        expected = by_mask(torch.tensor(given), torch.tensor(mask), 1 / KEEP)
        np.testing.assert_allclose(found, expected.numpy(), rtol=1e-15)
    # With a mask of PyTorch's own, its layer is that function too.
    tensor = as_tensor(h)
    torch.manual_seed(0)
    theirs = torch.nn.functional.dropout(tensor, 1 - KEEP, training=True)
    theirs.backward(torch.tensor(direction))
    kept = theirs.detach() != 0
    torch.testing.assert_close(theirs.detach(), by_mask(tensor.detach(), kept, 1 / KEEP))
    torch.testing.assert_close(tensor.grad, by_mask(torch.tensor(direction), kept, 1 / KEEP))


def test_as_many_units_are_kept_as_by_pytorch(torch):
    many = np.ones((200, 500), np.float32)
    ours = np.array(Dropout(1.0, KEEP).hidden(jax.random.key(1), jnp.asarray(many)))
    torch.manual_seed(1)
    theirs = torch.nn.functional.dropout(torch.tensor(many), 1 - KEEP).numpy()
    error = np.sqrt(2 * KEEP * (1 - KEEP) / many.size)
    assert abs((ours > 0).mean() - (theirs > 0).mean()) < 4 * error
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-6)


def test_monte_carlo_predictions_are_distributed_as_those_of_pytorch(torch):
    """Means and deviations over draws, of a network with dropout of inputs and hidden units."""
    rng = np.random.default_rng(2)
    net, X, draws = MLP((4, 8, 1)), rng.normal(size=(5, 4)), 4000
    params = [(rng.normal(size=(i, o)), rng.normal(size=o)) for i, o in ((4, 8), (8, 1))]
    layers = tuple(Layer(*(jnp.asarray(array, jnp.float32) for array in pair)) for pair in params)
    dropout = Dropout(0.8, 0.5)
    ours = np.array(monte_carlo_predict(jax.random.key(0), net, layers, X, dropout, draws))
    torch.manual_seed(0)
    (W, b), (v, c) = [[torch.tensor(array) for array in pair] for pair in params]
    copies = torch.tensor(X).expand(draws, 5, 4)
    hidden = torch.tanh(torch.nn.functional.dropout(copies, 0.2) @ W + b)
    theirs = (torch.nn.functional.dropout(hidden, 0.5) @ v + c)[..., 0].numpy()
    variances = ours.var(axis=0) + theirs.var(axis=0)
    assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 4 * np.sqrt(variances / draws)).all()
    np.testing.assert_allclose(ours.std(axis=0), theirs.std(axis=0), rtol=0.08)
