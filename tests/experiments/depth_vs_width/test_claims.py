"""Can the claims about training fail, and are contradicted statements shown as refused?"""

import numpy as np
import pytest

from experiments.depth_vs_width.claims import claims
from experiments.depth_vs_width.reading import NAMES


@pytest.mark.parametrize(
    ("changes", "words", "expected"),
    [
        ((), "2,000 steps: largest test error of 2", True),
        ((("fold", 0), 0.4, 0.1, 0.01), "2,000 steps: largest test error of 2", False),
        ((("fold", 0), 0.4, 0.01, 0.1), "steps: largest test error of 3", False),
        ((), "3,000 steps: test error of 2 layers", True),
        ((("fold", 1000), 0.45, 0.12), "3,000 steps: test error of 2 layers", False),
        ((), "one layer overfits", True),
        ((("product_4", 0, 1000), 0.3, 0.3, 0.3, 0.3), "rs: test error of 4", False),
        ((), "product of 4 inputs, fresh rows, 1,000 parameters: test error of 4", True),
        ((), "product of 4 inputs, fresh rows, 300 parameters: test error of 2 layers", True),
        ((("product_4", 0, 300), 0.12, 0.12), "300 parameters: test error of 2", False),
        ((("product_6",), 0.5, 0.3), "6 inputs, fresh rows, 1,000 parameters: test", False),
    ],
)
def test_rules_set_beforehand_hold_or_fail(with_table, changed, found, changes, words, expected):
    results = with_table(changed(*changes)) if changes else with_table()
    outcomes = [claim.holds for claim in found(results, words) if not claim.refused]
    assert outcomes == [expected]


def test_one_layer_that_does_not_overfit_fails(with_table, changed, found):
    results = with_table(changed(("fold", 1000), 0.45, 0.03, own=1.0))
    assert [claim.holds for claim in found(results, "one layer overfits")] == [False]


@pytest.mark.parametrize(("error", "refused"), [(0.03, False), (0.1, True)])
def test_the_rule_for_every_start_is_refused_unless_met(with_table, changed, found, error, refused):
    results = with_table(changed(("fold", 1000), 0.45, error))
    words = "n = 1,000, 1,000 parameters, 3,000 steps: largest test error of 2 layers"
    (claim,) = found(results, words)
    assert claim.refused is refused
    assert claim.holds is (None if refused else True)
    assert claim.expected == "below 0.25"


@pytest.mark.parametrize(("factor", "refused"), [(0.5, False), (1.0, False), (2.0, True)])
def test_accuracies_are_reported_and_refused_where_depth_clearly_hurts(
    with_table, changed, found, factor, refused
):
    table = changed(("digits",), 0.05, 0.05 * factor, own=0.0)
    (claim,) = found(with_table(table), "handwritten digits")
    assert claim.holds is None and claim.refused is refused
    assert claim.interval[0] <= claim.measured <= claim.interval[1]
    assert np.sign(round(claim.measured, 2)) == np.sign(1 - factor)
    assert "accuracies for 1, 2, ... layers: 0.950" in claim.statement


@pytest.mark.parametrize(("error", "refused"), [(0.2, False), (0.3, False), (0.5, True)])
def test_errors_are_reported_and_refused_where_depth_clearly_hurts(
    with_table, changed, found, error, refused
):
    results = with_table(changed(("product_6",), 0.3, error))
    (claim,) = found(results, f"medians for 1, 2, ... layers: 0.3, {error}")
    assert claim.statement.startswith("product of 6 inputs, fresh rows, 1,000 parameters, 3,000")
    assert claim.holds is None and claim.refused is refused


def test_every_cell_has_a_row_with_an_interval(with_table, table):
    rows = [claim for claim in claims(with_table()) if claim.holds is None]
    for data, n, *_ in table:
        name = NAMES[data]
        many = f"n = {n:,}" if n else "fresh rows"
        assert any(row.statement.startswith(f"{name}, {many}") and row.interval for row in rows)
