"""Do the claims about the Heart data hold, and can each of them fail?"""

import pytest

from experiments.black_box_heart.claims import claims
from experiments.black_box_heart.draw import CAPTIONS


def outcomes(results):
    return {claim.statement: claim.holds for claim in claims(results)}


def test_every_claim_of_the_quick_run_holds(results):
    assert False not in outcomes(results).values()


def test_effects_and_accuracies_of_the_network_are_only_reported(results):
    reported = [statement for statement, holds in outcomes(results).items() if holds is None]
    assert len(reported) == 4
    assert sum(statement.startswith("Network: change") for statement in reported) == 2
    assert sum(statement.startswith("Accuracy of the refits") for statement in reported) == 2


def test_every_band_is_labelled_with_its_level_as_nominal(results):
    for text in [*outcomes(results), *CAPTIONS.values()]:
        assert text.count("95%") == text.count("nominal 95%")


@pytest.mark.parametrize(
    ("name", "change", "failing"),
    [
        ("left_out_297", lambda share: share + 0.05, "Share of the 297 rows"),
        ("alone_gap", lambda gap: gap + 0.01, "fitted to Age"),
        ("heart_diverged", lambda count: count + 1, "refits that diverged"),
        ("out_of_bag_loss", lambda loss: loss - 0.5, "cross-entropy is higher"),
        ("rise_alone", lambda rise: -rise[[0, 2, 1]], "Age alone"),
    ],
)
def test_a_planted_error_makes_a_claim_fail(results, name, change, failing):
    after = outcomes({**results, name: change(results[name])})
    assert any(failing in statement for statement, holds in after.items() if holds is False)
