"""How would one refit a small network many times in PyTorch?

    h = tanh(baddbmm(b, h, W)),  W of shape (refits, inputs, outputs)

All refits are trained at once, with batched matrix products; the sum of their losses gives each
refit its own gradient. Batch normalisation takes the moments of the rows of each refit, and dropout
draws a mask for every refit, row and unit. The losses that are returned are those without dropout.
PyTorch is imported inside the functions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from experiments.refit_speed.job import EPSILON, LEARNING_RATE, Job, cores

RECOMPILE_LIMIT = 100  # programs of one function; PyTorch would stop compiling after 8


@cache
def _torch_loss(compiled: bool, hidden_keep: float, normalized: bool) -> Callable[..., Any]:
    import torch

    def losses(params: Any, X: Any, y: Any) -> Any:
        h = X
        for w, b, *scale in params[:-1]:
            if normalized:
                # By hand: `torch.nn.functional.batch_norm` would need a copy in another order.
                z = torch.bmm(h, w)
                centered = z - z.mean(1, keepdim=True)
                variance = centered.square().mean(1, keepdim=True)
                z = torch.addcmul(b, centered * torch.rsqrt(variance + EPSILON), *scale)
            else:
                z = torch.baddbmm(b, h, w)
            h = torch.tanh(z)
            if hidden_keep < 1:
                h = torch.nn.functional.dropout(h, 1 - hidden_keep)
        w, b = params[-1]
        z = torch.baddbmm(b, h, w)[..., 0]
        return torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none").mean(1)

    if not compiled:
        return losses
    # Each size has a program of its own, as in JAX: one for all sizes would be slower.
    torch._dynamo.config.recompile_limit = RECOMPILE_LIMIT
    return torch.compile(losses, dynamic=False)


def _torch(
    job: Job, X: np.ndarray, y: np.ndarray, seed: int, *, compiled: bool, fused: bool
) -> np.ndarray:
    import torch

    torch.set_num_threads(cores())
    torch.manual_seed(seed)  # of the masks
    generator = torch.Generator().manual_seed(seed)
    loss = _torch_loss(compiled, job.hidden_keep, job.normalized)
    table, labels = torch.tensor(X), torch.tensor(y)
    drawn = torch.randint(len(X), (job.refits, len(X)), generator=generator)
    rows, targets = table[drawn], labels[drawn]
    params = []
    for i, o in zip(job.sizes, job.sizes[1:], strict=False):
        uniform = torch.rand((job.refits, i, o), generator=generator)
        bound = (6 / (i + o)) ** 0.5
        weights = ((2 * uniform - 1) * bound).requires_grad_()
        layer = [weights, torch.zeros((job.refits, 1, o), requires_grad=True)]
        if job.normalized and len(params) < len(job.sizes) - 2:
            layer.append(torch.ones((job.refits, 1, o), requires_grad=True))
        params.append(layer)
    leaves = [leaf for layer in params for leaf in layer]
    optimizer = torch.optim.Adam(leaves, lr=LEARNING_RATE, fused=fused)

    def step(X: Any, y: Any) -> None:
        optimizer.zero_grad()
        loss(params, X, y).sum().backward()
        optimizer.step()

    for _ in range(job.epochs):
        if job.batch_size is None:
            step(rows, targets)
            continue
        order = torch.rand((job.refits, len(X)), generator=generator).argsort(1)
        order = torch.cat([order, order[:, : -len(X) % job.batch_size]], 1)
        places = torch.gather(drawn, 1, order)
        for batch in places.split(job.batch_size, 1):
            step(table[batch], labels[batch])
    clean = _torch_loss(False, 1.0, job.normalized)  # called once, so not worth compiling
    with torch.no_grad():
        return clean(params, rows, targets).numpy()


def torch_eager(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """PyTorch with a replicate axis on every parameter, batched products and `torch.optim.Adam`."""
    return _torch(job, X, y, seed, compiled=False, fused=False)


def torch_fused(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """The same with Adam's fused kernel, which is not the default."""
    return _torch(job, X, y, seed, compiled=False, fused=True)


def torch_compiled(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """The same with the fused kernel and `torch.compile` around the loss."""
    return _torch(job, X, y, seed, compiled=True, fused=True)
