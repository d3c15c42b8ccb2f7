"""How is a fitted model kept in a folder, and read back without trusting what is there?

    folder/model.json        the network, the columns, and the name, dtype and shape of every array
    folder/arrays-....npz    the arrays, uncompressed; named by the first digits of the digest

The digest is SHA-256 over the description and over the dtype, shape and bytes of every array. The
description is written last, so a folder holds a whole model, an earlier whole model, or none.
Nothing is unpickled, and no more is read than the description says and the file holds.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import mlp
from jaxnn.array_files import described, digest_of, forms, read_arrays, size_of, write_arrays
from jaxnn.bootstrap import (
    Bootstrap,
    check_refits,
)
from jaxnn.errors import (
    InputError,
    InputTypeError,
    check_instance,
    shown,
)
from jaxnn.fitted_models.model import FACTOR_LEVELS, FittedModel
from jaxnn.mlp import MLP, Layer
from jaxnn.saving import (
    Missing,
    Unreadable,
    read_plain_file,
    reason,
    remove_temporary_files,
    write_whole,
)
from jaxnn.tables import Column, Encoder, Scaling, encoded_width
from jaxnn.tables.reader_arguments import MISSING
from jaxnn.tables.table import quoted
from jaxnn.training import Fit, History
from jaxnn.versions import versions

FORMAT, VERSION = "fitted model of jaxnn", 1
DESCRIPTION = "model.json"
ARRAYS = re.compile(r"arrays-[0-9a-f]{16}\.npz")
LARGEST_DESCRIPTION, LARGEST_ARRAYS = 2**26, 2**33  # bytes
SAVE_AGAIN = "save the model again, as jaxnn explain does"
PACKAGES = ("jaxnn", "jax", "jaxlib", "numpy")
# Fields of `FittedModel`: fits, arrays (each may be None but the first four), and the others.
FITS = ("refits", "full", "simulated")
PLAIN = ("observed", "out_of_bag", "ranges", "fillings", "weights", "groups", "factors")
COUNTS = ("multiplicities", "diverged")  # of a `Bootstrap`
SETTINGS = ("level", "missing", "training")


def save_model(folder: str | os.PathLike[str], model: FittedModel) -> None:
    """Save a fitted model in a folder, which then holds this model alone.

    Args:
      folder: the path of a folder; it is made if it does not exist.
      model: as from `jaxnn.fitted_models.fitted_model`.

    Raises:
      InputError, InputTypeError: a network with functions in place of names, something that is not
        a fitted model, or a folder that cannot be written.

    Example:
      >>> import jax, jaxnn, tempfile
      >>> from jaxnn.bootstrap import bootstrap
      >>> from jaxnn.fitted_models.model import fitted_model
      >>> table = jaxnn.from_arrays(np.linspace(-1, 1, 40)[:, None], np.arange(40.0))
      >>> encoder = jaxnn.Encoder(table.columns)
      >>> fitter = jaxnn.Fitter(jaxnn.MLP((1, 3, 1)), jaxnn.Recipe(epochs=3), encoder)
      >>> refits = bootstrap(jax.random.key(0), fitter, table.X, table.y, replicates=9)
      >>> model = fitted_model(fitter, refits, table)
      >>> with tempfile.TemporaryDirectory() as folder:
      ...     save_model(folder, model)
      ...     same = load_model(folder)
      >>> bool((model.predict([[0.5]]).mean == same.predict([[0.5]]).mean).all())
      True
    """
    path = _path(folder)
    if not isinstance(model, FittedModel):
        raise InputTypeError(
            f"model is a {type(model).__name__}; pass what jaxnn.fitted_model returned."
        )
    for name, kind in (("net", MLP), ("encoder", Encoder), ("response", Column)):
        title = f"{name} of the model"
        check_instance(getattr(model, name), title, kind, f"a jaxnn {kind.__name__}")
    for name in FITS:
        if getattr(model, name) is not None or name == "refits":
            check_refits(getattr(model, name), f"{name} of the model")
    for name in SETTINGS:
        value = getattr(model, name)
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError):
            raise InputTypeError(
                f"{name} of the model is {shown(value)}; pass what jaxnn.fitted_model returned."
            ) from None
    network = dataclasses.asdict(model.net)
    for name, value in network.items():
        if callable(value):
            raise InputError(
                f"{name} of the network is a function, which cannot be saved; build the network "
                "with a name."
            )
    arrays = _arrays_of(model)
    if sum(array.nbytes for array in arrays.values()) > LARGEST_ARRAYS:
        raise InputError("model holds more than 8 GiB of arrays; save one with fewer refits.")
    description = {
        "format": FORMAT,
        "version": VERSION,
        "packages": versions(PACKAGES),
        "network": network,
        "encoder": dataclasses.asdict(model.encoder),
        "response": dataclasses.asdict(model.response),
        **{name: getattr(model, name) for name in SETTINGS},
        "arrays": described(arrays),
    }
    digest = digest_of(description, arrays)
    text = json.dumps({**description, "sha256": digest}, indent=1, allow_nan=False) + "\n"
    target = _arrays_file(path, digest)
    try:
        path.mkdir(parents=True, exist_ok=True)
        remove_temporary_files(path, "arrays-*.npz")
        write_whole(target, lambda file: write_arrays(file, arrays))
        write_whole(path / DESCRIPTION, lambda file: file.write(text.encode()))
        for other in path.iterdir():
            if ARRAYS.fullmatch(other.name) and other != target:
                other.unlink(missing_ok=True)
    except OSError as problem:
        raise InputError(
            f"folder is {quoted(str(path), 200)}, which cannot be used ({reason(problem)}); pass "
            "one that can be written to."
        ) from None


def load_model(folder: str | os.PathLike[str]) -> FittedModel:
    """Read the fitted model in a folder.

    Args:
      folder: the folder that was passed to `save_model`.

    Returns:
      The model, whose predictions are those of the model that was saved, bit for bit in the same
      precision of JAX and with the same versions of packages.

    Raises:
      InputError, InputTypeError: a folder that does not exist, holds no model, one of another
        version, or one that is damaged; one sentence says which.
    """
    path = _path(folder)
    if not os.path.isdir(path):  # which is false, too, for a name that is too long
        reason = "not a folder" if os.path.lexists(path) else "which does not exist"
        raise _refusal(path, reason)
    text = _content(path, DESCRIPTION, LARGEST_DESCRIPTION)
    try:
        description = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        description = None
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise _refusal(path, f"whose {DESCRIPTION} does not describe a fitted model")
    version = description.get("version")
    if version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        advice = "update jaxnn" if newer else SAVE_AGAIN
        raise _refusal(
            path, f"saved in format {version!r:.20}; this version reads {VERSION}", advice
        )
    digest = description.pop("sha256", "")
    try:
        arrays = _read_arrays(path, description["arrays"], digest)
        if digest_of(description, arrays) != digest:
            raise Unreadable("has another digest")
        return _model(description, arrays)
    except _Unusable:
        raise
    except Exception:  # whatever a hostile description leads to
        raise _refusal(
            path, "whose files are damaged or do not belong together", SAVE_AGAIN
        ) from None


class _Unusable(InputError):
    """A file of a model that cannot be used, in one sentence."""


def _refusal(
    path: Path,
    reason: str,
    advice: str = "pass the folder of a saved model, such as one that jaxnn explain has written",
) -> _Unusable:
    return _Unusable(f"folder is {quoted(str(path), 200)}, {reason}; {advice}.")


def _path(folder: Any) -> Path:
    if not isinstance(folder, str | os.PathLike) or "\0" in str(folder):
        given = "text with a null byte" if isinstance(folder, str) else f"a {type(folder).__name__}"
        raise InputTypeError(f"folder is {given}; pass the path of a folder.")
    return Path(folder)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _content(path: Path, name: str, most: int) -> bytes:
    """The bytes of a plain file, or of one that a link leads to."""
    try:
        return read_plain_file(path / name, most, follow_links=True)
    except Missing:
        raise _refusal(path, f"which has no {name}") from None
    except Unreadable as why:
        raise _refusal(path, f"whose {name} {why}") from None


def _arrays_file(path: Path, digest: str) -> Path:
    return path / f"arrays-{digest[:16]}.npz"


def _read_arrays(path: Path, described: Mapping[str, Any], digest: str) -> dict[str, np.ndarray]:
    """The arrays of the description, each of the dtype and shape that is described."""
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise Unreadable("has no digest")
    expected = forms(described)
    name = _arrays_file(path, digest).name
    return read_arrays(_content(path, name, min(size_of(expected), LARGEST_ARRAYS)), expected)


def _form_of_fits(layers: int) -> tuple[list[str], Any]:
    """The names of the arrays of a `Fit` with an encoder, and how to put them together."""
    blank: Any = 0
    parts = {
        **dict.fromkeys(Fit._fields, blank),
        "params": (Layer(blank, blank),) * layers,
        "scaling": Scaling(blank, blank),
        "history": History(blank, blank, blank),
    }
    paths, structure = jax.tree_util.tree_flatten_with_path(Fit(**parts))
    # JAX has its own way to print a path, which may change.
    names = [
        ".".join(str(getattr(key, "name", getattr(key, "idx", ""))) for key in path)
        for path, _ in paths
    ]
    return names, structure


def _arrays_of(model: FittedModel) -> dict[str, np.ndarray]:
    names, _ = _form_of_fits(len(model.net.sizes) - 1)
    arrays = {name: getattr(model, name) for name in PLAIN}
    for kind in FITS:
        refits = getattr(model, kind)
        if refits is not None:
            leaves = jax.tree.leaves(refits.fits)
            arrays |= {f"{kind}.{name}": leaf for name, leaf in zip(names, leaves, strict=True)}
            arrays |= {f"{kind}.{name}": getattr(refits, name) for name in COUNTS}
    return {
        name: np.ascontiguousarray(array) for name, array in arrays.items() if array is not None
    }


def _model(description: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> FittedModel:
    """The model that is described, once everything in it fits together."""
    net = MLP(**description["network"])
    encoder = description["encoder"]
    encoder = Encoder(**{**encoder, "columns": [Column(**entry) for entry in encoder["columns"]]})
    names, structure = _form_of_fits(min(len(net.sizes) - 1, len(arrays)))
    fits = {}
    for kind in FITS:
        if f"{kind}.diverged" in arrays:
            leaves = [arrays.pop(f"{kind}.{name}") for name in names]
            counts = [arrays.pop(f"{kind}.{name}") for name in COUNTS]
            fits[kind] = Bootstrap(structure.unflatten(leaves), *counts)
    model = FittedModel(
        net=net,
        encoder=encoder,
        response=Column(**description["response"]),
        **fits,
        **arrays,
        **{name: description[name] for name in SETTINGS},
    )
    _check(model)
    return model


def _check(model: FittedModel) -> None:
    """Raise an error if parts of a model do not fit together."""
    net, encoder = model.net, model.encoder
    rows, predictors = len(model.observed), len(encoder.columns)
    shapes = {
        "observed": (rows,),
        "out_of_bag": (rows,),
        "ranges": (predictors, 2),
        "fillings": (predictors,),
        "weights": (rows,),
        "groups": (rows,),
        "factors": (len(FACTOR_LEVELS),),
    }
    given = {name: getattr(model, name) for name in PLAIN if getattr(model, name) is not None}
    calibrated = {getattr(model, name) is not None for name in ("full", "simulated", "factors")}
    classes = len(model.response.levels) if net.response == "categorical" else net.sizes[-1]
    texts = [
        text
        for column in (*encoder.columns, model.response)
        for text in (column.origin, column.unit, column.date_order, *column.values)
    ]
    fit_together = (
        all(isinstance(text, str) for text in texts)
        and encoded_width(encoder) == net.sizes[0]
        and classes == net.sizes[-1]
        and all(array.shape == shapes[name] for name, array in given.items())
        and all(np.isfinite(given[name]).all() for name in given if name != "out_of_bag")
        and len(calibrated) == 1
        and 0 < model.level < 1
        and model.missing in MISSING
        and isinstance(model.training, dict)
    )
    for column in (*encoder.columns, model.response):
        if column.origin:
            datetime.date.fromisoformat(column.origin)  # or an error
    for refits in (getattr(model, kind) for kind in FITS):
        if refits is not None:
            mlp.check_parameters(net, refits.fits.params, stacked=1)
            fit_together &= _fits_together(refits, rows, predictors)
    if not fit_together:
        raise ValueError("parts that do not fit together")


def _fits_together(refits: Bootstrap, rows: int, predictors: int) -> bool:
    replicates = len(refits.diverged)
    leaves = jax.tree.leaves(refits.fits)
    return (
        refits.multiplicities.shape == (replicates, rows)
        and refits.multiplicities.dtype == np.uint8
        and refits.diverged.dtype == bool
        and all(leaf.ndim and len(leaf) == replicates for leaf in leaves)
        and all(part.shape == (replicates, predictors) for part in refits.fits.scaling)
        and all(jnp.issubdtype(x.dtype, jnp.floating) for x in jax.tree.leaves(refits.fits.params))
    )
