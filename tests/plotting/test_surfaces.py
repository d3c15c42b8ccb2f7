"""Do maps and boundaries show what the surface holds?"""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import joint_surface
from jaxnn.plotting import plot_boundary, plot_standard_error, plot_surface
from jaxnn.plotting.surfaces import ABOVE, BELOW, RIBBON
from jaxnn.refits import refit_surface
from jaxnn.tables import Column

X = np.random.default_rng(1).normal(size=(40, 3))
X[:, 2] = np.arange(40) % 3
COLUMNS = (
    Column("$a$", "numeric", unit="years"),
    Column("b", "numeric"),
    Column("c", "categorical", ("p", "$q", "r")),
)
SHIFTS = np.linspace(-1, 1, 21)


def surface(features=(0, 1), response="binary", **settings):
    def predict(rows):
        odds = rows[:, 0] + rows[:, 1] + rows[:, 2] - 1 + SHIFTS[:, None]
        return odds if response == "quantitative" else 1 / (1 + np.exp(-odds))

    model: Any = SimpleNamespace(
        response=response,
        width=1,
        columns=COLUMNS,
        multiplicities=np.ones((21, 40), int),
        out_of_bag=np.zeros((21, 40), bool),
        predict=predict,
        predict_mean=lambda rows: predict(rows).mean(axis=0),
        predictions_and_losses=lambda rows, y: None,
        single=lambda b: None,
    )
    return refit_surface(model, X, features, resolution=12, **settings)


def colors_of(ax):
    return {to_hex(color) for part in ax.collections for color in part.get_facecolor()}


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_map_of_two_numbers_has_their_ranges_names_and_rows(ax):
    found = surface()
    assert plot_surface(found, ax) is ax
    assert ax.get_xlabel() == "$a$ (years)" and ax.get_ylabel() == "b"
    assert not ax.xaxis.label.get_parse_math()
    np.testing.assert_allclose(ax.get_xlim(), found.grids[0][[0, -1]])
    np.testing.assert_allclose(ax.lines[0].get_xydata(), X[:, :2])
    assert labels(ax) == ["pale: no row nearby", "40 rows"]
    bar = ax.figure.axes[1]
    assert bar.get_ylabel() == "predicted probability"
    low, high = bar.get_ylim()
    assert low <= found.prediction.min() and high >= found.prediction.max()
    assert low >= 0 and high <= 1
    assert ax.lines[0].get_clip_box().width > ax.bbox.width  # dots at the edges are whole
    pale = [part for part in ax.collections if part.get_alpha() == 0.6]
    np.testing.assert_array_equal(pale[0].get_array().mask.T, found.nearby)


def test_levels_have_cells_with_their_names(ax):
    found = surface((2, 0))
    plot_surface(found, ax)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["p", "$q", "r"]
    assert not any(text.get_parse_math() for text in ax.get_xticklabels())
    np.testing.assert_allclose(ax.collections[0].get_array().T, found.prediction)
    np.testing.assert_allclose(ax.get_xlim(), [-0.5, 2.5])
    places = ax.lines[0].get_xdata()
    np.testing.assert_array_equal(np.rint(places), X[:, 2])  # each row beside its own level
    assert len(np.unique(places)) == 40


def test_the_standard_error_has_its_own_map(ax):
    found = surface((2, 0))
    plot_standard_error(found, ax)
    np.testing.assert_allclose(ax.collections[0].get_array().T, found.standard_error)
    assert ax.figure.axes[1].get_ylabel() == "standard error over 21 refits"


def test_a_boundary_has_two_sides_and_a_ribbon(ax):
    y = (np.arange(40) % 4 == 0).astype(float)
    plot_boundary(surface(level=0.9), y, ax, sides=("well", "ill"))
    assert {BELOW.lower(), RIBBON.lower(), ABOVE.lower()} <= colors_of(ax)
    assert labels(ax) == [
        "predicted: well",
        "refits disagree (pointwise 90% ribbon)",
        "predicted: ill",
        "mean of 21 refits = 0.5",
        "pale: no row nearby",
        "observed: well",
        "observed: ill",
    ]
    by_label = {line.get_label(): line.get_xydata() for line in ax.lines}
    np.testing.assert_array_equal(by_label["observed: ill"], X[y == 1, :2])


def test_cells_of_levels_are_in_the_ribbon_where_refits_disagree(ax):
    found = surface((2, 0))
    plot_boundary(found, None, ax)
    zones = ax.collections[0].get_array().T
    np.testing.assert_array_equal(zones == 1, found.ribbon)
    np.testing.assert_array_equal(zones == 2, ~found.ribbon & (found.prediction > 0.5))
    assert labels(ax)[0] == "predicted: 0.5 or less"


def test_a_surface_that_never_reaches_the_threshold_has_no_line(ax):
    found = surface(response="quantitative", threshold=100)
    plot_boundary(found, X[:, 0] * 200, ax)
    assert not any(label.startswith("mean of") for label in labels(ax))
    assert labels(ax)[-1] == "observed: above 100"


def test_a_surface_of_one_fit_or_one_value_is_drawn(ax):
    one = joint_surface(lambda X: 0 * X[:, 0], X, (0, 1), grids=([1.0], [0.0, 2.0]))
    plot_surface(one, ax, label="something")
    assert ax.figure.axes[1].get_ylabel() == "something"
    np.testing.assert_allclose(ax.get_xlim(), [0.5, 1.5])
    assert plot_surface(one).figure is not ax.figure


def test_one_of_several_outputs_is_drawn(ax):
    both = joint_surface(lambda X: X[:, :2], X, (2, 0), columns=COLUMNS)
    plot_surface(both, ax, output=1)
    np.testing.assert_allclose(ax.collections[0].get_array().T, both.prediction[..., 1])


def test_what_cannot_be_drawn_is_refused(ax):
    with pytest.raises(InputTypeError, match=r"surface is \[\]; pass what joint_surface or"):
        plot_surface([], ax)  # type: ignore[arg-type]
    one = joint_surface(lambda X: X[:, 0], X, (0, 1))
    with pytest.raises(InputTypeError, match="surface is a Surface; pass what refit_surface"):
        plot_standard_error(one, ax)  # type: ignore[arg-type]
    many = joint_surface(lambda X: SHIFTS[:, None] * X[:, 0], X, (0, 1), resolution=5)
    with pytest.raises(InputError, match=r"has shape \(21, 5, 5\) over grids of 5 and 5 values"):
        plot_surface(many, ax)
    with pytest.raises(InputError, match="output is 1; there are the outputs 0 to 0"):
        plot_surface(surface(), ax, output=1)
    with pytest.raises(InputError, match="surface has no threshold; pass refit_surface"):
        plot_boundary(surface(response="quantitative"), None, ax)
    with pytest.raises(
        InputError, match=r"y has shape \(3,\); pass one response for each of the 40"
    ):
        plot_boundary(surface(), [0, 1, 0], ax)
    with pytest.raises(InputError, match="y holds nan at row 0"):
        plot_boundary(surface(), np.full(40, np.nan), ax)
