"""In which units are the predictors and the response trained?

    predictors             standardised by an encoder   x' = (x - mean) / scale
    quantitative response  standardised by default      y' = (y - center) / scale

with means and standard deviations of the rows trained on. Where a column, or the response, is
constant over these rows, its scale is that of the whole table, if that is known: a bootstrap
resample may lack the only rows in which a column varies, and its unit must not matter then.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
from jax import Array

from jaxnn.mlp import MLP
from jaxnn.tables import Encoder, Scaling, fit_scaling
from jaxnn.training.recipe import Recipe
from jaxnn.training.response_unit import ResponseUnit, response_unit


class Scales(NamedTuple):
    """The units in which a network is trained.

    Attributes:
      predictors: means and scales of the raw predictors; None without an encoder.
      response: center and scale of the response; None if it is trained as it is.
    """

    predictors: Scaling | None
    response: ResponseUnit | None


def has_scales(net: MLP, recipe: Recipe, encoder: Encoder | None) -> bool:
    """Whether predictors or the response are trained in units of their own."""
    return encoder is not None or _scales_response(net, recipe)


def _scales_response(net: MLP, recipe: Recipe) -> bool:
    return recipe.standardize_response and net.response == "quantitative"


@partial(jax.jit, static_argnames=("net", "recipe", "encoder"))
def scales_of(
    X: Array,
    y: Array,
    weights: Array,
    net: MLP,
    recipe: Recipe,
    encoder: Encoder | None,
    whole: Scales | None = None,
) -> Scales:
    """The scales of rows of positive weight.

    Args:
      X: (rows, predictors).
      y: (rows,) or (rows, outputs).
      weights: (rows,), at least 0.
      net, recipe, encoder: as `jaxnn.training.fit` takes them.
      whole: the scales of the whole table, used where these rows are constant; None uses 1.

    Returns:
      The `Scales`. Compiled.
    """
    of_predictors, of_response = (None, None) if whole is None else whole
    predictors = response = None
    if encoder is not None:
        predictors = fit_scaling(encoder, X, weights, of_predictors)
    if _scales_response(net, recipe):
        response = response_unit(y, weights, of_response)
    return Scales(predictors, response)
