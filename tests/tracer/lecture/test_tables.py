"""Does the program print the lecture's tables, and is it right where the slides are wrong?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer.numpy as tnp
from jaxnn.tracer import from_jax, grad, jvp, trace_table

X, Y, W = 3.0, 1.0, 3.0
E9 = np.exp(-9.0)
P = 1 / (1 + E9)


def loss_a(w, x=X, y=Y):
    return -y * tnp.log(1 / (1 + tnp.exp(-x * w)))


def loss_b(w, x=X, y=Y):
    return -(1 - y) * tnp.log(1 - 1 / (1 + tnp.exp(-x * w)))


# operation, value, local partial, tangent d xi/dW, adjoint d L/d xi: the lecture's slide "Idea 1:
# evaluate the derivative at X = 3, y = 1, W = 3", with its signs put right.
SLIDE = [
    ("multiply", -9.0, -3.0, -3.0, 1.233945759862e-4),
    ("exp", 1.234098040867e-4, 1.234098040867e-4, -3.702294122600e-4, 0.999876605424),
    ("add", 1.000123409804, 1.0, -3.702294122600e-4, 0.999876605424),
    ("divide", 0.999876605424, -0.999753226074, 3.701380492945e-4, -1.000123409804),
    ("log", -1.234021897233e-4, 1.000123409804, 3.701837279587e-4, -1.0),
    ("multiply", 1.234021897233e-4, -1.0, -3.701837279587e-4, 1.0),
]


def test_the_slide_row_by_row():
    first, *steps = trace_table(loss_a, W).rows
    assert (first.name, first.op, first.inputs, first.value, first.tangent) == (
        "w", "input", (), 3.0, 1.0,
    )  # fmt: skip
    assert [row.name for row in steps] == [f"xi{n}" for n in range(1, 7)]
    assert [row.inputs for row in steps] == [("w",), *((f"xi{n}",) for n in range(1, 6))]
    for row, (op, *numbers) in zip(steps, SLIDE, strict=True):
        assert row.op == op
        found = (row.value, *row.partials, row.tangent, row.adjoint)
        np.testing.assert_allclose(found, numbers, rtol=5e-12)
    # The last tangent and the first adjoint are the derivative, by both accumulations.
    exact = -X * E9 / (1 + E9)
    assert exact == pytest.approx(-3.7018372795869517e-4, rel=1e-15)
    np.testing.assert_allclose([steps[-1].tangent, first.adjoint, grad(loss_a)(W)], exact, 1e-12)
    product = np.prod([row.partials[0] for row in steps])
    np.testing.assert_allclose(product, exact, rtol=1e-12)


def test_errata_of_the_first_loss_part():
    rows = {row.name: row for row in trace_table(loss_a, W).rows}
    # 3: d xi4/d xi3 = -1/xi3^2; the numeric tables have plus
    np.testing.assert_allclose(rows["xi4"].partials[0], -(P**2), rtol=1e-12)
    # 4: d xi4/dW and d xi5/dW are positive, dL/dW negative; the tables have the opposite signs
    assert rows["xi4"].tangent > 0 and rows["xi5"].tangent > 0 and rows["xi6"].tangent < 0
    # 5: 0.00037018372 is truncated; 6: the column d xi/dW is not dL/d xi
    assert abs(abs(rows["xi6"].tangent) - 0.00037018372) < 1e-11
    assert f"{abs(rows['xi6'].tangent):.11f}" == "0.00037018373"
    assert rows["xi2"].tangent != pytest.approx(rows["xi2"].adjoint)


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
def test_the_second_loss_part_and_its_errata(y):
    rows = {row.name: row for row in trace_table(lambda w: loss_b(w, y=y), W).rows}
    assert list(rows) == ["w", *(f"xi{n}" for n in range(1, 8))]
    assert rows["xi5"].op == "subtract"
    # 2: log(1 - p) = -log(1 + e^{WX}) and not log p
    np.testing.assert_allclose(rows["xi6"].value, -np.log1p(np.exp(9.0)), rtol=1e-11)
    # 1: the last factor is -(1 - y); the product is the slide's (correct) last row
    assert rows["xi7"].partials[0] == -(1 - y)
    expected = (1 - y) * X / (1 + E9)
    np.testing.assert_allclose(rows["xi7"].tangent, expected, rtol=1e-11)
    np.testing.assert_allclose(rows["w"].adjoint, expected, rtol=1e-11)


@pytest.mark.parametrize(("y", "slope"), [(0.0, 0.470766), (1.0, -0.929234)])
def test_logistic_regression_with_two_coefficients(y, slope):
    x = 1.4

    def loss(b0, b1):
        p = 1 / (1 + tnp.exp(-(b0 + b1 * x)))
        return -y * tnp.log(p) - (1 - y) * tnp.log(1 - p)

    table = trace_table(loss, 0.3, -0.7)
    b0, b1, *steps = table.rows
    p = 1 / (1 + np.exp(-(0.3 - 0.7 * x)))
    # 8: dL/db0 = p - y, dL/db1 = X (p - y); the slide has the wrong sign for y = 0
    np.testing.assert_allclose([b0.adjoint, b1.adjoint], [p - y, x * (p - y)], rtol=1e-12)
    assert b1.adjoint == pytest.approx(slope, abs=1e-6)
    h = next(row for row in steps if row.inputs == ("b0", "xi1"))
    assert h.partials == (1.0, 1.0)  # 9: dh/db0 = 1, not dL/db0
    # by default the tangent is along the first argument; any direction may be asked for
    assert [row.tangent for row in table.rows[:2]] == [1.0, 0.0]
    np.testing.assert_allclose(steps[-1].tangent, p - y, rtol=1e-12)
    along = trace_table(loss, 0.3, -0.7, tangents=(0.0, 1.0)).rows[-1].tangent
    np.testing.assert_allclose(along, x * (p - y), rtol=1e-12)


def test_the_derivative_of_minus_w_x_by_w_is_minus_x():
    # 10: `def derx1(a, x): return -a` is hidden by W = X = 3
    row = trace_table(lambda w, x: -(w * x), 2.0, 5.0).rows[2]
    assert dict(zip(row.inputs, row.partials, strict=True)) == {"w": 5.0, "x": 2.0}


def test_text_markdown_and_latex():
    table = trace_table(loss_a, W)
    lines = str(table).splitlines()
    assert lines[0].split() == ["variable", "value", "partials", "tangent", "adjoint"]
    assert lines[6].split("  ")[0] == "xi4 = 1 / xi3"
    assert "dxi4/dxi3 = -0.999753" in lines[6]
    markdown = table.to_markdown(digits=12).splitlines()
    assert markdown[1] == "| --- | --- | --- | --- | --- |"
    assert all(line.count("|") == 6 for line in markdown)
    assert "0.000370138049295" in markdown[6]
    latex = table.to_latex()
    assert latex.startswith("\\begin{array}{lllll}\n\\text{variable}")
    assert latex.endswith("\n\\end{array}")
    assert r"\xi_{4} = \frac{1}{\xi_{3}}" in latex
    assert r"\frac{\partial \xi_{4}}{\partial \xi_{3}} = -0.999753" in latex
    assert latex.count(" & ") == 4 * 8
    assert r"e^{\xi_{1}}" in latex and "3.7e" not in latex


def test_arrays_trees_constants_and_unused_steps():
    def f(params, x, labels):
        tnp.exp(x)  # computed, but not used
        z = tnp.tanh(x @ params["w"])[labels]
        return tnp.sum(z)

    w, x, labels = np.cos(np.arange(6.0)).reshape(3, 2), np.ones((2, 3)), np.array([1, 1])
    rows = trace_table(f, {"w": w}, x, labels).rows
    assert [row.name for row in rows[:3]] == ["params['w']", "x", "labels"]
    assert rows[2].adjoint is None and rows[2].tangent is None
    assert [row.op for row in rows[3:]] == ["exp", "matmul", "tanh", "getitem", "sum"]
    np.testing.assert_array_equal(rows[3].adjoint, np.zeros((2, 3)))
    matmul = rows[4]
    assert [partial.shape for partial in matmul.partials] == [(2, 2, 2, 3), (2, 2, 3, 2)]
    np.testing.assert_allclose(np.tensordot(matmul.partials[1], w, 2), x @ w, rtol=1e-12)
    np.testing.assert_allclose(rows[0].adjoint, grad(lambda w: f({"w": w}, x, labels))(w))
    tangent = jvp(lambda w: f({"w": w}, x, labels), (w,), (np.ones_like(w),))[1]
    np.testing.assert_allclose(rows[-1].tangent, tangent)


def test_a_jax_function_is_tabulated_through_from_jax():
    rows = trace_table(from_jax(lambda w: jnp.sum(jax.nn.sigmoid(w) ** 2)), np.array([0.3])).rows
    assert [row.op for row in rows] == ["input", "sigmoid", "power", "sum"]


def test_nothing_to_differentiate_is_refused():
    with pytest.raises(TypeError, match=r"pass 3\.0 instead of 3"):
        trace_table(loss_a, 3)


@pytest.mark.parametrize(
    ("tangents", "error", "message"),
    [
        (3.0, TypeError, "^tangents is no tuple; pass one entry for each argument"),
        ((1.0, 2.0), TypeError, "^tangents has another structure than the arguments"),
        (("a",), TypeError, "^a tangent is of type str; pass numbers"),
        ((np.ones(2),), ValueError, r"^a tangent has shape \(2,\)"),
    ],
)
def test_tangents_that_do_not_fit_are_refused(tangents, error, message):
    with pytest.raises(error, match=message):
        trace_table(np.sin, 1.0, tangents=tangents)
