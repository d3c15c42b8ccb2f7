"""Does the theory of bands agree with special cases and with an independent quadrature?"""

import math

import numpy as np
import pytest

from experiments.band_coverage import closed_forms
from experiments.band_coverage.known_truth import GRID


def test_percentile_coverage_is_that_of_student():
    # With one degree of freedom Student's distribution is Cauchy's.
    end = 1.959963984540054 * math.sqrt(1 / 2)
    assert closed_forms.percentile_coverage(2) == pytest.approx(2 / math.pi * math.atan(end))
    # With two it is t / sqrt(2 + t^2).
    end = 1.959963984540054 * math.sqrt(2 / 3)
    assert closed_forms.percentile_coverage(3) == pytest.approx(end / math.sqrt(2 + end**2))
    assert closed_forms.percentile_coverage(20) == pytest.approx(0.9286986, abs=1e-7)


def test_large_sample_widths_agree_with_an_independent_quadrature():
    assert closed_forms.linear_width(2.0, 100) == pytest.approx(0.87652, abs=1e-5)
    widths = closed_forms.logistic_widths(GRID, 100)
    np.testing.assert_allclose(widths, [0.12949, 0.20876, 0.21651, 0.29276, 0.25906], atol=1e-5)
    np.testing.assert_allclose(closed_forms.logistic_widths(1.0, 10_000), widths[3] / 10)
