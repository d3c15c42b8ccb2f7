"""Are kinds and sizes that no search or construction takes refused in a sentence?"""

import numpy as np
import pytest

from jaxnn import InputError
from jaxnn.regions import (
    free_knot_l2_error,
    free_knot_sup_error,
    montufar,
    most_regions_on_line,
    tent_network,
    zaslavsky,
    zigzag_network,
)
from jaxnn.regions.arguments import check_kind
from jaxnn.regions.splines import SQUARE


@pytest.mark.parametrize("kind", [None, np.array(["linear", "smooth"]), ["linear"], 3])
def test_a_kind_is_a_name(kind):
    with pytest.raises(InputError, match=r"^kind is .*; known: "):
        check_kind(kind)


@pytest.mark.parametrize(
    "call",
    [
        lambda: free_knot_l2_error(SQUARE, 2**62),
        lambda: free_knot_sup_error(SQUARE, 10**30),
        lambda: tent_network(2**62),
        lambda: zigzag_network(10**30, 2),
        lambda: zigzag_network(3, 10**30),
    ],
)
def test_sizes_that_no_memory_holds_are_refused(call):
    with pytest.raises(InputError, match=r"is \d+, which takes at least [\d,]+ bytes"):
        call()


def test_more_dimensions_than_hyperplanes_change_nothing():
    assert zaslavsky(10**30, 3) == zaslavsky(3, 3) == 8


@pytest.mark.parametrize("hidden", ["x" * 5000, np.array(3), {1, 2}, object()])
@pytest.mark.parametrize("bound", [most_regions_on_line, lambda hidden: montufar(2, hidden)])
def test_what_are_no_layers_is_said_on_one_line(bound, hidden):
    with pytest.raises(InputError, match=r"^hidden is .{1,80}; pass the units") as refused:
        bound(hidden)
    assert "\n" not in str(refused.value)
