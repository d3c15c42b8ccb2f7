"""What do large weights cost?

A penalty on the weights, never on the biases, is added to the mean loss:

    elastic net     Omega(W) = l2/2 sum w^2 + l1 sum |w|
    normal prior    Omega(W) = strength / (2 n) sum_layers inputs sum w^2

Only the squares have the factor 1/2, so the derivative of the l2 part is l2 w, and the soft
threshold of the l1 part is l1. (The lecture's Omega = 1/2 sum |w| halves that threshold.) The first
is a price per mean loss: with more rows it weighs as much. The second is minus the log of a prior
density, divided by n as the mean loss is: with more rows it weighs less, so the same strength
suits 300 and 30,000 rows. Where the mean loss is minus the mean log-likelihood of n rows, an
elastic net too is a prior: normal with variance 1 / (n l2) for l2, Laplace with scale 1 / (n l1)
for l1. The fit is then the maximum a posteriori. Goodfellow, Bengio & Courville 2016, sections
5.6.1, 7.1.1 and 7.1.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn.errors import InputError, InputTypeError, check_count, check_not_negative, shown
from jaxnn.mlp import MLP

Penalty = Callable[[Sequence[Array]], Array]


@dataclass(frozen=True)
class ElasticNet:
    """The penalty l2/2 sum w^2 + l1 sum |w| over the weights of all layers.

    It is a function of the list of weight matrices, and returns () in their dtype.

    Attributes:
      l1: factor of the sum of absolute weights, at least 0.
      l2: factor of half the sum of squared weights, at least 0.

    Raises:
      InputError, InputTypeError: a factor that is not a finite number of at least 0.

    Example:
      >>> import jax
      >>> import jax.numpy as jnp
      >>> from jaxnn import ElasticNet
      >>> weights = [jnp.array([[2.0, -1.0]])]
      >>> print(ElasticNet(l2=0.5)(weights), ElasticNet(l1=3.0)(weights))
      1.25 9.0
      >>> print(jax.grad(ElasticNet(l2=0.5))(weights)[0])
      [[ 1.  -0.5]]
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        check_not_negative(self.l1, "l1")
        check_not_negative(self.l2, "l2")

    def __call__(self, weights: Sequence[Array]) -> Array:
        total = jnp.zeros((), weights[0].dtype)
        for w in weights:
            if self.l2:
                total += 0.5 * self.l2 * jnp.sum(jnp.square(w))
            if self.l1:
                # |w| with derivative 0 at 0, where that of `jnp.abs` is 1: nothing pushes a zero
                # weight away.
                total += self.l1 * jnp.sum(w * jnp.sign(w))
        return total


@dataclass(frozen=True)
class NormalPrior:
    """The penalty that makes the weights of a layer N(0, 1 / (strength inputs)) a priori.

    With strength 1 this is the variance of LeCun's initial weights, with which a layer keeps the
    scale of its inputs. It is a function of the list of weight matrices, and returns () in their
    dtype. The prior is exact where the mean loss is minus the log-likelihood (binary and
    categorical responses).

    Attributes:
      rows: n, the number of rows that the network is fitted to, at least 1.
      strength: of the prior, at least 0; 0.1 gives the weights ten times the variance.

    Raises:
      InputError, InputTypeError: a number out of these ranges.

    Example:
      >>> import jax.numpy as jnp
      >>> from jaxnn import NormalPrior
      >>> weights = [jnp.array([[2.0], [1.0]])]  # two inputs: 2 (4 + 1) / (2 n)
      >>> print(f"{NormalPrior(rows=100)(weights):.4f}")
      0.0500
      >>> print(f"{NormalPrior(rows=100, strength=0.1)(weights):.4f}")
      0.0050
    """

    rows: int
    strength: float = 1.0

    def __post_init__(self) -> None:
        check_count(self.rows, "rows")
        check_not_negative(self.strength, "strength")

    def __call__(self, weights: Sequence[Array]) -> Array:
        penalty = jnp.zeros((), weights[0].dtype)
        for w in weights:
            penalty += 0.5 * self.strength * len(w) / self.rows * jnp.sum(jnp.square(w))
        return penalty


def check_penalty(penalty: Penalty, net: MLP) -> None:
    """Refuse a function that does not turn the weight matrices of a network into one number.

    Raises:
      InputError, InputTypeError: such a function, before anything is compiled.
    """
    dtype = jnp.result_type(float)
    weights = [jax.ShapeDtypeStruct(shape, dtype) for shape in pairwise(net.sizes)]
    accepted = "pass functions that return one real number for the list of weight matrices"
    try:
        found = jax.eval_shape(penalty, weights)
    except InputError:
        raise
    except Exception as error:
        raise InputTypeError(
            f"regularizers holds {shown(penalty)}, which fails for the list of weight matrices "
            f"with {shown(error)}; {accepted}."
        ) from error
    if not isinstance(found, jax.ShapeDtypeStruct):
        returned = f"a value of type {type(found).__name__}"
    elif found.shape != () or not jnp.issubdtype(found.dtype, jnp.floating):
        returned = f"{found.dtype} of shape {found.shape}"
    else:
        return
    raise InputError(f"regularizers holds {shown(penalty)}, which returns {returned}; {accepted}.")
