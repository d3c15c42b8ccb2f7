"""How large is the study of the Heart data's black box?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The network, the number of refits, and what is computed from them.

    Attributes:
      hidden: number of nodes in each hidden layer of the network.
      refits: number of bootstrap refits of the network, and of the logistic regression on Age.
      compared: the first of these resamples, to which trees, forests and boosting are refitted too.
      trees: number of trees in a forest, and the largest number in AdaBoost.
      repeats: permutations in the table of the fit to all rows.
      compared_values: values of other rows that each row takes when methods are compared.
      without: refits of the networks that are trained without one of the predictors.
      grid: number of values at which the curve of a numeric predictor is evaluated.
      linear_sets: data sets from a linear truth.
      noise_sets: data sets in which a single predictor matters.
    """

    hidden: tuple[int, ...] = (16, 16)
    refits: int = 1000
    compared: int = 100
    trees: int = 100
    repeats: int = 30
    compared_values: int = 4
    without: int = 50
    grid: int = 40
    linear_sets: int = 60
    noise_sets: int = 40
