"""Do the claims about shifted images, sparse units and wrong labels follow from the numbers?"""

import numpy as np
import pytest

from experiments.regularization import augmentation, digit_fits
from experiments.regularization.claims_digits import claims
from experiments.regularization.reading import logit_gap

SPLITS = 10


@pytest.fixture
def made_up():
    """Results in which shifts, prices and doubt do what they should, at some cost."""
    rng = np.random.default_rng(0)

    def around(*means):
        return np.array(means)[..., None] + 0.001 * rng.normal(size=(*np.shape(means), SPLITS))

    prices = np.array([0.0, 0.001, 0.01])
    activity = around(50.0, 10.0, 3.0)
    gaps = logit_gap(2, 0.1) + np.array([[0.1], [0.05]]) + 0.1 * rng.normal(size=(2, 500))
    return {
        "shift_errors": around([0.04, 0.5], [0.05, 0.06]),
        "activity_prices": prices,
        "active": around(0.8, 0.3, 0.05),
        "activity": activity,
        "balance": prices[:, None] * activity,
        "sparse_errors": around(0.04, 0.041, 0.042),
        "noise_gaps": gaps,
        "wrong_share": around(0.18),
        "wrong_errors": around(0.18, 0.16, 0.15),
        "wrong_log_losses": around(0.6, 0.7, 0.7),
        "wrong_learned": around(1.0, 1.0, 0.9),
    }


def verdicts(results, words):
    found = [claim.verdict for claim in claims(results) if words in claim.statement]
    assert found, f"no claim says {words!r}"
    return found


def test_what_helps_holds_and_what_does_not_is_refused(made_up):
    assert "does not hold" not in verdicts(made_up, "")
    assert verdicts(made_up, "digits as they are") == ["refused"]
    assert verdicts(made_up, "Sparse hidden layers lower") == ["refused"]
    assert verdicts(made_up, "improves the probabilities") == ["refused", "refused"]


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("shift_errors", lambda found: found[::-1], "shifted by one pixel"),
        ("active", lambda found: found[::-1], "fewer hidden units are active"),
        ("balance", lambda found: 1.2 * found, "balance both prices"),
        ("sparse_errors", lambda found: found * [[1], [1], [1.5]], "less than 2%"),
        ("noise_gaps", lambda found: found[::-1], "label noise leads to"),
        ("wrong_errors", lambda found: found[[0, 0, 2]], "Label smoothing lowers"),
        ("wrong_errors", lambda found: found[[0, 1, 0]], "Label noise lowers"),
        ("wrong_learned", lambda found: found[::-1], "fewer of the wrong labels"),
    ],
)
def test_a_wrong_number_fails(made_up, name, change, words):
    wrong = made_up | {name: change(made_up[name])}
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
