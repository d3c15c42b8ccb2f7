"""Can each claim about passes and times fail?"""

import pytest

from experiments.batch_speed.claims import claims
from experiments.batch_speed.draw import CAPTIONS, draw


def failing(results):
    return [claim.statement for claim in claims(results) if claim.holds is False]


def test_every_claim_holds(results):
    assert failing(results) == []


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("pass_losses", lambda found: found[::-1], "Passes until the loss"),
        ("pass_seconds", lambda found: found[::-1], "Seconds of a pass"),
        ("pass_seconds", lambda found: found * [[1], [40], [1], [1]], "all rows over batches of"),
        ("pass_seconds", lambda found: found / [[99], [1], [1], [1]], "single rows over batches"),
        ("pass_rates", lambda found: found * 2**9, "inside the grid"),
    ],
)
def test_a_wrong_number_fails(results, name, change, words):
    wrong = {**results, name: change(results[name])}
    assert any(words in statement for statement in failing(wrong))


def test_every_figure_has_a_caption(results):
    assert list(draw(results)) == list(CAPTIONS)
