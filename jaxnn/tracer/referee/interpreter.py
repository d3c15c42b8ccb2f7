"""How does the tracer differentiate a function that was written for JAX?

JAX lists the function's elementary operations (its jaxpr); they are carried out one by one with
the tracer's primitives, so the derivative owes nothing to JAX's own rules:

    from_jax(f)(x) = f(x)        grad(from_jax(f)), hessian(from_jax(f)), ... taken by the tracer

Calls are inlined, scans and loops unrolled, a cond follows its branch (under jax.jit all branches
are computed and one is selected). A function with a custom_jvp or custom_vjp rule is differentiated
by that rule. Whatever touches no traced value (indices, random bits) is left to JAX.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.extend import core as jex

from jaxnn.tracer import numpy as tnp
from jaxnn.tracer import tree
from jaxnn.tracer.checks import as_output, check_function, is_float
from jaxnn.tracer.core import Box, base
from jaxnn.tracer.referee.rules import FLAT, ONLY_TRACED, RULES, as_function, listed

_NUMPY = (np.ndarray, np.generic, float, int, bool)


def from_jax(fun: Callable) -> Callable:
    """A JAX function as one that this package evaluates and differentiates.

    >>> from jaxnn.tracer import grad
    >>> print(grad(from_jax(jax.jit(jax.nn.softplus)))(0.0))
    0.5

    `fun` is any function that `jax.make_jaxpr` can trace; arguments that are neither arrays nor
    numbers are passed through. Each call traces `fun` anew, in the precision JAX is set to; on
    NumPy arrays the arithmetic is NumPy's. Raises NotImplementedError, with the name, when a traced
    value meets a JAX primitive without a rule here.
    """
    check_function(fun)

    def bridged(*args: Any, **kwargs: Any) -> Any:
        inputs, replace = tree.partition(
            (args, kwargs), lambda leaf: isinstance(base(leaf), (*_NUMPY, jax.Array))
        )
        raw = [_in_machine_order(base(x)) for x in inputs]

        def of_arrays(*arrays: Any) -> Any:
            args, kwargs = replace(arrays)
            return jax.tree.map(as_output, fun(*args, **kwargs))

        closed, shapes = jax.make_jaxpr(of_arrays, return_shape=True)(*raw)
        run = Interpreter(any(isinstance(x, jax.Array) for x in raw))
        with np.errstate(all="ignore"):
            outputs = run(closed, map(run.cast, inputs, closed.in_avals))
        return jax.tree.unflatten(jax.tree.structure(shapes), outputs)

    return bridged


def _in_machine_order(x: Any) -> Any:
    """An array whose bytes JAX can read."""
    if isinstance(x, np.ndarray) and not x.dtype.isnative:
        return x.astype(x.dtype.newbyteorder("="))
    return x


class Interpreter:
    """Carries out jaxprs: on JAX arrays when `in_jax`, otherwise on NumPy arrays."""

    def __init__(self, in_jax: bool):
        self.in_jax = in_jax

    def cast(self, x: Any, aval: Any) -> Any:
        """A value as the jaxpr types it, in the library where the arithmetic is done."""
        if not isinstance(aval.dtype, np.dtype):  # random keys are known to JAX alone
            return x
        if not isinstance(x, Box) and not isinstance(x, Tracer):
            if not self.in_jax:
                return np.asarray(x, aval.dtype)
            x = x if hasattr(x, "dtype") else jnp.asarray(x, aval.dtype)
        return x if x.dtype == aval.dtype else tnp.astype(x, aval.dtype)

    def __call__(self, program: Any, inputs: Any) -> list:
        """The outputs of a jaxpr, closed or not."""
        jaxpr, consts = getattr(program, "jaxpr", program), getattr(program, "consts", ())
        values = dict(zip(jaxpr.invars, inputs, strict=True))
        values |= {v: self.cast(x, v.aval) for v, x in zip(jaxpr.constvars, consts, strict=True)}

        def read(atom: Any) -> Any:
            if isinstance(atom, jex.Literal):
                return self.cast(atom.val, atom.aval)
            return values[atom]

        for equation in jaxpr.eqns:
            results = self.equation(equation, list(map(read, equation.invars)))
            for v, result in zip(equation.outvars, results, strict=True):
                values[v] = self.cast(result, v.aval)
        return list(map(read, jaxpr.outvars))

    def equation(self, equation: Any, inputs: list) -> Sequence:
        """The outputs of one equation."""
        name, floats = equation.primitive.name, any(is_float(v.aval) for v in equation.outvars)
        if name in FLAT or not floats:
            inputs = list(map(base, inputs))
        traced = any(isinstance(x, Box) for x in inputs)
        # In NumPy what NumPy can do; on integers these two of its functions are not JAX's.
        in_numpy = not self.in_jax and all(isinstance(x, _NUMPY) for x in inputs)
        covered = name not in ONLY_TRACED and (floats or name not in ("div", "pow"))
        if name in RULES and (traced or (in_numpy and covered)):
            return listed(RULES[name](*inputs, run=self, equation=equation, **equation.params))
        if traced:
            raise NotImplementedError(
                f"the JAX primitive {name!r} has no rule here; add one to RULES in "
                "jaxnn/tracer/referee/rules.py, or keep it away from what is differentiated."
            )
        return self.by_jax(as_function(equation), *inputs)

    def by_jax(self, function: Callable, *inputs: Any) -> list:
        """A JAX function on untraced values; at once, also inside a jitted function."""
        with nullcontext() if self.in_jax else jax.ensure_compile_time_eval():
            return [self.cast(y, y) for y in listed(function(*inputs))]
