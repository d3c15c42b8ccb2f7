"""How often is a random symmetric matrix positive definite?

    P_n = P(all eigenvalues > 0)  =  Pf(M on (0, inf)) / Pf(M on R)
    M_jk = double integral of sgn(y - x) phi_j(x) phi_k(y),   phi_j(x) = x^j exp(-x^2 / 2)

for n x n matrices of the Gaussian orthogonal ensemble (GOE): symmetric, entries N(0, 1) off the
diagonal and N(0, 2) on it. The ratio of Pfaffians is de Bruijn's integral of the joint density of
the eigenvalues, prod |x_i - x_j| exp(-sum x^2 / 2) up to scale, over positive eigenvalues. For odd
n, M is bordered by the integrals of phi_j. A minimum needs a positive definite Hessian, so P_n
tells how rare minima would be if Hessians were such matrices. As n grows,
ln P_n / n^2 -> -ln(3) / 4 (Dean and Majumdar 2006, "Large deviations of extreme eigenvalues of
random matrices"): an exponent, whose prefactor matters at every n that can be measured.
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn.replicate import replicate

# P_1, P_2 and P_3.
CLOSED_FORMS = (
    1 / 2,
    (2 - math.sqrt(2)) / 4,
    (math.pi - 2 * math.sqrt(2)) / (4 * math.pi),
)
EXPONENT = math.log(3) / 4
NODES = 24  # number of nodes of the Gauss-Legendre rule in each piece of unit length
BATCH = 2**15  # matrices per replicate


class _Rule(NamedTuple):
    nodes: np.ndarray  # (pieces, nodes)
    weights: np.ndarray  # (pieces, nodes)
    integrals: np.ndarray  # (nodes, nodes): from values in a piece to integrals from its start


def log_probability(n: int) -> float:
    """ln P_n by quadrature in float64, with an error of about 1e-10 for n up to 40."""
    reach = math.ceil(2 * math.sqrt(n)) + 10  # beyond this, phi is below rounding
    return _log_pfaffian(n, _rule(0, reach)) - _log_pfaffian(n, _rule(-reach, reach))


def _rule(start: int, end: int) -> _Rule:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    values = np.polynomial.legendre.legvander(nodes, NODES - 1)
    antiderivatives = np.polynomial.legendre.legint(np.linalg.inv(values), lbnd=-1, axis=0)
    integrals = np.polynomial.legendre.legvander(nodes, NODES) @ antiderivatives
    middles = np.arange(start, end)[:, None] + 0.5
    pieces = np.ones((end - start, 1))
    return _Rule(middles + nodes / 2, pieces * weights / 2, integrals / 2)


def _log_pfaffian(n: int, rule: _Rule) -> float:
    """ln |Pf M|, with polynomials orthogonal on the domain in place of the powers x^j.

    Monic polynomials of ascending degree have the same Pfaffian as the powers. Scaled to norm one,
    they give a matrix without cancellation; the logarithms of their norms are added.
    """
    phi, log_norms = _orthonormal(n, rule)
    within = phi @ rule.integrals.T
    whole = np.einsum("jpn,pn->jp", phi, rule.weights)
    before = np.cumsum(whole, axis=1) - whole
    up_to = before[:, :, None] + within  # integral of phi_j from the start to the node
    totals = whole.sum(axis=1)
    matrix = 2 * np.einsum("jpn,kpn,pn->jk", up_to, phi, rule.weights) - np.outer(totals, totals)
    matrix = (matrix - matrix.T) / 2
    if n % 2:
        matrix = np.block([[matrix, totals[:, None]], [-totals[None], np.zeros((1, 1))]])
    return float(np.linalg.slogdet(matrix)[1]) / 2 + log_norms


def _orthonormal(n: int, rule: _Rule) -> tuple[np.ndarray, float]:
    """Orthonormal p_j(x) exp(-x^2 / 2), j < n, and the sum of ln norms of the monic ones."""
    measure = np.sqrt(rule.weights)
    found: list[np.ndarray] = []
    log_norm, log_norms = 0.0, 0.0
    candidate = np.exp(-(rule.nodes**2) / 2) * measure
    for _ in range(n):
        for _ in range(2):  # the second pass removes rounding errors
            for earlier in found:
                candidate = candidate - np.sum(earlier * candidate) * earlier
        norm = math.sqrt(np.sum(candidate**2))
        found.append(candidate / norm)
        log_norm += math.log(norm)
        log_norms += log_norm
        candidate = rule.nodes * found[-1]
    return np.stack(found) / measure, log_norms


def positive_counts(key: Array, largest: int, draws: int) -> np.ndarray:
    """Count positive definite matrices among `draws` random ones, for n = 1 to `largest`.

    The leading n x n block of a GOE matrix is itself a GOE matrix, and it is positive definite if
    its n pivots are positive; so one draw serves every n.

    Args:
      key: a typed JAX key.
      largest: size of the matrices.
      draws: number of matrices, rounded up to whole batches.

    Returns:
      (batches, largest) counts, each out of `BATCH` matrices.
    """
    keys = jax.random.split(key, -(-draws // BATCH))
    count = partial(_positive_count, largest=largest)
    return replicate(count, keys, chunk=1)


def _positive_count(key: Array, *, largest: int) -> Array:
    entries = jax.random.normal(key, (largest * (largest + 1) // 2, BATCH))
    rows, columns = np.tril_indices(largest)
    matrix = {
        (i, j): math.sqrt(2) * entry if i == j else entry
        for i, j, entry in zip(rows.tolist(), columns.tolist(), entries, strict=True)
    }
    positive = jnp.full(BATCH, True)
    counts = []
    for k in range(largest):
        pivot = matrix[k, k]
        positive = positive & (pivot > 0)
        counts.append(jnp.sum(positive))
        for i in range(k + 1, largest):
            factor = matrix[i, k] / pivot
            for j in range(k + 1, i + 1):
                matrix[i, j] = matrix[i, j] - factor * matrix[j, k]
    return jnp.stack(counts)
