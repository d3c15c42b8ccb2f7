"""Do the claims about training with regularisers follow from the numbers, whatever these are?"""

import numpy as np
import pytest

from experiments.regularization.claims_training import claims


def verdicts(results, words):
    found = [claim.verdict for claim in claims(results) if words in claim.statement]
    assert found, f"no claim says {words!r}"
    return found


def test_what_does_not_help_is_shown_as_refused(training):
    assert verdicts(training, "Dropout lowers the test error") == ["refused"]
    assert verdicts(training, "Probabilities are better") == ["refused"]
    stopping = verdicts(training, "Early stopping lowers the test error")
    assert stopping == ["holds", "refused", "refused"]


def test_a_network_that_does_not_fit_the_noise_is_shown_as_refused(training):
    worse = training | {"last_train": training["last_train"] + 0.05}
    assert verdicts(worse, "fits the noise") == ["refused"]


def test_weight_scaling_has_the_error_of_the_average_if_the_whole_interval_is_near_zero(training):
    assert verdicts(training, "have the same test error") == ["holds"]
    worse = training | {"drawn_errors": training["drawn_errors"] + 0.006}
    assert verdicts(worse, "have the same test error") == ["refused"]


def test_what_helps_holds(training):
    better = training | {"errors": training["errors"] - np.array([0, 0.02])[None, :, None]}
    assert verdicts(better, "Dropout lowers the test error") == ["holds"]
    assert "does not hold" not in verdicts(training, "")


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("last_train", lambda found: 20 * found, "closer to its training rows"),
        ("drawn_errors", lambda found: found - 0.01, "loses less than 0.005"),
        ("drawn_errors", lambda found: found[::-1], "One thinned network errs"),
        ("drawn_errors", lambda found: found[[0, 1, 4, 3, 4]], "The mean of ten errs"),
        ("truth_error", lambda found: found / 10, "closer to its training rows"),
        (
            "early_test",
            lambda found: found + np.array([[0.05], [0], [0]]),
            "gains less with weight decay",
        ),
        ("last_test", lambda found: found - 0.09, "On new rows it errs"),
        ("last_test", lambda found: found[::-1], "Weight decay 0.003 lowers"),
    ],
)
def test_a_wrong_number_fails(training, name, change, words):
    wrong = training | {name: change(training[name])}
    assert "does not hold" in verdicts(wrong, words)


def test_few_splits_and_seeds_are_reported_without_a_verdict(training):
    few = {
        name: values[..., :3] if name != "architectures" else values
        for name, values in training.items()
    }
    assert set(verdicts(few, "")) == {"reported"}
