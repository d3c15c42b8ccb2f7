"""What do all comparisons with PyTorch share? PyTorch, a training loop in it, and five recipes.

They run where the optional requirements `peers` are installed: `pip install -e ".[test,peers]"`.
The same rules are tested against formulas in NumPy elsewhere, so nothing rests on PyTorch alone.
"""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, ElasticNet, Recipe
from jaxnn.regularizers import (
    ActivityPenalty,
    Augmentation,
    BatchNormalization,
    Dropout,
    InputNoise,
    LabelNoise,
    LabelSmoothing,
    MaxNorm,
    WeightNoise,
)


@pytest.fixture(scope="session")
def torch():
    """PyTorch, on one thread."""
    module = pytest.importorskip("torch", reason="PyTorch is not installed; it is in '.[peers]'")
    module.set_num_threads(1)
    return module


@pytest.fixture(scope="session")
def as_tensor(torch):
    """as_tensor(array) -> a tensor of its own in float64, with a gradient."""

    def as_tensor(array):
        return torch.tensor(np.array(array), dtype=torch.float64, requires_grad=True)

    return as_tensor


def flipped_or_not(key, x):
    """The row, or its reverse."""
    return jnp.where(jax.random.bernoulli(key), x, x[::-1])


EARLY = {"history_every": 1, "patience": 6}
COMBINATIONS = {
    "dropout, batch normalisation, early stopping": (
        "quantitative",
        (Dropout(0.9, 0.75), BatchNormalization()),
        EARLY,
    ),
    "weight noise, L1": ("quantitative", (WeightNoise(0.1), ElasticNet(l1=0.01)), {}),
    "input noise, label smoothing, max-norm": (
        "binary",
        (InputNoise(0.3), LabelSmoothing(0.1), MaxNorm(1.5)),
        {},
    ),
    "activity penalty, dropout of inputs": (
        "quantitative",
        (Dropout(0.75, 1.0), ActivityPenalty(0.01, 0.02)),
        {},
    ),
    "augmentation, label noise, L2": (
        "binary",
        (Augmentation(flipped_or_not), LabelNoise(0.2), ElasticNet(l2=0.02)),
        {},
    ),
}


@pytest.fixture(params=COMBINATIONS)
def combination(request):
    """A name, a network, the rows, the validation rows or None, and a recipe without epochs."""
    response, regularizers, more = COMBINATIONS[request.param]
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 3))
    y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.3 * rng.normal(size=60)
    if response == "binary":
        y = (y > 0).astype(float)
    validation = (X[40:], y[40:]) if "patience" in more else None
    settings = {"learning_rate": 0.02, "history_every": 5, "standardize_response": False} | more
    return SimpleNamespace(
        name=request.param,
        net=MLP((3, 8, 6, 1), response=response),
        X=X[:40],
        y=y[:40],
        validation=validation,
        regularizers=regularizers,
        recipe=lambda epochs, **changed: Recipe(
            "adam", epochs=epochs, **({"regularizers": regularizers} | settings | changed)
        ),
    )


@pytest.fixture(scope="session")
def trained_by_torch(torch, as_tensor):
    """A training loop as one writes it in PyTorch: full batches, `torch.optim.Adam`.

    trained_by_torch(first, combination, epochs, noise) -> (losses, validation losses), each
    (epochs + 1,), of the network without noise, normalised by the moments of all training rows.
    """
    functional = torch.nn.functional

    def loss_of(response, outputs, targets):
        if response == "binary":
            return functional.binary_cross_entropy_with_logits(outputs, targets)
        return functional.mse_loss(outputs, targets)

    def trained_by_torch(first, combination, epochs, noise):
        weights, biases = ([as_tensor(layer[part]) for layer in first] for part in (0, 1))
        scales = [as_tensor(np.ones(len(b))) for b in biases[:-1]]
        entries = {type(entry).__name__: entry for entry in combination.regularizers}
        normalization, price = entries.get("BatchNormalization"), entries.get("ActivityPenalty")
        penalty = entries.get("ElasticNet", ElasticNet())
        leaves = [*weights, *biases, *(scales if normalization else [])]
        optimizer = torch.optim.Adam(leaves, lr=0.02)
        X, y = torch.tensor(combination.X), torch.tensor(combination.y)

        def forward(weights, h, noise=None, watched=None):
            """Outputs of the rows, and of rows that are watched; mean price of hidden units."""
            paid = 0.0
            for number, (w, b, scale) in enumerate(zip(weights, biases, scales, strict=False)):
                z = h @ w if normalization else h @ w + b
                seen = None if watched is None else watched @ w + (0 if normalization else b)
                if normalization:
                    given = (scale, b, normalization.epsilon)
                    if seen is not None:
                        moments = z.mean(0), z.var(0, correction=0)
                        seen = functional.batch_norm(seen, *moments, *given[:2], eps=given[2])
                    z = functional.batch_norm(
                        z, None, None, *given[:2], training=True, eps=given[2]
                    )
                h, watched = torch.tanh(z), None if seen is None else torch.tanh(seen)
                if price:
                    squares = price.l2 / 2 * (h**2).sum(1)
                    paid = paid + (price.l1 * h.abs().sum(1) + squares).mean()
                h = h if noise is None else noise.hidden(number, h)
            outputs = [rows @ weights[-1] + biases[-1] for rows in (h, watched) if rows is not None]
            return [rows[:, 0] for rows in outputs], paid

        response = combination.net.response
        targets, validation = [y], None
        if combination.validation is not None:
            validation, watched_y = map(torch.tensor, combination.validation)
            targets.append(watched_y)

        def losses():
            with torch.no_grad():
                outputs, _ = forward(weights, X, watched=validation)
                found = [
                    loss_of(response, *pair).item() for pair in zip(outputs, targets, strict=True)
                ]
            return [*found, np.nan][:2]

        history = [losses()]
        for epoch in range(epochs):
            noise.begin(epoch)
            optimizer.zero_grad()
            noisy = [noise.weights(number, w) for number, w in enumerate(weights)]
            (outputs,), paid = forward(noisy, noise.features(X), noise)
            objective = loss_of(response, outputs, noise.targets(y)) + paid
            for w in weights:
                objective = objective + penalty.l1 * w.abs().sum() + penalty.l2 / 2 * (w**2).sum()
            objective.backward()
            optimizer.step()
            if "MaxNorm" in entries:
                limit = entries["MaxNorm"].limit
                with torch.no_grad():  # `torch.renorm` adds 1e-7 to the norm
                    for w in weights:
                        w.mul_(limit / w.norm(dim=0, keepdim=True).clamp(min=limit))
            history.append(losses())
        return np.array(history).T

    return trained_by_torch
