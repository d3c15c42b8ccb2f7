"""Does the formula count the operations that the tracer counts?"""

import pytest

from experiments.backpropagation import derivative_cost
from jaxnn.tracer import count_operations


@pytest.mark.parametrize("sizes", [(2, 1), (5, 7, 3, 1), (1, 2, 2, 2, 1)])
@pytest.mark.parametrize("rows", [1, 9])
def test_counted_operations_equal_the_formula(sizes, rows):
    loss, given_parameters = derivative_cost._loss(sizes, rows)
    counted = count_operations(loss, *given_parameters).total
    assert counted == derivative_cost.operations_by_hand(sizes, rows)
