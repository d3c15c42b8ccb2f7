"""Which candidates do the options leave, and which of them is fitted?"""

import numpy as np
import pytest

from jaxnn import InputError, NormalPrior, from_arrays
from jaxnn.cli.arguments import parse
from jaxnn.cli.choice import candidates, check_choice, given_fitter, place_for_bands
from jaxnn.selection.bagging import Estimate
from jaxnn.selection.candidates import BATCH_SIZE, Candidate, default_candidates
from jaxnn.selection.choosing import Selection


def options(*words):
    return parse(["explain", "t.csv", "--response", "y", *words])


def table(rows=20):
    return from_arrays(np.arange(rows * 2.0).reshape(rows, 2) % 7, np.arange(rows) % 5 + 0.5)


def test_nothing_given_leaves_all_candidates():
    assert candidates(options(), 300, 4) == default_candidates(300, 4)


def test_hidden_layers_that_are_given_are_those_of_every_network():
    found = candidates(options("--hidden", "5", "4"), 300, 4)
    assert {candidate.hidden for candidate in found} == {(5, 4), ()}
    baseline = [c for c in default_candidates(300, 4) if not c.hidden]
    assert [c for c in found if not c.hidden] == baseline
    assert len(found) == len(set(found))
    assert {c.hidden for c in candidates(options("--hidden"), 300, 4)} == {()}


def test_penalty_and_epochs_that_are_given_are_kept():
    found = candidates(options("--penalty", "0.7", "--epochs", "9"), 300, 4)
    assert {c.strength for c in found} == {0.7}
    assert {c.epochs for c in found if c.hidden} == {9}
    assert {c.epochs for c in found if not c.hidden} != {9}  # a baseline is trained to its minimum
    compared = candidates(options("--hidden", "5", "--penalty", "0.7"), 300, 4)
    assert {c.strength for c in compared if c.hidden} == {0.7}
    assert len({c.strength for c in compared if not c.hidden}) > 1


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (["--learning-rate", "0.1"], "pass --hidden and --penalty and --epochs too"),
        (["--batch-size", "9", "--hidden", "3", "--epochs", "2"], "pass --penalty too"),
        (["--penalty", "0", "--hidden", "3"], "--penalty is 0.0, which is for a network that"),
    ],
)
def test_training_can_be_described_for_one_network_only(words, missing):
    with pytest.raises(InputError, match=missing):
        check_choice(options(*words))
    check_choice(options(*words, "--hidden", "3", "--penalty", "0", "--epochs", "2"))


def test_a_network_that_is_given_is_trained_as_its_options_say():
    def fitter(*words, rows=20):
        return given_fitter(options(*words), table(rows))

    assert fitter("--hidden", "3", "--penalty", "1") is None
    fixed = ["--penalty", "0.5", "--epochs", "7", "--hidden"]
    recipe = fitter(*fixed, "3").recipe
    assert (recipe.optimizer, recipe.epochs, recipe.batch_size) == ("adam", 7, None)
    assert recipe.regularizers == (NormalPrior(rows=20, strength=0.5),)
    assert fitter(*fixed).net.sizes == (2, 1) and fitter(*fixed).recipe.optimizer == "lbfgs"
    assert fitter(*fixed, "3", rows=2000).recipe.batch_size == BATCH_SIZE
    changed = fitter(*fixed, "3", "--optimizer", "sgd", "--learning-rate", "2", rows=2000).recipe
    assert (changed.optimizer, changed.learning_rate) == ("sgd", 2)
    assert fitter("--penalty", "0", "--epochs", "7", "--hidden", "3").recipe.regularizers == ()


def selection(losses):
    """A selection of a linear model and of a network along penalties and epochs."""
    tried = [Candidate((), 0.1, 60)]
    tried += [Candidate((8,), strength, e) for e in (100, 300) for strength in (1.0, 0.3, 0.1)]
    tried += [Candidate((8,), 0.03, 300)]
    losses = [*losses, 0.9][:8]
    loss = Estimate(np.array(losses), np.full(8, 0.01))
    rows = np.array(losses)[:, None] + np.zeros(4)
    none = np.zeros(8, bool)
    network = 1 + int(np.argmin(losses[1:]))
    return Selection(
        tuple(tried), rows, rows, loss, none, 0, network, 0, np.ones((2, 4)), None, None
    )


@pytest.mark.parametrize(
    ("losses", "words", "fitted"),
    [
        # The linear model predicts best; the network is trained longer and penalised less.
        ([0.1, 0.2, 0.22, 0.24, 0.5, 0.55, 0.7], [], (0.3, 300)),
        ([0.1, 0.2, 0.22, 0.24, 0.5, 0.55, 0.56], [], (0.1, 300)),
        # With a weaker penalty it would follow the noise.
        ([0.1, 0.2, 0.22, 0.24, 0.5, 0.65, 0.7], [], (1.0, 300)),
        # The network with the weakest penalty predicts best.
        ([0.1, 0.2, 0.22, 0.24, 0.5, 0.55, 0.5, 0.1], [], (0.03, 300)),
        ([0.1, 0.2, 0.22, 0.24, 0.5, 0.55, 0.56], ["--penalty", "1"], (1.0, 300)),
        ([0.1, 0.2, 0.22, 0.24, 0.5, 0.55, 0.56], ["--epochs", "100"], (0.3, 100)),
    ],
)
def test_bands_are_made_with_a_penalty_that_lets_curves_bend(losses, words, fitted):
    found = selection(losses)
    place = place_for_bands(found, 0, options(*words), 300)
    assert found.candidates[place] == Candidate((8,), *fitted)
