"""Can the claims about routes and planted errors fail?"""

import numpy as np
import pytest

from experiments.backpropagation.claims import claims
from experiments.backpropagation.six_routes import DIFFERENCES, ROUTES


@pytest.mark.parametrize("route", range(len(ROUTES)))
def test_one_disagreeing_route_is_one_disagreeing_function(results, changed, holds, route):
    factor = 1 + (1e-6 if route == DIFFERENCES else 1e-9)
    place = np.argmax(np.abs(results["gradients"][0]))
    planted = changed("gradients", (route, place), lambda x: factor * x)
    (claim,) = (row for row in claims(planted) if "agree by six routes" in row.statement)
    total = len(results["route_names"])
    assert claim.holds is False and claim.measured == f"{total - 1} of {total}"
    assert False in holds(planted, "largest relative disagreement")


@pytest.mark.parametrize("route", [0, DIFFERENCES])
def test_nan_agrees_with_nothing(changed, holds, route):
    planted = changed("gradients", (route, 5), np.nan)
    assert holds(planted, "agree by six routes") == [False]
    assert False in holds(planted, "largest relative disagreement")


def test_too_few_functions_are_refuted(results, holds):
    few = results["entry_function"] < 40
    names = ("gradients", "entry_function", "entry_array")
    planted = dict(results) | {name: results[name][..., few] for name in names}
    assert holds(planted, "agree by six routes") == [False]
    assert "40 of 40" in {c.measured for c in claims(planted)}


def test_a_function_that_differs_from_the_library_is_refuted(changed, holds):
    planted = changed("value_gaps", 7, 1e-6)
    assert holds(planted, "as written by hand") == [False]


@pytest.mark.parametrize("route", range(len(ROUTES)))
def test_a_disagreement_on_the_heart_data_is_refuted(results, holds, route):
    factor = 1 + (1e-6 if route == DIFFERENCES else 1e-9)
    planted = dict(results) | {"heart_gradients": results["heart_gradients"].copy()}
    planted["heart_gradients"][route] *= factor
    expected = [route == DIFFERENCES, False]
    if route != DIFFERENCES:
        expected[1] = True  # 1e-9 is within the limit of differences
    assert holds(planted, "network 18-2-1") == expected
    planted = dict(results) | {"heart_agrees": np.array(False)}
    assert holds(planted, "check_derivatives of that network") == [False]


@pytest.mark.parametrize("name", ["planted_found", "planted_accused"])
def test_a_planted_error_that_is_missed_is_refuted(changed, holds, name):
    planted = changed(name, (0, 1), False)
    words = "one part in a thousand" if name == "planted_found" else "and no other"
    assert holds(planted, words) == [False]


def test_a_false_alarm_is_refuted(changed, holds):
    planted = changed("unplanted_agree", 0, False)
    assert holds(planted, "with every rule right") == [False]
