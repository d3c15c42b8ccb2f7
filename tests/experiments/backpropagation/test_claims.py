"""Can the claims about costs and descent fail, and do all claims hold for a small run?"""

import pytest

from experiments.backpropagation.claims import claims

WORDS = "erratum 22: lecture 11"  # the only one that no number can show


def test_all_claims_hold_for_a_small_run(results):
    rows = claims(results)
    assert len(rows) > 30
    assert [row.statement for row in rows if row.holds is not True and row.source != WORDS] == []


@pytest.mark.parametrize(
    ("name", "place", "value", "words"),
    [
        ("cost_values", (0, 1), lambda x: x + 1, "as counted, and by formula"),
        ("cost_multiples", (1, 0, 0), 3.01, "value and gradient over"),
        ("cost_multiples", (1, 0, 1), 10.1, "Hessian-vector product"),
        ("forward_multiples", 1, lambda x: 2.0, "gradient by forward mode"),
        ("forward_multiples", 1, lambda x: 3 * x, "gradient by forward mode"),
    ],
)
def test_a_wrong_cost_is_refuted(changed, holds, name, place, value, words):
    assert holds(changed(name, place, value), words) == [False]


def test_wrong_descent_steps_are_refuted(changed, holds):
    planted = changed("descent_paths", (1, 1, 0), lambda x: x + 1e-11)
    assert holds(planted, "by hand and by the tracer: largest") == [False, False]
    planted = changed("descent_losses", (0, 3), lambda x: x + 0.5)
    assert holds(planted, "change of the loss") == [False]
    planted = changed("descent_losses", (2, -1), 0.1)
    assert holds(planted, "along the gradient as printed") == [False]
