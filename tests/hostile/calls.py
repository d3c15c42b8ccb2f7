"""What is a call whose arguments are replaced, one at a time?

A file `calls_NAME.py` describes the calls of `jaxnn.NAME` (a package, or a module):

    CALLS = {
        "count_parameters": lambda: Call(count_parameters, {"net": MLP((2, 3, 1))}),
        "FittedModel.predict": lambda: Call(model().predict, {"raw": rows()}),
    }

Each entry is made anew for every call, so that keys are used once: whatever takes long to make
should be made once, by a function with `functools.cache`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jaxnn.errors import InputError

FOLDER = Path(__file__).parent


class Call(NamedTuple):
    """A call that works.

    Attributes:
      function: what is called.
      arguments: by name; every argument of the function that has a use.
      slow: whether it compiles or takes more than a few milliseconds; the sample leaves it out.
      nan_passes: arguments through which NaN or infinity may pass, as documented.
      words: what else a message may call the argument: {"net": ("sizes",)}.
      arrays: arguments that are passed by position, such as those of a NumPy function.
      errors: the classes with which the function refuses.
      users: arguments that are the user's own functions, whose errors reach the user as they are.
      like: the function of NumPy that it stands for, whose own words it may use.
    """

    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    slow: bool = False
    nan_passes: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = {}
    arrays: tuple[str, ...] = ()
    errors: tuple[type[Exception], ...] = (InputError,)
    users: tuple[str, ...] = ()
    like: Callable[..., Any] | None = None

    def with_argument(self, name: str, value: Any) -> Any:
        """Call the function with another value for one argument."""
        arguments = {**self.arguments, name: value}
        by_position = [arguments.pop(argument) for argument in self.arrays]
        return self.function(*by_position, **arguments)

    def as_it_is(self) -> Any:
        """Call the function with the arguments that work."""
        name, value = next(iter(self.arguments.items()), ("", None))
        return self.with_argument(name, value) if self.arguments else self.function()


def packages() -> list[str]:
    """The names of the packages and modules of `jaxnn` whose calls are described."""
    return sorted(path.stem.removeprefix("calls_") for path in FOLDER.glob("calls_*.py"))


def calls_of(package: str) -> dict[str, Callable[[], Call]]:
    """The calls of a package, by the name of the function, or of the class and its method."""
    return importlib.import_module(f"tests.hostile.calls_{package}").CALLS


def module_of(package: str) -> str:
    """The module whose calls a file describes: jaxnn.NAME, unless the file says another."""
    module = importlib.import_module(f"tests.hostile.calls_{package}")
    return getattr(module, "MODULE", f"jaxnn.{package}")


def not_called_by_users(package: str) -> set[str]:
    """The public names that the library calls itself, with arguments that have been checked."""
    module = importlib.import_module(f"tests.hostile.calls_{package}")
    return getattr(module, "CALLED_BY_TRAINING", set())
