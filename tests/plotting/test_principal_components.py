"""Does the map over two components say what its axes mix, and how little it holds?"""

import numpy as np
import pytest

from jaxnn.errors import InputTypeError
from jaxnn.inspection import principal_component_picture
from jaxnn.plotting import plot_principal_components
from jaxnn.tables import numeric_columns

X = np.random.default_rng(0).normal(size=(60, 4)) @ np.random.default_rng(1).normal(size=(4, 4))


def test_the_axes_name_the_largest_loadings_and_the_title_has_the_caution(ax):
    columns = numeric_columns(["$a", "b", "c", "d"])
    picture = principal_component_picture(lambda X: X[:, 0], X, columns=columns, resolution=7)
    assert plot_principal_components(picture, ax, label="blood pressure", largest=2) is ax
    first, second = np.argsort(-np.abs(picture.loadings[:, 0]))[:2]
    assert ax.get_xlabel() == (
        f"component 1 ({picture.variance_share[0]:.0%} of the variance):\n"
        f"{picture.loadings[first, 0]:.2f} {picture.features[first]}, "
        f"{picture.loadings[second, 0]:.2f} {picture.features[second]}, ..."
    )
    assert not ax.xaxis.label.get_parse_math()
    assert ax.get_title(loc="left").replace("\n", " ") == picture.caution
    assert ax.figure.axes[1].get_ylabel() == "blood pressure"
    np.testing.assert_allclose(ax.lines[0].get_xydata(), picture.points)


def test_it_makes_its_own_figure():
    picture = principal_component_picture(lambda X: X[:, 0], X, resolution=4)
    figure = plot_principal_components(picture).figure
    assert figure is not plot_principal_components(picture).figure


def test_what_cannot_be_drawn_is_refused(ax):
    with pytest.raises(InputTypeError, match="picture is 3; pass what"):
        plot_principal_components(3, ax)  # type: ignore[arg-type]
