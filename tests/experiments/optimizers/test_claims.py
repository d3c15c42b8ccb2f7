"""Do the claims of `optimizers` hold, and do they notice a wrong rule?"""

import numpy as np

from experiments.optimizers import reading
from experiments.optimizers.claims import claims


def failing(results):
    return [claim.statement for claim in claims(results) if claim.holds is False]


def test_every_claim_holds(results):
    assert failing(results) == []


def test_rates_are_those_of_the_published_table():
    published = [
        [0.9, 0.99, 0.999],
        [0.8181818, 0.9801980, 0.9980020],
        [0.6837722, 0.9000000, 0.9683772],
        [0.6407894, 0.8847219, 0.9634912],
        [0.5194939, 0.8181818, 0.9386931],
    ]
    np.testing.assert_allclose(reading.rates(), published, rtol=1e-6)


def test_a_method_taken_for_its_neighbour_fails(results):
    """The claims tell the rates of any two methods apart."""
    swapped = {**results, "rates": results["rates"][[1, 0, 3, 2, 4]]}
    assert len(failing(swapped)) == 12


def test_the_slides_nesterov_rule_taken_for_the_corrected_one_fails(results):
    swapped = {**results, "limits": results["limits"][[0, 2, 1]]}
    assert any("Nesterov momentum diverges" in statement for statement in failing(swapped))


def test_a_rule_that_follows_the_size_of_the_gradient_is_not_adaptive(results):
    steps = results["saddle_steps"].copy()
    steps[5] = steps[2]
    assert any("adaptive" in statement for statement in failing({**results, "saddle_steps": steps}))
