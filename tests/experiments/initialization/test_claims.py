"""Can the claims of `initialization` fail?"""

import numpy as np
import pytest

from experiments.initialization.claims import claims


def test_all_claims_hold_for_a_small_run(results):
    rows = claims(results)
    assert len(rows) > 20
    assert [row.statement for row in rows if row.holds is False] == []


@pytest.mark.parametrize("name", ["copies_differ", "copies_rank", "narrow_off"])
def test_copies_that_differ_by_a_millionth_are_refuted(results, holds, name):
    planted = dict(results) | {name: results[name] + 1e-6}
    assert False in holds(planted, "all weights equal")


def test_a_gradient_or_loss_that_zero_weights_cannot_have_is_refuted(results, holds):
    planted = results["zero_gradient"].copy()
    planted[0, 0] = 1e-12
    assert holds(dict(results) | {"zero_gradient": planted}, "initial gradient") == [False]
    planted = dict(results) | {"zero_loss": results["zero_loss"] * 1.02}
    assert holds(planted, "between the final loss and the variance") == [False]


@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_a_growth_rate_off_by_three_percent_is_refuted(results, holds, factor):
    planted = dict(results) | {"curvature": factor * results["curvature"]}
    assert holds(planted, "most negative curvature") == [False]


def test_noise_that_does_not_grow_is_refuted(results, holds):
    planted = dict(results) | {"noisy_apart": np.full_like(results["noisy_apart"], 1e-6)}
    assert holds(planted, "most negative curvature") == [False]
    assert holds(planted, "is enough") == [False]


@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_scheme_with_another_gain_is_refuted(results, holds, column):
    theory = results["scheme_theory"].copy()
    theory[1, column] *= (1.02, 1.2, 1.2)[column]
    planted = dict(results) | {"scheme_theory": theory}
    assert holds(planted, "as drawn") == [True, False, True]


def test_a_gain_of_one_backward_is_refuted_for_the_slides_xavier(results, holds):
    gains = results["scheme_measured"].copy()
    gains[0, :, 2] *= 40 / 24
    planted = dict(results) | {"scheme_measured": gains}
    assert holds(planted, "gain backward is n/m") == [False]


def test_gains_off_by_a_fifth_are_refuted(results, holds):
    grown = results["fan_measured"] * np.array([1.0, 1.2])[None, :, None]
    outcomes = holds(dict(results) | {"fan_measured": grown}, "standard errors)")
    before = holds(results, "standard errors)")
    assert sum(outcome is False for outcome in outcomes) == 2 and False not in before


def test_a_variance_off_by_a_tenth_per_layer_is_refuted(results, holds):
    depth = results["theory_variance"].shape[1]
    theory = results["theory_variance"] * 0.9 ** np.arange(depth)
    outcomes = holds(dict(results) | {"theory_variance": theory}, "mean squared pre-activations")
    assert outcomes == [False] * 3


def test_a_loss_as_high_as_that_of_copies_is_refuted(results, holds):
    losses = results["start_loss"].copy()
    losses[1] = results["copied_loss"] * 1.01
    outcomes = holds(dict(results) | {"start_loss": losses}, "loss with equal weights")
    assert outcomes == [True, False, True]


def test_a_share_of_saturated_units_off_by_a_tenth_is_refuted(results, holds):
    planted = dict(results) | {"signal_saturated": results["signal_saturated"] + 0.1}
    assert holds(planted, "share of saturated units") == [False]


def test_a_loss_that_does_not_depend_on_the_scale_is_refuted(results, holds):
    planted = dict(results) | {"swept_loss": np.full_like(results["swept_loss"], 2.0)}
    assert holds(planted, "neither too small") == [False]
    assert holds(planted, "too small: final loss") == [False]


def test_standard_weights_that_learn_are_refuted(results, holds):
    losses = results["curve_loss"].copy()
    losses[0, 2, -1] = 1.0
    assert holds(dict(results) | {"curve_loss": losses}, "weights ten layers stall") == [False]


def test_he_weights_that_learn_no_better_are_refuted(results, holds):
    losses = results["curve_loss"].copy()
    losses[2] = losses[1]
    planted = dict(results) | {"curve_loss": losses}
    assert holds(planted, "final loss with He normal") == [False]
    few = dict(results) | {"curve_loss": losses[:, :10]}
    assert holds(few, "final loss with He normal") == [None]


def test_diverged_seeds_are_left_out_and_counted(results):
    losses = results["curve_loss"].copy()
    losses[1, 3] = np.nan
    losses[1, :3] = 2.0
    planted = dict(results) | {"curve_loss": losses}
    statements = [claim.statement for claim in claims(planted)]
    assert any("1 diverged" in statement for statement in statements)
