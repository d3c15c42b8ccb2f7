"""What kind of file is this? Its first bytes tell, whatever its name says.

A text file, an Excel workbook and a Parquet file can be read, also when compressed with gzip. Any
other file is refused with its kind and what to do. Nothing in a file is ever run: a pickle is named
and not loaded.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Literal, NamedTuple

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables.levels import listed
from jaxnn.tables.table import one_line, quoted

# A table of this size fills the memory of most computers many times once its cells are objects.
LARGEST_BYTES = 2**30
GZIP = b"\x1f\x8b"
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

# The kinds that can be read.
TITLES = {"text": "a text file", "workbook": "an Excel workbook", "parquet": "a Parquet file"}
AS_CSV = "save its table as CSV and pass that file"
UNPACK = "unpack it and pass the file inside"


def _with_pandas(reader: str) -> str:
    return f"read it with pandas.{reader} and pass the DataFrame to from_dataframe"


# First bytes, what the file is, what to do.
FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel workbook (.xls) or one protected by a password",
        "save it as .xlsx without a password, or as CSV",
    ),
    (b"\xfd7zXZ\x00", "a file compressed with xz", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a file compressed with zstd", UNPACK),
    (b"\x04\x22\x4d\x18", "a file compressed with lz4", UNPACK),
    (b"\x1f\x9d", "a file compressed with compress (.Z)", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"%PDF", "a PDF document", AS_CSV),
    (b"{\\rtf", "an RTF document", AS_CSV),
    (b"Obj\x01", "an Avro file", AS_CSV),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", _with_pandas("read_hdf")),
    (b"CDF\x01", "a netCDF file", AS_CSV),
    (b"CDF\x02", "a netCDF file", AS_CSV),
    (b"SQLite format 3\x00", "an SQLite database", _with_pandas("read_sql")),
    (b"\x00\x01\x00\x00Standard ", "an Access database", AS_CSV),
    (b"<stata_dta>", "a Stata file", _with_pandas("read_stata")),
    (
        bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c",
        "a SAS file",
        _with_pandas("read_sas"),
    ),
    (b"HEADER RECORD*******LIB", "a SAS transport file", _with_pandas("read_sas")),
    (b"RDX2\n", "an R data file (.RData)", "write its table with write.csv in R"),
    (b"RDX3\n", "an R data file (.RData)", "write its table with write.csv in R"),
    (b"X\n\x00\x00\x00", "an R data file (.rds)", "write its table with write.csv in R"),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file", AS_CSV),
    (b"\x93NUMPY", "a NumPy array (.npy)", "load it with numpy.load and pass it to from_arrays"),
    (b"\x89PNG", "a picture", "pass a table"),
    (b"\xff\xd8\xff", "a picture", "pass a table"),
    (b"\x7fELF", "a program", "pass a table"),
)

# These could also begin the name of a column, so only a binary file is meant.
FOREIGN_WORDS: tuple[tuple[bytes, str, str], ...] = (
    (b"BZh", "a file compressed with bzip2", UNPACK),
    (b"ARROW1", "an Arrow or Feather file", _with_pandas("read_feather")),
    (b"FEA1", "a Feather file", _with_pandas("read_feather")),
    (b"ORC", "an ORC file", _with_pandas("read_orc")),
    (b"PARE", "an encrypted Parquet file", "write it without encryption"),
    (b"$FL2", "an SPSS file", _with_pandas("read_spss")),
    (b"$FL3", "an SPSS file", _with_pandas("read_spss")),
    (b"GIF8", "a picture", "pass a table"),
)

PICKLE = (
    "a Python pickle",
    "it is not loaded, since that can run any code; write its table as CSV or Parquet",
)
HTML = ("a web page (HTML)", "download the file itself, or " + _with_pandas("read_html"))
JSON = ("a JSON file", _with_pandas("read_json"))
XML = ("an XML file", "save it as .xlsx or CSV")


class FileContent(NamedTuple):
    """A file that can be read.

    Attributes:
      kind: "text", "workbook" or "parquet".
      data: its bytes, unpacked.
      source: what to call the file in messages.
    """

    kind: Literal["text", "workbook", "parquet"]
    data: bytes
    source: str


def read_file(path: str | os.PathLike[str]) -> FileContent:
    """Read a file whole and tell its kind.

    Only regular files are opened, and links to them: a pipe or a device could block or never end.

    Args:
      path: the path of the file.

    Returns:
      A `FileContent`.

    Raises:
      InputTypeError: `path` is no path.
      InputError: a file that does not exist, cannot be read, is larger than `LARGEST_BYTES`, or is
        of another kind; the message names the kind and says what to do.

    Example:
      >>> import tempfile
      >>> with tempfile.NamedTemporaryFile() as file:
      ...     _ = file.write(b"a,b\\n1,2\\n")
      ...     file.flush()
      ...     read_file(file.name).kind
      'text'
    """
    if not isinstance(path, str | os.PathLike):
        raise InputTypeError(f"path is a {type(path).__name__}; pass the path of a file.")
    source = str(path)
    data = _bytes(path, source)
    packed = data.startswith(GZIP)
    if packed:
        data = _unpacked(data, source)
    if not data:
        raise refused(source, "an empty file; its first line must name the columns")
    if data.startswith(b"PAR1") and (data.endswith(b"PAR1") or b"\x00" in data):
        return FileContent("parquet", data, one_line(source, 200))
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _check_workbook(data, source)
        return FileContent("workbook", data, one_line(source, 200))
    foreign = _foreign(data)
    if foreign is not None:
        what, advice = foreign
        raise refused(source, f"{what}{' inside gzip' if packed else ''}; {advice}")
    return FileContent("text", data, one_line(source, 200))


def refused(source: str, reason: str) -> InputError:
    """The error for a file that cannot be used, for the caller to raise."""
    return InputError(f"path is {quoted(source, 200)}, {reason}.")


def _bytes(path: str | os.PathLike[str], source: str) -> bytes:
    try:
        status = os.stat(path)  # follows links
        if stat.S_ISDIR(status.st_mode):
            reason = "a directory; pass the path of a file"
        elif not stat.S_ISREG(status.st_mode):
            reason = "a pipe or a device; pass the path of a regular file"
        elif status.st_size > LARGEST_BYTES:
            reason = f"a file of {status.st_size:.3g} bytes; {_at_most()}"
        else:
            return Path(path).read_bytes()
    except FileNotFoundError:
        reason = "which does not exist; pass the path of a file"
        if "://" in source:
            reason = "a web address; download the file and pass its path"
    except (OSError, ValueError) as error:
        reason = f"which cannot be read ({getattr(error, 'strerror', None) or error})"
    raise refused(source, reason)


def _at_most() -> str:
    return f"at most {LARGEST_BYTES / 2**30:g} GiB are read, so pass a part of it"


def _unpacked(data: bytes, source: str) -> bytes:
    """The content of a gzip file, whose size is not known before."""
    content = bytearray()
    try:
        while data.startswith(GZIP):  # a gzip file may have several members
            unpacking = zlib.decompressobj(wbits=31)
            while not unpacking.eof:
                content += unpacking.decompress(data, LARGEST_BYTES + 1 - len(content))
                if len(content) > LARGEST_BYTES:
                    raise refused(source, f"a gzip file of more content than fits; {_at_most()}")
                data = unpacking.unconsumed_tail
                if not data and not unpacking.eof:
                    raise refused(source, "a gzip file that ends too early; get it again")
            data = unpacking.unused_data
    except zlib.error:
        raise refused(source, "a damaged gzip file; get it again") from None
    if content.startswith(GZIP):
        raise refused(source, "a gzip file inside a gzip file; unpack it once")
    return bytes(content)


def _check_workbook(data: bytes, source: str) -> None:
    """Refuse a ZIP file that is not an Excel workbook of a reasonable size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {member.filename: member.file_size for member in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):  # by kind of damage
        raise refused(source, "a damaged ZIP file or Excel workbook; get it again") from None
    if "xl/workbook.xml" in members:
        if sum(members.values()) > LARGEST_BYTES:
            raise refused(source, f"an Excel workbook of more content than fits; {_at_most()}")
        return
    if "xl/workbook.bin" in members:
        raise refused(source, "a binary Excel workbook (.xlsb); save it as .xlsx or CSV")
    if "mimetype" in members and "content.xml" in members:
        raise refused(source, "an OpenDocument file; save it as .xlsx or CSV")
    if "word/document.xml" in members or "ppt/presentation.xml" in members:
        raise refused(source, f"an Office document without a table; {AS_CSV}")
    if any(name.startswith("Index/") for name in members):
        raise refused(source, "a Numbers document; export it as .xlsx or CSV")
    if members and all(name.endswith(".npy") for name in members):
        advice = "load it with numpy.load and pass its arrays to from_arrays"
        raise refused(source, f"a file of NumPy arrays (.npz); {advice}")
    inside = [name for name in members if not name.endswith("/")]
    holds = f"that holds {listed(inside, most=3)}" if inside else "that holds nothing"
    raise refused(source, f"a ZIP archive {holds}; unpack it and pass one file")


def _is_binary(data: bytes) -> bool:
    """Whether the bytes are those of no text: a byte 0, or one that bzip2 alone begins with."""
    return b"\x00" in data[: 2**20] or data[4:10] == b"1AY&SY"


def _foreign(data: bytes) -> tuple[str, str] | None:
    """What a file is that cannot be read, and what to do; None for what may be text."""
    known = FOREIGN + (FOREIGN_WORDS if _is_binary(data) else ())
    for start, what, advice in known:
        if data.startswith(start):
            return what, advice
    if data[257:262] == b"ustar":
        return "a tar archive", UNPACK
    if len(data) > 3 and data[0] in range(0x69, 0x74) and data[1] in (1, 2) and data[2] == 1:
        return "a Stata file", _with_pandas("read_stata")
    if len(data) > 2 and data[0] == 0x80 and 2 <= data[1] <= 5 and data.rstrip().endswith(b"."):
        return PICKLE
    start = data[:2000]
    for mark in BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    start = start.replace(b"\x00", b"").lstrip().lower()  # also UTF-16
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta")):
        return HTML
    if start.startswith(b"<?xml"):
        return HTML if b"<html" in start else XML
    if start[:1] in (b"{", b"[") and start[1:].lstrip()[:1] in (b'"', b"{", b"[", b"}", b"]"):
        return JSON
    if start.startswith((b"ascii spss port file", b"(dp0\n", b"(lp0\n", b"ccopy_reg\n")):
        return PICKLE if not start.startswith(b"ascii") else ("an SPSS portable file", AS_CSV)
    return None
