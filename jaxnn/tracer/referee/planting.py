"""What would a wrong rule look like? A function whose tracer makes one mistake.

    rule  ->  factor x rule        for one primitive, in one mode

Nothing is changed in place: the function is traced once more, and each step by that primitive is
handed to the outer traces as a step by another one, with the same value and the wrong rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from jaxnn.tracer.array import TracedArray
from jaxnn.tracer.core import Array, Box, Node, Primitive, Trace
from jaxnn.tracer.transforms import is_float
from jaxnn.tracer.tree import partition, tree_map


def wrong_by_a_factor(primitive: Primitive, mode: str, factor: float = 1.001) -> Primitive:
    """A primitive of the same value, whose rule for one mode, "forward" or "reverse", is wrong."""
    right = getattr(primitive, mode)

    def wrong(*arguments: Any, **parameters: Any) -> Array:
        return right(*arguments, **parameters) * factor

    return replace(primitive, **{mode: wrong})


def with_primitive(fun: Callable, name: str, substitute: Callable[..., Primitive]) -> Callable:
    """The same function, with `substitute(primitive)` for each primitive of that name.

    Args:
      fun: a function of arrays or trees of arrays, for the tracer.
      name: the primitive's name, for instance "tanh".
      substitute: primitive -> primitive, for instance `wrong_by_a_factor`.
    """

    class Substituting(Trace):
        def process(self, primitive: Primitive, arguments: tuple, parameters: dict) -> Box:
            used = substitute(primitive) if primitive.name == name else primitive
            return super().process(used, arguments, parameters)

    def function(*args: Any) -> Any:
        xs, put = partition(args, is_float)
        with np.errstate(all="ignore"), Substituting(reverse=True, box=TracedArray) as trace:
            out = fun(*put([TracedArray(x, trace, Node(x)) for x in xs]))
        return tree_map(lambda y: y.value if trace.owns(y) else y, out)

    return function
