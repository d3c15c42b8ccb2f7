"""Runs of experiments, each computed once for all tests and workers."""

import importlib
import re

import numpy as np
import pytest

from experiments.lab import contract, record, store
from experiments.lab.claims import Found


@pytest.fixture(scope="session")
def computed_once(made_once, optimized):
    """computed_once(LABEL, compute) -> the arrays of compute(), as claims and draw read them.

    The first worker that asks for the label computes and stores them; the others wait and read.
    """
    read = {}

    def results(label, compute):
        def make(folder):
            with optimized():
                computed = compute()
            arrays = {part: store.storable(part, array) for part, array in computed.items()}
            np.savez(folder / "arrays.npz", **arrays)

        if label not in read:
            with np.load(made_once(label, make) / "arrays.npz", allow_pickle=False) as file:
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


@pytest.fixture
def findings(request, results):
    """The sentences that the page of an experiment says about `results` of its folder of tests.

    Their sizes are not those of the committed run, so a number that is written into a sentence, or
    an array that has one entry only here, shows.
    """
    name = request.path.parent.name
    experiment = contract.load(name)
    stored = store.Stored(dict(results), {"size": "quick"})
    claims = experiment.claims(stored.arrays)
    page = record._page(
        experiment,
        stored,
        Found(claims),
        {
            "size": "quick",
            "claims": [{"statement": one.statement, "source": one.source} for one in claims],
            "figures": [{"name": figure} for _, _, figure in experiment.page.highlights],
        },
    )
    return page["findings"]


@pytest.fixture
def is_worded():
    """is_worded(sentence) -> whether it ends as one, and holds no value that is no number."""
    odd = re.compile(r"\b(nan|inf|None|array)\b|[\[\]{}]|\b([\d.]+) to \2\b")
    return lambda sentence: sentence.endswith((".", ".)")) and not odd.search(sentence)
