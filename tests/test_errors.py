"""Are counts that no memory holds refused before anything is allocated?"""

import numpy as np
import pytest

from jaxnn.bootstrap import multiplicities
from jaxnn.datasets.generated_tables import rare_event_table, skewed_table
from jaxnn.datasets.known_models import linear_truth, logistic_truth
from jaxnn.datasets.signals import sample_signals
from jaxnn.datasets.targets import sample_target
from jaxnn.errors import InputError, as_weights, check_memory


@pytest.mark.parametrize("n", [2**62, 10**13])
@pytest.mark.parametrize(
    "generate",
    [
        rare_event_table,
        skewed_table,
        logistic_truth,
        lambda key, n: linear_truth(key, n, [1.0, 2.0], noise=1.0),
        sample_signals,
        lambda key, n: sample_target(key, n, "fold"),
        multiplicities,
    ],
)
def test_more_numbers_than_memory_holds_are_refused(generate, n, key):
    with pytest.raises(InputError, match=rf"(n|rows) is {n}, which takes at least [\d,]+ bytes"):
        generate(key, n)


def test_what_fits_into_memory_is_accepted():
    check_memory(10**6, "n", 10**6)
    np.testing.assert_array_equal(as_weights([2, 0, 1], 3), [2, 0, 1])
