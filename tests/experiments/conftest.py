"""Runs of experiments, each computed once for all tests and workers."""

import fcntl
import importlib

import numpy as np
import pytest

from experiments.lab import contract, store


@pytest.fixture(scope="session")
def computed_once(tmp_path_factory, testrun_uid):
    """computed_once(LABEL, compute) -> the arrays of compute(), as claims and draw read them.

    The first worker that asks for the label computes and stores them; the others wait and read.
    """
    folder = tmp_path_factory.getbasetemp().parent / f"runs-{testrun_uid}"
    folder.mkdir(exist_ok=True)
    read = {}

    def results(label, compute):
        if label not in read:
            with open(folder / f"{label}.lock", "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                path = folder / f"{label}.npz"
                if not path.exists():
                    arrays = compute()
                    np.savez(path, **{part: store.storable(part, arrays[part]) for part in arrays})
            with np.load(path, allow_pickle=False) as file:
                read[label] = {part: file[part] for part in file.files}
        return read[label]

    return results


@pytest.fixture(scope="session")
def quick_results(computed_once):
    """quick_results(NAME) -> the arrays of the quick run of an experiment at seed 0."""

    def results(name):
        experiment = contract.load(name)
        key = contract.key_of(name, 0)
        return computed_once(f"{name}-quick", lambda: experiment.compute(key, experiment.quick))

    return results


@pytest.fixture
def holds(request):
    """holds(results, words) -> outcomes of the claims whose statements contain these words.

    The claims are those of the experiment whose folder of tests asks; at least one must be found.
    """
    module = importlib.import_module(f"experiments.{request.path.parent.name}.claims")

    def outcomes(results, words):
        found = [claim.holds for claim in module.claims(results) if words in claim.statement]
        assert found, f"no claim says {words!r}"
        return found

    return outcomes
