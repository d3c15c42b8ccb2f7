"""A small run of `initialization`, computed once for all its tests."""

from functools import partial

import jax
import numpy as np
import pytest

from experiments.initialization import compute, digit_training, initial_signals, symmetry

pytest.importorskip("sklearn")

SMALL = compute.Settings(
    symmetry=symmetry.SymmetrySettings(
        units=5, deep=(4, 3), noises=(0.0, 1e-9, 1e-6), noise_seeds=2, seeds=6, side=7, records=91
    ),
    signals=initial_signals.SignalSettings(
        schemes=("lecun_normal", "glorot_uniform", "sparse"),
        inputs=40,
        outputs=24,
        nonzeros=9,
        layers=400,
        fans=(12, 90),
        fan_layers=400,
        scales=(0.2, 1.2, 4.0),
        width=100,
        depth=5,
        seeds=40,
    ),
    training=digit_training.TrainingSettings(
        rows=300,
        test_rows=200,
        width=24,
        epochs=25,
        batch_size=30,
        scales=(0.1, 1.4, 10.0),
        rates=(0.1,),
        curves=(("relu", "he_normal"),),
        seeds=6,
    ),
)


def with_other_schemes(results):
    """Add learning curves of two more schemes, made up: each would be a program to compile."""
    he = np.repeat(results["curve_loss"][0], 5, axis=0)
    lecun = np.clip(he + np.linspace(0, 1, he.shape[1]), None, 2.3)
    curves = np.stack([np.full_like(he, 2.3), lecun, he])
    return {
        **results,
        "curve_activations": np.repeat("relu", 3),
        "curve_schemes": np.array(["standard_uniform", "lecun_normal", "he_normal"]),
        "curve_loss": curves,
    }


@pytest.fixture(scope="session")
def results(computed_once):
    """The arrays of a run that takes seconds."""
    run = partial(compute.compute, jax.random.key(21), SMALL)
    return with_other_schemes(computed_once("initialization-small", run))
