"""Are the best segmentations and monotone curves the best of all?"""

import math

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from jaxnn.errors import InputError, InputTypeError
from jaxnn.regions import best_monotone_error, best_segmentation, linear_spline_error, splines


def brute_force_pieces(x, y, pieces):
    """By recursion over the first piece, fitting each with polyfit."""

    def residual(first, end):
        if end - first <= 2:
            return 0.0
        line = np.polyval(np.polyfit(x[first:end], y[first:end], 1), x[first:end])
        return float(np.sum(np.square(line - y[first:end])))

    def least(first, left):
        if left == 1:
            return residual(first, len(x))
        ends = range(first + 1, len(x) - left + 2)
        return min(residual(first, end) + least(end, left - 1) for end in ends)

    return math.sqrt(least(0, pieces) / len(x))


def test_the_best_segmentation_is_the_best_of_all_segmentations():
    generator = np.random.default_rng(3)
    x = np.sort(generator.uniform(-1, 1, 11))
    y = generator.normal(size=11)
    errors, breaks = best_segmentation(x, y, 6)
    expected = [brute_force_pieces(x, y, pieces) for pieces in range(1, 7)]
    np.testing.assert_allclose(errors, expected, atol=1e-7)
    assert errors[0] > 0.3  # not a trivial problem
    assert [len(places) for places in breaks] == list(range(6))


def test_the_best_segmentation_finds_the_kinks_of_a_zigzag():
    x = np.linspace(-0.995, 0.995, 200)
    y = np.abs(np.abs(x) - 0.5)  # 4 pieces, kinks at -0.5, 0, 0.5
    errors, breaks = best_segmentation(x, y, 4)
    np.testing.assert_allclose(breaks[3], [-0.5, 0, 0.5], atol=0.011)
    assert errors[3] < 1e-7 < 1e-2 < errors[2]
    assert linear_spline_error(x, y, np.array([-0.5, 0, 0.5])) < 1e-12


def test_the_error_tends_to_that_of_free_knot_splines():
    x = (np.arange(800) + 0.5) / 800
    curve = splines.exponential(3)
    errors, breaks = best_segmentation(x, curve.function(x), 16)
    assert errors[15] * 16**2 / curve.l2_constant == pytest.approx(1, abs=5e-3)
    assert 1 <= linear_spline_error(x, curve.function(x), breaks[15]) / errors[15] < 1.005


def test_the_best_monotone_sequence_is_an_isotonic_regression():
    y = np.random.default_rng(5).normal(size=60) - np.linspace(0, 2, 60)
    fitted = isotonic_regression(y, increasing=False).x
    expected = math.sqrt(np.mean(np.square(fitted - y)))
    assert best_monotone_error(y) == pytest.approx(expected, rel=1e-12)
    assert best_monotone_error(np.sort(y)) == 0


def test_the_best_monotone_sequence_pools_values_out_of_order():
    # Rising: 1, 2.5, 2.5, 4. Falling: 2.5 throughout.
    assert best_monotone_error(np.array([1.0, 3, 2, 4])) == pytest.approx(math.sqrt(0.5 / 4))


def test_errors_keep_their_digits_far_from_zero():
    generator = np.random.default_rng(4)
    x, y = np.sort(generator.uniform(size=30)), generator.normal(size=30)
    near, far = best_segmentation(x, y, 5)[0], best_segmentation(x + 1e5, y + 1e5, 5)[0]
    np.testing.assert_allclose(far, near, rtol=1e-6)


PLACES = np.arange(4.0)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: best_segmentation(PLACES, PLACES, 5),
            InputError,
            "most is 5; pass at most 4",
        ),
        (
            lambda: best_segmentation(PLACES, PLACES, 0),
            InputError,
            "most is 0; pass a whole",
        ),
        (lambda: best_segmentation(PLACES, PLACES[:3], 1), InputError, "x has 4 .* y has 3 values"),
        (
            lambda: best_segmentation(PLACES[::-1], PLACES, 1),
            InputError,
            "x does not ascend; pass sorted places",
        ),
        (
            lambda: best_segmentation([], [], 1),
            InputError,
            r"x has shape \(0,\); pass shape",
        ),
        (lambda: linear_spline_error(PLACES, PLACES * np.nan, [1.5]), InputError, "y holds nan"),
        (lambda: linear_spline_error(PLACES, PLACES, [np.nan]), InputError, "knots holds nan"),
        (
            lambda: linear_spline_error(PLACES, PLACES, 1.5),
            InputError,
            r"knots has shape \(\)",
        ),
        (lambda: best_monotone_error([]), InputError, r"y has shape \(0,\); pass shape \(n,\)"),
        (lambda: best_monotone_error([[1, 2]]), InputError, r"y has shape \(1, 2\)"),
        (lambda: best_monotone_error(["a"]), InputTypeError, "y holds <U1 values; pass numbers"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()
