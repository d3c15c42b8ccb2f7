"""Are the truths those that are described, and does the study find intervals that do not hold?"""

import jax
import numpy as np
import pytest

from experiments.band_coverage.claims_new_observations import claims
from experiments.band_coverage.draw_new_observations import new_observations
from experiments.band_coverage.new_observations import TRUTHS, draw_rows, name_of
from experiments.band_coverage.reading import sizes_of

ROWS = 20_000


@pytest.mark.parametrize("truth", TRUTHS)
def test_the_mean_of_each_truth_is_as_described(truth):
    X, y, _ = draw_rows(jax.random.key(3), truth, ROWS)
    eta = np.sin(1.5 * X[:, 0]) + X[:, 1] / 2
    mean = {"count": np.exp(0.5 + eta), "binary": 1 / (1 + np.exp(-2 * eta))}.get(truth, eta)
    residuals = y - mean
    for part in (residuals, residuals * eta, residuals * X[:, 1] ** 2):
        assert abs(part.mean()) < 4 * part.std() / np.sqrt(ROWS)
    assert residuals.std() > 0.2


def test_noise_grows_or_is_uneven_as_described():
    sizes = {}
    for truth in ("growing noise", "uneven noise"):
        X, y, order = draw_rows(jax.random.key(4), truth, ROWS)
        residuals = np.abs(y - np.sin(1.5 * X[:, 0]) - X[:, 1] / 2)
        thirds = np.array_split(residuals[np.argsort(order)], 3)
        sizes[truth] = [part.mean() for part in thirds]
        assert sizes[truth] == sorted(sizes[truth])
    assert sizes["growing noise"][2] > 2 * sizes["growing noise"][0]
    assert sizes["uneven noise"][2] > 2 * sizes["uneven noise"][0]


@pytest.fixture
def made_up():
    """Coverage of 12 data sets per cell, as it should be."""
    rng = np.random.default_rng(0)
    names = [name_of(truth, rows) for truth in TRUTHS for rows in (100, 500)]
    return {name: np.clip(rng.normal(0.95, 0.02, (6, 12)), 0, 1) for name in names}


def test_intervals_that_are_too_narrow_are_refused_in_one_truth_and_fail_in_all(made_up):
    assert all(claim.holds in (True, None) and not claim.refused for claim in claims(made_up))
    name = name_of("skewed noise", 100)
    (refused,) = [c for c in claims(made_up | {name: made_up[name] - 0.06}) if c.refused]
    assert refused.statement.startswith("New observations, skewed noise, n = 100: coverage")
    narrow = {name: shares - 0.06 for name, shares in made_up.items()}
    (failed,) = [claim for claim in claims(narrow) if claim.holds is False]
    assert "mean over 12 truths and sizes" in failed.statement


def test_the_small_run_has_intervals_that_are_wide_enough(results):
    covered, *thirds, width, in_band = results[name_of("normal noise", 100)]
    np.testing.assert_allclose(np.mean(thirds, axis=0), covered)
    assert (covered > 0.8).all() and (in_band < covered).all()
    assert (width > 1.5).all()  # 1.96 if the mean were known


def test_a_part_of_the_truths_can_be_drawn(made_up):
    few = {name: values for name, values in made_up.items() if "normal" in name and "100" in name}
    assert sizes_of(few, "normal noise") == [100] and sizes_of(few, "count") == []
    assert len(new_observations(few).axes) == len(new_observations(made_up).axes) == 2
    assert len(claims(few)) == 3
