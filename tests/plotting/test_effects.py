"""Does one call draw the curve with both bands, and where the data are?"""

import numpy as np
import pytest
from matplotlib.figure import Figure

from jaxnn import plotting
from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import ImpossibleRows, data_density
from jaxnn.refits import Effect, curve_bands
from jaxnn.tables import Column

RNG = np.random.default_rng(0)
REFITS, ROWS = 60, 100
OBSERVED = RNG.normal(size=ROWS)


def an_effect(column, grid, observed, *, outputs=(), response="binary", warning=None):
    """Curves that wander, of one predictor."""
    curves = RNG.normal(size=(REFITS, len(grid), *outputs)).cumsum(axis=1)
    curves = 1 / (1 + np.exp(-curves))
    return Effect(
        0,
        column,
        response,
        np.asarray(grid, float),
        np.zeros(len(grid), bool),
        curves,
        curves[::-1],
        curves[:20],
        np.arange(20),
        3,
        curves**2,
        np.asarray(grid, float)[::2],
        curves[:, ::2] - curves[:, ::2].mean(axis=1, keepdims=True),
        np.array([[grid[0], grid[-1]]], float),
        curves[:, -1:] - curves[:, :1],
        np.asarray(observed, float),
        np.ones(len(observed)),
        data_density(np.asarray(observed, float)[:, None], 0, columns=[column]),
        ImpossibleRows(0, np.asarray(grid, float), np.zeros(len(grid)), 0.2, 1, warning),
    )


AGE = an_effect(Column("age", "numeric", unit="years"), np.linspace(-3, 3, 9), OBSERVED)
SEX = an_effect(Column("sex", "binary", ("female", "male")), [0, 1], np.arange(ROWS) % 5 == 0)


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def test_a_number_is_a_curve_inside_two_bands():
    ax = plotting.plot_effect(AGE)
    bands = curve_bands(AGE)
    (line,) = [line for line in ax.lines if line.get_label() == "mean of 60 refits"]
    x, y = line.get_xydata().T
    assert (x[0], x[-1]) == (OBSERVED.min(), OBSERVED.max())  # pale beyond
    np.testing.assert_allclose(y, np.interp(x, bands.x, bands.center))
    filled = {f.get_label(): f.get_paths()[0].vertices for f in ax.collections[:6]}
    outer, inner = filled["95% at all values at once"], filled["95% at each value"]
    within = (bands.x > x[0]) & (bands.x < x[-1])
    for vertices, ends in ((outer, bands.simultaneous), (inner, bands.pointwise)):
        corners = set(map(tuple, vertices.tolist()))
        for end in ends:
            assert corners >= set(zip(bands.x[within].tolist(), end[within].tolist(), strict=True))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("age (years)", "predicted probability")
    share = (AGE.average[:, -1] > AGE.average[:, 0]).mean()
    assert ax.get_title(loc="right") == f"ends higher in {share:.0%} of refits"
    assert isinstance(ax.figure, Figure) and len(ax.figure.legends) == 1


def test_ticks_are_at_rows_and_deciles(ax):
    plotting.plot_effect(AGE, ax)
    rows, deciles = (np.array(lines.get_segments())[:, 0, 0] for lines in ax.collections[-2:])
    np.testing.assert_array_equal(rows, np.sort(OBSERVED))
    np.testing.assert_array_equal(deciles, AGE.density.deciles)
    assert ax.get_legend() is not None


def test_levels_are_points_with_two_bars_and_their_numbers_of_rows(ax):
    plotting.plot_effect(SEX, ax, accumulated=True, individual=5)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["female\n(80)", "male\n(20)"]
    bands = curve_bands(SEX)
    outer, inner = (np.array(bars.get_segments())[:, :, 1] for bars in ax.collections[:2])
    np.testing.assert_allclose(outer.T, bands.simultaneous)
    np.testing.assert_allclose(inner.T, bands.pointwise)
    assert set(labels(ax)) == {
        "95% at all values at once",
        "95% at each value",
        "mean of 60 refits",
        "5 of 20 rows",
        "accumulated local effects",
    }
    assert ax.get_title(loc="right") == ""


def test_accumulated_effects_are_drawn_about_the_mean_over_the_rows(ax):
    plotting.plot_effect(AGE, ax, accumulated=True)
    (line,) = [line for line in ax.lines if line.get_label() == "accumulated local effects"]
    mean = np.interp(OBSERVED, AGE.grid, AGE.average.mean(axis=0)).mean()
    np.testing.assert_allclose(line.get_ydata(), AGE.accumulated.mean(axis=0) + mean)
    alone = plotting.plot_effect(AGE, curve="accumulated")
    assert alone.get_ylabel() == "change of the predicted probability"


def test_accumulated_effects_are_drawn_of_themselves_where_rows_cannot_be(ax):
    plotting.plot_effect(AGE, ax)
    assert "accumulated local effects" not in labels(ax)
    warned = an_effect(AGE.column, AGE.grid, OBSERVED, warning="No row is near.")
    plotting.plot_effect(warned, ax)
    assert "accumulated local effects" in labels(ax)
    quiet = plotting.plot_effect(warned, accumulated=False)
    assert "accumulated local effects" not in labels(quiet)


def test_one_of_several_outputs_is_drawn(ax):
    several = an_effect(Column("z", "numeric"), [0, 1, 2], [0, 1, 2], outputs=(3,))
    plotting.plot_effect(several, ax, output=2, individual=3, accumulated=True)
    (line,) = [line for line in ax.lines if line.get_label() == "mean of 60 refits"]
    np.testing.assert_allclose(line.get_ydata(), several.average.mean(axis=0)[:, 2])
    with pytest.raises(InputError, match="output is 3; there are the outputs 0 to 2"):
        plotting.plot_effect(several, ax, output=3)


def test_all_predictors_are_in_one_figure_at_the_same_scale():
    axes = plotting.plot_effects([AGE, SEX, AGE, SEX], level=0.5, accumulated=True)
    assert len({ax.get_ylim() for ax in axes}) == 1 and len(axes) == 4
    (legend,) = axes[0].figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert len(texts) == len(set(texts)) and "50% at each value" in texts
    assert [bool(ax.get_ylabel()) for ax in axes] == [True, False, False, True]
    with pytest.raises(InputError, match="effects holds 0 effects; pass from 1 to 26"):
        plotting.plot_effects([])


def test_dates_are_written_as_dates(ax):
    day = Column("visit", "numeric", origin="2020-01-01")
    plotting.plot_effect(an_effect(day, [0, 31, 60], [0, 31, 60]), ax)
    assert ax.xaxis.get_major_formatter()(31.0, 0) == "2020-02-01"


def test_what_is_no_effect_is_refused(ax):
    with pytest.raises(InputTypeError, match=r"effect is \[1, 2\]; pass what effect"):
        plotting.plot_effect([1, 2], ax)
    with pytest.raises(InputError, match="curve is 'averages'; did you mean 'average'"):
        plotting.plot_effect(AGE, ax, curve="averages")
    with pytest.raises(InputError, match="level is 95"):
        plotting.plot_effect(AGE, ax, level=95)
