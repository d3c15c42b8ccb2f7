"""What does a traced value look like to Python and NumPy?

Like the array it stands for: operators, indexing, methods and NumPy's own functions work on it and
are recorded. What would lose the derivative in silence is refused with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

# Everything in jaxnn.tracer.numpy by name, for the operators and methods of a Box.
NAMESPACE: dict[str, Any] = {}

# Operator -> the function of that namespace that it means.
OPERATORS = {
    "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
    "ge": "greater_equal", "neg": "negative", "pos": "positive", "abs": "absolute",
    "getitem": "getitem",
}  # fmt: skip
REFLECTED_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power",
    "matmul": "matmul", "mod": "remainder", "floordiv": "floor_divide",
}  # fmt: skip


class EscapedValueError(RuntimeError):
    """A value was used after the function that was being differentiated had returned."""


class Box:
    """A value that a trace watches; `mark` is its tangent (forward) or its node (reverse)."""

    __slots__ = ("mark", "trace", "value")
    __array_priority__ = 100
    __hash__ = object.__hash__

    def __init__(self, value: Any, trace: Any, mark: Any):
        self.value = value
        self.trace = trace
        self.mark = mark

    shape = property(lambda self: self.value.shape)
    dtype = property(lambda self: self.value.dtype)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    T = property(lambda self: NAMESPACE["transpose"](self))

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(base(self))

    def __iter__(self):
        return (NAMESPACE["getitem"](self, i) for i in range(len(self)))

    def __repr__(self) -> str:
        return f"Box({self.value!r}, level {self.trace.level})"

    def __format__(self, spec: str) -> str:
        return format(base(self), spec) if spec else repr(self)

    def __getattr__(self, name: str) -> Any:
        # What is a method of arrays and a function there; but the method `sort` works in place.
        if name in NAMESPACE and callable(getattr(np.ndarray, name, None)) and name != "sort":
            return partial(NAMESPACE[name], self)
        raise AttributeError(
            f"a traced value has no attribute {name!r}; use a function of jaxnn.tracer.numpy."
        )

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(
            "a traced value cannot be assigned into; build a new one with where, concatenate "
            "or stack of jaxnn.tracer.numpy."
        )

    def _refuse(self, *_: Any, **__: Any):
        raise TypeError(
            "a traced value cannot become a plain number or NumPy array, its derivative would be "
            "lost; use jaxnn.tracer.numpy, from_jax for a JAX function, or stop_gradient."
        )

    __float__ = __int__ = __index__ = __complex__ = __array__ = _refuse

    def __array_namespace__(self, **_: Any) -> Any:
        return NAMESPACE["module"]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        function = NAMESPACE.get(ufunc.__name__)
        if function is None or method != "__call__" or options:
            raise TypeError(
                f"numpy.{ufunc.__name__}, called as {method} with {sorted(options) or 'no option'},"
                " cannot be differentiated; use a function of jaxnn.tracer.numpy."
            )
        return function(*inputs)

    def __array_function__(self, function: Callable, types: Any, args: Any, kwargs: Any) -> Any:
        name = f"{function.__module__}.{function.__name__}".removeprefix("numpy.")
        if name not in NAMESPACE:
            raise TypeError(f"numpy.{name} has no rule here; use functions of jaxnn.tracer.numpy.")
        return NAMESPACE[name](*args, **kwargs)


def _operator(name: str, reflected: bool = False) -> Callable:
    if reflected:
        return lambda self, other: NAMESPACE[name](other, self)
    return lambda self, *other: NAMESPACE[name](self, *other)


for _symbol, _name in (OPERATORS | REFLECTED_OPERATORS).items():
    setattr(Box, f"__{_symbol}__", _operator(_name))
for _symbol, _name in REFLECTED_OPERATORS.items():
    setattr(Box, f"__r{_symbol}__", _operator(_name, reflected=True))


def base(value: Any) -> Any:
    """The array inside all boxes: what no trace watches any more."""
    while type(value) is Box:
        value.trace.check_alive()
        value = value.value
    return value
