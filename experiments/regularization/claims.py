"""Do the closed forms of regularisation hold, and does regularising help?"""

from __future__ import annotations

from experiments.lab.claims import Claim
from experiments.lab.contract import Results
from experiments.regularization import (
    claims_digits,
    claims_noise,
    claims_penalties,
    claims_training,
)


def claims(results: Results) -> list[Claim]:
    """Claims about the exact parts, dropout and overfitting, and digits, in this order."""
    return [
        *claims_penalties.claims(results),
        *claims_noise.claims(results),
        *claims_training.claims(results),
        *claims_digits.claims(results),
    ]
