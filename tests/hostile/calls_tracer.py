"""Working calls of `jaxnn.tracer`, which refuses with TypeError and ValueError."""

from functools import partial
from typing import Any

import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

from jaxnn import tracer
from jaxnn.tracer import numpy as tnp
from tests.hostile.calls import Call

ERRORS = (TypeError, ValueError, NotImplementedError)
INFINITE = ("x", "primals", "tangents", "tree", "cotangent", "fun")  # values, as in JAX
USERS = ("fun", "x", "primals", "equation", "number")  # and what their functions are given


def square_sum(x: Any) -> Any:
    """One number."""
    return tnp.sum(x * x)


def squares(x: Any) -> Any:
    """Several numbers."""
    return x * x


def described(function: Any, arguments: dict[str, Any], **settings: Any) -> Call:
    """A call of the tracer."""
    words = {"x": ("input", "argument", "tangent", "function"), "primals": ("input", "tangent")}
    words |= {"tangents": ("tangent", "input"), "fun": ("function", "traced value")}
    return Call(
        function, arguments, nan_passes=INFINITE, errors=ERRORS, users=USERS, words=words
    )._replace(**settings)


def point() -> np.ndarray:
    """(2,)"""
    return np.array([0.5, -1.5])


def derivative(of: Any, fun: Any, argnums: Any, has_aux: Any, x: Any) -> Any:
    """A derivative that is a function of the same arguments, at x."""
    return of(fun, argnums, has_aux)(x)


def of_a_function(of: Any, fun: Any) -> Any:
    """Its call at a point, with the settings that take a place."""
    arguments = {"fun": fun, "argnums": 0, "has_aux": False, "x": point()}
    return lambda: described(partial(derivative, of), arguments)


def pulled(cotangent: Any) -> Any:
    """What a pullback returns."""
    return tracer.vjp(squares, point())[1](cotangent)


def table() -> Any:
    """Three steps."""
    return tracer.trace_table(square_sum, point())


def text(value: Any, digits: Any) -> str:
    """A number, written."""
    return "1"


def drawn(**settings: Any) -> None:
    """A graph, drawn."""
    tracer.computational_graph(square_sum, point()).draw(**settings)
    plt.close("all")


CALLS = {
    "ComputationalGraph.draw": lambda: described(
        drawn,
        {
            "ax": None,
            "digits": 3,
            "downwards": True,
            "equation": str,
            "number": text,
            "fontsize": 8.0,
        },
        slow=True,
    ),
    "ComputationalGraph.positions": lambda: described(
        tracer.computational_graph(square_sum, point()).positions, {}
    ),
    "ComputationalGraph.to_dot": lambda: described(
        tracer.computational_graph(square_sum, point()).to_dot, {"digits": 3}
    ),
    "TraceTable.to_latex": lambda: described(table().to_latex, {"digits": 3}),
    "TraceTable.to_markdown": lambda: described(table().to_markdown, {"digits": 3}),
    "TraceTable.to_text": lambda: described(table().to_text, {"digits": 3}),
    "check_derivatives": lambda: described(
        lambda x, **settings: tracer.check_derivatives(settings.pop("fun"), x, **settings),
        {
            "fun": lambda x: jnp.sum(x * x),
            "x": point(),
            "order": 1,
            "tolerance": 1e-6,
            "seed": 0,
            "raises": False,
        },
        slow=True,
    ),
    "computational_graph": lambda: described(
        lambda fun, x: tracer.computational_graph(fun, x), {"fun": square_sum, "x": point()}
    ),
    "count_operations": lambda: described(
        lambda fun, x: tracer.count_operations(fun, x), {"fun": square_sum, "x": point()}
    ),
    "from_jax": lambda: described(
        lambda fun, x: tracer.grad(tracer.from_jax(fun))(x),
        {"fun": lambda x: jnp.sum(x * x), "x": point()},
        slow=True,
    ),
    "grad": of_a_function(tracer.grad, square_sum),
    "hessian": of_a_function(tracer.hessian, square_sum),
    "jacfwd": of_a_function(tracer.jacfwd, squares),
    "jacrev": of_a_function(tracer.jacrev, squares),
    "jvp": lambda: described(
        tracer.jvp,
        {"fun": squares, "primals": (point(),), "tangents": (point(),), "has_aux": False},
    ),
    "pullback": lambda: described(pulled, {"cotangent": point()}),
    "stop_gradient": lambda: described(tracer.stop_gradient, {"tree": [point(), {"a": 1.0}]}),
    "trace_table": lambda: described(
        lambda fun, x, tangents: tracer.trace_table(fun, x, tangents=tangents),
        {"fun": square_sum, "x": point(), "tangents": (point(),)},
    ),
    "value_and_grad": of_a_function(tracer.value_and_grad, square_sum),
    "vjp": lambda: described(
        lambda fun, x, has_aux: tracer.vjp(fun, x, has_aux=has_aux),
        {"fun": squares, "x": point(), "has_aux": False},
    ),
}
