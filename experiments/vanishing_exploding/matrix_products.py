"""How do the singular values of a product of random matrices grow with the number of factors?

    Gaussian    singular value i grows like exp(L lambda_i); lambda_i is exact at every width
    orthogonal  every singular value stays 1

Exponents are measured as means of ln |R_ii| along a product, W_l Q_{l-1} = Q_l R_l, which is exact
in expectation at each step (`jaxnn.propagation.lyapunov_spectrum`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import propagation
from jaxnn.initializers import INITIALIZERS
from jaxnn.replicate import replicate

SCHEMES = ("orthogonal", "lecun_normal")


@dataclass(frozen=True)
class Products:
    """Sizes of the matrices and of the products.

    Attributes:
      width, depth, seeds: size of the matrices, factors per product and number of products from
        which exponents are measured.
      square: size of the matrices whose products are decomposed into singular values.
      marks: numbers of factors at which products are decomposed.
    """

    width: int = 16
    depth: int = 200
    seeds: int = 64
    square: int = 64
    marks: tuple[int, ...] = (1, 10, 100)


def _exponents(key: Array, *, width: int, depth: int) -> Array:
    """Mean ln |R_ii| of one product: (width,)."""

    def factor(basis: Array, number: Array) -> tuple[Array, Array]:
        draw = INITIALIZERS["lecun_normal"]
        weights = draw(jax.random.fold_in(key, number), (width, width))
        basis, upper = jnp.linalg.qr(weights @ basis)
        return basis, jnp.log(jnp.abs(jnp.diagonal(upper)))

    return jnp.mean(jax.lax.scan(factor, jnp.eye(width), jnp.arange(depth))[1], axis=0)


def _partial_products(matrices: np.ndarray, marks: tuple[int, ...]) -> np.ndarray:
    """Products of the first m of the matrices (factors, n, n), for each mark m: (marks, n, n)."""
    product, products = np.eye(matrices.shape[1], dtype=matrices.dtype), {}
    for number, matrix in enumerate(matrices, start=1):
        product = matrix @ product
        products[number] = product
    return np.array([products[mark] for mark in marks], float)


def compute(key: Array, settings: Products) -> dict[str, Any]:
    """Exponents of many products, and singular values of one product per scheme.

    Returns:
      exponents: (seeds, width) measured; exponents_expected, exponents_error: (width,) in theory.
      product_schemes: names; product_marks: numbers of factors.
      singular_values: (schemes, marks, square), largest first.
    """
    key_exponents, *keys = jax.random.split(key, 1 + len(SCHEMES))
    sizes = (settings.width, settings.depth, settings.seeds)
    exponents = replicate(
        partial(_exponents, width=settings.width, depth=settings.depth),
        jax.random.split(key_exponents, settings.seeds),
        progress="products of matrices",
    )
    shape = (settings.square, settings.square)
    values = []
    for k, scheme in zip(keys, SCHEMES, strict=True):
        draw = partial(INITIALIZERS[scheme], shape=shape, dtype=jnp.float32)
        factors = np.asarray(jax.vmap(draw)(jax.random.split(k, max(settings.marks))))
        # In float32 the Gaussian spectrum would end at 1e-8; orthogonal products are exact enough.
        precise = factors if scheme == "orthogonal" else factors.astype(float)
        products = _partial_products(precise, settings.marks)
        values.append(np.linalg.svd(products, compute_uv=False))
    return {
        "exponents": exponents,
        "exponents_expected": propagation.lyapunov_spectrum(settings.width),
        "exponents_error": propagation.lyapunov_standard_errors(*sizes),
        "product_schemes": np.array(SCHEMES),
        "product_marks": np.array(settings.marks),
        "singular_values": np.array(values),
    }
