"""Do the claims about intervals of importance hold, and can each of them fail?"""

import numpy as np
import pytest

from experiments.importance_intervals.claims import claims, verdict
from experiments.importance_intervals.draw import CAPTIONS, draw
from experiments.importance_intervals.reading import cells
from experiments.importance_intervals.rules import RULES
from jaxnn import plotting
from jaxnn.refits.importance_intervals import DEFAULT_RULE as DEFAULT

CELL = "correlated_quantitative_100"


@pytest.fixture(autouse=True)
def decisive(monkeypatch):
    """Few data sets decide here, so that planted errors are found in a small run."""
    monkeypatch.setattr("experiments.importance_intervals.claims.DECISIVE", 0)


def failures(results, **changes):
    """The statements that fail once some results are changed."""
    return [c.statement for c in claims({**results, **changes}) if c.holds is False]


def test_claims_hold(results):
    assert not failures(results)


def test_every_interval_is_labelled_with_its_level_as_nominal(results):
    for text in [*(claim.statement for claim in claims(results)), *CAPTIONS.values()]:
        assert text.count("95%") == text.count("nominal 95%")


@pytest.mark.parametrize(
    ("name", "change", "failing"),
    [
        ("least_squares_100", lambda b: b + 1.0, "Least squares, n = 100"),
        ("least_squares_303", lambda b: b.mean(0) + 0.2 * (b - b.mean(0)), "n = 303: coverage"),
        ("permuted", lambda importance: importance / 2, "permutation importance, 2 b^2"),
        ("lost", lambda loss: 2 * loss, "loss without the column"),
        ("diverged", lambda count: count + 1, "that diverged"),
        (f"{CELL}_truth", lambda truth: 1.1 * truth, "distance from its closed form"),
        (f"{CELL}_ends", lambda b: b + 100.0, "coverage of the truth by the default"),
        (f"{CELL}_ends", lambda b: b + 100.0, "Networks: share of the default"),
    ],
)
def test_a_planted_error_makes_a_claim_fail(results, name, change, failing):
    assert any(failing in s for s in failures(results, **{name: change(results[name])}))


def test_a_setting_below_the_rule_is_refused(results):
    (cell,) = cells(results)
    found = claims({**results, f"{CELL}_ends": cell.ends + 100.0})
    (refused,) = [c for c in found if c.statement.startswith(cell.setting.words)]
    assert refused.refused and refused.holds is None and refused.measured == 0


def test_the_coverage_that_is_drawn_is_the_share_that_contains_the_truth(results):
    (cell,) = cells(results)
    inside = (cell.ends[0] <= cell.truth) & (cell.truth <= cell.ends[1])
    with plotting.style():
        figures = draw(results)
    assert list(figures) == list(CAPTIONS)
    drawn = next(line for line in figures["rules"].axes[0].lines if line.get_marker() == "o")
    np.testing.assert_allclose(drawn.get_xdata(), inside[..., :2].mean(axis=(1, 2)))


def test_the_verdict_tells_how_often_the_default_contains_what_the_network_finds(results):
    (cell,) = cells(results)
    (sentences,) = verdict(results).values()
    share = cell.covered(learner=True)[list(RULES).index(DEFAULT)].mean()
    assert sentences[0].endswith(f" {share:.0%} of the time.")


def test_shares_of_few_data_sets_are_only_reported(results, monkeypatch):
    before = sum(claim.holds is True for claim in claims(results))
    monkeypatch.setattr("experiments.importance_intervals.claims.DECISIVE", 100)
    assert sum(claim.holds is True for claim in claims(results)) == before - 3
