"""Which rows belong together, and how are they set aside together?

Rows of one group (the visits of one patient, the pupils of one class) are not independent. So they
are resampled together, and set aside for validation together: whole groups in random order, until
the rows that are set aside are as close as possible to the share f of all rows,

    group k in that order is set aside if   n_1 + ... + n_{k-1} + n_k / 2  <=  f n

with n_k its number of rows. The first is always set aside and the last is always trained on.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.core import Tracer

from jaxnn.errors import InputError, InputTypeError, shown


def group_codes(groups: Any, rows: int) -> Any:
    """The group of each row as a number.

    Args:
      groups: (rows,) labels of any kind, such as numbers or texts; rows with equal labels belong
        together. Traced labels are taken as codes.
      rows: number of rows.

    Returns:
      (rows,) int32, the codes 0, 1, ... in the order in which the labels first occur.

    Raises:
      InputError: another number of labels, or a missing one (None, NaN).
      InputTypeError: no sequence, or labels that cannot be compared.

    Example:
      >>> group_codes(["Ann", "Bob", "Ann"], rows=3)
      array([0, 1, 0], dtype=int32)
    """
    if isinstance(groups, Tracer):
        return _traced_codes(groups, rows)
    labels = _labels(groups, rows)
    numbers: dict[Any, int] = {}
    codes = np.empty(rows, np.int32)
    for row, label in enumerate(labels):
        if _is_missing(label):
            raise InputError(
                f"groups has no label at row {row}; give every row a label, or drop the row."
            )
        try:
            codes[row] = numbers.setdefault(label, len(numbers))
        except TypeError:
            raise InputTypeError(
                f"groups holds a {type(label).__name__} at row {row}; pass numbers or texts."
            ) from None
    return codes


def _traced_codes(groups: Any, rows: int) -> Any:
    if groups.shape != (rows,) or not jnp.issubdtype(groups.dtype, jnp.integer):
        raise InputError(
            f"groups is traced, with shape {groups.shape} and {groups.dtype} values; pass whole "
            f"numbers of shape ({rows},)."
        )
    return groups.astype(jnp.int32)


def _labels(groups: Any, rows: int) -> list[Any]:
    """The labels as hashable Python values; numbers of any size stay exact."""
    shape = getattr(groups, "shape", None)
    if (
        isinstance(groups, str | bytes | dict | set | type)
        or not hasattr(groups, "__len__")
        or shape == ()
    ):
        raise InputTypeError(
            f"groups is {shown(groups)}; pass one label per row, such as a column of the table."
        )
    shape = (len(groups),) if shape is None else shape
    if len(shape) != 1:
        raise InputError(f"groups has shape {tuple(shape)}; pass one label per row, shape (rows,).")
    if shape[0] != rows:
        raise InputError(
            f"groups has {shape[0]} labels; X has {rows} rows, so pass one label per row."
        )
    if isinstance(groups, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(groups).tolist()
        pairs = zip(groups.data.tolist(), mask, strict=True)
        return [None if hidden else label for label, hidden in pairs]
    # Dates of NumPy become whole numbers, and lose NaT, in its own lists.
    if isinstance(groups, np.ndarray) and groups.dtype.kind in "mM":
        return list(groups)
    return groups.tolist() if hasattr(groups, "tolist") else list(groups)


def _is_missing(label: Any) -> bool:
    """Whether a label is None, or as NaN, NaT and pandas.NA not known to be equal to itself."""
    try:
        return label is None or not bool(label == label)
    except (TypeError, ValueError):
        return not isinstance(label, list | np.ndarray)


def check_several_groups(codes: Any, purpose: str) -> None:
    """Refuse a single group, of which nothing can be left out.

    Raises:
      InputError: all rows belong to one group.
    """
    if not isinstance(codes, Tracer) and codes.max() == 0:
        raise InputError(
            f"groups has a single group, which holds all rows; {purpose} needs at least two."
        )


def groups_set_aside(key: Array, codes: Array, weights: Array, share: float) -> Array:
    """Which rows are set aside for validation, by the rule at the top of this module.

    Args:
      key: a typed JAX key, which decides the order of the groups.
      codes: (rows,) int in [0, rows), the group of each row.
      weights: (rows,); rows of weight zero do not count.
      share: the share of the rows to be set aside, in (0, 1).

    Returns:
      (rows,) bool. No row is set aside if all rows that count are of one group. Not compiled.
    """
    rows = len(codes)
    sizes = jnp.zeros(rows).at[codes].add(weights > 0)
    order = jax.random.permutation(key, rows)
    sizes = sizes[order]
    before = jnp.cumsum(sizes) - sizes
    there = sizes > 0
    aside = before + sizes / 2 <= share * jnp.sum(sizes)
    aside = (aside | (before == 0)) & (before + sizes < jnp.sum(sizes)) & there
    return jnp.zeros(rows, bool).at[order].set(aside)[codes]
