"""Can the claims about signals and gradients of random networks fail?"""

import math

import numpy as np
import pytest

from experiments.vanishing_exploding import claims_signals
from jaxnn import propagation


def precise(results, factor=1.0):
    """Results of networks of nearly infinite width, with rates off by a factor."""
    rng = np.random.default_rng(0)
    width, seeds, layers = 10**6, 400, results["theory_log_gradient"].shape[1]
    gradients = []
    exact, variance = propagation.log_gradient_moments(width, layers - 1)
    for place, theory in enumerate(results["theory_log_gradient"]):
        noise = rng.normal(size=(seeds, layers)) * math.sqrt(variance)
        if results["profile_activations"][place] == "relu":
            theory = theory + exact * np.linspace(1, 0, layers)
        gradients.append(theory * factor + noise)
    theory = results["sigmoid_theory"][:, None] * int(results["sigmoid_layers"])
    layers = int(results["gain_layers"])
    gains = (results["gain_factors"][:, None] * factor) ** layers * np.ones(50)
    return {
        **results,
        "profile_width": np.array(width),
        "profile_log_gradient": np.array(gradients),
        "profile_log_variance": np.repeat(results["theory_log_variance"][:, None], seeds, axis=1),
        "sigmoid_width": np.array(width),
        "sigmoid_logs": theory * factor + rng.normal(size=(len(theory), seeds)) * 0.01,
        "gain_width": np.array(width),
        "gain_forward": gains,
        "gain_backward": gains,
    }


@pytest.mark.parametrize("words", ["factor of mean squares", "ln of the factor", "mean of ln"])
def test_theoretical_rates_hold_and_rates_off_by_two_percent_fail(results, holds, words):
    assert set(holds(precise(results), words)) == {True}
    for factor in (0.98, 1.02):
        outcomes = holds(precise(results, factor), words)
        # Rates of zero do not change: on the critical line, and at He's scale.
        kept = {"factor of mean squares": 0, "ln of the factor": 1, "mean of ln": 1}[words]
        law = len(results["law_samples"]) + 1 if words == "mean of ln" else 0
        assert outcomes.count(True) == kept + law


def test_a_backward_gain_alone_off_by_two_percent_fails(results, holds):
    planted = precise(results)
    layers = int(planted["gain_layers"])
    planted["gain_backward"] = planted["gain_backward"] * 1.02**layers
    assert set(holds(planted, "factor of mean squares")) == {False}


def test_a_variance_off_by_two_percent_fails(results, holds):
    planted = precise(results)
    assert set(holds(planted, "variance of pre-activations")) == {True}
    planted["profile_log_variance"] = planted["profile_log_variance"] + math.log(1.02)
    assert set(holds(planted, "variance of pre-activations")) == {False}


@pytest.mark.parametrize("which", ["law_samples", "law_drawn"])
def test_the_asymptotic_law_fails_where_the_exact_one_holds(results, holds, which):
    rng = np.random.default_rng(1)
    samples, drawn = [], []
    for asymptotic in (False, True):
        made = []
        for (width, layers), (mean, variance) in zip(
            results["law_sizes"], results["law_moments"], strict=True
        ):
            square = 5 * layers / width if asymptotic else variance
            made.append(mean + math.sqrt(square) * rng.normal(size=20_000))
        samples.append(np.array(made))
        drawn.append(made[0])
    exact = {**results, "law_samples": samples[0], "law_drawn": drawn[0]}
    assert set(holds(exact, "variance of ln")) == {True}
    planted = {**exact, which: {"law_samples": samples, "law_drawn": drawn}[which][1]}
    outcomes = holds(planted, "variance of ln")
    assert outcomes.count(False) == {"law_samples": len(samples[0]), "law_drawn": 1}[which]


def test_a_window_rate_is_the_log_of_a_mean():
    # Independent log-normal factors: the mean of logs would be off by half their variance.
    rng = np.random.default_rng(2)
    variance, layers, seeds = 0.02, 101, 4000
    steps = rng.normal(-variance / 2 - 0.1, math.sqrt(variance), (seeds, layers))
    logs = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    theory = -0.1 * np.arange(layers, 0, -1)
    rate, error, expected = claims_signals.window_rate(logs, theory)
    assert expected == pytest.approx(-0.1, rel=1e-12)
    assert rate == pytest.approx(-0.1, abs=4 * error)
    assert error == pytest.approx(math.sqrt(math.expm1(10 * variance) / 80 / seeds) / 10 * 10**0.5,
                                  rel=0.3)  # fmt: skip
    assert variance / 2 > 10 * error


def test_sigmoid_slopes_above_a_quarter_fail(results, holds):
    planted = {**results, "sigmoid_slopes": results["sigmoid_slopes"] * 1.001}
    assert holds(planted, "largest slope") == [False]


@pytest.mark.parametrize(("factor", "expected"), [(1.0, True), (1.05, False), (0.95, False)])
def test_growth_by_batch_normalisation_is_compared_with_theory(results, holds, factor, expected):
    planted = {**results, "batch_growth": results["batch_growth"] * factor}
    assert holds(planted, "ReLU, batch of 128") == [expected]


def test_gradients_that_batch_normalisation_preserves_fail(results, holds):
    planted = {**results, "batch_log_gradient": 0 * results["batch_log_gradient"]}
    assert holds(planted, "batch normalisation") == [False]
