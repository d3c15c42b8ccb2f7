"""Are the tables, the six routes and the counts right, and do planted errors make claims fail?"""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jaxnn.tracer.numpy as tnp
from experiments import backpropagation
from experiments.backpropagation import (
    derivative_cost,
    errata,
    lecture_tables,
    logistic_descent,
    planted_rules,
    six_routes,
    table_figures,
)
from experiments.backpropagation import functions as differentiated
from experiments.backpropagation.six_routes import DIFFERENCES, ROUTES
from jaxnn import mlp, responses
from jaxnn.initializers import INITIALIZERS
from jaxnn.plotting import style
from jaxnn.tracer import check_derivatives, count_operations, grad, trace_table

SMALL = backpropagation.Settings(
    networks=("relu", "gelu", "tanh"),
    schemes=("zeros", "orthogonal"),
    hidden=(2,),
    order=1,
    planted=("tanh",),
    cost_hidden=((4,), (3, 3)),
    cost_inputs=(1, 8),
    forward_hidden=(3,),
    forward_inputs=(1, 4),
    rows=16,
    grid=5,
)


@pytest.fixture(scope="module")
def results():
    computed = backpropagation.compute(jax.random.key(11), SMALL)
    return {name: np.asarray(value) for name, value in computed.items()}


def holds(results, words):
    """The outcomes of the claims whose statements have these words, at least one."""
    found = [c.holds for c in backpropagation.claims(results) if words in c.statement]
    assert found, f"no claim says {words!r}"
    return found


def changed(results, name, place, value):
    """The results with one number changed; `value` may be a function of the old one."""
    array = results[name].copy()
    array[place] = value(array[place]) if callable(value) else value
    return dict(results) | {name: array}


def test_all_claims_hold_of_a_small_run(results):
    claims = backpropagation.claims(results)
    assert len(claims) > 30
    assert [claim.statement for claim in claims if claim.holds is not True] == []


def test_double_precision_and_planted_rules_stay_inside(results):
    assert jnp.ones(()).dtype == jnp.float32
    assert results["gradients"].dtype == np.float64
    assert results["unplanted_agree"].all()
    assert check_derivatives(tnp.tanh, 0.3, order=1)


# The lecture's tables


@pytest.mark.parametrize("column", range(4))
@pytest.mark.parametrize(("name", "label"), [("loss_a", "y = 1"), ("loss_b", "y = 0")])
@pytest.mark.parametrize("factor", [1.001, -1])
def test_a_wrong_entry_of_a_table_fails(results, name, label, column, factor):
    field = ("values", "partials", "tangents", "adjoints")[column]
    place = (5, 0) if field == "partials" else 5
    planted = changed(results, f"{name}_{field}", place, lambda x: factor * x)
    assert False in holds(planted, f"table of the loss of {label}")
    assert holds(results, f"table of the loss of {label}").count(False) == 0


def test_a_misprint_that_is_not_in_the_errata_fails(results):
    planted = changed(results, "loss_a_slide", (2, 2), lambda x: 1.001 * x)
    assert holds(planted, "whose size is right") == [False]
    planted = changed(results, "loss_a_slide", (2, 2), lambda x: -x)
    assert holds(planted, "wrong sign") == [False]
    planted = changed(results, "loss_a_slide", (3, 1), lambda x: -x)  # one less
    assert holds(planted, "wrong sign") == [False]


@pytest.mark.parametrize("route", range(4))
def test_a_wrong_slope_fails_in_size_or_sign(results, route):
    planted = changed(results, "slopes_a", route, lambda x: x * (1 + 1e-6))
    words = "central differences: relative" if route == 3 else "by forward mode, reverse mode"
    assert holds(planted, words) == [False]
    assert holds(planted, "size of dL/dW") == [False]
    planted = changed(results, "slopes_a", route, lambda x: -x)
    assert holds(planted, "sign of dL/dW") == [False]
    assert holds(planted, "size of dL/dW") == [True]


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("factor", [1 + 1e-9, -1])
def test_a_wrong_factor_of_the_logistic_regression_fails(results, label, factor):
    planted = changed(results, "quantities", (label, 4), lambda x: factor * x)
    assert holds(planted, "β = (0.3, −0.7)") == [label != 0, label != 1]
    assert holds(planted, "what the slide's formula gives") == [False]


def test_a_wrong_adjoint_of_the_network_fails(results):
    planted = changed(results, "network_adjoints", 3, lambda x: 1.001 * x)
    assert holds(planted, "2-2-1 network") == [False]


@given(y=st.floats(0, 1), b0=st.floats(-3, 3), b1=st.floats(-3, 3))
def test_the_logistic_loss_has_the_gradient_of_the_formula(y, b0, b1):
    x = lecture_tables.PREDICTOR
    p = 1 / (1 + math.exp(-(b0 + b1 * x)))
    found = grad(lecture_tables.logistic_loss(y), (0, 1))(b0, b1)
    np.testing.assert_allclose(found, [p - y, x * (p - y)], rtol=1e-10, atol=1e-12)


def test_a_table_is_stored_and_read_back():
    table = trace_table(lambda a, b: tnp.sin(a * b) + b, 0.3, 2.0)
    stored = lecture_tables.pack("some", table)
    back = lecture_tables.unpack("some", {name: np.asarray(x) for name, x in stored.items()})
    assert len(back) == 5
    assert all(tuple(one) == tuple(other) for one, other in zip(back, table.rows, strict=True))


# Six routes


def test_the_list_of_functions_is_complete(results):
    assert differentiated.ACTIVATIONS.keys() == mlp.ACTIVATIONS.keys()
    assert differentiated.LOSSES.keys() == responses.RESPONSES.keys()
    assert INITIALIZERS.keys() <= differentiated.SCHEMES.keys()
    assert backpropagation.FULL.schemes == tuple(differentiated.SCHEMES)
    assert backpropagation.FULL.networks == tuple(differentiated.ACTIVATIONS)
    names = list(
        zip(results["route_groups"].tolist(), results["route_names"].tolist(), strict=True)
    )
    assert len(set(names)) == len(names) >= 50
    assert {name for group, name in names if group == "activation"} == mlp.ACTIVATIONS.keys()
    pairs = itertools.product(SMALL.schemes, responses.RESPONSES)
    assert {name for group, name in names if group == "initialiser to loss"} == {
        f"{scheme}, {kind}" for scheme, kind in pairs
    }
    assert {("layer", "batch normalisation"), ("layer", "dropout, fixed mask")} < set(names)


def test_gradients_are_not_trivial(results):
    sizes = six_routes.largest(np.abs(results["gradients"][0]), results["entry_function"])
    assert len(sizes) == len(results["route_names"])
    assert (sizes > 1e-4).all()


@pytest.mark.parametrize("route", range(len(ROUTES)))
def test_one_disagreeing_route_is_one_disagreeing_function(results, route):
    factor = 1 + (1e-6 if route == DIFFERENCES else 1e-9)
    place = np.argmax(np.abs(results["gradients"][0]))
    planted = changed(results, "gradients", (route, place), lambda x: factor * x)
    statements = {c.statement: c for c in backpropagation.claims(planted)}
    (claim,) = (c for words, c in statements.items() if "agree by six routes" in words)
    total = len(results["route_names"])
    assert claim.holds is False and claim.measured == f"{total - 1} of {total}"
    assert False in holds(planted, "worst relative disagreement")


@pytest.mark.parametrize("route", [0, DIFFERENCES])
def test_nan_agrees_with_nothing(results, route):
    planted = changed(results, "gradients", (route, 5), np.nan)
    assert holds(planted, "agree by six routes") == [False]
    assert False in holds(planted, "worst relative disagreement")


def test_too_few_functions_fail(results):
    few = results["entry_function"] < 40
    names = ("gradients", "entry_function", "entry_array")
    planted = dict(results) | {name: results[name][..., few] for name in names}
    assert holds(planted, "agree by six routes") == [False]
    assert "40 of 40" in {c.measured for c in backpropagation.claims(planted)}


def test_a_function_that_is_not_the_library_s_fails(results):
    planted = changed(results, "value_gaps", 7, 1e-6)
    assert holds(planted, "as written by hand") == [False]


@pytest.mark.parametrize("route", range(len(ROUTES)))
def test_a_disagreement_on_the_heart_data_fails(results, route):
    factor = 1 + (1e-6 if route == DIFFERENCES else 1e-9)
    planted = dict(results) | {"heart_gradients": results["heart_gradients"].copy()}
    planted["heart_gradients"][route] *= factor
    expected = [route == DIFFERENCES, False]
    if route != DIFFERENCES:
        expected[1] = True  # 1e-9 is less than differences are held to
    assert holds(planted, "18-2-1 network's loss") == expected
    planted = dict(results) | {"heart_agrees": np.array(False)}
    assert holds(planted, "check_derivatives of that network") == [False]


def test_disagreements_by_hand():
    """Two functions; the second has a large and a small array, the small one off by a tenth."""
    gradients = np.array([[2.0, 100.0, -200.0, 1.0], [2.0, 100.0, -200.0, 0.9], [3.0, 99, -200, 1]])
    function, array = np.array([0, 1, 1, 1]), np.array([0, 1, 1, 2])
    found = six_routes.disagreements(gradients, function, array)
    assert found.shape == (2, 3, 3)
    np.testing.assert_allclose(found[0], np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]]) / 3)
    np.testing.assert_allclose(found[1, 0], [0, 0.1, 0.005])
    np.testing.assert_allclose(found[1], found[1].T)
    # far smaller ones are measured against a thousandth of the largest
    tiny = np.array([[1000.0, 1e-9], [1000.0, 2e-9]])
    found = six_routes.disagreements(tiny, np.zeros(2, int), np.arange(2))
    assert found[0, 0, 1] == pytest.approx(1e-9)


def test_routes_of_a_function_with_a_wrong_half(monkeypatch):
    """A formula off by one part in a thousand parts the three hand-written routes from the rest."""
    right = differentiated.Case(
        "other", "sine", lambda x: tnp.sin(1.001 * x), jnp.sin, (np.array([0.3, -1.2, 2.0]),)
    )
    with jax.enable_x64(True):
        found = six_routes.agreement([[right]], np.random.default_rng(0))
    apart = six_routes.disagreements(
        found["gradients"], found["entry_function"], found["entry_array"]
    )[0]
    written = [ROUTES.index(name) for name in ("tracer forward", "tracer reverse")]
    written.append(DIFFERENCES)
    library = [route for route in range(len(ROUTES)) if route not in written]
    assert apart[np.ix_(written, written)].max() < 1e-9
    assert apart[np.ix_(library, library)].max() < 1e-12
    assert apart[np.ix_(written, library)].min() > 1e-4
    assert found["value_gaps"][0] > 1e-4


# Planted rules


@pytest.mark.parametrize("name", ["planted_found", "planted_accused"])
def test_a_planted_error_that_is_missed_fails(results, name):
    planted = changed(results, name, (0, 1), False)
    words = "one part in a thousand" if name == "planted_found" else "it alone"
    assert holds(planted, words) == [False]


def test_an_accusation_without_an_error_fails(results):
    planted = changed(results, "unplanted_agree", 0, False)
    assert holds(planted, "with every rule right") == [False]


@pytest.mark.parametrize("mode", planted_rules.MODES)
def test_a_wrong_rule_is_put_right_again(mode):
    with pytest.raises(KeyError, match="inside"), planted_rules.wrong_rule(mode, "cos"):
        report = check_derivatives(lambda x: tnp.cos(x) + x, 0.4, order=1)
        found = planted_rules.verdict(report)
        assert not found.agrees and found.accused == {f"tracer {mode}"}
        assert 1e-7 < found.disagreement < 1e-3
        raise KeyError("inside")
    assert planted_rules.verdict(check_derivatives(tnp.cos, 0.4, order=1)).accused == set()


def test_every_planted_function_uses_its_primitive():
    for name, function in planted_rules.FUNCTIONS.items():
        rows = trace_table(function, planted_rules.POINT).rows
        assert name in {row.op for row in rows}, name


# Cost


@pytest.mark.parametrize("sizes", [(2, 1), (5, 7, 3, 1), (1, 2, 2, 2, 1)])
@pytest.mark.parametrize("rows", [1, 9])
def test_operations_by_hand(sizes, rows):
    loss, given_parameters = derivative_cost._loss(np.random.default_rng(0), sizes, rows)
    counted = count_operations(loss, *given_parameters).total
    assert counted == derivative_cost.operations_by_hand(sizes, rows)


@pytest.mark.parametrize(
    ("name", "place", "value", "words"),
    [
        ("cost_values", (0, 1), lambda x: x + 1, "as counted and as"),
        ("cost_multiples", (1, 0, 0), 3.01, "value and gradient over"),
        ("cost_multiples", (1, 0, 1), 10.1, "product of the Hessian"),
        ("forward_multiples", 1, lambda x: 2.0, "gradient by forward mode"),
        ("forward_multiples", 1, lambda x: 3 * x, "gradient by forward mode"),
    ],
)
def test_a_wrong_cost_fails(results, name, place, value, words):
    assert holds(changed(results, name, place, value), words) == [False]


# Descent


def test_descent_on_a_square_by_hand():
    path = logistic_descent.descend(lambda w: w, np.array([2.0]), 0.25, 7)
    np.testing.assert_allclose(path[:, 0], 2 * 0.75 ** np.arange(8), rtol=1e-14)


def test_wrong_steps_fail(results):
    planted = changed(results, "descent_paths", (1, 1, 0), lambda x: x + 1e-11)
    assert holds(planted, "by hand and by the tracer: largest") == [False, False]
    planted = changed(results, "descent_losses", (0, 3), lambda x: x + 0.5)
    assert holds(planted, "change of the loss") == [False]
    planted = changed(results, "descent_losses", (2, -1), 0.1)
    assert holds(planted, "as printed over") == [False]


# Errata


def test_the_errata_are_thirty_in_order(results):
    assert results["errata_number"].tolist() == list(range(1, 31))
    assert set(results["errata_kind"].tolist()) == set(errata.KINDS)
    for field in ("slide", "correct", "quantity"):
        assert (np.char.str_len(results[f"errata_{field}"]) > 0).all()


@pytest.mark.parametrize("number", [n for n in range(1, 31) if n != 22])
def test_an_erratum_that_the_program_does_not_bear_out_fails(results, number):
    words = "errata 1 to 10" if number <= 10 else "errata 11 to 30"
    place = number - 1
    planted = changed(results, "errata_computed", place, lambda x: x * (1 + 1e-8))
    assert holds(planted, words) == [False]
    said = results["errata_said"][place]
    assert holds(changed(results, "errata_computed", place, said), words) == [False]
    right = results["errata_right"][place]
    assert holds(changed(results, "errata_said", place, right), words) == [False]


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_stability_of_nesterov_s_method_in_closed_form(momentum):
    right = (2 + 2 * momentum) / (1 + 2 * momentum)
    assert errata.stability_limit(momentum, look_ahead=momentum) == pytest.approx(right, rel=1e-10)
    printed = (2 + 2 * momentum) / 3
    assert errata.stability_limit(momentum, look_ahead=1.0) == pytest.approx(printed, rel=1e-10)


# Figures


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-9, 6, "−9"),
        (-0.0, 6, "0"),
        (0.99975322607, 6, "0.999753"),
        (-0.00037018372, 8, "−3.7018372·10⁻⁴"),
        (1.5e12, 3, "1.50·10¹²"),
        (math.nan, 6, ""),
    ],
)
def test_numbers_in_tables(value, digits, text):
    assert table_figures.number(value, digits) == text


@pytest.fixture(scope="module")
def figures(results):
    with style():
        drawn = backpropagation.draw(results)
        for figure in drawn.values():
            figure.draw_without_rendering()
    return drawn


def test_figures_are_drawn_from_results_alone(figures):
    assert list(figures) == list(backpropagation.CAPTIONS)
    assert all(caption.endswith(".") for caption in backpropagation.CAPTIONS.values())


@pytest.mark.parametrize(
    "name",
    ["loss_a", "loss_b", "logistic", "graphs", "errata_derivatives", "errata_training",
     "errata_regularisation"],
)  # fmt: skip
def test_no_text_of_a_table_leaves_the_figure_or_covers_another(figures, name):
    figure = figures[name]
    texts = [text for ax in figure.axes for text in ax.texts if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    assert len(boxes) > 20
    for text, box in boxes:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, text
    for (one, box), (other, beside) in itertools.combinations(boxes, 2):
        across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        down = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        # Boxes of lines include the space above small letters.
        assert across <= 1 or down <= 5, (one, other)


def test_slides_that_differ_are_marked(figures):
    texts = [text.get_text() for text in figures["loss_a"].axes[0].texts]
    assert sum(text.startswith("✗ slide") for text in texts) == 4
    assert sum(text.startswith("slide") for text in texts) == 14
