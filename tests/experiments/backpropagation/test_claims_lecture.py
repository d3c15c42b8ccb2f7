"""Can the claims about the lecture's tables and errata fail?"""

import pytest


@pytest.mark.parametrize("column", range(4))
@pytest.mark.parametrize(("name", "label"), [("loss_a", "y = 1"), ("loss_b", "y = 0")])
@pytest.mark.parametrize("factor", [1.001, -1])
def test_a_wrong_entry_of_a_table_is_refuted(results, changed, holds, name, label, column, factor):
    field = ("values", "partials", "tangents", "adjoints")[column]
    place = (5, 0) if field == "partials" else 5
    planted = changed(f"{name}_{field}", place, lambda x: factor * x)
    assert False in holds(planted, f"table of the loss of {label}")
    assert holds(results, f"table of the loss of {label}").count(False) == 0


def test_a_misprint_that_is_not_in_the_errata_is_refuted(changed, holds):
    planted = changed("loss_a_slide", (2, 2), lambda x: 1.001 * x)
    assert holds(planted, "whose absolute value is right") == [False]
    planted = changed("loss_a_slide", (2, 2), lambda x: -x)
    assert holds(planted, "wrong sign") == [False]
    planted = changed("loss_a_slide", (3, 1), lambda x: -x)  # one wrong sign fewer
    assert holds(planted, "wrong sign") == [False]


@pytest.mark.parametrize("route", range(4))
def test_a_slope_with_a_wrong_value_or_sign_is_refuted(changed, holds, route):
    planted = changed("slopes_a", route, lambda x: x * (1 + 1e-6))
    words = "central differences: relative" if route == 3 else "by forward mode, reverse mode"
    assert holds(planted, words) == [False]
    assert holds(planted, "|dL/dW| minus") == [False]
    planted = changed("slopes_a", route, lambda x: -x)
    assert holds(planted, "sign of dL/dW") == [False]
    assert holds(planted, "|dL/dW| minus") == [True]


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("factor", [1 + 1e-9, -1])
def test_a_wrong_factor_of_logistic_regression_is_refuted(changed, holds, label, factor):
    planted = changed("quantities", (label, 4), lambda x: factor * x)
    assert holds(planted, "all factors within") == [label != 0, label != 1]
    assert holds(planted, "the value of the slide's formula") == [False]


def test_a_wrong_adjoint_of_the_network_is_refuted(changed, holds):
    planted = changed("network_adjoints", 3, lambda x: 1.001 * x)
    assert holds(planted, "2-2-1 network") == [False]


@pytest.mark.parametrize("number", [n for n in range(1, 31) if n != 22])
def test_an_erratum_without_evidence_is_refuted(results, changed, holds, number):
    place = number - 1
    words = f"Slide: {results['errata_slide'][place]}"
    planted = changed("errata_computed", place, lambda x: x * (1 + 1e-8))
    assert holds(planted, words) == [False]
    said = results["errata_said"][place]
    assert holds(changed("errata_computed", place, said), words) == [False]
    right = results["errata_right"][place]
    assert holds(changed("errata_said", place, right), words) == [False]


def test_a_wrong_count_or_product_is_refuted(changed, holds):
    planted = changed("counted_parameters", (1, 1), 24)
    assert holds(planted, "parameters of the 2-4-4-1 network") == [True, False]
    assert holds(changed("products", 0, 3.3), "as the slide prints it") == [False, True]
