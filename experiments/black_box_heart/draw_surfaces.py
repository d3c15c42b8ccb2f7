"""How are the boundary in two predictors and the picture of principal components drawn?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from experiments.black_box_heart.reading import component_picture, surface
from experiments.black_box_heart.two_predictors import WAYS
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.plotting import COLORS

MARKS = (("blue", "o"), ("vermilion", "^"))
LARGEST = 12  # features, by the larger of their two weights

CAPTIONS = {
    "boundary": (
        "Two predictors together: predicted probability of heart disease by maximum heart rate and "
        "ST depression (Oldpeak). Line: the classification boundary, where the mean of the refits "
        "is one half; darker: where refits disagree, at nominal 95%; white: no patient is near. "
        "(a) The other predictors at their mean or most common level. (b) Averaged over all "
        "patients as observed. Many patients are on the wrong side, since the network also uses "
        "the eleven other predictors. "
        "Lecture 11, 'What if we want the joint relationship with two predictors?'."
    ),
    "components": (
        "An overall picture by principal components. (a) The plane of the first two components of "
        "the 18 standardised features; colour: predicted probability of heart disease at that "
        "point; white: no patient is near. It changes along the first component. (b) The "
        "largest weights of the two: each is a mixture of many predictors, so that the picture "
        "does not say what a predictor does. "
        "Lecture 11, 'Should I use PCA components?'."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """The boundary of two predictors, and principal components."""
    return {"boundary": boundary(results), "components": components(results)}


def boundary(results: Results) -> Figure:
    """The surface with the others at their centre, and averaged over patients."""
    figure, axes = plotting.panels(2, height=4.4, sharey=True)
    titles = ("others at mean or mode", "averaged over patients")
    for ax, way, title in zip(axes, WAYS, titles, strict=True):
        shown = _surface(ax, results, way)
        ax.set_title(title)
        ax.set_xlabel("maximum heart rate (beats/min)")
    axes[0].set_ylabel("ST depression (mm)")
    bar = figure.colorbar(shown, ax=axes, label="probability of heart disease", shrink=0.9)
    bar.ax.set_ylim(0, 1)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def _surface(ax: Axes, results: Results, way: str) -> QuadMesh:
    found = surface(results, way)
    seen = np.where(found.nearby, found.prediction, np.nan).T
    # Beyond 0 and 1 the colours would be too dark for points.
    shown = ax.pcolormesh(*found.grids, seen, cmap="RdBu_r", vmin=-0.5, vmax=1.5)
    inside = np.where(found.nearby & found.ribbon, 1.0, np.nan).T
    ax.pcolormesh(*found.grids, inside, cmap="Greys", vmin=0, vmax=1, alpha=0.15)
    ax.contour(*found.grids, seen, levels=[0.5], colors="black", linewidths=2)
    _patients(ax, found.points, results)
    return shown


def _patients(ax: Axes, points: np.ndarray, results: Results) -> None:
    for code, (color, marker) in enumerate(MARKS):
        of = results["observed"] == code
        ax.plot(
            *points[of].T,
            marker,
            color=COLORS[color],
            markersize=4.5,
            mec="white",
            mew=0.5,
            label=f"disease: {results['response_levels'][code]}",
        )
    ax.grid(False)


def components(results: Results) -> Figure:
    """Patients by their first two components, and the weights of these."""
    figure, axes = plotting.panels(2, height=4.2)
    picture = component_picture(results)
    seen = np.where(picture.nearby, picture.prediction, np.nan).T
    shown = axes[0].pcolormesh(*picture.grids, seen, cmap="RdBu_r", vmin=-0.5, vmax=1.5)
    bar = figure.colorbar(shown, ax=axes[0], label="probability of heart disease")
    bar.ax.set_ylim(0, 1)
    _patients(axes[0], picture.points, results)
    axes[0].legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2)
    shares = picture.variance_share
    axes[0].set_xlabel(f"first component ({shares[0]:.0%} of the variance)")
    axes[0].set_ylabel(f"second component ({shares[1]:.0%})")
    weights = picture.loadings
    order = np.argsort(-np.abs(weights).max(axis=1))[:LARGEST]
    order = order[np.argsort(-weights[order, 0])]
    rows = np.arange(len(order))
    for place, (color, word) in enumerate((("blue", "first"), ("orange", "second"))):
        axes[1].barh(
            rows + 0.4 * place - 0.2,
            weights[order, place],
            height=0.38,
            color=COLORS[color],
            label=word,
        )
    axes[1].set_yticks(rows, [picture.features[place] for place in order])
    axes[1].invert_yaxis()
    axes[1].grid(False, axis="y")
    axes[1].set_xlabel("weight")
    axes[1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, title="component")
    return figure
