"""How are arrays of any dtype saved in one file, and read back only as they were described?

    digest = SHA-256(description, and name, dtype, shape and bytes of every array)

The file is an uncompressed `.npz`, which NumPy alone can read. A dtype that NumPy does not have,
such as bfloat16, is saved as its bytes. A reader gives the dtypes and shapes that it expects, and
no more is read than those take; nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from jaxnn.saving import Unreadable

BYTES_AROUND_AN_ARRAY = 2**12  # at most, of headers and names


class Form(NamedTuple):
    """The dtype and shape of an array."""

    dtype: np.dtype
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """The bytes of the array's values."""
        return math.prod(self.shape) * self.dtype.itemsize


def dtype_name(dtype: np.dtype) -> str:
    """The name that gives a dtype back: "float32", "bfloat16", "<U5"."""
    try:
        same = jnp.dtype(dtype.name) == dtype
    except TypeError:
        same = False
    return dtype.name if same else dtype.str


def described(arrays: Mapping[str, np.ndarray]) -> dict[str, dict[str, Any]]:
    """The dtype and shape of each array, as JSON holds them."""
    return {
        name: {"dtype": dtype_name(array.dtype), "shape": list(array.shape)}
        for name, array in arrays.items()
    }


def forms(description: Mapping[str, Any]) -> dict[str, Form]:
    """The forms of arrays that were described.

    Raises:
      Unreadable: no description of arrays.
    """
    found = {}
    try:
        for name, entry in description.items():
            dtype, shape = jnp.dtype(entry["dtype"]), tuple(entry["shape"])
            if dtype.hasobject or not all(type(length) is int and length >= 0 for length in shape):
                raise ValueError(name)
            found[name] = Form(dtype, shape)
    except (AttributeError, LookupError, TypeError, ValueError):
        raise Unreadable("does not describe its arrays") from None
    return found


def digest_of(description: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """The digest of arrays and of what is said of them, in hexadecimal digits."""
    digest = hashlib.sha256(json.dumps(description, sort_keys=True).encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {dtype_name(array.dtype)} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def write_arrays(file: IO[bytes], arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays into an open binary file."""
    plain = {
        name: array.view(f"u{array.itemsize}") if array.dtype.kind == "V" else array
        for name, array in ((name, np.asarray(array, order="C")) for name, array in arrays.items())
    }
    # The type checker mistakes the names for options of savez.
    np.savez(file, allow_pickle=False, **plain)  # type: ignore[arg-type]


def sealed(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The bytes of a file of arrays that ends with a digest of all its other bytes."""
    file = io.BytesIO()
    write_arrays(file, arrays)
    content = file.getvalue()
    # The digest is the comment of the archive, whose length comes before it and was 0.
    digest = hashlib.sha256(content).hexdigest().encode()
    return content[:-2] + len(digest).to_bytes(2, "little") + digest


def check_seal(content: bytes) -> None:
    """Refuse the bytes of a file of which any was changed since they were sealed.

    Raises:
      Unreadable: one was, or they never were sealed.
    """
    length = hashlib.sha256().digest_size * 2
    before, end = content[: -length - 2], content[-length - 2 :]
    digest = hashlib.sha256(before + b"\0\0").hexdigest().encode()
    if end != length.to_bytes(2, "little") + digest:
        raise Unreadable("is damaged")


def size_of(expected: Mapping[str, Form]) -> int:
    """The largest size of a file that holds arrays of these forms, in bytes."""
    around = BYTES_AROUND_AN_ARRAY * (len(expected) + 1)
    return sum(form.nbytes for form in expected.values()) + around


def read_arrays(content: bytes, expected: Mapping[str, Form]) -> dict[str, np.ndarray]:
    """The arrays in the bytes of a file, each of the form that is expected.

    Raises:
      Unreadable: the bytes are damaged, or hold other arrays.
    """
    arrays = {}
    with _archive(content) as archive:
        names = sorted(member.filename for member in archive.infolist())
        if names != sorted(f"{name}.npy" for name in expected):
            raise Unreadable("holds other arrays")
        for name, form in expected.items():
            arrays[name] = np.frombuffer(_values(archive, name, form.nbytes), form.dtype)
            arrays[name] = arrays[name].reshape(form.shape).copy()
    return arrays


def read_text(content: bytes, name: str) -> str:
    """A text that was saved as an array of bytes, whatever its length.

    Raises:
      Unreadable: the bytes are damaged, or hold no such text.
    """
    with _archive(content) as archive:
        try:
            member = archive.read(f"{name}.npy")
            header = int.from_bytes(member[8:10], "little")  # its length, in NumPy's format 1.0
            return member[10 + header :].decode()
        except KeyError:
            raise Unreadable("was not saved by this program") from None
        except Exception:  # damaged archives raise many kinds of errors
            raise Unreadable("is damaged") from None


def _archive(content: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except Exception:  # damaged archives raise many kinds of errors
        raise Unreadable("is damaged") from None
    if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
        raise Unreadable("is compressed")  # and might be of any size when it is read
    return archive


def _values(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    """The last bytes of a member: its header repeats what is described."""
    try:
        member = archive.getinfo(f"{name}.npy")
        if not size <= member.file_size <= size + BYTES_AROUND_AN_ARRAY:
            raise Unreadable("holds arrays of other shapes")
        return archive.read(member)[member.file_size - size :]
    except Unreadable:
        raise
    except Exception:
        raise Unreadable("is damaged") from None
