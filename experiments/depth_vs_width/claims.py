"""What is claimed of `depth_vs_width`; see the package."""

from __future__ import annotations

from experiments.depth_vs_width import training_claims as depth_claims
from experiments.depth_vs_width import verdict as depth_verdict
from experiments.lab.claims import Claim
from experiments.lab.contract import Results


def claims(results: Results) -> list[Claim]:
    """What is exact, what training was seen to do, and what it refuses to."""
    return depth_claims.claims(results)


def verdict(results: Results) -> dict[str, list[str]]:
    """What reproduces, what does not, and what the lecture should have said."""
    return depth_verdict.verdict(results)
