"""Are the probabilities right, and do pivots and eigenvalues give the same counts?"""

import math
from functools import partial

import jax
import numpy as np
import pytest

from experiments.learning_dynamics import random_hessians


def test_probabilities_equal_closed_forms_and_a_simulation():
    for n, closed in enumerate(random_hessians.CLOSED_FORMS, start=1):
        assert math.exp(random_hessians.log_probability(n)) == pytest.approx(closed, rel=1e-12)
    # n = 2 again, for matrices with entries N(0, 2) and N(0, 1): a c > b^2.
    generator = np.random.default_rng(3)
    a, c = generator.normal(0, math.sqrt(2), (2, 10**6))
    b = generator.normal(size=10**6)
    share = np.mean((a > 0) & (a * c > b**2))
    p = random_hessians.CLOSED_FORMS[1]
    assert abs(share - p) <= 4 * math.sqrt(p * (1 - p) / 10**6)


def test_the_exponent_is_approached_smoothly():
    logs = np.array([random_hessians.log_probability(n) for n in range(1, 41)])
    second = -np.diff(logs, 2) / 2
    assert (np.diff(second) > 0).all()  # no sign of rounding at n = 40
    assert second[-1] == pytest.approx(math.log(3) / 4, rel=1e-4)


def test_pivots_find_the_positive_definite_matrices(monkeypatch):
    monkeypatch.setattr(random_hessians, "BATCH", 500)
    count = jax.jit(partial(random_hessians._positive_count, largest=3))
    counted = count(jax.random.key(8))
    entries = np.asarray(jax.random.normal(jax.random.key(8), (6, 500)), float)
    found = []
    for n in (1, 2, 3):
        matrices = np.zeros((500, n, n))
        rows, columns = np.tril_indices(n)
        for entry, i, j in zip(entries, rows, columns, strict=False):
            matrices[:, i, j] = matrices[:, j, i] = entry * (math.sqrt(2) if i == j else 1)
        found.append(int(np.sum(np.linalg.eigvalsh(matrices)[:, 0] > 0)))
    assert counted.tolist() == found
