"""Is what takes the place of a result refused before a field of it is used?"""

from typing import Literal, NamedTuple

import numpy as np
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.results import check_result


class Part(NamedTuple):
    name: str


class Result(NamedTuple):
    values: np.ndarray
    level: float
    rows: int
    kind: Literal["a", "b"]
    parts: tuple[Part, ...]
    samples: np.ndarray | None


GOOD = Result(np.ones(2), 0.9, 3, "a", (Part("x"),), None)


@pytest.mark.parametrize("given", [None, 3, (1, 2), tuple(GOOD), np.ones(3), Result])
def test_what_is_no_result_is_refused(given):
    with pytest.raises(InputTypeError, match=r"^result is .*; pass what compute returns\.$"):
        check_result(given, "result", Result, "compute")


@pytest.mark.parametrize(
    "field, entry",
    [
        ("values", None),
        ("values", [1.0, 2.0]),
        ("values", np.array(["a"])),
        ("level", True),
        ("level", "0.9"),
        ("rows", 3.0),
        ("kind", "c"),
        ("parts", [Part("x")]),
        ("parts", (Part(3),)),
        ("parts", (("x",),)),
        ("samples", "none"),
    ],
)
def test_a_field_of_another_type_is_refused(field, entry):
    with pytest.raises(InputTypeError, match=rf"^result has the {field} .*; pass what compute"):
        check_result(GOOD._replace(**{field: entry}), "result", Result, "compute")


def test_fields_of_lengths_that_differ_are_refused():
    samples = GOOD._replace(samples=np.ones((4, 3)))
    check_result(samples, "result", Result, "compute", values="p", samples="r *")
    message = r"^result has the samples of shape \(4, 3\), which does not fit its other fields"
    with pytest.raises(InputError, match=message):
        check_result(samples, "result", Result, "compute", values="p", samples="r p")
    with pytest.raises(InputError, match=message):
        check_result(samples, "result", Result, "compute", samples="r")
    with pytest.raises(InputError, match=r"the parts of shape \(1,\)"):
        check_result(GOOD, "result", Result, "compute", values="p", parts="p", samples="r p")


def test_a_result_passes():
    check_result(GOOD, "result", Result, "compute")
    check_result(GOOD._replace(samples=np.ones(2), level=np.float32(1)), "result", Result, "f")
