"""Is a wrong rule found and accused, and does every planted function use its primitive?"""

from functools import partial

import pytest

import jaxnn.tracer.numpy as tnp
from experiments.backpropagation import planted_rules
from jaxnn.tracer import check_derivatives, trace_table
from jaxnn.tracer.referee.planting import with_primitive, wrong_by_a_factor


@pytest.mark.parametrize("mode", planted_rules.MODES)
def test_a_wrong_rule_is_found_and_its_route_accused(mode):
    wrong = partial(wrong_by_a_factor, mode=mode, factor=1.001)
    function = with_primitive(lambda x: tnp.cos(x) + x, "cos", wrong)
    found = planted_rules.verdict(check_derivatives(function, 0.4, order=1))
    assert not found.agrees and found.accused == {f"tracer {mode}"}
    assert 1e-7 < found.disagreement < 1e-3
    assert planted_rules.verdict(check_derivatives(tnp.cos, 0.4, order=1)).accused == set()


def test_every_function_uses_the_primitive_whose_rule_is_changed():
    for name, function in planted_rules.FUNCTIONS.items():
        rows = trace_table(function, planted_rules.POINT).rows
        assert name in {row.op for row in rows}, name
