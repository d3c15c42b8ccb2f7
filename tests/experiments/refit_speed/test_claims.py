"""Would the claims notice a slow library, other losses, or cost that grows too fast?"""

import numpy as np
import pytest

from experiments.lab.outcomes import tally
from experiments.refit_speed.claims import claims


def missed(results):
    """Statements that do not hold or are refused."""
    return [claim.statement for claim in claims(results) if claim.holds is False or claim.refused]


def test_a_fast_library_reaches_every_target(made):
    found = claims(made())
    assert missed(made()) == []
    targets = [claim for claim in found if "target" in claim.source]
    assert len(targets) == 28 and all(claim.holds is True for claim in targets)
    assert sum(claim.holds is True for claim in found) == 28 + 9


@pytest.mark.parametrize(
    ("wrong", "word", "count"),
    [
        ({"ratios": (1.0, 2.9, 10, 100)}, "plain JAX vmap", 3),
        ({"ratios": (1.0, 10, 3.9, 100)}, "PyTorch", 3),
        ({"ratios": (1.0, 10, 10, 6.9)}, "scikit-learn", 3),
        ({"share": 0.4}, "share of the float32", 2),
        ({"losses": 0.203}, "final mean training loss", 3),
        ({"growth": 1.6}, "Time per step", 2),
        ({"inspection": 19.0}, "sklearn.inspection", 2),
        ({"first": 1.6}, "fresh process, by jaxnn", 1),
        ({"shares": (0.6, 0.7, 0.49)}, "with dropout and batch normalisation: speed of jaxnn", 1),
        ({"torch": 2.9}, "time of PyTorch over time of jaxnn", 3),
        ({"trick_losses": 0.203}, "final mean training loss", 3),
        ({"in_batches": 0.54}, "batches of 32: nominal arithmetic as a share", 1),
        ({"history": 1.06}, "default history adds", 3),
        ({"importing": 0.11}, "import of jaxnn adds", 1),
        ({"large": 1.2}, "64-128-128-10", 1),
        ({"at_sizes": (0.9, 4.0)}, "Time of plain JAX vmap over time of jaxnn at 7 widths", 1),
        ({"at_sizes": (2.0, 1.0)}, "Time of PyTorch over time of jaxnn at 7 widths", 1),
    ],
)
def test_a_missed_target_or_limit_is_named(made, wrong, word, count):
    statements = missed(made(**wrong))
    assert len(statements) == count and all(word in statement for statement in statements)


def test_a_missed_target_is_counted_as_refused_and_fails_no_run(made):
    found = claims(made(ratios=(1.0, 2.9, 10, 100)))
    assert not any(claim.holds is False for claim in found)
    assert "3 are refused" in tally(claim.verdict for claim in found)


def test_scikit_learn_s_losses_are_only_reported(made):
    results = made()
    results["losses"][:, -1] += 0.1
    found = [
        c for c in claims(results) if "final mean training loss of scikit-learn" in c.statement
    ]
    assert missed(results) == [] and len(found) == len(results["losses"])
    np.testing.assert_allclose([claim.measured for claim in found], 0.3, atol=0.001)


def test_one_slow_size_among_many_is_named(made):
    results = made()
    results["curve_seconds"][3, 2] *= 0.2
    assert missed(results) == [
        "Time of PyTorch over time of jaxnn at 7 widths, numbers of rows and sizes of batches: the "
        "least, at 18-64-64-1, 100 rows, full batch (medians over rounds; range over sizes)"
    ]


def test_without_scikit_learn_no_claim_compares_inspections(made):
    results = made() | {"inspection_seconds": np.empty((2, 0, 3))}
    assert not any("sklearn" in claim.statement for claim in claims(results))


def test_without_pytorch_only_shares_of_the_speed_are_claimed(made):
    results = made()
    one = {f"trick_{name}": results[f"trick_{name}"][:, :1] for name in ("seconds", "losses")}
    alone = results | one | {"trick_contenders": np.array(["jaxnn"])}
    of_tricks = [c.statement for c in claims(alone) if ", with" in c.statement]
    assert len(of_tricks) == 3 and all("share of that without" in words for words in of_tricks)


def test_targets_are_only_reported_when_times_are_not_compared(made):
    results = made(ratios=(1.0, 1.0, 1.0, 1.0), growth=2.0) | {"compared": np.array(False)}
    assert missed(results) == []
    targets = [claim for claim in claims(results) if "target" in claim.source]
    assert len(targets) == 28
    assert all(claim.expected.endswith("(not compared in this run)") for claim in targets)
    assert all(claim.holds is None for claim in targets)
