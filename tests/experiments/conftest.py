"""The quick run of an experiment, computed once for all tests and workers that read it."""

import fcntl

import numpy as np
import pytest

from experiments.lab import contract, store


@pytest.fixture(scope="session")
def quick_results(tmp_path_factory, testrun_uid):
    """quick_results(NAME) -> the arrays of the quick run at seed 0, as claims and draw read them.

    The first worker that asks computes and stores them; the others wait and read.
    """
    folder = tmp_path_factory.getbasetemp().parent / f"quick-{testrun_uid}"
    folder.mkdir(exist_ok=True)
    read = {}

    def results(name):
        if name not in read:
            with open(folder / f"{name}.lock", "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                path = folder / f"{name}.npz"
                if not path.exists():
                    experiment = contract.load(name)
                    arrays = experiment.compute(contract.key_of(name, 0), experiment.quick)
                    np.savez(path, **{part: store.storable(part, arrays[part]) for part in arrays})
            with np.load(path, allow_pickle=False) as file:
                read[name] = {part: file[part] for part in file.files}
        return read[name]

    return results
