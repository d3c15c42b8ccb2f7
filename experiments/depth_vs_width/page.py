"""What does the page about depth and width say?"""

from __future__ import annotations

import numpy as np

from experiments.depth_vs_width.reading import (
    LOST,
    NAMES,
    SOLVED,
    comparisons,
    error_ratio,
    find,
    in_words,
    overfitting,
)
from experiments.lab.claims import Found
from experiments.lab.contract import Results
from experiments.lab.reading import span

LECTURE = (
    "One hidden layer is enough to represent any function, so why go deeper? A shallow network may "
    "need exponentially more units, and it may overfit more. Two pictures show that deeper "
    "networks generalise better and that shallow ones overfit more, not just because deep ones "
    "have more parameters."
)

SURE = (
    "Pieces and regions are counted exactly, and bounds hold for every network. Trained networks "
    "are compared at equal numbers of parameters and on the same rows, 12 times or more with other "
    "rows and starts; intervals of the median assume nothing about the distribution. One rule "
    "judges every task, and every task is listed: that depth helps holds if the interval of two "
    "layers over one lies below 1, is refused if it lies above, and is undecided in between. Of "
    "that many intervals at 95%, a few lie on the wrong side of 1 by chance."
)

LINES = """
import jax
import jaxnn
import matplotlib.pyplot as plt
from jaxnn.datasets import sample_target

rows = sample_target(jax.random.key(0), 2000, "fold")
new = sample_target(jax.random.key(1), 500, "fold")
recipe = jaxnn.Recipe(learning_rate=0.003, epochs=60, batch_size=64)
for sizes in ((8, 60, 1), (8, 20, 20, 1)):  # 601 and 621 parameters
    net = jaxnn.MLP(sizes, "relu")
    fitted = jaxnn.fit(jax.random.key(2), net, rows.X, rows.y, recipe)
    plt.plot(new.X.sum(axis=1), jaxnn.predict(net, fitted, new.X), ".", label=f"units: {sizes}")
plt.xlabel("sum of the inputs")
plt.legend()
plt.show()
"""

TOPICS = {
    5: (
        "better generalization",
        "pieces",
        "regions",
        "Telgarsky",
        "trained on this tent",
        "same difference",
        "equals the fold",
        "finds the fold",
        "control:",
        "comparisons",
        "diverged",
        "requested number",
    ),
    6: ("shallow nets overfit more", "rule set beforehand"),
}

HIGHLIGHTS = [(3, 0, "overfitting"), (7, 1, "represent")]


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    sentences = [_fold(results), _pieces(results), _all_cells(results)]
    place, few = (find(results, "fold", rows, 1000) for rows in (1000, 300))
    if place is not None and few is not None:
        gaps = [overfitting(results, few, depth).median for depth in (1, 2)]
        own, new = (
            [float(np.nanmedian(row)) for row in results[of][place][:2]] for of in ("train", "test")
        )
        turned = "it is the other way round" if gaps[0] < gaps[1] else "this is so, too"
        sentences.append(
            "Shallow networks overfit more on the fold with 1,000 rows: one layer has an error of "
            f"{own[0]:.2g} on its training rows and {new[0]:.2g} on new ones, two layers "
            f"{own[1]:.1g} and {new[1]:.1g}. With 300 rows {turned}: the gap is {gaps[0]:.2f} with "
            f"one layer and {gaps[1]:.2f} with two."
        )
    if find(results, "tent_3", None, 1000) is not None:
        counts = results["tent_regions"].mean(axis=1)
        sentences.append(
            "Trained networks do not lack pieces: trained on a curve of 8 pieces, they have "
            f"{span(counts, '.0f')} pieces on average and still do not match it."
        )
    return sentences


def _fold(results: Results) -> str:
    """Depth on the fold and elsewhere, one layer with more steps, and what an error is."""
    place = find(results, "fold", None, 600, 2000)
    if place is None:
        return "The fold was not trained."
    ratios = [error_ratio(results, place, depth).median for depth in (2, 3)]
    depth, best = ("three", ratios[1]) if not np.isnan(ratios[1]) else ("two", ratios[0])
    compared = comparisons(results)
    least = min(compared, key=lambda one: one.ratio.median)
    favoured = str(results["cell_data"][least.place]) == "fold"
    target = "the target that favours depth most, the fold" if favoured else "the fold"
    worst = max(
        (one for one in compared if one.outcome == "hurts"),
        key=lambda one: one.ratio.median,
        default=None,
    )
    words = (
        f"On {target} | |Σx| − 1.2 | of 8 inputs, one layer has {1 / best:.0f} times the error of "
        f"{depth} layers with as many parameters"
    )
    if worst is not None:
        words += (
            f"; on other data deeper networks have up to {worst.ratio.median:.1f} times the error "
            "of one layer"
        )
    longer = find(results, "fold", 256_000, 600, 8000)
    if longer is not None:
        errors = results["test"][longer, 0]
        errors = errors[~np.isnan(errors)]
        words += (
            ". Nor does the fold need depth: one layer of four units can represent it, and with "
            f"four times the steps one layer finds it from {np.sum(errors < SOLVED)} of "
            f"{len(errors)} starts"
        )
    return (
        f"{words}. (Error: mean squared error over the variance of the response, so that the best "
        "constant has 1; for classes, the share misclassified.)"
    )


def _pieces(results: Results) -> str:
    parameters, pieces = (results[f"folded_{of}"][-1] for of in ("parameters", "regions"))
    means = results["random_regions"].mean(axis=-1) / (results["random_units"][:, None] + 1)
    return (
        f"{parameters:,} parameters in five layers can make {pieces:,} straight pieces, and in one "
        f"layer {(parameters - 1) // 3 + 1:,}. Yet random networks of N units have about N + 1 at "
        f"any depth: {span(means, '.2f')} times that."
    )


def _all_cells(results: Results) -> str:
    compared = comparisons(results)
    outcomes = [one.outcome for one in compared]
    words = (
        f"Of {len(compared)} comparisons of several layers with one, depth helps in "
        f"{outcomes.count('helps')}, hurts in {outcomes.count('hurts')}, and makes no clear "
        f"difference in {outcomes.count('unclear')}"
    )
    lost = outcomes.count(LOST)
    words += f"; in {lost} {LOST}" if lost else ""
    worst = [one for one in compared if one.outcome == "hurts"]
    if not worst:
        return f"{words}."
    one = max(worst, key=lambda one: one.ratio.median)
    return (
        f"{words}. The worst case is the target “{NAMES[str(results['cell_data'][one.place])]}” "
        f"with {results['cell_rows'][one.place]:,} rows: {one.depth} layers have "
        f"{in_words(one.ratio)} times the error of one layer."
    )
