"""Are labels smoothed and replaced as often as they say?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, InputError
from jaxnn.regularizers import LabelNoise, LabelSmoothing

ONE_HOT = jnp.asarray(np.eye(4)[:, np.arange(8000) % 4], jnp.float32)


def test_smoothed_labels_are_the_mean_of_noisy_ones():
    for labels in (ONE_HOT, ONE_HOT[:1]):
        smooth = np.array(LabelSmoothing(0.3).targets(jax.random.key(0), labels))
        noisy = np.array(LabelNoise(0.3).targets(jax.random.key(0), labels))
        assert set(np.unique(noisy)) == {0, 1}
        for place in range(4):
            chosen = slice(place, None, 4)
            np.testing.assert_allclose(
                noisy[:, chosen].mean(axis=1), smooth[:, chosen].mean(axis=1), atol=4 * 0.5 / 44.7
            )
    np.testing.assert_allclose(smooth[0, :2], [0.85, 0.15], rtol=1e-6)


def test_each_row_has_one_label_after_noise():
    noisy = LabelNoise(0.9).targets(jax.random.key(1), ONE_HOT)
    np.testing.assert_array_equal(jnp.sum(noisy, axis=0), 1)
    np.testing.assert_array_equal(LabelNoise(0.0).targets(jax.random.key(1), ONE_HOT), ONE_HOT)


@pytest.mark.parametrize("kind", [LabelNoise, LabelSmoothing])
def test_a_share_and_a_response_that_do_not_fit_are_refused(kind):
    for share in (-0.1, 1.0, "a"):
        with pytest.raises(InputError, match=r"share is .*; pass a share of the labels in \[0, 1"):
            kind(share)
    with pytest.raises(InputError, match=f"{kind.__name__}, but the response is quantitative"):
        kind(0.1).check(MLP((1, 1)))
