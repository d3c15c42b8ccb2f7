"""Are rows and images changed as described, each with a key of its own?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, Encoder, Fitter, InputError, InputTypeError, Recipe
from jaxnn.regularizers import Augmentation, RandomFlip, RandomRotation, RandomShift
from jaxnn.tables import numeric_columns

IMAGE = np.arange(12.0).reshape(3, 4) + 1


def changed(function, rows=200):
    """Many random versions of the image, (rows, 3, 4)."""
    copies = jnp.tile(jnp.asarray(IMAGE.ravel(), jnp.float32)[:, None], (1, rows))
    found = Augmentation(function).features(jax.random.key(0), copies)
    return np.array(found).T.reshape(rows, 3, 4)


def test_shifts_are_all_those_of_the_padded_image():
    padded = np.pad(IMAGE, 1)
    windows = [padded[i : i + 3, j : j + 4] for i in range(3) for j in range(3)]
    found = changed(RandomShift(3, 4))
    places = [[np.array_equal(one, window) for window in windows] for one in found]
    assert (np.sum(places, axis=1) == 1).all()
    assert (np.sum(places, axis=0) > 8).all()  # 22 are expected of each


def test_half_of_the_images_are_flipped():
    found = changed(RandomFlip(3, 4))
    flipped = np.array([np.array_equal(one, IMAGE[:, ::-1]) for one in found])
    same = np.array([np.array_equal(one, IMAGE) for one in found])
    assert (flipped ^ same).all() and 70 < flipped.sum() < 130


def test_rotations_turn_about_the_center():
    """Those of a plane a + b i + c j are known: bilinear interpolation is exact for it."""
    down, right = np.meshgrid(np.arange(9) - 4.0, np.arange(9) - 4.0, indexing="ij")
    plane = jnp.asarray((20 + 2 * down + right).ravel(), jnp.float32)
    keys = jax.random.split(jax.random.key(1), 100)
    found = np.array(jax.vmap(RandomRotation(9, 9, 30.0), (0, None))(keys, plane))
    inside = (np.hypot(down, right) <= 3.5).ravel()
    design = np.stack([np.ones(81), down.ravel(), right.ravel()], axis=1)[inside]
    slopes, *_ = np.linalg.lstsq(design, found[:, inside].T, rcond=None)
    np.testing.assert_allclose(design @ slopes, found[:, inside].T, atol=1e-4)
    np.testing.assert_allclose(slopes[0], 20, rtol=1e-5)
    np.testing.assert_allclose(np.hypot(slopes[1], slopes[2]), np.sqrt(5), rtol=1e-4)
    angles = np.rad2deg(np.arctan2(slopes[2], slopes[1]) - np.arctan2(1, 2))
    assert np.abs(angles).max() <= 30.01 and angles.max() > 25 and angles.min() < -25
    assert abs(angles.mean()) < 4 * 30 / np.sqrt(3 * 100)


def refused(function, inputs=18):
    with pytest.raises(InputError) as error:
        Fitter(MLP((inputs, 1)), Recipe(regularizers=(Augmentation(function),)))
    return str(error.value)


def test_what_is_no_augmentation_is_refused_before_a_fit():
    for function in (3, None, RandomShift):
        with pytest.raises(InputTypeError, match="pass a function of a key and a row"):
            Augmentation(function)
    assert refused(lambda key, x: x[:4]) == (
        "the function of Augmentation returns shape (4,) for a row of shape (18,); return a "
        "changed row of the same shape and dtype."
    )
    assert refused(lambda key, x: x > 0).startswith(
        "the function of Augmentation returns bool for a row of float32; return a changed row"
    )
    assert refused(lambda key, x: {}["a"]) == (
        "the function of Augmentation fails for a key and a row of shape (18,), with "
        "KeyError('a'); pass a function (key, x) -> x of JAX arrays."
    )
    assert "returns a value of type tuple for a row" in refused(lambda key, x: (key, x))
    assert refused(lambda x: x).startswith(
        "the function of Augmentation fails for a key and a row of shape (18,), with "
    )
    for kind in (RandomShift, RandomRotation, RandomFlip):
        assert refused(kind(8, 8)) == (
            f"{kind.__name__} is for images of 8 x 8 = 64 pixels, but a row has 18 features; pass "
            "the height and width of its images, or augment a table by a function of your own."
        )


def shifted_and_flipped(key, x):
    return RandomFlip(2, 2)(key, RandomShift(2, 2)(jax.random.fold_in(key, 1), x))


@pytest.mark.parametrize(
    "function",
    [RandomShift(2, 2), RandomRotation(2, 2), RandomFlip(2, 2), shifted_and_flipped],
    ids=["shift", "rotation", "flip", "a function of two"],
)
def test_an_encoded_table_is_no_image_though_it_is_as_wide_as_one(function):
    recipe, encoder = Recipe(regularizers=(Augmentation(function),)), Encoder(numeric_columns(4))
    with pytest.raises(
        InputError, match="for images, but the encoder makes X a table of 4 columns"
    ):
        Fitter(MLP((4, 1)), recipe, encoder)
    Fitter(MLP((4, 1)), recipe)


@pytest.mark.parametrize("function", [lambda key, x: x + 1, lambda key, x: x + jnp.arange(4.0)])
def test_an_encoded_table_is_augmented_by_a_function_of_its_rows(function):
    recipe = Recipe(regularizers=(Augmentation(function),))
    Fitter(MLP((4, 1)), recipe, Encoder(numeric_columns(4)))


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (RandomShift, (4, 8, 10**9), "most is 1000000000; pass at most 8, the larger of height"),
        (RandomShift, (0, 8), "height is 0"),
        (RandomShift, (8, 8, -1), "most is -1"),
        (RandomRotation, (8, 8, 200.0), "most is 200.0; pass degrees in"),
        (RandomFlip, (8, 8, 1.5), "share is 1.5; pass a probability"),
    ],
)
def test_impossible_changes_of_images_are_refused(kind, given, expected):
    with pytest.raises(InputError, match=expected):
        kind(*given)
