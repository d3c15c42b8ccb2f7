"""Does the core run alone, copied into an empty folder, and differentiate to any order?"""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from jaxnn.tracer import core
from jaxnn.tracer.core import Primitive, add, cos, grad, jvp, multiply, sin, vjp

SOURCE = Path(core.__file__)


def run_alone(folder, *arguments):
    """Python in an empty folder with the core and nothing else of this project."""
    shutil.copy(SOURCE, folder)
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_it_is_short_and_imports_numpy_and_the_standard_library_alone():
    source = SOURCE.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 250
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - sys.stdlib_module_names == {"numpy"}


def test_its_examples_hold_in_an_empty_folder(tmp_path):
    report = run_alone(tmp_path, "-m", "doctest", "-v", "core.py")
    assert "4 passed" in report and "0 failed" in report.replace("***Test Failed***", "failed")


def test_it_differentiates_in_an_empty_folder_without_jax(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("""
import math, sys
from core import grad, sin
f = lambda x: x * sin(x * x) - 3 * x**3
second = lambda x: 6*x*math.cos(x*x) - 4*x**3*math.sin(x*x) - 18*x
assert math.isclose(grad(grad(f))(0.7), second(0.7), rel_tol=1e-14)
assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
print(sorted({"jax", "jaxnn"} & sys.modules.keys()), grad(grad(grad(grad(sin))))(0.0))
""")
    assert run_alone(tmp_path, "script.py").strip() == "[] 0.0"


@pytest.mark.parametrize("order", range(1, 7))
def test_derivatives_of_any_order_in_every_mix_of_modes(order):
    """Of sin(2 x): 2^n sin(2 x + n pi / 2)."""
    expected = 2.0**order * np.sin(0.8 + order * np.pi / 2)
    modes = (grad, lambda f: lambda x: jvp(f, (x,), (1.0,))[1])
    for word in range(2 ** min(order, 4)):
        derivative = lambda x: sin(2 * x)  # noqa: E731
        for place in range(order):
            derivative = modes[word >> place & 1](derivative)
        assert derivative(0.4) == pytest.approx(expected, rel=1e-12)


def test_numbers_and_arrays_are_broadcast_and_summed_back():
    x, g = np.arange(3.0), np.array([1.0, -2.0, 0.5])
    value, pullback = vjp(lambda a, b: a * b + sin(a) - b, 2.0, x)
    np.testing.assert_allclose(value, 2 * x + np.sin(2) - x)
    by_a, by_b = pullback(g)
    assert by_a == pytest.approx(g @ (x + np.cos(2)), rel=1e-14)
    np.testing.assert_allclose(by_b, g * (2 - 1))
    _, tangent = jvp(lambda a, b: a + b, (2.0, x), (1.0, np.zeros(3)))
    np.testing.assert_array_equal(tangent, np.ones(3))


def test_operators_comparisons_and_numpys_numbers_on_the_left():
    def f(x):
        y = np.float64(2.0) * x - x + (+x) - (3.0 - x) + np.float64(1.0)  # 3 x - 2
        return y**2 if x == 2 or (x >= 0 and x != 1) else y

    assert [grad(f)(x) for x in (2.0, 0.0, 1.0, -1.0)] == [24.0, -12.0, 3.0, 3.0]
    assert grad(lambda x, n: x**n)(2.0, 3) == 12.0
    for exponent in (0, -1, 0.5):
        with pytest.raises(TypeError):
            grad(lambda x, n=exponent: x**n)(2.0)


def test_what_it_cannot_do_it_refuses():
    with pytest.raises(TypeError, match=r"returned shape \(2,\); grad needs one number"):
        grad(lambda x: x * np.ones(2))(1.0)
    with pytest.raises(TypeError, match="does not support ufuncs"):
        grad(np.exp)(1.0)
    kept = []
    grad(lambda x: (kept.append(x), x)[1])(1.0)
    for use in (lambda: kept[0] + 1, lambda: kept[0] > 1, lambda: grad(lambda y: y * kept[0])(1.0)):
        with pytest.raises(core.EscapedValueError, match="after its function had returned"):
            use()


def test_unused_arguments_and_constant_functions_have_derivative_zero():
    assert vjp(lambda x, y: 2 * x, 1.0, np.ones(2))[1](1.0)[1].tolist() == [0.0, 0.0]
    assert grad(lambda x: 3.0)(1.0) == 0.0
    assert jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)


def test_a_primitive_carries_its_rules_and_cannot_be_changed():
    with pytest.raises(TypeError, match="'forward' and 'reverse'"):
        Primitive("odd")
    for primitive in (add, multiply, sin, cos):
        with pytest.raises(AttributeError):
            primitive.reverse = None


def test_a_chain_of_a_hundred_thousand_steps_needs_no_recursion():
    def chain(x):
        for _ in range(100_000):
            x = x + 0.0
        return x

    assert grad(chain)(0.5) == 1.0
