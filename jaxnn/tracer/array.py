"""What does a traced value look like to Python and NumPy?

Like the array it stands for: operators, indexing, methods and NumPy's own functions work on it and
are recorded. What would lose the derivative in silence is refused with a sentence.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from jaxnn.tracer import numpy as tnp
from jaxnn.tracer.core import Array, Box, base


def _operator(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda self, *others: function(self, *others)


def _both(function: Callable[..., Array]) -> tuple[Callable[..., Array], Callable[..., Array]]:
    """An operator, and the same with its operands in the other order."""
    return lambda self, other: function(self, other), lambda self, other: function(other, self)


class TracedArray(Box):
    """A box with all operators and methods of an array."""

    __slots__ = ()
    __hash__ = object.__hash__

    __add__, __radd__ = _both(tnp.add)
    __sub__, __rsub__ = _both(tnp.subtract)
    __mul__, __rmul__ = _both(tnp.multiply)
    __truediv__, __rtruediv__ = _both(tnp.divide)
    __pow__, __rpow__ = _both(tnp.power)
    __matmul__, __rmatmul__ = _both(tnp.matmul)
    __mod__, __rmod__ = _both(tnp.remainder)
    __floordiv__, __rfloordiv__ = _both(tnp.floor_divide)
    __divmod__, __rdivmod__ = _both(tnp.divmod)
    __neg__, __pos__, __abs__ = map(_operator, (tnp.negative, tnp.positive, tnp.absolute))
    __eq__, __ne__ = map(_operator, (tnp.equal, tnp.not_equal))
    __lt__, __le__ = map(_operator, (tnp.less, tnp.less_equal))
    __gt__, __ge__ = map(_operator, (tnp.greater, tnp.greater_equal))
    __getitem__ = _operator(tnp.getitem)

    ndim, size = property(lambda self: self.value.ndim), property(lambda self: self.value.size)
    T = property(tnp.transpose)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Array]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"TracedArray({self.value!r}, level {self.trace.level})"

    def __format__(self, spec: str) -> str:
        return format(base(self), spec) if spec else repr(self)

    def __getattr__(self, name: str) -> Any:
        # What is a method of arrays and a function there; but the method `sort` works in place.
        if name in vars(tnp) and callable(getattr(np.ndarray, name, None)) and name != "sort":
            return partial(vars(tnp)[name], self)
        raise AttributeError(
            f"a traced value has no attribute {name!r}; use a function of jaxnn.tracer.numpy."
        )

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(
            "a traced value cannot be assigned into; build a new one with where, concatenate "
            "or stack of jaxnn.tracer.numpy."
        )

    def _refuse(*_: Any, **__: Any):
        raise TypeError(
            "a traced value cannot become a plain number or array, its derivative would be lost; "
            "use jaxnn.tracer.numpy, from_jax(f) for a function f of JAX, or stop_gradient."
        )

    __float__ = __int__ = __index__ = __complex__ = __array__ = _refuse
    __torch_function__ = classmethod(_refuse)

    def __array_namespace__(self, **_: Any) -> Any:
        return tnp

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        function = vars(tnp).get(ufunc.__name__)
        if function is None or method != "__call__" or options:
            return _no_rule(
                ufunc.__name__, method.strip("_"), *(f"with {name}=" for name in options)
            )
        return function(*inputs)

    def __array_function__(self, function: Callable, types: Any, args: Any, kwargs: Any) -> Any:
        name = f"{function.__module__}.{function.__name__}".removeprefix("numpy.")
        room = vars(tnp.linalg) if name.startswith("linalg.") else vars(tnp)
        ours = room.get(name.removeprefix("linalg.")) or _no_rule(name)
        return ours(*args, **kwargs)


def _no_rule(name: str, *how: str) -> Any:
    raise TypeError(
        f"a traced value met numpy.{' '.join([name, *how])}, which has no rule here; use functions "
        "of jaxnn.tracer.numpy, or from_jax(f) for a function f of JAX."
    )
