"""Do the claims about training with regularisers follow from the numbers, whatever these are?"""

import numpy as np
import pytest

from experiments.regularization.claims_training import claims

SPLITS, SEEDS = 10, 16


@pytest.fixture
def made_up():
    """Results in which dropout helps the probabilities alone, and stopping helps at no decay."""
    rng = np.random.default_rng(0)

    def around(mean, *shape):
        return mean + 0.002 * rng.normal(size=shape)

    errors = np.stack([around(0.05, SPLITS), around(0.051, SPLITS)])[None]
    drawn = [errors[0, 1] + around(gap, SPLITS) for gap in (0.08, 0.03, 0.01, 0.003, 0.0)]
    tests = [around(mean, SEEDS) for mean in (0.19, 0.13, 0.12)]
    return {
        "architectures": np.array(["2 × 128"]),
        "errors": errors,
        "log_losses": np.stack([around(0.17, SPLITS), around(0.12, SPLITS)])[None],
        "drawn_errors": np.array(drawn),
        "drawn_log_losses": np.array([around(0.2, SPLITS)] * 5),
        "variation": around(0.1, SPLITS),
        "last_train": np.array([around(0.01, SEEDS)] * 3),
        "truth_error": around(0.09, SEEDS),
        "last_test": np.array(tests),
        "early_test": np.array(tests) - [[0.04], [0.0], [0.0]] + around(0.0, 3, SEEDS),
    }


def verdicts(results, words):
    found = [claim.verdict for claim in claims(results) if words in claim.statement]
    assert found, f"no claim says {words!r}"
    return found


def test_what_does_not_help_is_shown_as_refused(made_up):
    assert verdicts(made_up, "Dropout lowers the test error") == ["refused"]
    assert verdicts(made_up, "Probabilities are better") == ["refused"]
    stopping = verdicts(made_up, "Early stopping lowers the test error")
    assert stopping == ["holds", "refused", "refused"]


def test_a_network_that_does_not_fit_the_noise_is_shown_as_refused(made_up):
    worse = made_up | {"last_train": made_up["last_train"] + 0.05}
    assert verdicts(worse, "fits the noise") == ["refused"]


def test_weight_scaling_has_the_error_of_the_average_if_the_whole_interval_is_near_zero(made_up):
    assert verdicts(made_up, "have the same test error") == ["holds"]
    worse = made_up | {"drawn_errors": made_up["drawn_errors"] + 0.006}
    assert verdicts(worse, "have the same test error") == ["refused"]


def test_what_helps_holds(made_up):
    better = made_up | {"errors": made_up["errors"] - np.array([0, 0.02])[None, :, None]}
    assert verdicts(better, "Dropout lowers the test error") == ["holds"]
    assert "does not hold" not in verdicts(made_up, "")


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
def test_a_wrong_number_fails(made_up, name, change, words):
    wrong = made_up | {name: change(made_up[name])}
    assert "does not hold" in verdicts(wrong, words)


def test_few_splits_and_seeds_are_reported_without_a_verdict(made_up):
    few = {
        name: values[..., :3] if name != "architectures" else values
        for name, values in made_up.items()
    }
    assert set(verdicts(few, "")) == {"reported"}
