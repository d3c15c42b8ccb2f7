"""How many regions can there be, and how many must there be?

    m hyperplanes in general position cut R^d into    sum_{j <= d} C(m, j)        (Zaslavsky 1975)
    hidden layers n_1 ... n_L on d inputs reach
        prod_{l < L} floor(n_l / d)^d  x  sum_{j <= d} C(n_L, j)                  (Montufar 2014)
    and on one input never exceed                     prod_l (n_l + 1)            (Serra 2018)

The first is what one hidden layer of m ReLUs makes of all of R^d; of the deep networks the second
is a lower and the third an upper bound on the most that weights can be chosen to give.  They say
what networks can represent, and nothing of what random or trained ones have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from jaxnn.errors import InputError, check_count


def zaslavsky(dimension: int, hyperplanes: int) -> int:
    """Regions of `hyperplanes` m in general position in `dimension` d: sum_{j <= d} C(m, j).

    Also the most linear regions of one hidden layer of m ReLUs on d inputs.  Zaslavsky 1975,
    "Facing up to arrangements"; general position: no two parallel, no d + 1 through one point.

    Raises:
      InputError, InputTypeError: not a whole number of at least 1 (0 hyperplanes are accepted).
    """
    check_count(dimension, "dimension")
    check_count(hyperplanes, "hyperplanes", least=0)
    return sum(math.comb(hyperplanes, j) for j in range(dimension + 1))


def montufar(inputs: int, hidden: Sequence[int]) -> int:
    """A number of linear regions that ReLU networks with these hidden layers can reach.

    Montufar, Pascanu, Cho and Bengio 2014, "On the number of linear regions of deep neural
    networks", theorem 4: every layer but the last folds the space floor(n / d)^d times onto
    itself, and the last cuts all copies alike.

    Args:
      inputs: d.
      hidden: n_1 ... n_L, each at least d.

    Raises:
      InputError, InputTypeError: no layers, or one of fewer units than inputs.
    """
    check_count(inputs, "inputs")
    _check_hidden(hidden)
    if min(hidden) < inputs:
        raise InputError(
            f"hidden is {tuple(hidden)} on {inputs} inputs; the bound needs as many units as "
            "inputs in every layer."
        )
    folds = math.prod((units // inputs) ** inputs for units in hidden[:-1])
    return folds * zaslavsky(inputs, hidden[-1])


def most_regions_on_line(hidden: Sequence[int]) -> int:
    """The most linear regions of a ReLU network on a line: the product of (n_l + 1).

    On each piece a unit is affine and switches once at most.  Attained for n_l >= 3 by
    `jaxnn.regions.zigzag_network` (Serra, Tjandraatmadja and Ramalingam 2018, theorem 7).

    Raises:
      InputError, InputTypeError: no layers, or one without units.
    """
    _check_hidden(hidden)
    return math.prod(units + 1 for units in hidden)


def least_errors_on_alternation(points: int, pieces: int) -> float:
    """The share of alternating points that a curve of so few pieces must get wrong, at least.

    n points on a line are 0, 1, 0, 1, ...; a curve counts as 1 where it is above 1/2.  A curve of
    P straight pieces crosses 1/2 at most P times, so it is right on at most one point more than
    half of each of P + 1 stretches:

        errors >= (n - P - 1) / (2 n)

    Raises:
      InputError, InputTypeError: not a whole number of at least 1.
    """
    check_count(points, "points")
    check_count(pieces, "pieces")
    return max(0, points - pieces - 1) / (2 * points)


def _check_hidden(hidden: Sequence[int]) -> None:
    if not isinstance(hidden, tuple | list) or not hidden:
        raise InputError(f"hidden is {hidden!r}; pass the units of each hidden layer, as (4, 4).")
    for units in hidden:
        check_count(units, "a number of units in hidden")
