"""Do arrays of any dtype come back as they went, and is nothing else read?"""

import io
import zipfile

import ml_dtypes
import numpy as np
import pytest

from jaxnn.array_files import (
    Form,
    check_seal,
    described,
    digest_of,
    dtype_name,
    forms,
    read_arrays,
    read_text,
    sealed,
    size_of,
)
from jaxnn.saving import Unreadable

ARRAYS = {
    "small": np.arange(6).reshape(2, 3).astype(ml_dtypes.bfloat16),
    "smaller": np.arange(4).astype(ml_dtypes.int4),
    "text": np.array(["a", "longer"]),
    "swapped": np.arange(3, dtype=">i2"),
    "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "empty": np.zeros((0, 2), np.complex64),
    "number": np.array(True),
}


def refused(content, expected, why):
    with pytest.raises(Unreadable, match=why):
        read_arrays(content, expected)


def test_arrays_of_any_dtype_come_back():
    content = sealed(ARRAYS)
    check_seal(content)
    expected = forms(described(ARRAYS))
    assert len(content) <= size_of(expected)
    found = read_arrays(content, expected)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype and found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int4", "<U5", ">f8", "bool"])
def test_the_name_of_a_dtype_gives_it_back(dtype):
    made = np.dtype(getattr(ml_dtypes, dtype, dtype))
    assert dtype_name(made) == dtype
    assert forms({"a": {"dtype": dtype, "shape": [2, 0]}}) == {"a": Form(made, (2, 0))}


@pytest.mark.parametrize(
    "description",
    [
        None,
        {"a": None},
        {"a": {"dtype": "float32"}},
        {"a": {"dtype": "object", "shape": []}},
        {"a": {"dtype": "nothing", "shape": []}},
        {"a": {"dtype": "float32", "shape": [-1]}},
        {"a": {"dtype": "float32", "shape": [1.5]}},
        {"a": {"dtype": "float32", "shape": 3}},
    ],
)
def test_what_describes_no_arrays_is_refused(description):
    with pytest.raises(Unreadable, match="does not describe its arrays"):
        forms(description)


def test_other_arrays_than_expected_are_refused():
    content = sealed({"a": np.zeros(9)})
    refused(content, {"b": Form(np.dtype(float), (9,))}, "holds other arrays")
    refused(content, {}, "holds other arrays")
    refused(content, {"a": Form(np.dtype(float), (9999,))}, "holds arrays of other shapes")
    refused(content[:-200], {"a": Form(np.dtype(float), (9,))}, "is damaged")
    refused(b"", {"a": Form(np.dtype(float), (9,))}, "is damaged")


def test_a_compressed_file_is_not_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(10**7))
    refused(file.getvalue(), {"a": Form(np.dtype(np.uint8), (1,))}, "is compressed")


def test_the_digest_depends_on_names_dtypes_shapes_values_and_description():
    one = {"a": np.zeros(2, np.int32)}
    others = [
        ({}, {"b": np.zeros(2, np.int32)}),
        ({}, {"a": np.zeros(2, np.uint32)}),
        ({}, {"a": np.zeros(1, np.int64)}),
        ({}, {"a": np.zeros((2, 1), np.int32)}),
        ({}, {"a": np.array([0, 1], np.int32)}),
        ({"made": 1}, one),
    ]
    assert len({digest_of({}, one), *(digest_of(*other) for other in others)}) == 7
    assert digest_of({}, one) == digest_of({}, {"a": np.zeros(2, np.int32)})


def test_a_text_among_arrays_is_read_whatever_its_length():
    for text in ("", "short", "é" * 5000):
        content = sealed({"text": np.frombuffer(text.encode(), np.uint8)})
        assert read_text(content, "text") == text
    with pytest.raises(Unreadable, match="was not saved by this program"):
        read_text(content, "other")
