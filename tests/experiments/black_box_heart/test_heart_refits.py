"""Do the curves and the out-of-bag numbers of the Heart data mean what they say?"""

import dataclasses

import jax
import numpy as np

from experiments.black_box_heart import curves, heart_refits
from experiments.black_box_heart.compute import QUICK
from jaxnn import MLP, Fitter, Recipe

TINY = dataclasses.replace(QUICK, hidden=(4,), refits=6, compared=2, grid=3)


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


def test_a_black_box_predicts_the_same_for_any_number_of_rows(key):
    X = np.asarray(jax.random.normal(key, (30, 2)))
    y = (X[:, 0] > 0).astype(float)
    fitter = Fitter(MLP((2, 3, 1), response="binary"), Recipe(epochs=3))
    both = heart_refits.refitted(jax.random.key(1), jax.random.key(2), fitter, X, y, 4)
    whole = both.network.predict(X)
    assert whole.shape == (4, 30)
    np.testing.assert_allclose(both.network.predict(X[:7]), whole[:, :7], rtol=1e-6)
    np.testing.assert_allclose(both.fit(X[:1]), both.fit(X)[:1], rtol=1e-6)
    assert both.network.multiplicities.shape == (4, 30) and both.diverged == 0


def test_the_same_key_gives_the_same_results_and_another_does_not():
    def averages(seed):
        refits = heart_refits.refit_heart(jax.random.key(seed), TINY)
        return curves.compute(refits, TINY)["age_rows"], refits

    (first, refits), (again, _), (other, _) = (averages(seed) for seed in (11, 11, 12))
    np.testing.assert_array_equal(again, first)
    assert np.abs(other - first).max() > 1e-4
    # Methods are compared on the first resamples of the network, and these are those of Age alone.
    every = refits.all.network.multiplicities
    np.testing.assert_array_equal(refits.few.multiplicities, every[:2])
    np.testing.assert_array_equal(refits.alone.network.multiplicities, every)
