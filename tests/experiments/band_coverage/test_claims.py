"""Do the claims about bands hold, and can each of them fail?"""

import math

import numpy as np
import pytest

from experiments.band_coverage import claims_compared
from experiments.band_coverage.claims import claims, verdict
from experiments.band_coverage.draw import CAPTIONS
from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import compared
from experiments.band_coverage.settings import Setting

COMPARED = "rare_level_quantitative_3_100_bands"


@pytest.fixture(autouse=True)
def decisive(monkeypatch):
    """Few data sets decide here, so that planted errors are found in a small run."""
    for module in ("claims", "claims_compared"):
        monkeypatch.setattr(f"experiments.band_coverage.{module}.DECISIVE", 0)


def outcomes(results):
    return {claim.statement: claim.holds for claim in claims(results)}


def failures(results, **changes):
    """The statements that fail once some results are changed."""
    after = outcomes({**results, **changes})
    return [statement for statement, holds in after.items() if holds is False]


def test_claims_hold_and_numbers_without_theory_are_only_reported(results):
    found = outcomes(results)
    assert False not in found.values()
    reported = {statement for statement, holds in found.items() if holds is None}
    assert sum("etwork" in statement for statement in reported) == 6
    assert not any("etwork, n = 100" in statement for statement in set(found) - reported)


def test_every_band_is_labelled_with_its_level_as_nominal(results):
    for text in [*outcomes(results), *CAPTIONS.values()]:
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
        ("left_out_100", np.zeros_like, "Share of the 100 rows"),
        ("left_out_20", lambda share: share + 0.01, "Share of the 20 rows"),
        ("left_out_10000", lambda share: share * 0 + math.exp(-1) + 0.01, "Share of the 10,000"),
        ("logistic_100_width", lambda width: 3 * width, "Ratio of band widths"),
        ("newton_gap", lambda gap: gap + 0.01, "is logistic regression"),
        ("least_squares_gap", lambda gap: gap + 0.01, "least-squares regression"),
        ("diverged", lambda count: count + 1, "Refits that diverged"),
        (COMPARED, lambda b: b.mean(0) + 0.05 * (b - b.mean(0)), "nominal 95% bands for a curve"),
        (COMPARED, lambda b: b + 100.0, "nominal 95% bands for a level"),
        (COMPARED, lambda b: b - 100.0, "nominal 95% bands for the mean response at a point"),
    ],
)
def test_a_planted_error_makes_a_claim_fail(results, name, change, failing):
    statements = failures(results, **{name: change(results[name])})
    assert any(failing in statement for statement in statements)


@pytest.mark.parametrize(("missed", "refused"), [(2, False), (4, True)])
def test_a_place_is_refused_only_if_too_many_of_four_sets_miss_it(results, missed, refused):
    """Of 13 places in 4 data sets, one that half of them miss is no surprise."""
    bands = results[COMPARED].copy()
    truth = results[COMPARED.replace("bands", "truth")]
    bands[0], bands[1] = truth - 1, truth + 1
    bands[:, :, :missed, 0] += 100
    changed = claims({**results, COMPARED: bands})
    (claim,) = [one for one in changed if "at the worst of" in one.statement]
    assert claim.measured == 1 - missed / 4 and claim.refused is refused


def test_leaving_out_1_over_e_of_100_rows_fails(results):
    # 0.3679 instead of 0.3660: the many resamples of the means are enough to tell.
    shares = np.full(1000, math.exp(-1))
    assert any("100 rows" in s for s in failures(results, left_out_100=shares, mean_resamples=999))


@pytest.mark.parametrize("share", [0.9287, 0.95])
def test_ten_thousand_data_sets_tell_20_rows_from_the_nominal_level(results, share):
    ends = np.stack([-np.ones(10_000), np.where(np.arange(10_000) < 10_000 * share, 1, -0.5)])
    found = failures(results, mean_20=ends, mean_resamples=999)
    assert len([statement for statement in found if "Mean of 20" in statement]) == 2 * (
        share > 0.94
    )


def test_a_setting_that_contradicts_a_rule_is_refused_and_fails_nothing(results):
    missing = results[COMPARED] + 100.0
    found = [claim for claim in claims({**results, COMPARED: missing}) if claim.refused]
    assert [claim.measured for claim in found] == [0.0, 0.0]
    assert all(claim.holds is None for claim in found)


def test_every_method_has_a_row_with_standard_errors(results):
    rows = [claim for claim in claims(results) if "coverage, mean over" in claim.statement]
    assert len(rows) == len(METHODS)
    assert all(str(claim.measured).count("(SE ") == 5 for claim in rows)


def test_the_verdict_gives_the_coverage_of_the_bands_that_are_stored(results):
    wide = results[COMPARED] + np.array([-1e3, 1e3])[:, None, None, None]
    for bands, share in ((wide, "100%"), (results[COMPARED] + 1e3, "0%")):
        (sentences,) = verdict({**results, COMPARED: bands}).values()
        for sentence in sentences[1:]:
            assert sentence.endswith(f" {share} of the time.")


def test_coverage_in_few_data_sets_is_only_reported(results, monkeypatch):
    few = claims(results)
    for module in ("claims", "claims_compared"):
        monkeypatch.setattr(f"experiments.band_coverage.{module}.DECISIVE", 100)
    undecided = [
        claim.statement
        for claim, before in zip(claims(results), few, strict=True)
        if claim.holds is None and before.holds is not None
    ]
    assert len(undecided) == 5
    assert all("overage" in statement for statement in undecided)


def test_only_the_data_sets_of_a_kind_decide_about_it(results, monkeypatch):
    (one,) = compared(results)
    without = one._replace(setting=Setting("curved", "quantitative", 100, 3))
    monkeypatch.setattr(claims_compared, "DECISIVE", 100)
    monkeypatch.setattr(claims_compared, "compared", lambda _: [one, *[without] * 30])
    found = {c.statement: c.holds for c in claims_compared.claims(results) if "4 SE" in c.statement}
    decided = {
        kind: [held for said, held in found.items() if f"{kind}: coverage" in said]
        for kind in claims_compared.KINDS.values()
    }
    assert decided["the mean response at a point"] != [None]
    assert decided["a curve averaged over rows"] != [None]
    assert decided["a level of a category"] == [None]
