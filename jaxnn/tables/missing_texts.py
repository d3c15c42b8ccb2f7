"""Which texts of a file stand for a missing value?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jaxnn.errors import InputTypeError, shown
from jaxnn.tables.levels import spelling_key
from jaxnn.tables.raw_columns import Levels, declared_texts


def missing_texts(tokens: Sequence[str], levels: Levels | None) -> Callable[[str], bool]:
    """Whether a text stands for a missing value in a column.

    Args:
      tokens: the texts that do, in upper or lower case.
      levels: the declared levels of the column, none of which is missing in any spelling.

    Raises:
      InputTypeError: `tokens` is no list of texts.

    Example:
      >>> absent = missing_texts(["NA", ""], ["NA", "DE"])
      >>> absent("NA"), absent("na"), absent("")
      (False, False, True)
    """
    listed = isinstance(tokens, Sequence) and not isinstance(tokens, str)
    if not listed or not all(isinstance(token, str) for token in tokens):
        raise InputTypeError(
            f"missing_tokens is {shown(tokens)}; pass a list of texts, such as ['NA', '-999']."
        )
    folded = {token.strip().casefold() for token in tokens}
    declared = {spelling_key(text) for text in declared_texts(levels)}
    return lambda text: text.casefold() in folded and spelling_key(text) not in declared
