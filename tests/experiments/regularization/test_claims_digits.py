"""Do the claims about shifted images, sparse units and wrong labels follow from the numbers?"""

import numpy as np
import pytest

from experiments.regularization import augmentation, digit_fits
from experiments.regularization.claims_digits import claims


def verdicts(results, words):
    found = [claim.verdict for claim in claims(results) if words in claim.statement]
    assert found, f"no claim says {words!r}"
    return found


def test_what_helps_holds_and_what_does_not_is_refused(digits):
    assert "does not hold" not in verdicts(digits, "")
    assert verdicts(digits, "digits as they are") == ["refused"]
    assert verdicts(digits, "Sparse hidden layers lower") == ["refused"]
    assert verdicts(digits, "improves the probabilities") == ["refused", "refused"]


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("shift_errors", lambda found: found[::-1], "shifted by one pixel"),
        ("active", lambda found: found[::-1], "fewer hidden units are active"),
        ("balance", lambda found: 1.2 * found, "balance both penalties"),
        ("sparse_errors", lambda found: found * [[1], [1], [1.5]], "by less than 0.02"),
        ("noise_gaps", lambda found: found[::-1], "label noise leads to"),
        ("wrong_errors", lambda found: found[[0, 0, 2]], "Label smoothing lowers"),
        ("wrong_errors", lambda found: found[[0, 1, 0]], "Label noise lowers"),
        ("wrong_learned", lambda found: found[::-1], "fewer of the wrong labels"),
    ],
)
def test_a_wrong_number_fails(digits, name, change, words):
    wrong = digits | {name: change(digits[name])}
    assert "does not hold" in verdicts(wrong, words)


def test_a_shifted_image_keeps_its_pixels_but_for_one_side():
    image = np.arange(1.0, 65).reshape(8, 8)
    moved = augmentation.shifted(image.reshape(1, 64), (1, 0)).reshape(8, 8)
    np.testing.assert_array_equal(moved[1:], image[:-1])
    assert not moved[0].any()


def test_scores_of_known_probabilities():
    shares = np.array([[[0.75, 0.25], [0.5, 0.5]]])
    error, log_loss, right = digit_fits.scores_of(shares, np.array([[1, 0]]))
    assert error == [0.5] and right.tolist() == [[False, True]]
    assert log_loss == pytest.approx([np.log(8) / 2])
