"""Results of `optimizers` for all its tests: real on quadratics and at the saddle, small races."""

import jax
import numpy as np
import pytest

from experiments.optimizers import quadratics, race, surfaces
from jaxnn.landscape import LOSS_SURFACES

RULES = ("gradient descent", "momentum", "Adam")
TRAINING = np.array([1, 0.4, 0.2])  # over the loss of gradient descent, as the claims expect
NEW = np.array([1, 1.01, 1.02])
UNTUNED = np.array([[1, 1.005, 0.5], [1, 1, 1.4]])  # on training rows and on new rows


@pytest.fixture(scope="session")
def exact(computed_once):
    """The arrays of quadratics, and the steps with which rules leave a saddle."""

    def compute():
        with jax.enable_x64(True):
            saddle = [surfaces._saddle_steps(rule) for rule in surfaces.RULES.values()]
        return {**quadratics.compute(400, 3000), "saddle_steps": np.stack(saddle)}

    return computed_once("optimizers-exact", compute)


@pytest.fixture
def results(exact):
    """All arrays; paths on surfaces stand still, and losses of the race are made up."""
    starts = np.array([surface.start for surface in LOSS_SURFACES.values()])
    shape = (len(starts), len(surfaces.RULES))
    losses = np.empty((1, 3, 3, 2, 16, 26))
    losses[0] = np.exp(-np.arange(26) / 10) * np.linspace(0.8, 1.2, 16)[:, None]
    for choice, factors in enumerate(((TRAINING, NEW), (TRAINING, NEW), UNTUNED)):
        for rows, factor in enumerate(factors):
            losses[:, :, choice, rows] *= factor[:, None, None]
    tuned = np.array([2.0**-2, 2.0**-6])
    distances = np.abs(np.log(race.RATES / tuned[:, None]))
    return {
        **exact,
        "paths": np.broadcast_to(starts[:, None, None], (*shape, 9, 2)),
        "path_losses": np.ones((*shape, 9)),
        "race_tables": np.array(["Heart"]),
        "race_rules": np.array(RULES),
        "race_tuning": np.broadcast_to(0.3 + distances[:, :, None], (1, 3, 2, len(race.RATES), 4)),
        "race_rates": np.tile([*tuned, race.UNTUNED], (1, 3, 1)),
        "race_losses": losses,
    }


@pytest.fixture(scope="session")
def raced(computed_once):
    """A real race of two rules for two epochs."""

    def compute():
        return race.compute(jax.random.key(0), ("Heart",), RULES[:2], 2, 3, 2)

    return computed_once("optimizers-race", compute)
