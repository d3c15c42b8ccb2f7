"""Can the claims about pieces, regions and cost fail?"""

import numpy as np
import pytest

from experiments.depth_vs_width.claims import claims


def test_exact_claims_hold(with_table):
    outcomes = claims(with_table())
    assert all(claim.holds is not False for claim in outcomes)
    assert sum(claim.holds is True for claim in outcomes) >= 18


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("tent_pieces", lambda a: a + np.eye(len(a), dtype=int)[3], "straight pieces of the tent"),
        ("tent_parameters", lambda a: a + 1, "parameters of these networks"),
        ("alternation_gap", lambda a: a + 1e-15, "these networks equal the composed tents"),
        ("arrangement_regions", lambda a: a - (a == 79), "hyperplanes cut space"),
        ("folded_regions", lambda a: a - (a == 161051), "regions on a line of zigzag networks"),
        ("folded_regions", lambda a: a - 70 * (a == 125), "zigzag networks with at least"),
        ("alternation_mistakes", lambda a: a - (a == 8), "fewest alternating points"),
        ("best_errors", lambda a: a + 2e-4 * (np.arange(len(a)) == 15), "from the known values"),
        ("followed_gap", lambda a: a + 1e-15, "equals a network with 31 parameters"),
        ("follower_errors", lambda a: a * np.where(a == a[0].min(), 0.65, 1), "bound for 16"),
        ("follower_wrong", lambda a: a * 0, "alternating points that it misclassifies"),
        ("random_regions", lambda a: a * 1.3, "N + 1 (the mean"),
        ("random_regions", lambda a: a + 4 * np.arange(3)[:, None], "minus those in one layer"),
        ("diverged", lambda a: a + 1, "diverged"),
        ("counts", lambda a: a * 1.2, "number of parameters and the requested number"),
    ],
)
def test_a_planted_error_fails_its_claim(with_table, found, name, change, words):
    sound = with_table()
    assert [claim.holds for claim in found(sound, words)] == [True]
    planted = sound | {name: change(sound[name])}
    assert [claim.holds for claim in found(planted, words)] == [False]
