"""Are losses, parameters and directions that cannot be used refused before anything is compiled?"""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import InputError, InputTypeError
from jaxnn.landscape import critical_point, plane_slice, trajectory
from jaxnn.landscape.arguments import (
    as_alike,
    as_parameters,
    check_derivatives_finite,
    check_loss,
)

W = np.ones(2)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (None, "^loss is None; pass a function of the parameters"),
        (lambda: 1.0, "^loss cannot be called with 1 argument"),
        (lambda w: "text", "^loss fails with"),
        (lambda w: w["a"], "^loss fails with"),
        (lambda w: None, "^loss returns None"),
        (lambda w: {"loss": w.sum()}, "^loss returns a dict"),
        (lambda w: w, r"^loss returns an array of float32 with shape \(2,\)"),
        (lambda w: jnp.sum(w) * 1j, "^loss returns an array of complex64"),
    ],
)
def test_what_is_no_loss_is_refused(loss, message):
    with pytest.raises(InputError, match=message):
        check_loss(loss, as_parameters(W))


@pytest.mark.parametrize("params", [None, [], "ab", {1: W, "a": W}, [W, "a"], np.array([None])])
def test_what_holds_no_numbers_are_no_parameters(params):
    with pytest.raises(InputError, match=r"^params"):
        as_parameters(params)


@pytest.mark.parametrize("other", [np.ones(3), {"w": W}, [W], "ab", np.array([np.nan, 1.0])])
def test_what_is_not_like_the_parameters_is_refused(other):
    with pytest.raises(InputError, match=r"^vector"):
        as_alike(other, as_parameters(W), "vector")


def test_derivatives_that_are_not_finite_are_refused():
    with pytest.raises(InputError, match=r"^loss has derivatives at params that are not finite"):
        check_derivatives_finite({"w": np.array([1.0, np.inf])}, "params")


def test_directions_are_two():
    with pytest.raises(InputTypeError, match=r"^directions is an array .*; pass two directions"):
        plane_slice(jnp.sum, W, np.ones((2, 2)))


def test_paths_that_no_memory_holds_are_refused():
    with pytest.raises(InputError, match=r"^steps is 4611.*, which takes at least [\d,]+ bytes"):
        trajectory("sgd", jnp.sum, W, 2**62)


def test_a_tolerance_is_a_number():
    with pytest.raises(InputError, match=r"^tolerance is nan"):
        critical_point(jnp.sum, W, tolerance=np.nan)
