"""What came of claims, in words?

holds     the measurement obeys the rule
refused   it contradicts a statement of the lecture, or a rule set beforehand; no failure
fails     it breaks a rule that should hold at every seed
reported  nothing is claimed
"""

from __future__ import annotations

from collections.abc import Iterable


def verdict(holds: bool | None, refused: bool = False) -> str:
    """A claim's outcome in a word: "holds", "does not hold", "refused" or "reported"."""
    if holds is None:
        return "refused" if refused else "reported"
    return "holds" if holds else "does not hold"


def tally(verdicts: Iterable[str]) -> str:
    """How many claims hold, are refused and fail, in words.

    A number that is only reported claims nothing, so it does not count among the claims.

    Example:
      >>> tally(["holds"] * 3 + ["refused"] + ["reported"] * 2)
      '3 of 4 claims hold, 1 is refused, none fails; 2 numbers are reported'
    """
    verdicts = list(verdicts)
    held, refused, failed, shown = map(
        verdicts.count, ("holds", "refused", "does not hold", "reported")
    )
    claims = held + refused + failed
    words = [f"{held} of {claims} {'claim holds' if claims == 1 else 'claims hold'}"]
    words += [f"{refused} {'is' if refused == 1 else 'are'} refused"] if refused else []
    words += [f"{failed} {'fails' if failed == 1 else 'fail'}"] if failed else []
    words += ["none fails"] if refused and not failed else []
    numbers = f"{shown} {'number is' if shown == 1 else 'numbers are'} reported"
    parts = [", ".join(words)] * bool(claims) + [numbers] * bool(shown)
    return "; ".join(parts) or "no claims"
