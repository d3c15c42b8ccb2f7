"""Is a result computed again when, and only when, something it depends on has changed?"""

import re

import pytest

from experiments import NAMES
from experiments.lab import contract, sources


@pytest.mark.parametrize(
    ("old", "new", "computes"),
    [
        ("# here", "assert settings.n", True),
        ("import jax\n", "import jax\nimport math\n", True),
        ("n: int = 50", "n: int = 51", True),
        ("# here", "# a longer comment", False),
        ("Draw n numbers.", "Draw n numbers at random.", False),
        ("Is the mean", "Is, in the end, the mean", False),
        ('TITLE = "Sums', 'TITLE = "Some sums', False),
        ("figures = {}", "figures = dict()", False),
        ("The draws.", "All draws.", False),
        ("the mean is near zero", "the mean is close to zero", False),
        ("0, mean, (mean - 1", "0, mean, (mean - 2", False),
        ("QUICK = Settings(n=5)", "QUICK = Settings(n=6)", False),
    ],
)
def test_only_a_change_that_can_alter_results_computes_again(lab, old, new, computes):
    lab.write("sums")
    lab.run()
    lab.write("sums", (old, new))
    assert lab.run() == 0
    assert lab.computed() == (2 if computes else 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("the mean is near zero", "the mean is close to zero"),
        ("The draws.", "All draws."),
        ('TITLE = "Sums', 'TITLE = "Some sums'),
        ("figures = {}", "figures = dict()"),
    ],
)
def test_figures_and_claims_are_made_anew_when_their_words_or_code_change(lab, old, new):
    lab.write("sums")
    lab.run()
    before = lab.making("sums")["drawing"]
    lab.write("sums", (old, new))
    lab.run()
    assert lab.making("sums")["drawing"] != before


class Library:
    """A small library beside the experiments: a package that re-exports names of its modules."""

    def __init__(self, lab, tmp_path):
        self.lab = lab
        self.name = lab.package.replace("laboratory", "laboratory_library")
        self.folder = tmp_path / self.name
        self.write("inner/__init__.py", '"""Inner rooms."""\n')
        self.write("constants.py", '"""Constants."""\nHALF = 0.5\nOTHER = 1\n')
        self.write(
            "inner/scale.py", f"from {self.name}.constants import HALF\n\nSCALE = 2 * HALF\n"
        )
        self.write("unused.py", "VALUE = 1\n")
        self.write(
            "__init__.py",
            f"from {self.name}.inner.scale import SCALE\nfrom {self.name}.unused import VALUE\n",
        )

    def write(self, place, text):
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, place, old, new):
        text = (self.folder / place).read_text()
        assert text.count(old) == 1
        self.write(place, text.replace(old, new))
        self.lab.forget()


@pytest.fixture(params=["from {0} import SCALE", "import {0}\n\nSCALE = {0}.SCALE"])
def library(request, lab, tmp_path):
    """A library of which an experiment uses one name; the experiment has been run."""
    library = Library(lab, tmp_path)
    line = request.param.format(library.name)
    lab.write("sums", ("import jax\n", f"import jax\n{line}\n"))
    assert lab.run() == 0
    return library


def test_a_changed_constant_two_imports_down_computes_again(lab, library):
    library.change("constants.py", "0.5", "0.25")
    lab.run()
    assert lab.computed() == 2


def test_a_new_module_or_name_or_docstring_in_the_library_computes_nothing(lab, library):
    library.write("new.py", "NEW = 1\n")
    library.change(
        "__init__.py", "import VALUE", f"import VALUE\nfrom {library.name}.new import NEW"
    )
    library.change("constants.py", "Constants.", "All constants.")
    library.change("inner/__init__.py", "Inner rooms.", "The rooms inside.")
    library.change("unused.py", "VALUE = 1", "VALUE = 2")
    assert lab.run() == 0
    assert lab.computed() == 1


def test_an_experiment_that_uses_a_whole_package_depends_on_all_its_exports(lab, tmp_path):
    library = Library(lab, tmp_path)
    line = f"import {library.name} as everything\n\nNAMES = vars(everything)"
    lab.write("sums", ("import jax\n", f"import jax\n{line}\n"))
    lab.run()
    library.change("unused.py", "VALUE = 1", "VALUE = 2")
    lab.run()
    assert lab.computed() == 2


@pytest.mark.parametrize(
    "line",
    [
        "from {0} import helper",
        "from {0}.helper import SCALE",
        "from .. import helper",
        "from ..helper import SCALE",
        "from ..helper import *",
        "import {0}.helper",
        "MODULE = '{0}.helper'",
        "def late():\n    from {0}.helper import SCALE",
    ],
)
def test_a_module_that_an_experiment_names_counts_as_its_source(lab, line):
    (lab.folder / "helper.py").write_text("SCALE = 1\n")
    (lab.folder / "other.py").write_text("SCALE = 1\n")
    lab.write("sums", ("import jax\n", f"import jax\n{line.format(lab.package)}\n"))
    assert lab.run() == 0
    (lab.folder / "other.py").write_text("SCALE = 2\n")
    lab.run()
    assert lab.computed() == 1
    (lab.folder / "helper.py").write_text("SCALE = 2\n")
    lab.forget()
    lab.run()
    assert lab.computed() == 2


def test_data_beside_a_source_counts(lab):
    (lab.folder / "sums").mkdir()
    (lab.folder / "sums" / "table.csv").write_text("a\n1\n")
    lab.write("sums")
    lab.run()
    (lab.folder / "sums" / "table.csv").write_text("a\n2\n")
    lab.run()
    assert lab.computed() == 2


@pytest.mark.parametrize(
    ("room", "first_line"),
    [("claims", "from experiments.lab.claims import"), ("draw", "from matplotlib.figure import")],
)
def test_a_module_of_claims_or_drawing_computes_nothing_again(lab, room, first_line):
    helper = lab.folder / "helper.py"
    helper.write_text("SCALE = 1\n")
    line = f"from {lab.package}.helper import SCALE"
    lab.write("sums", (first_line, f"{line}\n{first_line}"))
    lab.run()
    drawn = lab.making("sums")["drawing"]
    helper.write_text("SCALE = 2\n")
    lab.forget()
    assert lab.run() == 0
    assert lab.computed() == 1
    assert lab.making("sums")["drawing"] != drawn


@pytest.mark.parametrize("name", NAMES)
def test_what_is_computed_does_not_depend_on_claims_or_drawing(name):
    places = [
        sources.place(path) for path in sources.closure(contract.load(name).folder / "compute.py")
    ]
    assert f"experiments/{name}/compute.py" in places
    afterwards = re.compile(r"experiments/lab/|/(claims|draw|reading|verdict)|jaxnn/(plotting|cli)")
    assert [place for place in places if afterwards.search(place)] == []


def test_sources_are_followed_through_packages_to_the_modules_that_define_the_names():
    folder = contract.load("refit_speed").folder
    places = {sources.place(path) for path in sources.closure(folder / "compute.py")}
    assert {"experiments/refit_speed/scaling.py", "experiments/refit_speed/processes.py"} <= places
    assert {"jaxnn/training/forward_pass.py", "jaxnn/tables/encoding.py"} <= places
    assert {"jaxnn/__init__.py", "jaxnn/training/__init__.py"}.isdisjoint(places)
    assert not any("/tracer/" in place or "universal" in place for place in places)
