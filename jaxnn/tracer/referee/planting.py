"""What would a wrong rule look like? A function whose tracer makes one mistake.

    rule  ->  factor x rule        for one primitive, in one mode

Nothing is changed in place: the function is traced once more, and each step by that primitive is
handed to the outer traces as a step by another one, with the same value and the wrong rule.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jaxnn.tracer.core import Box, Primitive, Trace
from jaxnn.tracer.transforms import unbox, watch


def wrong_by_a_factor(primitive: Primitive, mode: str, factor: float = 1.001) -> Primitive:
    """A primitive of the same value, whose rule for one mode, "forward" or "reverse", is wrong."""
    right = getattr(primitive, mode)
    wrong = lambda *arguments, **parameters: right(*arguments, **parameters) * factor  # noqa: E731
    return replace(primitive, **{mode: wrong})


def with_primitive(fun: Callable, name: str, substitute: Callable[..., Primitive]) -> Callable:
    """The same function of arrays, with substitute(primitive) for each primitive of that name."""

    class Substituting(Trace):
        def process(self, primitive: Primitive, args: tuple, parameters: dict) -> Box:
            used = substitute(primitive) if primitive.name == name else primitive
            return super().process(used, args, parameters)

    def function(*args: Any) -> Any:
        out, _, trace = watch(fun, args, Substituting)
        return unbox(out, trace)

    return function
