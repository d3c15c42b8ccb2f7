"""Are the outcomes of claims counted in words that can be read?"""

from experiments.lab.outcomes import tally


def test_the_outcomes_are_counted_in_words():
    words = ["holds", "refused", "does not hold", "reported", "reported"]
    assert tally(words) == ("1 of 3 claims hold, 1 is refused, 1 fails; 2 numbers are reported")
    assert tally(["refused"] * 2) == "0 of 2 claims hold, 2 are refused, none fails"
    assert tally(["does not hold"] * 2) == "0 of 2 claims hold, 2 fail"
    assert tally(["holds", "reported"]) == "1 of 1 claim holds; 1 number is reported"
    assert tally(["reported"] * 3) == "3 numbers are reported"
    assert tally([]) == "no claims"
