"""Are the data drawn from the truths that bands are compared with?"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.band_coverage import settings
from experiments.band_coverage.settings import SETTINGS, Setting, places

ROWS = 20_000


@pytest.mark.parametrize(
    "setting",
    [
        Setting("curved", "quantitative", ROWS, 8, uneven=True),
        Setting("interaction", "count", ROWS, 3, uneven=True),
        Setting("rare event", "binary", ROWS, 3),
        Setting("rare level", "binary", ROWS, 1),
    ],
    ids=lambda setting: setting.name,
)
def test_responses_have_the_true_mean(key, setting):
    X, y = settings.draw_data(key, setting)
    assert X.shape == (ROWS, setting.columns)
    error = np.asarray(y - settings.true_mean(setting, X), float)
    # Of all rows, and of those above and below the middle of the first column.
    for part in (slice(None), np.asarray(X[:, 0] > 0.5), np.asarray(X[:, 0] < 0.5)):
        assert abs(error[part].mean()) < 5 * error[part].std() / np.sqrt(len(error[part]))


def test_rare_events_and_rare_levels_are_rare(key):
    key_event, key_level = jax.random.split(key)
    _, y = settings.draw_data(key_event, Setting("rare event", "binary", ROWS, 3))
    assert 0.04 < float(y.mean()) < 0.09
    X, _ = settings.draw_data(key_level, Setting("rare level", "count", ROWS, 3))
    np.testing.assert_allclose(X[:, 2:].mean(axis=0), settings.SHARES, atol=0.015)


def test_mean_responses_are_those_at_the_points_and_averages_over_the_rows(key):
    setting = Setting("linear", "quantitative", 50, 3)
    key_data, key_points = jax.random.split(key)
    X, _ = settings.draw_data(key_data, setting)
    points = settings.draw_predictors(key_points, setting, settings.POINTS, settings.CENTRAL)
    found = settings.mean_responses(partial(settings.true_mean, setting), X, points, setting)
    at = places(setting)
    np.testing.assert_allclose(found[at["point"]], points @ jnp.array([0.8, -0.5, 0.3]), atol=1e-5)
    others = float((X[:, 1:] @ jnp.array([-0.5, 0.3])).mean())
    for name, values in (("curve", settings.GRID), ("edge", settings.EDGE)):
        np.testing.assert_allclose(found[at[name]], 0.8 * np.array(values) + others, atol=1e-5)
    assert float(jnp.abs(points).max()) < settings.CENTRAL


def test_levels_alone_are_averaged_with_every_row_moved_to_the_level(key):
    setting = Setting("rare level", "quantitative", 50, 1)
    X, _ = settings.draw_data(key, setting)
    found = settings.mean_responses(partial(settings.true_mean, setting), X, X[:0], setting)
    np.testing.assert_allclose(found, settings.LEVEL_EFFECTS, atol=1e-6)
    assert places(setting) == {"level": slice(0, 4)}


def test_every_value_of_every_factor_is_studied_at_least_three_times():
    for factor in ("truth", "kind", "rows", "predictors"):
        values = [getattr(setting, factor) for setting in SETTINGS]
        assert min(values.count(value) for value in set(values)) >= 3
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
