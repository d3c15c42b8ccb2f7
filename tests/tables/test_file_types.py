"""Is a file known by its content, and is every file that cannot be read named for what it is?"""

import bz2
import gzip
import io
import lzma
import os
import pickle
import sqlite3
import tarfile
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import file_types, read_csv
from jaxnn.tables.file_types import read_file

TEXT = b"x,y\n1,2\n3,4\n"


def archive(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name in members:
            packed.writestr(name, b"x,y\n1,2\n")
    return file.getvalue()


def arrays(save):
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def tar():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as packed:
        member = tarfile.TarInfo("data.csv")
        member.size = len(TEXT)
        packed.addfile(member, io.BytesIO(TEXT))
    return file.getvalue()


def stata():
    file = io.BytesIO()
    pd.DataFrame({"x": [1.0, 2.0]}).to_stata(file, write_index=False)
    return file.getvalue()


def feather():
    file = io.BytesIO()
    pd.DataFrame({"x": [1.0, 2.0]}).to_feather(file)
    return file.getvalue()


def database(tmp_path):
    connection = sqlite3.connect(tmp_path / "base")
    connection.execute("create table a (x)")
    connection.commit()
    connection.close()
    return (tmp_path / "base").read_bytes()


FOREIGN = {
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"old Excel workbook.*\.xlsx"),
    "bzip2": (bz2.compress(TEXT), "bzip2; unpack it"),
    "xz": (lzma.compress(TEXT), "xz; unpack it"),
    "zstd": (b"\x28\xb5\x2f\xfd\x00\x01", "zstd; unpack it"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "7z archive; unpack it"),
    "tar": (tar(), "tar archive; unpack it"),
    "zip": (archive(["a.csv", "b.csv"]), "ZIP archive that holds a.csv, b.csv; unpack it"),
    "empty zip": (archive([]), "ZIP archive that holds nothing"),
    "OpenDocument": (archive(["mimetype", "content.xml"]), "OpenDocument file; save it as .xlsx"),
    "Word": (archive(["word/document.xml"]), "an Office document without a table"),
    "binary Excel": (archive(["xl/workbook.bin"]), r"\.xlsb\); save it as .xlsx"),
    "npz": (arrays(lambda f: np.savez(f, a=np.ones(2))), r"\.npz\); load it with numpy.load"),
    "npy": (arrays(lambda f: np.save(f, np.ones(2))), r"\.npy\); load it with numpy.load"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF document; save its table as CSV"),
    "web page": (b"\n <!DOCTYPE html><html><body>", r"web page \(HTML\)"),
    "web page in UTF-16": ("\ufeff<html>".encode("utf-16-le"), r"web page \(HTML\)"),
    "XML": (b'<?xml version="1.0"?><Workbook>', "XML file; save it as .xlsx or CSV"),
    "JSON": (b'\xef\xbb\xbf[{"x": 1}]', "JSON file; read it with pandas.read_json"),
    "JSON lines": (b'{"x": 1}\n{"x": 2}\n', "JSON file"),
    "SPSS": (b"$FL2@(#) SPSS DATA FILE\x00\x02", "SPSS file; read it with pandas.read_spss"),
    "Stata": (stata(), "Stata file; read it with pandas.read_stata"),
    "SAS": (
        bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c\x18",
        "SAS file; read it with pandas.read_sas",
    ),
    "R": (b"X\n\x00\x00\x00\x03", r"\.rds\); write its table with write.csv"),
    "R in gzip": (gzip.compress(b"X\n\x00\x00\x00\x03"), r"\.rds\) inside gzip; write"),
    "Feather": (feather(), "Feather file; read it with pandas.read_feather"),
    "HDF5": (b"\x89HDF\r\n\x1a\n\x00", "HDF5 file; read it with pandas.read_hdf"),
    "picture": (b"\x89PNG\r\n\x1a\n", "a picture; pass a table"),
    "pickle": (pickle.dumps({"x": [1]}), "Python pickle; it is not loaded"),
    "old pickle": (pickle.dumps({"x": [1]}, protocol=0), "Python pickle; it is not loaded"),
    "gzip twice": (gzip.compress(gzip.compress(TEXT)), "gzip file inside a gzip file"),
    "cut gzip": (gzip.compress(TEXT * 100)[:-12], "gzip file that ends too early"),
    "spoilt gzip": (gzip.compress(TEXT)[:-8] + b"\xff" * 8, "damaged gzip file"),
    "cut workbook": (archive(["a"])[:40], "damaged ZIP file or Excel workbook"),
    "nothing": (b"", "an empty file"),
    "nothing in gzip": (gzip.compress(b""), "an empty file"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_that_cannot_be_read_is_named_for_what_it_is(tmp_path, kind):
    content, message = FOREIGN[kind]
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_csv(path, "y")
    assert str(caught.value).startswith("path is '")
    assert "\n" not in str(caught.value)


def test_a_database_is_named(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(database(tmp_path))
    with pytest.raises(InputError, match=r"SQLite database; read it with pandas.read_sql"):
        read_file(path)


@pytest.mark.parametrize("start", ["PAR1", "ORC", "RDA", "BZh", "GIF8", "[x]", "CDF", "FEA1"])
def test_names_of_columns_that_look_like_first_bytes_are_text(tmp_path, start):
    path = tmp_path / "data.csv"
    path.write_text(f"{start},y\n1,2\n")
    assert read_file(path).kind == "text"


@pytest.mark.parametrize("name", ["data.csv.gz", "data.csv", "data"])
def test_gzip_is_known_by_its_content(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(TEXT[:6]) + gzip.compress(TEXT[6:]))  # two members
    assert read_file(path).data == TEXT
    assert read_csv(path, "y").X.tolist() == [[1], [3]]


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(file_types, "LARGEST_BYTES", 10_000)
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(bytes(10**7)))
    with pytest.raises(InputError, match="gzip file of more content than fits; at most"):
        read_file(bomb)
    many = tmp_path / "many.csv.gz"
    many.write_bytes(gzip.compress(b"1,2\n" * 1000) * 3)
    with pytest.raises(InputError, match="gzip file of more content than fits"):
        read_file(many)
    large = tmp_path / "large.csv"
    large.write_bytes(bytes(10_001))
    with pytest.raises(InputError, match=r"a file of 1e\+04 bytes; at most"):
        read_file(large)


def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    os.symlink("/dev/zero", tmp_path / "endless")
    (tmp_path / "real.csv").write_bytes(TEXT)
    os.symlink(tmp_path / "real.csv", tmp_path / "link.csv")
    os.symlink(tmp_path / "none", tmp_path / "broken.csv")
    for name in ("pipe", "endless"):
        with pytest.raises(InputError, match="a pipe or a device; pass the path of a regular file"):
            read_file(tmp_path / name)
    assert read_file(tmp_path / "link.csv").data == TEXT
    with pytest.raises(InputError, match=r"broken.csv', which does not exist"):
        read_file(tmp_path / "broken.csv")
    with pytest.raises(InputError, match="a directory; pass the path of a file"):
        read_file(tmp_path)
    with pytest.raises(InputError, match="a web address; download the file"):
        read_file("https://example.org/data.csv")
    with pytest.raises(InputTypeError, match="path is a list; pass the path of a file"):
        read_file([TEXT])  # type: ignore[arg-type]


@given(st.sampled_from(sorted(FOREIGN)), st.integers(0, 200), st.binary(max_size=20))
def test_damaged_files_give_content_or_a_sentence(tmp_path_factory, kind, end, more):
    path = tmp_path_factory.mktemp("files") / "data.csv"
    path.write_bytes(FOREIGN[kind][0][:end] + more)
    try:
        read_csv(path, "y")
    except InputError as error:
        assert str(error).endswith(".")
        assert "\n" not in str(error)
