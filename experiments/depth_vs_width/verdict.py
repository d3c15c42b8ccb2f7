"""What do the results of `depth_vs_width` show, in sentences for the gallery?

A comparison is listed under "What reproduces" where the whole interval of its ratio is below 1, and
under "What does not" otherwise.
"""

from __future__ import annotations

import numpy as np

from experiments.depth_vs_width.reading import error_ratio, find, in_words
from experiments.lab.contract import Results
from experiments.shared.statistics import median_interval, side

# Data set, rows (None: fresh rows), parameters, and a name.
COMPARED = (
    ("fold", None, 600, "The folded function of 8 inputs, fresh rows at every step"),
    ("fold", 1000, 1000, "The folded function, 1,000 rows"),
    ("fold", 300, 1000, "The folded function, 300 rows"),
    ("product_4", None, 1000, "The product of 4 inputs, fresh rows, 1,000 parameters"),
    ("product_4", None, 300, "The product of 4 inputs, fresh rows, 300 parameters"),
    ("product_6", None, 1000, "The product of 6 inputs, fresh rows, 1,000 parameters"),
    ("tanh_teacher_8", None, 1000, "A smooth network of 4 layers, fresh rows"),
    ("tanh_teacher_8", 300, 1000, "A smooth network of 4 layers, 300 rows"),
    ("nested_differences_8", None, 1000, "Nested differences of 8 inputs, fresh rows"),
    ("nested_differences_8", 1000, 1000, "Nested differences of 8 inputs, 1,000 rows"),
    ("signals", 4000, 5000, "One-dimensional digits, 4,000 rows, 5,000 parameters"),
    ("signals", 1000, 1250, "One-dimensional digits, 1,000 rows, 1,250 parameters"),
    ("digits", 1200, 5000, "Handwritten digits, 1,200 rows, 5,000 parameters"),
    ("digits", 300, 5000, "Handwritten digits, 300 rows, 5,000 parameters"),
)


def verdict(results: Results) -> dict[str, list[str]]:
    """Sentences under three headings, which depend on the results."""
    good, bad = "What reproduces", "What does not"
    sentences: dict[str, list[str]] = {good: [], bad: [], "What the lecture should have said": []}
    pieces, parameters = results["folded_regions"][-1], results["folded_parameters"][-1]
    sentences[good].append(
        f"Depth makes pieces cheap: a network with {parameters:,} parameters can have {pieces:,} "
        f"straight pieces with five layers (counted), and at most {(parameters - 1) // 3 + 1:,} "
        "with one. No curve of 16 pieces follows 32 slopes with an RMSE below "
        f"{results['best_errors'][15]:.3f}; a deep network with {results['tent_parameters'][4]} "
        "parameters can follow them exactly."
    )
    for data, rows, size, words in COMPARED:
        place = find(results, data, rows, size)
        if place is None:
            continue
        depth = 2 if np.isnan(error_ratio(results, place, 3).median) else 3
        found = error_ratio(results, place, depth)
        where = side(found)
        doubt = ": no clear difference" if where == "unclear" else ""
        sentences[good if where == "below" else bad].append(
            f"{words}: the test error of {depth} layers is {in_words(found)} times that of one "
            f"layer with equally many parameters{doubt}."
        )
    place = find(results, "fold", 1000, 1000)
    if place is not None:
        (one, two), (own_one, own_two) = results["test"][place][:2], results["train"][place][:2]
        gaps = median_interval(one - own_one), median_interval(two - own_two)
        sentences[good if gaps[0].lower > gaps[1].upper else bad].append(
            "“Shallow nets overfit more”, on the folded function with 1,000 rows: the error of one "
            f"layer is {np.nanmedian(own_one):.2g} on training rows and {np.nanmedian(one):.2g} on "
            f"new rows, that of two layers {np.nanmedian(own_two):.2g} and {np.nanmedian(two):.2g}."
        )
    means = results["random_regions"].mean(axis=-1) / (results["random_units"][:, None] + 1)
    sentences[bad].append(
        "Depth gives random networks no more pieces: with N units in one to four layers they have "
        f"{means.min():.2f} to {means.max():.2f} times N + 1."
    )
    if find(results, "tent_3", None, 1000) is not None:
        counts = ", ".join(f"{mean:.0f}" for mean in results["tent_regions"].mean(axis=1))
        sentences[bad].append(
            "Trained networks do not lack pieces: on the tent composed three times, which has 8 "
            f"pieces, they have {counts} with one, two, ... layers, and still miss it."
        )
    sentences["What the lecture should have said"] += [
        "Deep networks can fold their inputs, and each fold doubles the number of pieces of later "
        "layers. That such weights exist does not mean that training finds them.",
        "With equal numbers of parameters, depth helps where the target is a composition, the rows "
        "suffice to find its parts, and the layers are wide enough to represent them. With few "
        "rows or narrow layers, one hidden layer is as good or better on the same targets.",
        "The folded function above is a sum of four ReLUs along one direction: one hidden layer "
        "can represent it, and finds it with more steps or a lucky start. Depth made learning "
        "faster; it was not needed to represent the function.",
        "The lecture's pictures are of convolutional networks on photographs of house numbers, "
        "which share weights and have millions of them. They do not apply to fully connected "
        "networks with a few thousand weights.",
    ]
    return sentences
