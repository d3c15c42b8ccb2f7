"""Does every public function work or refuse in one sentence, whatever it is given?

A sample of the calls; `python -m tests.hostile` makes all of them.
"""

import random
import warnings
from pathlib import Path

import numpy as np
import pytest

import jaxnn
from jaxnn.errors import InputError
from jaxnn.tracer import numpy as tnp
from tests.hostile.calls import Call, calls_of, not_called_by_users, packages
from tests.hostile.outcomes import Case, answer, cases, judged, outcome_of
from tests.hostile.public import public_callables
from tests.hostile.values import ANYTHING, hostile_values
from tests.hostile.workers import limited_memory

SAMPLE = 20  # calls per package


@pytest.mark.parametrize("package", packages())
def test_every_public_function_has_a_working_call(package):
    described = set(calls_of(package)) | not_called_by_users(package)
    assert public_callables(package) - described == set()


def test_every_function_of_numpy_that_the_tracer_has_has_a_working_call():
    ours = {
        name
        for name in set(vars(tnp)) & set(dir(np))
        if name[0] != "_" and getattr(tnp, name) is not getattr(np, name) and name != "linalg"
    }
    assert ours - set(calls_of("tracer_numpy")) == set()


# Modules that the library alone uses.
INNER = {
    "array_files",
    "chunk_store",
    "directory_lock",
    "errors",
    "layer_shapes",
    "one_replicate",
    "processes",
    "progress",
    "results",
    "saving",
    "stacked_results",
    "user_functions",
    "versions",
}


def test_the_calls_of_every_package_are_described():
    entries = {path.stem for path in Path(jaxnn.__file__).parent.iterdir() if path.stem[0] != "_"}
    assert entries - set(packages()) - {"py"} <= INNER


@pytest.mark.parametrize("package", packages())
def test_a_sample_of_hostile_calls_is_answered(package, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # some texts are taken as the name of a file
    quick = cases(package, slow=False)
    chosen = random.Random(package).sample(quick, min(SAMPLE, len(quick)))
    with limited_memory():
        answers = {str(case): outcome_of(case) for case in chosen}
    assert {case: answer for case, answer in answers.items() if answer.kind == "fault"} == {}


def refused(x):
    raise InputError(f"x is {x}; pass a number.")


def kept(x):
    return x


def warned(x):
    warnings.warn("a warning", stacklevel=1)


def wrong(x):
    raise KeyError(x)


def changed(x):
    x += 1


def divided(x):
    return np.divide(x, 3.0)


@pytest.mark.parametrize(
    ("function", "value", "kind", "text"),
    [
        (refused, "a", "refused", "x is a; pass a number."),
        (refused, "a\nb", "fault", "more than one line"),
        (kept, 3.0, "returned", ""),
        (kept, float("nan"), "fault", "NaN or infinity in silence"),
        (divided, np.array([1.0, np.inf]), "fault", "NaN or infinity in silence"),
        (warned, 1, "fault", "UserWarning: a warning"),
        (wrong, "name", "fault", "KeyError: 'name'"),
        (changed, np.zeros(2), "fault", "an argument was changed"),
    ],
)
def test_a_planted_answer_is_judged(function, value, kind, text):
    call = Call(function, {"x": 1.0})
    outcome = answer(lambda: call, "x", lambda: value)
    assert outcome.kind == kind
    assert outcome.text.startswith(text)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("X has no rows; pass at least one.", "refused"),
        ("X has no rows; pass at least one", "fault"),
        ("X has no rows. Pass at least one.", "fault"),
        ("there are no rows; pass at least one.", "fault"),
        ("X has no rows" + ", none" * 100 + ".", "fault"),
    ],
)
def test_a_refusal_is_one_sentence_that_names_the_argument(sentence, kind):
    assert judged(sentence, "X", Call(kept, {"X": 1.0})).kind == kind


def test_values_close_to_an_argument_are_tried_too():
    names = set(hostile_values(np.ones((3, 2)))) - set(ANYTHING)
    assert {"its first value nan", "its rows less one", "its masked array"} <= names


def test_a_case_is_shown_as_a_call():
    assert str(Case("training", "fit", "X", "None")) == "training.fit(X = None)"
