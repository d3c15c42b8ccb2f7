"""Can the claims about training fail, and are contradicted statements shown as refused?"""

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
        ((), "n = 1,000, 1,000 parameters, 3,000 steps: one layer overfits", True),
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
    words = "n = 1,000, 1,000 parameters, 3,000 steps: one layer overfits"
    assert [claim.holds for claim in found(results, words)] == [False]


@pytest.mark.parametrize(("error", "refused"), [(0.03, False), (0.1, True)])
def test_the_rule_for_every_start_is_refused_unless_met(with_table, changed, found, error, refused):
    results = with_table(changed(("fold", 1000), 0.45, error))
    words = "n = 1,000, 1,000 parameters, 3,000 steps: largest test error of 2 layers"
    (claim,) = found(results, words)
    assert claim.refused is refused
    assert claim.holds is (None if refused else True)
    assert claim.expected == "below 0.25"


@pytest.mark.parametrize(
    ("fields", "words", "error", "verdict"),
    [
        (("product_6",), "product of 6 inputs", 0.2, "holds"),
        (("product_6",), "product of 6 inputs", 0.3, "reported"),
        (("product_6",), "product of 6 inputs", 0.5, "refused"),
        (("digits",), "handwritten digits", 0.2, "holds"),
        (("digits",), "handwritten digits", 0.3, "reported"),
        (("digits",), "handwritten digits", 0.5, "refused"),
    ],
)
def test_that_depth_helps_holds_is_undecided_or_is_refused_by_the_interval(
    with_table, changed, found, fields, words, error, verdict
):
    results = with_table(changed(fields, 0.3, error))
    cells = found(results, f"medians for 1, 2, ... layers: 0.3, {error}")
    (claim,) = [claim for claim in cells if claim.statement.startswith(words)]
    assert claim.verdict == verdict
    assert ("undecided" in claim.expected) is (verdict == "reported")
    assert claim.interval[0] <= claim.measured <= claim.interval[1]
    assert claim.measured == pytest.approx(error / 0.3, rel=0.05)


@pytest.mark.parametrize(("one", "two"), [(0.95, 1.5), (1.5, 0.95)])
def test_a_cell_in_which_no_network_learns_is_only_reported(with_table, changed, found, one, two):
    results = with_table(changed(("product_6",), one, two))
    (claim,) = found(results, f"medians for 1, 2, ... layers: {one}, {two}")
    assert claim.verdict == "reported"
    assert claim.expected == "interval below 1 (no network learns)"


def test_all_comparisons_are_counted_by_one_rule(with_table, changed, found):
    (claim,) = found(with_table(), "comparisons of several layers")
    assert claim.expected == "17 in all"
    assert claim.measured == "helps 11, hurts 5, unclear 1, no network learns 0"
    (claim,) = found(with_table(changed(("tent_3",), 0.95, 0.92)), "comparisons of several layers")
    assert claim.measured == "helps 11, hurts 5, unclear 0, no network learns 1"


@pytest.mark.parametrize(
    ("one", "two", "verdict"),
    [(0.5, 0.3, "holds"), (0.3, 0.3, "reported"), (0.3, 0.5, "refused")],
)
def test_with_few_rows_the_intervals_decide_which_layers_overfit_more(
    with_table, changed, found, one, two, verdict
):
    # Test errors, of which the training errors are a tenth.
    results = with_table(changed(("fold", 300), one, two, own=0.1))
    (claim,) = found(results, "n = 300, 1,000 parameters, 3,000 steps: one layer overfits")
    assert claim.verdict == verdict


def test_one_layer_that_never_finds_the_fold_fails(with_table, changed, found):
    words = "with more steps one hidden layer finds the fold too"
    assert [claim.holds for claim in found(with_table(), words)] == [True]
    results = with_table(changed(("fold", 256_000), 0.4, 0.001))
    assert [claim.holds for claim in found(results, words)] == [False]


def test_every_cell_has_a_row_with_an_interval(with_table, table):
    rows = [claim for claim in claims(with_table()) if "test error of two" in claim.statement]
    assert len(rows) == len(table)
    for data, n, *_ in table:
        name = NAMES[data]
        many = f"n = {n:,}" if n else "fresh rows"
        assert any(row.statement.startswith(f"{name}, {many}") and row.interval for row in rows)
