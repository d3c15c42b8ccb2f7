"""How many linear regions can a ReLU network have?

    m hyperplanes in general position cut R^d into    sum_{j <= d} C(m, j)        (Zaslavsky 1975)
    hidden layers n_1 ... n_L on d inputs can reach
        prod_{l < L} floor(n_l / d)^d  x  sum_{j <= d} C(n_L, j)                  (Montufar 2014)
    and on one input cannot exceed                    prod_l (n_l + 1)            (Serra 2018)

The first counts the regions of one hidden layer of m ReLUs on all of R^d. For deep networks the
second is a lower bound and the third an upper bound on the largest number that any weights give.
They say what networks can represent, and nothing about random or trained networks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from jaxnn.errors import InputError, check_count, shown


def zaslavsky(dimension: int, hyperplanes: int) -> int:
    """The number of regions of m hyperplanes in general position in R^d: sum_{j <= d} C(m, j).

    General position means that any d of them meet in one point and no d + 1 do. It is also the
    largest number of linear regions of one hidden layer of m ReLUs on d inputs.

    Zaslavsky 1975, "Facing up to arrangements".

    Args:
      dimension: d, at least 1.
      hyperplanes: m, at least 0.

    Raises:
      InputError, InputTypeError: an argument is not a whole number in its range.

    Example:
      >>> zaslavsky(dimension=2, hyperplanes=3)  # three lines cut a plane into
      7
    """
    check_count(dimension, "dimension")
    check_count(hyperplanes, "hyperplanes", least=0)
    dimension = min(dimension, hyperplanes)  # comb(hyperplanes, j) is 0 beyond
    return sum(math.comb(hyperplanes, j) for j in range(dimension + 1))


def montufar(inputs: int, hidden: Sequence[int]) -> int:
    """A number of linear regions that some ReLU network with these hidden layers attains.

        prod_{l < L} floor(n_l / d)^d  x  sum_{j <= d} C(n_L, j)

    Every layer but the last folds the input space onto itself floor(n / d)^d times, and the last
    one cuts all copies in the same way.

    Montufar, Pascanu, Cho and Bengio 2014, "On the number of linear regions of deep neural
    networks", theorem 4.

    Args:
      inputs: d, at least 1.
      hidden: n_1 ... n_L, each at least d.

    Raises:
      InputError, InputTypeError: no layers, or a layer with fewer units than inputs.

    Example:
      >>> montufar(2, (4, 4))  # 4 copies, each cut into 1 + 4 + 6 regions
      44
    """
    check_count(inputs, "inputs")
    _check_hidden(hidden)
    if min(hidden) < inputs:
        raise InputError(
            f"hidden is {tuple(hidden)}, but inputs is {inputs}; pass at least as many units as "
            "inputs in every layer."
        )
    folds = math.prod((units // inputs) ** inputs for units in hidden[:-1])
    return folds * zaslavsky(inputs, hidden[-1])


def most_regions_on_line(hidden: Sequence[int]) -> int:
    """The largest number of linear regions of a ReLU network on a line: prod_l (n_l + 1).

    On each piece a unit is affine and switches at most once. `jaxnn.regions.zigzag_network`
    attains the bound for n_l >= 3.

    Serra, Tjandraatmadja and Ramalingam 2018, "Bounding and counting linear regions of deep neural
    networks", theorem 7.

    Args:
      hidden: n_1 ... n_L, each at least 1.

    Raises:
      InputError, InputTypeError: no layers, or a layer without units.

    Example:
      >>> most_regions_on_line((4, 4))
      25
    """
    _check_hidden(hidden)
    return math.prod(units + 1 for units in hidden)


def least_errors_on_alternation(points: int, pieces: int) -> float:
    """Smallest share of alternating labels that a curve of P straight pieces can get wrong.

    The labels of n points on a line are 0, 1, 0, 1, ..., and the curve predicts 1 where it is above
    1/2. A curve of P straight pieces crosses 1/2 at most P times. On each of the P + 1 stretches
    between crossings it predicts one label, which is right at no more than (k + 1) / 2 of k points,
    so

        share of errors >= (n - P - 1) / (2 n).

    Telgarsky 2015, "Representation benefits of deep feedforward networks".

    Args:
      points: n, at least 1.
      pieces: P, at least 1.

    Raises:
      InputError, InputTypeError: an argument is not a whole number of at least 1.

    Example:
      >>> least_errors_on_alternation(points=32, pieces=15)
      0.25
    """
    check_count(points, "points")
    check_count(pieces, "pieces")
    return max(0, points - pieces - 1) / (2 * points)


def _check_hidden(hidden: Sequence[int]) -> None:
    if not isinstance(hidden, tuple | list) or not hidden:
        raise InputError(
            f"hidden is {shown(hidden)}; pass the units of each hidden layer, such as (4, 4)."
        )
    for units in hidden:
        check_count(units, "a number of units in hidden")
