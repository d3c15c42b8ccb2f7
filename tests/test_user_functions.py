"""Are functions of the user that return the wrong thing named before anything is compiled?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP
from jaxnn.errors import InputError, InputTypeError
from jaxnn.user_functions import check_callable, check_returns, result_of


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (lambda z: None, "activation returns None; pass a name, or an elementwise function"),
        (lambda z: (z, z), "activation returns a tuple"),
        (lambda z: z.sum(), r"array of float32 with shape \(\) in place of shape \(5, 3\)"),
        (lambda z: z > 0, r"activation returns an array of bool with shape \(5, 3\)"),
        (lambda z: z * 1j, "activation returns an array of complex64"),
        (lambda z: "text", "activation fails with TypeError"),
        (np.tanh, "activation fails with TracerArrayConversionError"),
        (len, "activation returns an array of int32"),
        (lambda: 1.0, "activation cannot be called with 1 argument"),
        (lambda a, b: a + b, "activation cannot be called with 1 argument"),
    ],
)
def test_an_activation_that_is_not_elementwise_is_refused(activation, message):
    with pytest.raises(InputError, match=message):
        MLP((2, 1), activation)


@pytest.mark.parametrize("name", ["initializer", "bias_initializer"])
@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda key, shape, dtype: jnp.zeros((7,), dtype), r"with shape \(7,\) in place of shape"),
        (lambda key, shape, dtype: jnp.zeros(shape, int), "an array of int32"),
        (lambda key, shape: jnp.zeros(shape), "cannot be called with 3 arguments"),
        (lambda key, shape, dtype: None, "returns None; pass a name, or a function of"),
    ],
)
def test_a_draw_of_the_wrong_shape_is_refused(name, draw, message):
    with pytest.raises(InputError, match=f"^{name} .*{message}"):
        MLP((3, 2, 1), **{name: draw})


def test_functions_that_return_what_is_needed_are_accepted():
    net = MLP((2, 2, 1), jax.nn.relu, initializer=jax.nn.initializers.normal(0.1))
    assert callable(net.activation)
    check_returns(lambda x: x[0], [jnp.ones(2)], "f", "a function", shape=())


def test_an_error_of_the_function_is_the_cause_of_the_refusal():
    def broken(x):
        raise KeyError("absent\nand more lines")

    with pytest.raises(
        InputError, match=r"^f fails with KeyError \(.*\); pass a sum\.$"
    ) as refusal:
        result_of(broken, [jnp.ones(2)], "f", "a sum")
    assert isinstance(refusal.value.__cause__, KeyError)
    assert "\n" not in str(refusal.value)


def test_what_is_no_function_is_refused():
    with pytest.raises(InputTypeError, match=r"^f is 3; pass a function of x\.$"):
        check_callable(3, "f", "a function of x", arguments=1)
