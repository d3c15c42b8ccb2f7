"""What does theory say about the bands of data whose truth is known?

    mean         the percentile band covers with P(|t_{n-1}| <= z sqrt((n-1)/n))
    regression   large-sample width 2 z sqrt(x^T V x / n) of a band

Closed forms, and sums over a grid, in double precision: a reference for the simulations.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from experiments.band_coverage.known_truth import true_curve


def percentile_coverage(rows: int, level: float = 0.95) -> float:
    """Coverage of the percentile band for a normal mean, with many resamples.

    Its half-width is z s sqrt((n-1)/n) / sqrt(n), where s is the sample standard deviation with
    divisor n-1, so coverage is P(|t_{n-1}| <= z sqrt((n-1)/n)): the band corrects neither for
    Student's t nor for the divisor.
    """
    degrees = rows - 1
    end = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt(degrees / rows)
    t = np.linspace(0, end, 20_001)
    factor = math.exp(math.lgamma(rows / 2) - math.lgamma(degrees / 2))
    density = factor / math.sqrt(degrees * math.pi) * (1 + t**2 / degrees) ** (-rows / 2)
    return 2 * float(np.trapezoid(density, t))


def logistic_widths(x: Any, rows: int, level: float = 0.95) -> np.ndarray:
    """Widths of the large-sample band for P(y = 1 | x) of logistic regression, x ~ N(0, 1).

    2 z p (1-p) sqrt((1, x) I^-1 (1, x)^T / n) with I = E[p (1-p) (1, X)^T (1, X)].
    """
    nodes = np.linspace(-9, 9, 4001)
    p = true_curve(nodes)
    mass = np.exp(-(nodes**2) / 2) / math.sqrt(2 * math.pi) * p * (1 - p)
    moments = [np.trapezoid(mass * nodes**power, nodes) for power in range(3)]
    covariance = np.linalg.inv([[moments[0], moments[1]], [moments[1], moments[2]]])
    x = np.asarray(x, dtype=float)
    design = np.stack([np.ones_like(x), x], axis=-1)
    variance = np.einsum("...i,ij,...j->...", design, covariance, design)
    p = true_curve(x)
    z = NormalDist().inv_cdf((1 + level) / 2)
    return 2 * z * p * (1 - p) * np.sqrt(variance / rows)


def linear_width(x: float, rows: int, level: float = 0.95) -> float:
    """Width of the large-sample band for the mean at x of y = x + N(0, 1), x ~ N(0, 1)."""
    return 2 * NormalDist().inv_cdf((1 + level) / 2) * math.sqrt((1 + x**2) / rows)
