"""Working calls of `jaxnn.selection`."""

from functools import cache

import jax
import numpy as np

from jaxnn import MLP
from jaxnn.selection import (
    Candidate,
    Comparison,
    Selection,
    compare,
    fitter_of,
    select,
    verdict,
)
from jaxnn.selection.bagging import mean_over_rows
from jaxnn.tables import Encoder, numeric_columns
from tests.hostile.calls import Call

NET = MLP((1, 1))
X = np.linspace(-1, 1, 20)[:, None]
Y = np.sin(3 * X[:, 0])
CANDIDATES = (Candidate((), 1.0, 2), Candidate((2,), 1.0, 2))


@cache
def selection():
    """A selection as it might have been found."""
    rng = np.random.default_rng(0)
    losses, counts = 1 + rng.random((2, 20)), rng.multinomial(20, np.full(20, 1 / 20), size=8)
    return Selection(
        CANDIDATES,
        losses,
        1 + rng.random((2, 8)),
        mean_over_rows(losses),
        np.zeros(2, bool),
        chosen=1,
        network=1,
        baseline=0,
        multiplicities=counts.astype(np.uint8),
        weights=None,
        groups=None,
    )


@cache
def comparison():
    """A comparison as it might have been found."""
    losses = 1 + np.random.default_rng(1).random((3, 20))
    names = ("network", "linear regression", "constant")
    return Comparison(names, losses, mean_over_rows(losses), "quantitative", None, None)


CALLS = {
    "Comparison.difference": lambda: Call(
        comparison().difference,
        {"of": "network", "to": "constant"},
        words={"of": ("method",), "to": ("method",)},
    ),
    "Comparison.interval": lambda: Call(
        comparison().interval,
        {"of": "network", "to": "constant", "level": 0.9},
        words={"of": ("method",), "to": ("method",)},
    ),
    "Selection.difference": lambda: Call(selection().difference, {"place": 1}),
    "compare": lambda: Call(
        compare,
        {
            "key": jax.random.key(0),
            "selection": selection(),
            "net": NET,
            "X": X.copy(),
            "y": Y.copy(),
            "encoder": None,
            "trees": False,
        },
        slow=True,
    ),
    "fitter_of": lambda: Call(
        fitter_of,
        {
            "candidate": CANDIDATES[1],
            "net": NET,
            "rows": 20,
            "encoder": Encoder(numeric_columns(1)),
        },
        words={"net": ("sizes",), "candidate": ("hidden", "strength", "epochs", "sizes")},
    ),
    "select": lambda: Call(
        select,
        {
            "key": jax.random.key(0),
            "net": NET,
            "X": X.copy(),
            "y": Y.copy(),
            "encoder": Encoder(numeric_columns(1)),
            "weights": np.ones(20),
            "groups": np.arange(20) // 2,
            "candidates": CANDIDATES,
            "resamples": 8,
            "progress": False,
            "directory": None,
        },
        slow=True,
        words={"net": ("sizes",), "candidates": ("hidden", "strength", "epochs")},
        nan_passes=("resamples", "groups", "weights", "X", "y"),
    ),
    "verdict": lambda: Call(verdict, {"comparison": comparison(), "level": 0.9}),
}
