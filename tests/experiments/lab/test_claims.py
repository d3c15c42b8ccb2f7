"""Do the rules of claims decide as documented?"""

import dataclasses
import json

import numpy as np
import pytest

from experiments.lab import claims
from experiments.lab.claims import Claim
from jaxnn.errors import InputError, InputTypeError


def test_a_claim_turns_numpy_scalars_into_plain_values():
    claim = Claim("s", "t", np.int64(3), np.array(2.5), np.array([2.0, 3.0]), np.bool_(False))
    assert (claim.expected, claim.measured, claim.interval) == (3, 2.5, (2.0, 3.0))
    assert claim.holds is False
    assert json.loads(json.dumps(dataclasses.asdict(claim)))["holds"] is False
    assert [Claim("", "", 0, 0, None, holds).verdict for holds in (True, False, None)] == [
        "holds",
        "does not hold",
        "reported",
    ]


@pytest.mark.parametrize(
    ("change", "error", "complaint"),
    [
        ({"holds": 1}, InputTypeError, "holds of a claim is 1; pass True, False or None"),
        ({"holds": "yes"}, InputTypeError, "holds of a claim is 'yes'"),
        ({"measured": np.zeros(3)}, InputTypeError, "measured of a claim is array"),
        ({"interval": (2.0, 1.0)}, InputError, "pass .low, high. with low <= high"),
        ({"interval": (1.0,)}, InputError, "interval of a claim is .1.0,."),
        ({"measured": float("nan")}, InputError, "measured is nan in a claim that holds"),
    ],
)
def test_a_claim_that_cannot_be_shown_is_refused(change, error, complaint):
    sound = {"statement": "s", "source": "t", "expected": 0, "measured": 1.0, "interval": None}
    with pytest.raises(error, match=complaint):
        Claim(**{**sound, "holds": True, **change})


def outcomes(constructor, *cases):
    return [constructor("statement", "source", *case).verdict for case in cases]


def test_limits_hold_up_to_the_limit_and_for_every_entry():
    held, failed = "holds", "does not hold"
    assert outcomes(claims.at_most, (1.0, 1), (1.1, 1), ([0, 1], 1), ([0, 1.1], 1)) == [
        held, failed, held, failed,
    ]  # fmt: skip
    assert outcomes(claims.at_least, (1.0, 1), (0.9, 1), ([2, 1], 1)) == [held, failed, held]
    assert outcomes(claims.below, (1.0, 1), (0.9, 1)) == [failed, held]
    assert outcomes(claims.above, (1.0, 1), (1.1, 1)) == [failed, held]
    assert outcomes(claims.within, (1, 1, 2), (2, 1, 2), (2.1, 1, 2)) == [held, held, failed]
    assert outcomes(claims.close, (1.25, 1, 0.25), (1.26, 1, 0.25)) == [held, failed]


def test_a_relative_tolerance_is_a_share_of_the_expected_value():
    near = claims.close("s", "t", -101.0, -100, 0.01, relative=True)
    assert (near.expected, near.verdict) == ("-100, within 1%", "holds")
    assert claims.close("s", "t", 1.1, 1, 0.05, relative=True).verdict == "does not hold"


def test_the_entry_of_an_array_nearest_to_breaking_the_rule_is_shown_with_the_range():
    row = claims.at_most("s", "t", np.array([0.2, 0.9, 0.5]), 1)
    assert (row.expected, row.measured, row.interval) == ("at most 1", 0.9, (0.2, 0.9))
    assert claims.at_least("s", "t", [3.0, 2.0], 1).measured == 2.0
    assert claims.within("s", "t", [1.0, 1.9], 0, 2).measured == 1.9
    assert claims.at_most("s", "t", 0.5, 1).interval is None


def test_closed_forms_are_judged_by_four_standard_errors():
    held = claims.within_errors("s", "t", 1.039, 1.0, 0.01)
    assert (held.expected, held.verdict) == (1.0, "holds")
    assert held.interval == pytest.approx((0.999, 1.079))
    assert claims.within_errors("s", "t", 1.041, 1.0, 0.01).verdict == "does not hold"
    assert claims.within_errors("s", "t", 1.041, 1.0, 0.01, 0.002).verdict == "holds"


def test_the_worst_of_several_closed_forms_is_shown_with_its_own_theory():
    row = claims.within_errors("s", "t", [1.0, 2.5], [1.0, 2.0], [0.1, 0.1])
    assert (row.expected, row.measured, row.verdict) == (2.0, 2.5, "does not hold")
    assert row.interval == pytest.approx((2.1, 2.9))


def test_the_worst_closed_form_is_the_farthest_relative_to_what_is_allowed():
    # 0.03 of 0.04 allowed is worse than 2 of 4, although the latter differs by more.
    row = claims.within_errors("s", "t", [3.0, 5.03], [1.0, 5.0], [1.0, 0.01])
    assert (row.expected, row.measured, row.verdict) == (5.0, 5.03, "holds")
    row = claims.within_errors("s", "t", [3.0, 5.03], [1.0, 5.0], [1.0, 0.01], allowed=0.1)
    assert (row.expected, row.measured) == (1.0, 3.0)


def test_where_nothing_is_allowed_any_difference_is_the_worst():
    row = claims.within_errors("s", "t", [9.0, 2.0, 3.001], [1.0, 2.0, 3.0], [1.0, 0.0, 0.0])
    assert (row.expected, row.measured, row.verdict) == (3.0, 3.001, "does not hold")
    exact = claims.within_errors("s", "t", [2.0, 3.1], [2.0, 3.0], [0.0, 0.1])
    assert (exact.measured, exact.verdict) == (3.1, "holds")
    unknown = claims.within_errors("s", "t", [np.nan, 3.1], [2.0, 3.0], [0.0, 0.1])
    assert np.isnan(unknown.measured) and unknown.verdict == "does not hold"


@pytest.mark.parametrize("rule", [claims.at_most, claims.above, claims.below, claims.at_least])
def test_nan_obeys_no_rule(rule):
    assert rule("s", "t", np.array([0.5, np.nan]), 0.5).verdict == "does not hold"


def test_equality_is_exact():
    assert claims.equals("s", "t", np.array([1, 2]), [1, 2]).verdict == "holds"
    assert claims.equals("s", "t", np.array([1, 2]), [1, 2]).measured == "1, 2"
    assert claims.equals("s", "t", 0.1 + 0.2, 0.3).verdict == "does not hold"
    assert claims.equals("s", "t", "a", "a").verdict == "holds"


def test_all_of_counts_and_an_empty_list_does_not_hold():
    row = claims.all_of("s", "t", [True, False, True])
    assert (row.expected, row.measured, row.verdict) == ("3 of 3", "2 of 3", "does not hold")
    assert claims.all_of("s", "t", [True]).verdict == "holds"
    assert claims.all_of("s", "t", []).verdict == "does not hold"


def test_order_is_strict():
    row = claims.ordered("s", "t", {"deep": 1.0, "wide": 2.0})
    assert (row.expected, row.measured) == ("deep < wide", "deep 1, wide 2")
    assert claims.ordered("s", "t", {"a": 1.0, "b": 1.0}).verdict == "does not hold"


def test_a_refused_rule_is_no_failure_and_holds_where_it_is_met():
    refused = claims.refused("s", "t", 15, 16)
    assert (refused.verdict, refused.holds) == ("refused", None)
    assert claims.refused("s", "t", 16, 16, unless=True).verdict == "holds"


def test_a_run_too_small_to_decide_reports():
    row = claims.below("s", "t", 2.0, 1, asserted=False)
    assert (row.expected, row.verdict) == ("below 1", "reported")


def test_a_reported_array_is_shown_by_its_median():
    row = claims.reported("s", "t", np.array([3.0, 1.0, 2.0]))
    assert (row.measured, row.interval, row.verdict) == (2.0, (1.0, 3.0), "reported")
    row = claims.reported("s", "t", np.array([3.0]))
    assert (row.measured, row.interval) == (3.0, None)
    assert str(claims.reported("s", "t", np.array(50)).measured) == "50"


def test_a_claim_about_nothing_is_an_error():
    with pytest.raises(InputError, match="measured of a claim is empty"):
        claims.at_most("s", "t", [], 1)


@pytest.mark.parametrize(
    ("limit", "words"), [(0.99995, "0.99995"), (0.95, "0.95"), (2 / 3, "0.6667"), (6.0, "6")]
)
def test_a_computed_limit_has_four_digits_and_one_that_was_set_has_all(limit, words):
    assert claims.at_least("s", "t", 1.0, limit).expected == f"at least {words}"
    assert claims.within("s", "t", 1.0, -limit, limit).expected == f"-{words} to {words}"


@pytest.mark.parametrize(
    ("expected", "tolerance", "relative", "words"),
    [
        (0.8765225406, 0.04382612703, False, "0.8765, within 0.04383"),
        (24.15885793, 1 / 7, False, "24.159, within 0.1429"),
        (1 / 3, 1e-9, False, "0.3333333333, within 1e-09"),
        (2.0, 0.0, False, "2, within 0"),
        (0.0, 0.1, False, "0, within 0.1"),
        (-100.0, 0.01, True, "-100, within 1%"),
        (0.5, 1e-7, True, "0.5, within 1e-07 of it"),
    ],
)
def test_an_expected_number_has_the_digits_that_its_tolerance_asks_for(
    expected, tolerance, relative, words
):
    assert claims.close("s", "t", 1.0, expected, tolerance, relative=relative).expected == words


def test_a_row_can_show_a_number_other_than_the_asserted_one():
    options = {"expected": "2 s, within 10%", "shown": 2.1, "interval": (1.9, 2.1)}
    claim = claims.at_most("half time", "theory", np.array([0.05, 0.2]), 0.1, **options)
    assert (claim.expected, claim.measured, claim.interval) == ("2 s, within 10%", 2.1, (1.9, 2.1))
    assert claim.holds is False
    assert claims.within("median", "theory", [0.99, 1.01], 0.98, 1.02, shown=1.0).holds is True
