"""Is every wrong rule found, and no right one accused?"""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp
from jaxnn.tracer import DerivativeReport, check_derivatives, rules
from jaxnn.tracer.core import multiply
from jaxnn.tracer.referee.check import DerivativeError
from jaxnn.tracer.referee.planting import with_primitive, wrong_by_a_factor
from jaxnn.tracer.referee.routes import DIFFERENCES, FIRST, differentiate_numerically

RNG = np.random.default_rng(11)
X, W, Y = RNG.normal(size=(5, 3)), RNG.normal(size=(3, 2)), RNG.normal(size=(5, 2))
OFF = 1.001  # one part in a thousand


def loss(params, x):
    h = tnp.tanh(x @ params["w"] + params["b"])
    return tnp.mean(tnp.logaddexp(h, 0.0) * tnp.exp(-h) + tnp.where(h > 0, h, h**3) / (2 + h))


PARAMS = {"w": W, "b": np.zeros(2)}


def planted(fun, name, mode, factor=OFF):
    return with_primitive(fun, name, partial(wrong_by_a_factor, mode=mode, factor=factor))


def test_all_agree_on_a_right_function():
    report = check_derivatives(loss, PARAMS, X)
    assert report and report.agrees and not report.missing
    variables = [(c.order, c.variable) for c in report.comparisons]
    names = ["params['b']", "params['w']", "x"]
    assert variables == [(0, ""), *((1, name) for name in names), *((2, name) for name in names)]
    assert [len(c.values) for c in report.comparisons] == [2, 6, 6, 6, 7, 7, 7]
    assert all(c.uncertainty < 1e-8 for c in report.comparisons)
    assert str(report).endswith("all agree") and "DISAGREE" not in str(report)


PLANTED = [
    "tanh",
    "logaddexp",
    "exp",
    "divide",
    "where",
    "power",
    "matmul",
    "sum",
    "add",
    "multiply",
]


@pytest.mark.parametrize(
    ("mode", "name"),
    [("reverse", name) for name in PLANTED] + [("forward", name) for name in PLANTED[::3]],
)
def test_a_rule_wrong_by_one_part_in_a_thousand_is_found(mode, name):
    report = check_derivatives(planted(loss, name, mode), PARAMS, X, order=1)
    assert not report
    guilty = f"tracer {mode}"
    accused = [pair for c in report.comparisons for pair in c.disagreements(report.tolerance)]
    assert all(guilty in pair for pair in accused)
    assert {other for pair in accused for other in pair[:2]} == {
        *FIRST
    }  # fmt: skip
    assert f"DISAGREE: {guilty}" in str(report) or f"and {guilty}, by" in str(report)


def test_a_disagreement_is_raised_when_asked_for():
    with pytest.raises(DerivativeError, match="DISAGREE"):
        check_derivatives(planted(tnp.tanh, "tanh", "reverse"), 0.3, order=1, raises=True)


def test_a_wrong_second_derivative_is_found():
    """The first derivative is right, but constant to further derivatives."""
    frozen = rules.flat("slope", lambda xp, y: 1 - y * y)

    def substitute(tanh):
        rule = lambda i, g, y, x: multiply(g, frozen(y))  # noqa: E731
        return replace(tanh, forward=rule, reverse=rule)

    report = check_derivatives(
        with_primitive(lambda x: tnp.sum(tnp.tanh(x) * x), "tanh", substitute), X[0]
    )
    assert not report
    assert [bool(c.disagreements(1e-7)) for c in report.comparisons] == [False, False, True]


def test_a_wrong_rule_hidden_behind_a_large_gradient_is_found():
    def function(a, b):
        return tnp.sum(1e6 * a**2) + tnp.sum(tnp.sin(b))

    report = check_derivatives(planted(function, "sin", "reverse"), X, W, order=1)
    assert [c.variable for c in report.comparisons if c.disagreements(1e-7)] == ["x1"]


@jax.custom_jvp
def custom(x):
    return jnp.sin(x)


custom.defjvp(lambda x, t: (jnp.sin(x[0]), OFF * jnp.cos(x[0]) * t[0]))


@jax.custom_vjp
def reverse_only(x, factor):
    return jnp.sin(x)


def _reverse_only_backward(kept, g):
    return kept[1] * jnp.cos(kept[0]) * g, jnp.zeros(())


reverse_only.defvjp(lambda x, factor: (jnp.sin(x), (x, factor)), _reverse_only_backward)


def test_a_rule_of_the_user_s_own_is_found_by_differences():
    report = check_derivatives(lambda x: jnp.sum(custom(x) * x), X, order=1)
    accused = report.comparisons[1].disagreements(report.tolerance)
    assert len(accused) == 5 and all(DIFFERENCES in pair for pair in accused)


@pytest.mark.parametrize("factor", [1.0, OFF])
def test_a_rule_for_reverse_mode_only(factor):
    report = check_derivatives(lambda x: jnp.sum(reverse_only(x, factor) ** 2), X)
    assert bool(report) is (factor == 1.0)
    assert {"tracer forward", "jax.jvp"} <= report.missing.keys()
    assert "not taken: tracer forward (forward mode cannot go through" in str(report)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: jax.nn.relu(x @ W) - Y,
        lambda x: jnp.where(x > 0, jnp.sqrt(jnp.abs(x)), x),
        lambda x: jax.nn.log_softmax(1e3 * x),
        lambda x: 1e-8 * jnp.sin(x) + 1e6,
        lambda x: {"a": x.sum(), "b": (x[0], jnp.argmax(x))},
        lambda x: 3.0 * x,
        lambda x: jnp.zeros(2),
    ],
)
def test_right_functions_are_not_accused(function):
    report = check_derivatives(function, X)
    assert report, str(report)


def test_a_function_for_numpy_alone_is_checked_without_jax():
    report = check_derivatives(lambda x: np.sum(np.sin(x) * x), X)
    assert report
    assert {"jax.jvp", "jax.grad"} <= report.missing.keys()


CORNER = np.diag([1.0, 2.0, 3.0, 0.0])
INF = np.inf
# The table in the docstring of check_derivatives: (function of a library and numbers, where, order,
# number of the entry of the derivative, its right value, JAX's).
DISAGREEMENTS = {
    "hypot": (lambda xp, x, y: xp.hypot(x, y), (2.0, 2.0), 2, (0, 1), -(32**-0.5), 0.0),
    "remainder": (lambda xp, x, y: xp.remainder(x, y), (1.0, 0.1), 1, (1,), -9.0, -10.0),
    "fmod": (lambda xp, x, y: xp.fmod(x, y), (1.0, 0.1), 1, (1,), -9.0, -10.0),
    "x**0.0": (lambda xp, x: x**0.0, (0.0,), 1, (0,), 0.0, np.nan),
    "x**1.0": (lambda xp, x: x**1.0, (0.0,), 2, (0, 0), 0.0, np.nan),
    "det": (
        lambda xp, x: xp.linalg.det(CORNER + x * np.eye(4)),
        (0.0,),
        2,
        (0, 0),
        2.0 * (1 * 2 + 1 * 3 + 2 * 3),
        np.nan,
    ),
    "det of two zeros": (
        lambda xp, x: xp.linalg.det(xp.array(np.diag([1.0, 2.0, 0.0, 0.0])) + x * np.eye(4)),
        (0.0,),
        2,
        (0, 0),
        4.0,
        0.0,
    ),
    "nuclear norm": (
        lambda xp, x: xp.linalg.norm(np.eye(2) + x * np.array([[0.0, -1.0], [1.0, 0.0]]), "nuc"),
        (0.0,),
        2,
        (0, 0),
        2.0,
        np.nan,
    ),
    "logaddexp": (lambda xp, x, y: xp.logaddexp(x, y), (-INF, -INF), 1, (0,), 0.5, np.nan),
    "logaddexp2": (lambda xp, x, y: xp.logaddexp2(x, y), (-INF, -INF), 1, (0,), 0.5, np.nan),
    "logaddexp of inf": (lambda xp, x, y: xp.logaddexp(x, y), (INF, INF), 1, (0,), 0.5, 1.0),
    "xlogy": (
        lambda xp, x, y: (tnp if xp is tnp else jax.scipy.special).xlogy(x, y),
        (0.0, 0.0),
        1,
        (1,),
        0.0,
        np.nan,
    ),
    "expm1": (lambda xp, x: xp.expm1(x), (-50.0,), 1, (0,), np.exp(-50.0), 0.0),
    "arctan": (lambda xp, x: xp.arctan(x), (1e155,), 1, (0,), 1e-310, 0.0),
    "arctan2": (lambda xp, y, x: xp.arctan2(y, x), (3e200, 4e200), 1, (0,), 1.6e-201, 0.0),
    "divide": (lambda xp, x, y: x / y, (1e-200, 1e-180), 1, (1,), -1e160, -INF),
    "arcsinh": (lambda xp, x: xp.arcsinh(x), (1e200,), 1, (0,), 1e-200, 0.0),
    "arccosh": (lambda xp, x: xp.arccosh(x), (1e200,), 1, (0,), 1e-200, 0.0),
    "hypot of small": (lambda xp, x, y: xp.hypot(x, y), (3e-200, 4e-200), 1, (1,), 0.8, -INF),
}


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_where_jax_is_known_to_be_wrong_the_tracer_is_right(name):
    """When JAX is mended here, the table says too much: take the row out."""
    function, at, order, entry, right, wrong = DISAGREEMENTS[name]
    numbers = tuple(range(len(at)))

    def derivative(library, xp):
        found = getattr(library, {1: "grad", 2: "hessian"}[order])(partial(function, xp), numbers)
        value = found(*at)
        for place in entry:
            value = value[place]
        return float(value)

    assert derivative(tracer, tnp) == pytest.approx(right, rel=1e-12, abs=0)
    assert derivative(jax, jnp) == pytest.approx(wrong, abs=0, nan_ok=True)


@pytest.mark.parametrize("name", ["hypot", "x**0.0", "x**1.0"])
def test_where_jax_is_wrong_its_own_routes_alone_are_accused(name):
    function, at, order, *_ = DISAGREEMENTS[name]
    report = check_derivatives(partial(function, tnp), *at, order=order)
    pairs = [pair[:2] for c in report.comparisons for pair in c.disagreements(1e-7)]
    assert pairs and all(any(route.startswith("jax") for route in pair) for pair in pairs)
    assert not any(all(route.startswith("jax") for route in pair) for pair in pairs) or (
        "**" in name  # NaN agrees with nothing, not with itself either
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [("hypot", "which tie"), ("remainder", "rounded quotient"), ("x**0.0", "log(0)")],
)
def test_the_report_says_why_jax_is_wrong(name, why):
    function, at, order, *_ = DISAGREEMENTS[name]
    report = check_derivatives(partial(function, tnp), *at, order=order)
    notes = [note for note in report.notes if why in note]
    assert len(notes) == 1 and notes[0].startswith("the tracer is right; known of JAX's")
    assert notes[0] in str(report)


def test_a_fault_of_jax_that_its_program_hands_to_the_tracer_is_left_to_differences():
    report = check_derivatives(jnp.hypot, 2.0, 2.0)
    accused = [pair[:2] for c in report.comparisons for pair in c.disagreements(1e-7)]
    assert accused and all(DIFFERENCES in pair for pair in accused)
    assert report.notes == ()


def test_a_wrong_rule_of_the_tracer_is_not_excused_by_a_fault_of_jax():
    report = check_derivatives(planted(tnp.expm1, "expm1", "reverse"), 0.3, order=1)
    assert not report and report.notes == ()
    assert check_derivatives(tnp.expm1, 0.3, order=1).notes == ()


def test_at_a_kink_differences_disagree_with_the_convention():
    report = check_derivatives(jax.nn.relu, 0.0, order=1)
    assert not report
    assert report.comparisons[1].values["tracer reverse"] == 0.0
    assert report.comparisons[1].values[DIFFERENCES] != 0.0


def test_integers_are_held_constant_and_needed_floats_are_asked_for():
    labels = np.array([0, 1, 0, 1, 1])
    report = check_derivatives(lambda z, y: tnp.sum(z[np.arange(5), y] ** 2), Y, labels)
    assert report and isinstance(report, DerivativeReport)
    with pytest.raises(TypeError, match=r"pass 3\.0 instead of 3"):
        check_derivatives(tnp.sin, 3)


@pytest.mark.parametrize(
    ("along", "slope"),
    [
        (np.sin, 1.0),
        (lambda t: np.exp(3 * t), 3.0),
        (lambda t: 1e9 + t, 1.0),
        (lambda t: np.log(0.01 + t), 100.0),
    ],
)
def test_differences_know_their_error(along, slope):
    with np.errstate(invalid="ignore", divide="ignore"):
        found, error = differentiate_numerically(along)
    assert abs(found - slope) <= 10 * error + 1e-13
    assert error < 1e-4 * slope
