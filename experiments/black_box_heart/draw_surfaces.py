"""How are the boundary in two predictors and the picture of principal components drawn?"""

from __future__ import annotations

import numpy as np
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
        "The predicted class by maximum heart rate and ST depression (Oldpeak) together. Line: the "
        "classification boundary, where the mean of the refits is one half; between the colours: "
        "where refits disagree (nominal 95%). a: the other predictors at their mean or most "
        "common level. b: averaged over all patients as observed. Many patients are on the wrong "
        "side, since the network also uses the eleven other predictors. "
        "Lecture 11, 'What if we want the joint relationship with two predictors?'."
    ),
    "components": (
        "Predictions on the plane of two principal components, and what these mix. a: the first "
        "two components of the 18 standardised features; colour: predicted probability of heart "
        "disease at that point; pale: no patient is near; dots: patients. b: the "
        f"{LARGEST} features with the largest weights: each component is a mixture of many "
        "predictors, so the picture does not say what one predictor does. "
        "Lecture 11, 'Should I use PCA components?'."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """The boundary of two predictors, and principal components."""
    return {"boundary": boundary(results), "components": components(results)}


def boundary(results: Results) -> Figure:
    """The boundary with the others at their centre, and averaged over patients."""
    figure, axes = plotting.panels(2, height=4.8, sharey=True)
    titles = ("others at mean or mode", "averaged over patients")
    no, yes = results["response_levels"].tolist()
    for ax, way, title in zip(axes, WAYS, titles, strict=True):
        plotting.plot_boundary(surface(results, way), results["observed"], ax, sides=(no, yes))
        ax.set_title(title)
        ax.set_xlabel("maximum heart rate (beats/min)")
        handles = ax.get_legend_handles_labels()
        if legend := ax.get_legend():
            handles = legend.legend_handles, [text.get_text() for text in legend.get_texts()]
            legend.remove()
    axes[0].set_ylabel("ST depression (mm)")
    axes[1].set_ylabel("")
    figure.legend(*handles, loc="outside lower center", ncols=2)
    return figure


def components(results: Results) -> Figure:
    """Patients by their first two components, and the weights of these."""
    figure, axes = plotting.panels(2, height=4.6)
    picture = component_picture(results)
    label = "probability of heart disease"
    plotting.plot_principal_components(picture, axes[0], label=label)
    # The caption says what the legend and the title say.
    axes[0].set_title("a", loc="left", fontweight="bold", fontsize=11.5)
    axes[0].set_title("predictions on the plane")
    if legend := axes[0].get_legend():
        legend.remove()
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
    axes[1].set_title("what the components mix")
    axes[1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, title="component")
    return figure
