"""Which versions of Python and of other packages is this process running?"""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Sequence


def versions(packages: Sequence[str]) -> dict[str, str]:
    """The versions of Python and of some packages, by name; "not installed" for those missing.

    Example:
      >>> versions(["no-such-package"])["no-such-package"]
      'not installed'
    """
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found
