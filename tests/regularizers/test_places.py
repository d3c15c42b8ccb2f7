"""Is a regulariser of one's own tried out at its places before anything is compiled?"""

import jax.numpy as jnp
import pytest

from jaxnn import MLP, Fitter, InputError, InputTypeError, Recipe
from jaxnn.regularizers import Regularizer

NET = MLP((3, 4, 1), response="binary")


class OneUnit(Regularizer):
    def hidden(self, key, h):
        return h[:1]


class Nothing(Regularizer):
    def features(self, key, features):
        return None


class OnePrice(Regularizer):
    def activity(self, h):
        return jnp.sum(h)


class Whole(Regularizer):
    def updated(self, weights):
        return weights.astype(int)


class Broken(Regularizer):
    def weights(self, key, weights):
        return weights["a"]


class Keyless(Regularizer):
    def targets(self, probabilities):
        return probabilities


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        (
            OneUnit,
            InputError,
            r"holds OneUnit, whose hidden returns float32 of shape \(1, 2\) for ",
        ),
        (Nothing, InputError, "holds Nothing, whose features returns a value of type NoneType for"),
        (
            OnePrice,
            InputError,
            r"activity returns float32 of shape \(\) .*; return .* shape \(2,\)",
        ),
        (
            Whole,
            InputError,
            r"updated returns int32 of shape \(3, 4\) for float32 of shape \(3, 4\)",
        ),
        (Broken, InputTypeError, r"weights fails for an array of shape \(3, 4\) with TypeError"),
        (Keyless, InputTypeError, r"targets fails .*pass a regulariser of JAX functions"),
    ],
)
def test_what_a_regulariser_returns_has_the_shape_of_what_it_is_given(kind, error, message):
    with pytest.raises(error, match=message):
        Fitter(NET, Recipe(regularizers=(kind(),)))


def test_only_responses_with_classes_have_targets():
    class Kept(Regularizer):
        def targets(self, key, probabilities):
            return probabilities

    Fitter(NET, Recipe(regularizers=(Kept(),)))
    with pytest.raises(InputError, match="holds Kept, which acts on probabilities of classes, but"):
        Fitter(MLP((3, 4, 1)), Recipe(regularizers=(Kept(),)))
