"""Are the formulas right, and are the bounds bounds?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.errors import InputError, InputTypeError
from jaxnn.regions import (
    count_regions_on_line,
    least_errors_on_alternation,
    montufar,
    most_regions_on_line,
    zaslavsky,
)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_no_network_has_more_regions_than_the_upper_bound(he_network, hidden, seed):
    net, params = he_network(np.random.default_rng(seed), (1, *hidden, 1), bias=1.0)
    for kind in ("activation", "linear"):
        count = count_regions_on_line(net, params, [-100], [100], kind)
        assert 1 <= count <= most_regions_on_line(hidden)


@pytest.mark.parametrize(
    ("dimension", "hyperplanes", "regions"),
    [(1, 10, 11), (2, 8, 37), (2, 12, 79), (3, 8, 93), (5, 4, 16), (4, 0, 1)],
)
def test_zaslavsky_counts_known_arrangements(dimension, hyperplanes, regions):
    assert zaslavsky(dimension, hyperplanes) == regions


@given(st.integers(1, 6), st.integers(1, 12))
def test_zaslavsky_satisfies_its_recurrence(dimension, hyperplanes):
    below = zaslavsky(dimension - 1, hyperplanes - 1) if dimension > 1 else 1
    assert zaslavsky(dimension, hyperplanes) == zaslavsky(dimension, hyperplanes - 1) + below


def test_montufar_agrees_with_products_by_hand():
    assert [montufar(1, (4,) * layers) for layers in (2, 3, 4)] == [20, 80, 320]
    assert montufar(2, (5,)) == zaslavsky(2, 5)
    assert montufar(2, (5, 4, 3)) == 2**2 * 2**2 * zaslavsky(2, 3)
    with pytest.raises(
        InputError, match=r"hidden is \(4, 1\), but inputs is 2; pass at least as many units"
    ):
        montufar(2, (4, 1))
    with pytest.raises(InputError, match=r"hidden is \(\); pass the units"):
        most_regions_on_line(())
    with pytest.raises(InputTypeError, match=r"hidden is 2\.5; pass a whole number"):
        most_regions_on_line((4, 2.5))


def fewest_errors(points, pieces):
    """The smallest share of 0, 1, 0, 1, ... that pieces + 1 stretches of one class get wrong."""
    best = [0] + [points] * points
    for _ in range(pieces + 1):
        best = [
            min(best[first] + (end - first) // 2 for first in range(end + 1))
            for end in range(points + 1)
        ]
    return best[points] / points


@pytest.mark.parametrize(("points", "pieces"), [(32, 15), (9, 2), (7, 6), (5, 30), (12, 1)])
def test_the_bound_for_alternating_points_is_nearly_attained(points, pieces):
    bound = least_errors_on_alternation(points, pieces)
    exact = fewest_errors(points, pieces)
    assert bound <= exact <= bound + 0.5 / points


def test_fifteen_pieces_get_a_quarter_of_32_points_wrong():
    assert least_errors_on_alternation(32, 15) == 0.25


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: zaslavsky(0, 3), "dimension is 0; pass a whole number of at least 1"),
        (lambda: zaslavsky(2, -1), "hyperplanes is -1"),
        (lambda: least_errors_on_alternation(0, 1), "points is 0"),
    ],
)
def test_counts_out_of_range_are_refused(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
