"""Which functions can a user call?

The functions that a package exports, its classes that check what they are made of, and the methods
of its classes. Results (NamedTuples) are not made by users, so only their methods count.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

from tests.hostile.calls import module_of


def public_callables(package: str) -> set[str]:
    """The names of what can be called: "fit", "Recipe", "FittedModel.predict".

    Args:
      package: the name of a package or module of `jaxnn`, such as "training".
    """
    module = importlib.import_module(module_of(package))
    exported = vars(module).get("__all__")
    if exported is None:
        exported = [
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
        ]
    found: set[str] = set()
    for name in exported:
        found.update(_callables(name, getattr(module, name)))
    return found


def _callables(name: str, value: Any) -> Iterator[str]:
    if inspect.isclass(value):
        if issubclass(value, Exception) or getattr(value, "_is_protocol", False):
            return
        if not issubclass(value, tuple) and inspect.signature(value).parameters:
            yield name
        inherited = vars(tuple) if issubclass(value, tuple) else {}
        for method, function in vars(value).items():
            public = not method.startswith("_") and method not in inherited
            if public and inspect.isroutine(function):
                yield f"{name}.{method}"
    elif inspect.isroutine(value) or _is_jitted(value):
        yield name


def _is_jitted(value: Any) -> bool:
    return callable(value) and hasattr(value, "trace") and hasattr(value, "lower")
