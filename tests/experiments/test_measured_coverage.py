"""Are the coverages that the library tells those of the stored records of the experiments?"""

import json
import re
from pathlib import Path

import pytest

from jaxnn.bands import calibration, simultaneous
from jaxnn.bands.measured_coverage import MeasuredCoverage
from jaxnn.fitted_models import prediction_intervals
from jaxnn.refits import contrasts, importance_intervals

FIGURES = Path(__file__).parents[2] / "figures"
SETTING = ": coverage of the true importance of signals by the default nominal 95% intervals"
RULES = {"weighted": "weighted, spread in bag", "shifted": "out of bag, spread in bag"}


def records(measured):
    """The claims of the experiment that a measurement is from: (statement, measured, interval)."""
    stored = json.loads((FIGURES / f"{measured.experiment}.json").read_text(encoding="utf-8"))
    assert stored["size"] == "full"
    found = [(c["statement"], c["measured"], c["interval"]) for c in stored["claims"]]
    return [claim for claim in found if f"nominal {100 * measured.nominal:g}%" in claim[0]]


def one(found, part):
    """The claim whose statement has this part."""
    (claim,) = [claim for claim in found if part in claim[0]]
    return claim


@pytest.mark.parametrize(
    ("measured", "kind"),
    [
        (calibration.MEASURED, "calibrated (default): coverage"),
        (calibration.MEASURED_PERCENTILE, "percentile, strength 0.3: coverage"),
    ],
)
def test_bands_of_curves(measured, kind):
    statement, told, (least, _) = one(records(measured), kind)
    assert float(re.match(r"truth ([\d.]+)", told)[1]) == pytest.approx(measured.mean, abs=5e-4)
    assert least == pytest.approx(measured.least, abs=5e-4)
    assert f"mean over {measured.settings} settings" in statement


@pytest.mark.parametrize(
    ("measured", "kind", "what"),
    [
        (simultaneous.MEASURED, "calibrated (default)", "inside the simultaneous band"),
        (simultaneous.MEASURED_UNCALIBRATED, "refits alone", "inside the simultaneous band"),
        (contrasts.MEASURED, "calibrated (default)", "coverage of the true change"),
        (contrasts.MEASURED_PERCENTILE, "refits alone", "coverage of the true change"),
    ],
)
def test_bands_of_whole_curves_and_of_changes(measured, kind, what):
    found = [claim for claim in records(measured) if claim[0].startswith("Averaged curves")]
    statement, told, _ = one([claim for claim in found if kind in claim[0]], what)
    assert float(told.split()[0]) == pytest.approx(measured.mean, abs=5e-4)
    assert f"mean over {measured.settings} settings" in statement


@pytest.mark.parametrize("rule", importance_intervals.MEASURED)
def test_intervals_of_importance(rule):
    measured = importance_intervals.MEASURED[rule]
    found = records(measured)
    part = f"the true importance of signals by nominal 95% intervals “{RULES[rule]}”"
    statement, told, _ = one(found, part)
    assert float(re.match(r"truth ([\d.]+)", told)[1]) == pytest.approx(measured.mean, abs=5e-4)
    alarms = float(re.search(r"above zero for noise ([\d.]+)", told)[1])
    assert alarms == pytest.approx(importance_intervals.FALSE_ALARMS[rule], abs=5e-4)
    assert f"mean over {measured.settings} settings" in statement
    if measured.least is not None:
        shares = [told for statement, told, _ in found if SETTING in statement]
        assert len(shares) == measured.settings
        assert min(shares) == pytest.approx(measured.least, abs=5e-4)


def test_intervals_of_new_observations():
    measured = prediction_intervals.MEASURED
    shares = [
        told
        for statement, told, _ in records(measured)
        if re.match(r"New observations, .*: coverage by nominal 95% prediction \w+ \(", statement)
    ]
    assert len(shares) == measured.settings
    assert sum(shares) / len(shares) == pytest.approx(measured.mean, abs=5e-4)
    assert min(shares) == pytest.approx(measured.least, abs=5e-4)


@pytest.mark.parametrize(
    "measured",
    [
        calibration.MEASURED,
        simultaneous.MEASURED,
        contrasts.MEASURED,
        importance_intervals.MEASURED["weighted"],
    ],
)
def test_the_sample_report_tells_the_present_measurement(measured):
    report = (FIGURES / "heart_report" / "report.html").read_text(encoding="utf-8")
    assert str(measured) in report


def test_a_measurement_is_told_in_words():
    measured = MeasuredCoverage("x", 0.95, mean=0.912, settings=3, least=0.8)
    said = "91% on average over 3 simulated settings at a nominal 95%"
    assert str(measured) == f"{said}, 80% in the worst"
    assert str(measured._replace(least=None)) == said
