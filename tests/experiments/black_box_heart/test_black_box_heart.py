"""Can the claims about bands fail, is the theory right, do simulations mean what they say?"""

import dataclasses
import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments import black_box_heart as experiment
from experiments.black_box_heart import closed_forms, heart_refits, known_truth
from jaxnn import MLP, Fitter, Recipe, init, plotting
from jaxnn.bootstrap import multiplicities
from jaxnn.replicate import replicate

TINY = dataclasses.replace(
    experiment.QUICK,
    hidden=(4,),
    refits=40,
    grid=5,
    mean_sets=40,
    mean_resamples=99,
    logistic_sets=30,
    logistic_resamples=60,
    large_sets=3,
    large_resamples=20,
    linear_sets=30,
    linear_resamples=60,
    network_sets=4,
    network_resamples=8,
    network_hidden=(4,),
    large_network_refits=4,
)


@pytest.fixture(scope="module")
def results():
    """What a run stores and reads back, of the smallest size at which all claims hold."""
    return {
        name: np.asarray(value)
        for name, value in experiment.compute(jax.random.key(11), TINY).items()
    }


def verdicts(results):
    return {claim.statement: claim.holds for claim in experiment.claims(results)}


def spoiled(results, **changes):
    """The claims that fail once some results are changed."""
    after = verdicts({**results, **changes})
    return [statement for statement, holds in after.items() if holds is False]


def test_claims_hold_and_numbers_without_theory_are_only_reported(results):
    assert False not in verdicts(results).values()
    reported = {s for s, holds in verdicts(results).items() if holds is None}
    assert sum("etwork" in statement for statement in reported) == 7
    assert not any("etwork, n = 100" in s for s in set(verdicts(results)) - reported)


def test_no_statement_calls_a_band_by_a_coverage_that_it_may_lack(results):
    texts = [*verdicts(results), *experiment.CAPTIONS.values()]
    for text in texts:
        assert text.count("95%") == text.count("nominal 95%")


@pytest.mark.parametrize(
    ("name", "change", "failing"),
    [
        # Bands half as wide, a band that misses, and rows drawn without replacement.
        ("logistic_100", lambda b: b.mean(0) + 0.3 * (b - b.mean(0)), "Logistic regression, n ="),
        ("linear_100", lambda b: b.mean(0) + 0.5 * (b - b.mean(0)), "Linear regression"),
        ("linear_100", lambda b: b + 1.0, "Linear regression"),
        ("mean_20", lambda b: b + 1.0, "Mean of 20"),
        ("mean_100", lambda b: b.mean(0) + 0.3 * (b - b.mean(0)), "Mean of 100"),
        ("left_out_100", np.zeros_like, "Share of 100 rows"),
        ("left_out_20", lambda share: share + 0.01, "Share of 20 rows"),
        ("left_out_10000", lambda share: share * 0 + math.exp(-1) + 0.01, "Share of 10,000"),
        ("left_out_297", lambda share: share + 0.05, "Share of 297 rows"),
        ("logistic_100_width", lambda width: 3 * width, "ratio of widths"),
        ("newton_gap", lambda gap: gap + 0.01, "fitted to known truth"),
        ("alone_gap", lambda gap: gap + 0.01, "fitted to Age"),
        ("least_squares_gap", lambda gap: gap + 0.01, "least squares"),
        ("truth_diverged", lambda count: count + 1, "refits diverged"),
        ("heart_diverged", lambda count: count + 1, "refits diverged"),
        ("out_of_bag_loss", lambda loss: loss - 0.5, "cross-entropy is higher"),
        ("rise_alone", lambda rise: -rise[[0, 2, 1]], "Age alone"),
    ],
)
def test_a_planted_error_makes_a_claim_fail(results, name, change, failing):
    assert any(
        failing in statement for statement in spoiled(results, **{name: change(results[name])})
    )


def test_a_share_left_out_of_1_over_e_is_too_much_for_100_rows(results):
    # 0.3679 instead of 0.3660: told apart by the many resamples of the means.
    shares = np.full(1000, math.exp(-1))
    assert any("100 rows" in s for s in spoiled(results, left_out_100=shares, mean_resamples=999))


def test_left_out_moments_are_those_of_all_resamples_of_three_rows():
    draws = np.stack(np.meshgrid(*[range(3)] * 3)).reshape(3, -1).T  # all 27 resamples
    shares = np.array([1 - len(set(drawn)) / 3 for drawn in draws])
    mean, deviation = closed_forms.left_out_moments(3)
    assert mean == pytest.approx(shares.mean(), rel=1e-12)
    assert deviation == pytest.approx(shares.std(), rel=1e-12)
    assert closed_forms.left_out_moments(100)[0] == pytest.approx(0.3660323, abs=1e-7)


def test_percentile_coverage_is_students():
    # With one degree of freedom Student's distribution is Cauchy's.
    end = 1.959963984540054 * math.sqrt(1 / 2)
    assert closed_forms.percentile_coverage(2) == pytest.approx(2 / math.pi * math.atan(end))
    # With two it is t / sqrt(2 + t^2).
    end = 1.959963984540054 * math.sqrt(2 / 3)
    assert closed_forms.percentile_coverage(3) == pytest.approx(end / math.sqrt(2 + end**2))
    assert closed_forms.percentile_coverage(20) == pytest.approx(0.9286986, abs=1e-7)


def test_large_sample_widths():
    assert closed_forms.linear_width(2.0, 100) == pytest.approx(0.87652, abs=1e-5)
    # Where x = 0 the slope matters only through its correlation with the intercept; the numbers
    # are from an independent quadrature.
    widths = closed_forms.logistic_widths(known_truth.GRID, 100)
    np.testing.assert_allclose(widths, [0.12949, 0.20876, 0.21651, 0.29276, 0.25906], atol=1e-5)
    np.testing.assert_allclose(closed_forms.logistic_widths(1.0, 10_000), widths[3] / 10)


def test_newton_solves_the_likelihood_equations():
    x = np.array([[-1.0, -0.3, 0.2, 0.9, 2.0], [0.1, 0.5, -2.0, 1.0, 0.0]])
    y = np.array([[0, 1, 0, 1, 1], [1, 0, 0, 0, 1]])
    intercept, slope = closed_forms.newton(x, y)
    residual = y - 1 / (1 + np.exp(-(intercept[:, None] + slope[:, None] * x)))
    assert np.abs(slope).min() > 0.1
    np.testing.assert_allclose(residual.sum(1), 0, atol=1e-12)
    np.testing.assert_allclose((residual * x).sum(1), 0, atol=1e-12)


def test_least_squares_is_numpys(key):
    x, y = np.asarray(jax.random.normal(key, (2, 3, 20)), float)
    found = closed_forms.least_squares(x, y)
    expected = [np.polyfit(a, b, 1)[::-1] for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(found.T, expected, rtol=1e-10)


def test_refits_of_a_study_are_the_exact_minima_of_their_resamples(key):
    """Not only fits to whole data sets have converged: resamples are flatter and harder."""
    key_data, key_rows = jax.random.split(key)
    draw = partial(known_truth._draw_logistic, rows=100)
    X, y = known_truth._data(key_data, draw, 5)
    keys = list(jax.random.split(key_rows, 40))
    which, resample = np.arange(40) % 5, np.arange(40)  # number 0 is the data set itself
    for place in range(40):
        got, diverged = known_truth._refit(
            jax.random.clone(keys[place]),
            which[place],
            resample[place],
            X,
            y,
            fitter=known_truth.LOGISTIC,
            at=known_truth.GRID,
        )
        counts = np.asarray(multiplicities(jax.random.split(jax.random.clone(keys[place]))[0], 100))
        rows = np.repeat(np.arange(100), counts if resample[place] else 1)
        exact = closed_forms.newton(X[which[place], rows, 0], y[which[place], rows])
        expected = closed_forms.logistic_curve(known_truth.GRID, *exact)
        np.testing.assert_allclose(got, expected, atol=2e-4)
        assert not diverged


def test_a_data_set_with_a_diverged_refit_gives_no_band():
    means = np.arange(12.0).reshape(3, 2, 2)  # 3 resamples of 2 data sets at 2 places
    means[1, 0] = np.nan
    diverged = np.zeros((4, 2), bool)
    diverged[2, 0] = True
    study = known_truth.Study(np.zeros((2, 1, 1)), np.zeros((2, 1)), means[0], means, diverged)
    band = study.band()
    assert band.shape == (2, 1, 2)
    np.testing.assert_allclose(band[:, 0, 0], np.quantile([2, 6, 10], [0.025, 0.975]))


def test_the_penalty_is_minus_the_log_prior_over_the_rows(key):
    params = init(key, MLP((3, 4, 1), response="binary"))
    weights = [layer.weights for layer in params]
    log_prior = sum(
        jax.scipy.stats.norm.logpdf(w, scale=len(w) ** -0.5).sum()
        - jax.scipy.stats.norm.logpdf(jnp.zeros_like(w), scale=len(w) ** -0.5).sum()
        for w in weights
    )
    assert known_truth.NormalPrior(50)(weights) == pytest.approx(-float(log_prior) / 50, rel=1e-5)
    assert known_truth.NormalPrior(50, 0.1)(weights) == pytest.approx(
        -float(log_prior) / 500, rel=1e-5
    )


def test_the_penalty_makes_weights_smaller_whatever_they_start_from(key):
    X = np.linspace(-2, 2, 60)[:, None]
    y = (X[:, 0] > 0).astype(float)

    def squares(strength):
        fitter = known_truth.network(1, (4,), 60, strength=strength)
        fits = replicate(fitter, jax.random.split(jax.random.clone(key), 8), shared=(X, y))
        return sum(np.sum(weights**2, axis=(1, 2)) for weights, _ in fits.params)

    assert (squares(1.0) < 0.8 * squares(0.01)).all()


def test_grid_is_part_of_the_places():
    assert tuple(known_truth.at_grid(np.array(known_truth.PLACES))) == known_truth.GRID


def test_out_of_bag_numbers_are_of_rows_left_out(results):
    observed = results["observed"]
    assert set(np.unique(observed)) == {0, 1}
    # A refit has not seen the patient: worse than the fit to all, better than the prevalence.
    p = results["left_out"][0]
    honest = -np.log(np.where(observed == 1, p, 1 - p)).mean()
    seen = results["fitted"][0]
    apparent = -np.log(np.where(observed == 1, seen, 1 - seen)).mean()
    prevalence = observed.mean()
    entropy = -(prevalence * np.log(prevalence) + (1 - prevalence) * np.log(1 - prevalence))
    assert apparent < honest < entropy
    assert results["out_of_bag_accuracy"].mean() > max(prevalence, 1 - prevalence)
    assert ((results["left_out"][1] <= p) & (p <= results["left_out"][2])).all()


def test_the_average_of_the_individual_curves_is_the_partial_dependence(results):
    np.testing.assert_allclose(
        results["age_individual"].mean(axis=0), results["age_rows"][0], rtol=1e-5
    )


def test_a_black_box_of_any_length_predicts_the_same(key):
    net = MLP((2, 3, 1), response="binary")
    X = np.asarray(jax.random.normal(key, (30, 2)))
    y = (X[:, 0] > 0).astype(float)
    both = heart_refits._Refitted(
        jax.random.key(1), jax.random.key(2), Fitter(net, Recipe(epochs=3)), X, y, 4
    )
    whole = both.all(X)
    assert whole.shape == (4, 30)
    np.testing.assert_allclose(both.all(X[:7]), whole[:, :7], rtol=1e-6)
    np.testing.assert_allclose(both.fit(X[:1]), both.fit(X)[:1], rtol=1e-6)


def test_figures_are_drawn_from_stored_results(results, tmp_path):
    with plotting.style():
        figures = experiment.draw(results)
        assert set(figures) == set(experiment.CAPTIONS)
        for name, figure in figures.items():
            plotting.save(figure, tmp_path / f"{name}.png")
            assert (tmp_path / f"{name}.png").stat().st_size > 20_000
    coverage = figures["known_truth"].axes[3]
    nominal = next(line for line in coverage.lines if line.get_label() == "nominal")
    assert set(nominal.get_ydata()) == {0.95}
    drawn = next(line for line in coverage.lines if "logistic" in str(line.get_label()))
    inside = (results["logistic_100"][0] <= closed_forms.logistic_curve(known_truth.PLACES)) & (
        closed_forms.logistic_curve(known_truth.PLACES) <= results["logistic_100"][1]
    )
    np.testing.assert_allclose(drawn.get_ydata(), inside.mean(axis=0))


def test_the_same_key_gives_the_same_results_and_another_does_not(results):
    again, other = (
        heart_refits.compute(key, TINY)["age_rows"]
        for key in (jax.random.split(jax.random.key(11))[0], jax.random.key(12))
    )
    np.testing.assert_array_equal(again, results["age_rows"])
    assert np.abs(other - again).max() > 1e-4
