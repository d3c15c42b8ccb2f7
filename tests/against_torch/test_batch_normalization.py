"""Is batch normalisation that of PyTorch, in training and in evaluation, with its derivatives?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, Recipe, fit, init, predict
from jaxnn.regularizers import BatchNormalization
from jaxnn.regularizers.batch_normalization import (
    Moments,
    NormalizedLayer,
    averaged,
    folded,
    moments,
    normalized,
    shares_of,
)

EPSILON, MOMENTUM, UNITS, ROWS = 1e-3, 0.3, 3, 12
CLOSE = {"rtol": 1e-12, "atol": 1e-12}


@pytest.fixture(scope="module")
def batches():
    """z (4 batches, units, rows), gamma, beta, and a direction (units, rows) for derivatives."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(4, UNITS, ROWS)) * [[0.01], [1.0], [30.0]] + 2
    return z, *(rng.normal(size=size) for size in (UNITS, UNITS, (UNITS, ROWS)))


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, **CLOSE)


@pytest.mark.parametrize("counts", [np.ones(ROWS, int), np.arange(ROWS) % 4], ids=["1", "0 to 3"])
def test_training_mode_and_its_derivatives_are_those_of_pytorch(counts, batches, torch, as_tensor):
    """A row of weight two is two rows of PyTorch, and one of weight zero is none."""
    z, scales, shifts, direction = batches
    given = [as_tensor(array) for array in (z[0].T, scales, shifts)]
    repeated = given[0].repeat_interleave(torch.tensor(counts), 0)
    theirs = torch.nn.functional.batch_norm(
        repeated, None, None, *given[1:], training=True, eps=EPSILON
    )
    theirs.backward(torch.tensor(np.repeat(direction.T, counts, axis=0)))
    with jax.enable_x64(True):
        weights = jnp.asarray(counts, float)
        ours, back = jax.vjp(
            lambda *arguments: normalized(*arguments, shares_of(weights), EPSILON),
            *map(jnp.asarray, (z[0], scales, shifts)),
        )
        gradients = back(weights[None] * direction)
    np.testing.assert_allclose(
        np.repeat(ours, counts, axis=1), theirs.detach().numpy().T, rtol=1e-12, atol=1e-12
    )
    assert_same((gradients[0].T, *gradients[1:]), [tensor.grad.numpy() for tensor in given])


def test_running_averages_are_those_of_pytorch(batches, torch):
    z, scales, shifts, _ = batches
    mean, variance = torch.zeros(UNITS).double(), torch.ones(UNITS).double()
    with jax.enable_x64(True):
        ours = Moments(jnp.zeros(UNITS), jnp.ones(UNITS))
        for batch in z:
            torch.nn.functional.batch_norm(
                torch.tensor(batch.T),
                mean,
                variance,
                torch.tensor(scales),
                torch.tensor(shifts),
                training=True,
                momentum=MOMENTUM,
                eps=EPSILON,
            )
            found = moments(jnp.asarray(batch), jnp.full(ROWS, 1 / ROWS))
            ours = averaged(ours, found, jnp.asarray(ROWS), MOMENTUM)
            assert_same(ours, (mean.numpy(), variance.numpy()))


def test_a_folded_layer_is_pytorch_in_evaluation_mode_with_its_derivatives(
    batches, torch, as_tensor
):
    """The layer before the normalisation has weights; inputs, gamma and beta are varied."""
    z, scales, shifts, direction = batches
    W = np.random.default_rng(1).normal(size=(UNITS, UNITS))
    mean, variance = z[1].mean(axis=1), z[1].var(axis=1)
    given = [as_tensor(array) for array in (z[0].T, scales, shifts)]
    theirs = torch.nn.functional.batch_norm(
        given[0] @ torch.tensor(W),
        torch.tensor(mean),
        torch.tensor(variance),
        *given[1:],
        training=False,
        eps=EPSILON,
    )
    theirs.backward(torch.tensor(direction.T))
    with jax.enable_x64(True):

        def evaluated(h, scales, shifts):
            found = Moments(jnp.asarray(mean), jnp.asarray(variance))
            layer = folded(NormalizedLayer(jnp.asarray(W), shifts, scales), found, EPSILON)
            return layer.weights.T @ h + layer.biases[:, None]

        ours, back = jax.vjp(evaluated, *map(jnp.asarray, (z[0], scales, shifts)))
        gradients = back(jnp.asarray(direction))
    np.testing.assert_allclose(ours, theirs.detach().numpy().T, rtol=1e-9, atol=1e-9)
    for one, other in zip((gradients[0].T, *gradients[1:]), given, strict=True):
        np.testing.assert_allclose(one, other.grad.numpy(), rtol=1e-9, atol=1e-9)


def test_a_fit_with_running_averages_predicts_as_pytorchs_module_in_evaluation_mode(torch):
    """Two normalised layers, trained by gradient descent on full batches."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(30, 3))
    y = np.sin(X[:, 0]) + X[:, 1]
    net, key = MLP((3, 5, 4, 1)), jax.random.key(2)
    normalization = BatchNormalization(EPSILON, momentum=MOMENTUM)
    recipe = Recipe(
        "sgd", 0.1, 20, regularizers=(normalization,), standardize_response=False, history_every=1
    )
    with jax.enable_x64(True):
        first = jax.tree.map(np.array, init(jax.random.fold_in(key, 0), net))
        fitted = fit(key, net, X, y, recipe)
        ours, losses = np.array(predict(net, fitted, X)), np.array(fitted.history.train_loss)
    layers = []
    for inputs, outputs in ((3, 5), (5, 4)):
        layers += [
            torch.nn.Linear(inputs, outputs, bias=False),
            torch.nn.BatchNorm1d(outputs, eps=EPSILON, momentum=MOMENTUM),
            torch.nn.Tanh(),
        ]
    module = torch.nn.Sequential(*layers, torch.nn.Linear(4, 1)).double()
    with torch.no_grad():
        for number, layer in zip((0, 3, 6), first, strict=True):
            module[number].weight.copy_(torch.tensor(layer.weights.T))
        module[6].bias.zero_()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    features, response = torch.tensor(X), torch.tensor(y)

    def loss():
        return torch.nn.functional.mse_loss(module(features)[:, 0], response)

    theirs = [loss_in_evaluation_mode(module, loss)]
    for _ in range(20):
        module.train()
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        theirs.append(loss_in_evaluation_mode(module, loss))
    np.testing.assert_allclose(losses, theirs, rtol=1e-9)
    predicted = module(features)[:, 0].detach().numpy()
    np.testing.assert_allclose(ours, predicted, rtol=1e-9, atol=1e-11)
    # The moments of all rows would give other predictions.
    module.train()
    assert np.abs(module(features)[:, 0].detach().numpy() - predicted).max() > 1e-3


def loss_in_evaluation_mode(module, loss):
    module.eval()
    return loss().item()
