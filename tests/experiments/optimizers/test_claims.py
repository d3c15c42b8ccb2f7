"""Do the claims of `optimizers` hold, and do they notice a wrong rule?"""

import numpy as np
import pytest

from experiments.optimizers import claims_race, race, reading
from experiments.optimizers.claims import claims


def failing(results):
    return [claim.statement for claim in claims(results) if claim.holds is False]


def test_every_claim_holds(results):
    assert failing(results) == []


def test_a_race_in_which_a_rule_is_slower_on_one_table_shows_it_as_refused(results):
    """Momentum that is 1.2 times as slow as gradient descent does not lower the training loss."""
    assert not any(claim.refused for claim in claims_race._rule_claims(results))
    losses = results["race_losses"].copy()
    losses[:, 1] = 1.2 * losses[:, 0]
    slower = claims_race._rule_claims({**results, "race_losses": losses})
    (refused,) = [claim for claim in slower if claim.refused]
    assert "momentum" in refused.statement and refused.measured == pytest.approx(1.2)


def test_rates_are_those_of_the_published_table():
    published = [
        [0.9, 0.99, 0.999],
        [0.8181818, 0.9801980, 0.9980020],
        [0.6837722, 0.9000000, 0.9683772],
        [0.6407894, 0.8847219, 0.9634912],
        [0.5194939, 0.8181818, 0.9386931],
    ]
    np.testing.assert_allclose(reading.rates(), published, rtol=1e-6)


def test_a_method_taken_for_its_neighbour_fails(results):
    """The claims tell the rates of any two methods apart."""
    swapped = {**results, "rates": results["rates"][[1, 0, 3, 2, 4]]}
    assert len(failing(swapped)) == 12


def test_the_slides_nesterov_rule_taken_for_the_corrected_one_fails(results):
    swapped = {**results, "limits": results["limits"][[0, 2, 1]]}
    assert any("Nesterov momentum diverges" in statement for statement in failing(swapped))


def test_a_rule_that_follows_the_size_of_the_gradient_is_not_adaptive(results):
    steps = results["saddle_steps"].copy()
    steps[5] = steps[2]
    assert any(
        "adaptive rules" in statement for statement in failing({**results, "saddle_steps": steps})
    )


def test_a_rule_that_generalises_better_fails(results):
    losses = results["race_losses"].copy()
    losses[:, 2, 1] *= 0.5
    found = failing({**results, "race_losses": losses})
    assert any("loss on new rows, Adam" in statement for statement in found)


def test_a_tuned_rate_at_the_end_of_the_grid_fails(results):
    rates = results["race_rates"].copy()
    rates[0, 1, 0] = race.RATES[-1]
    found = failing({**results, "race_rates": rates})
    assert found == ["Tuned learning rates that lie inside the grid, not at its ends"]


def test_tuned_rates_have_the_least_mean_loss_on_the_tuning_seeds(raced):
    means = raced["race_tuning"].mean(axis=-1)
    at = np.searchsorted(race.RATES, raced["race_rates"][..., :2])
    np.testing.assert_array_equal(
        np.take_along_axis(means, at[..., None], axis=-1)[..., 0], means.min(axis=-1)
    )
    assert (raced["race_rates"][..., 2] == 0.01).all()


def test_seeds_are_the_same_for_all_rules_and_others_than_those_of_tuning(raced):
    """The first loss depends on rows set aside and initial weights alone."""
    first = raced["race_losses"][..., 0]
    np.testing.assert_allclose(first, np.broadcast_to(first[:, :1, :1], first.shape), rtol=1e-6)
    assert len(np.unique(first[0, 0, 0, 0])) == first.shape[-1]
