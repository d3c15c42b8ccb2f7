"""Is the largest error of straight pieces on a sine as small as it can be?"""

import numpy as np
import pytest

from experiments.universal_approximation.largest_error import sine_sup_error
from jaxnn.errors import InputError


def test_two_pieces_per_half_wave_agree_with_a_search_over_the_knot():
    # The chord errors of two pieces of a half wave, its knot anywhere on a fine grid.
    t = np.linspace(0, np.pi, 4001)
    sine = np.sin(t)

    def error(low, high):
        part, height = t[low : high + 1], sine[low : high + 1]
        chord = np.interp(part, [part[0], part[-1]], [height[0], height[-1]])
        return np.abs(height - chord).max() / 2

    least = min(max(error(0, knot), error(knot, 4000)) for knot in range(1000, 3000, 10))
    assert sine_sup_error(4) == pytest.approx(least, rel=1e-3)
    assert sine_sup_error(2) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("pieces", [0, 3])
def test_an_odd_number_of_pieces_is_refused(pieces):
    with pytest.raises(InputError, match=f"pieces is {pieces}; pass a positive even number."):
        sine_sup_error(pieces)
