"""What do the results of `depth_vs_width` come to, in words?

Sentences for the gallery.  Their numbers and their words depend on what was found: under which
heading a comparison stands is the sign of its ratio, where the interval is on one side of 1.
"""

from __future__ import annotations

import numpy as np

from experiments.depth_vs_width.figures import find, ratio
from experiments.depth_vs_width.training_claims import in_words
from experiments.lab.contract import Results
from experiments.shared.statistics import direction, middle

# Data, rows (None: fresh ones), parameters, and how to call them.
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
    """Sentences under three headings; which heading one is under depends on the sign found."""
    good, bad = "What reproduces", "What does not"
    said: dict[str, list[str]] = {good: [], bad: [], "What the lecture should have said": []}
    pieces, parameters = results["folded_regions"][-1], results["folded_parameters"][-1]
    said[good].append(
        f"Depth makes pieces cheap: {parameters:,} parameters in five layers can have {pieces:,} "
        f"straight pieces, counted, where one layer has at most {(parameters - 1) // 3 + 1:,}; and "
        f"no curve of 16 pieces follows 32 teeth closer than an RMSE of "
        f"{results['best_errors'][15]:.3f}, with {results['tent_parameters'][4]} parameters of a "
        "deep network it could be 0."
    )
    for data, rows, size, words in COMPARED:
        place = find(results, data, rows, size)
        if place is None:
            continue
        depth = 2 if np.isnan(ratio(results, place, 3).median) else 3
        found = ratio(results, place, depth)
        sign = direction(found)
        doubt = ", which is not told from 1" if sign == "level" else ""
        said[good if sign == "below" else bad].append(
            f"{words}: {depth} layers err {in_words(found)} times as much on new rows as one layer "
            f"of as many parameters{doubt}."
        )
    place = find(results, "fold", 1000, 1000)
    if place is not None:
        (one, two), (own_one, own_two) = results["test"][place][:2], results["train"][place][:2]
        gaps = middle(one - own_one), middle(two - own_two)
        said[good if gaps[0].lower > gaps[1].upper else bad].append(
            "“Shallow nets overfit more”, on the fold with 1,000 rows: one layer errs by "
            f"{np.nanmedian(own_one):.2g} on its own rows and {np.nanmedian(one):.2g} on new ones, "
            f"two layers by {np.nanmedian(own_two):.2g} and {np.nanmedian(two):.2g}."
        )
    means = results["random_regions"].mean(axis=-1) / (results["random_units"][:, None] + 1)
    said[bad].append(
        "Random networks do not have more pieces for being deep: "
        f"{means.min():.2f} to {means.max():.2f} times the number of units plus one, in one layer "
        "or four."
    )
    if find(results, "tent_3", None, 1000) is not None:
        counts = ", ".join(f"{mean:.0f}" for mean in results["tent_regions"].mean(axis=1))
        said[bad].append(
            "Pieces are not what trained networks lack: on the tent composed three times, which "
            f"has 8, they have {counts} at one, two, ... layers, and still miss it."
        )
    said["What the lecture should have said"] += [
        "Deep networks can fold their inputs, and every fold doubles what the later layers draw; "
        "that weights exist which do it is no promise that training finds them.",
        "At equal numbers of parameters depth pays where the target is a composition, the rows "
        "suffice to find its parts, and the layers are wide enough to hold them. With few rows or "
        "narrow layers one hidden layer is as good or better, on the same targets.",
        "The fold above is a sum of four ReLUs of one direction: one hidden layer can represent "
        "it, and with more steps or luck finds it. Depth gained speed of learning there, not "
        "reach.",
        "The pictures of the lecture are of convolutional networks on photographs of house "
        "numbers, which share weights between places and have millions of them; they say nothing "
        "of fully connected networks of a few thousand weights.",
    ]
    return said
