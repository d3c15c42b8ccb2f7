"""Working calls of `jaxnn.selection`."""

from functools import cache

import jax
import numpy as np

from jaxnn import MLP
from jaxnn.selection import Candidate, compare, fitter_of, select, verdict
from jaxnn.tables import Encoder, numeric_columns
from tests.hostile.calls import Call

NET = MLP((1, 1))
X = np.linspace(-1, 1, 20)[:, None]
Y = np.sin(3 * X[:, 0])
CANDIDATES = (Candidate((), 1.0, 2), Candidate((2,), 1.0, 2))


@cache
def selection():
    return select(jax.random.key(0), NET, X, Y, candidates=CANDIDATES, resamples=8)


@cache
def comparison():
    return compare(jax.random.key(0), selection(), NET, X, Y, trees=False)


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
