"""Do the claims about the Heart data hold, and can each of them fail?"""

import numpy as np
import pytest

from experiments.black_box_heart.claims import claims, verdict
from experiments.black_box_heart.draw import CAPTIONS
from experiments.lab.claims import Found


def outcomes(results):
    return {claim.statement: claim.holds for claim in claims(results)}


def test_every_claim_of_the_small_run_holds(results):
    assert False not in outcomes(results).values()


def test_effects_and_accuracies_of_the_network_are_only_reported(results):
    words = ("Network: change", "Accuracy of the refits")
    reported = [
        s for s, holds in outcomes(results).items() if holds is None and s.startswith(words)
    ]
    assert len(reported) == 4
    assert sum(statement.startswith("Network: change") for statement in reported) == 2
    assert sum(statement.startswith("Accuracy of the refits") for statement in reported) == 2


def test_every_band_is_labelled_with_its_level_as_nominal(results):
    for text in [*outcomes(results), *CAPTIONS.values()]:
        percent = text.replace("at least 95%", "")
        assert percent.count("95%") == percent.count("nominal 95%")


@pytest.mark.parametrize(
    ("name", "change", "failing"),
    [
        ("left_out_297", lambda share: share + 0.05, "Share of the 297 rows"),
        ("correlation", lambda values: values[:-1], "Predictors of the Heart table"),
        ("alone_gap", lambda gap: gap + 0.01, "fitted to Age"),
        ("heart_diverged", lambda count: count + 1, "Refits that diverged"),
        ("out_of_bag_loss", lambda loss: loss - 0.5, "cross-entropy is higher"),
        ("rise_alone", lambda rise: -rise[[0, 2, 1]], "Age alone"),
        ("methods_shares", lambda shares: shares[::-1], "tree of depth 10 on the same resample"),
        ("methods_shares", lambda shares: np.roll(shares, 4, axis=0), "random forest"),
        ("noise_impurity", lambda share: share[:, ::-1], "the more values"),
        ("noise_impurity", lambda share: share[:, [4, 1, 2, 3, 0]], "only predictor that matters"),
        ("noise_permuted", lambda lost: lost + 0.1, "a noise predictor is permuted"),
        ("surrogate_held_out", lambda quality: quality + 0.5, "that imitates a refit"),
        ("surrogate_first", np.zeros_like, "first split is on"),
        ("permuted", lambda lost: lost + 0.02, "that of all permutations"),
        ("together", lambda total: total - 0.37, "Importances do not add up"),
        ("exact_loss", lambda moments: 10 * moments, "the ± of the lecture's table"),
        ("without_lost", lambda lost: lost + 0.1, "trained without"),
        ("flat_right", lambda right: right + 0.2, "minus that by the boundary"),
        ("component_variance_share", lambda share: share / share.sum(), "first two components"),
        ("compared_losses", lambda losses: losses[::-1], "Refits of boosting memorise"),
        ("compared_losses", lambda losses: losses[[1, 0, 2]], "Refits of the forest memorise"),
        # half the variance, as if importance were b^2 var(x); a refit without the predictor
        ("linear_permuted", lambda rise: rise / 2, "rise of the squared error by permutation"),
        ("linear_lost", lambda rise: rise[:, [1, 0, 2, 3]], "least squares loses without"),
        ("linear_slopes", lambda slope: slope + 1e-6, "over the coefficient"),
        ("linear_slopes", lambda slope: slope + 1e-6, "coefficient 0"),
    ],
)
def test_a_planted_error_makes_a_claim_fail(results, name, change, failing):
    after = outcomes({**results, name: change(results[name])})
    assert any(failing in statement for statement, holds in after.items() if holds is False)


def test_that_correlation_favours_permutation_is_refused_unless_it_is_met(results):
    words = "Correlation is a reason"
    (before,) = (claim for claim in claims(results) if words in claim.statement)
    changed = {**results, "linear_permuted": 0.36 * results["linear_permuted"]}
    (after,) = (claim for claim in claims(changed) if words in claim.statement)
    assert before.refused and after.holds is True


@pytest.mark.parametrize("sign", [-1, 1])
def test_importances_do_not_add_up_on_either_side_of_their_joint_importance(results, sign):
    off = np.linspace(0.1, 0.2, len(results["together"]))
    planted = {**results, "apart": results["together"] + sign * off}
    assert outcomes(planted)[_statement(results, "Importances do not add up")] is True
    planted["apart"] = results["together"] + off - off.mean()
    assert outcomes(planted)[_statement(results, "Importances do not add up")] is False


def _statement(results, words):
    (statement,) = (claim.statement for claim in claims(results) if words in claim.statement)
    return statement


def test_the_verdict_says_the_numbers_of_the_claims(results):
    (sentences,) = verdict(results).values()
    assert len(sentences) == 5
    said = Found(claims(results))
    assert f"have {said.measured('Such trees: R squared'):.2f} there" in sentences[2]
    assert f"{said.measured('strongest interaction'):.2%} of their joint effect" in sentences[3]
