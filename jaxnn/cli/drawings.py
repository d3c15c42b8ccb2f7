"""Which figures does an explanation have? Each with its name, its caption and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from jaxnn.cli.results import Explanation
from jaxnn.cli.summary import shown_loss
from jaxnn.report import Picture, inline_svg
from jaxnn.saving import write_whole

CHOICE, COMPARISON, OBSERVED = "choice", "comparison", "predicted_versus_observed"
IMPORTANCE, SURFACE = "importance", "strongest_interaction"
CALIBRATION = "calibration"


class Drawing(NamedTuple):
    """Figures that are drawn together.

    Attributes:
      names: of the figures, and of their files without the suffix; no part of the table.
      draw: makes the figures, as many as there are names.
      captions: what each shows.
      context: what those who cannot see the page around a figure are told before its caption.
    """

    names: tuple[str, ...]
    draw: Callable[[], tuple[Any, ...]]
    captions: tuple[str, ...]
    context: str = ""


def drawings(results: Explanation) -> Iterator[Drawing]:
    """All figures of an explanation."""
    from jaxnn.cli import (  # late, so that --help need not wait
        choice_figures,
        figures,
        surface_figure,
    )

    options, table = results.options, results.table
    level = f"{100 * options.level:g}%"
    selection, comparison = results.choice.selection, results.choice.comparison
    loss = shown_loss(table.response_kind)
    if comparison is not None:
        draw = partial(choice_figures.comparison_figure, results, comparison)
        what = f"Difference in out-of-bag {loss} from the network; bars: {level} normal intervals."
        yield Drawing((COMPARISON,), _one(draw), (what,))
    if selection is not None and len(selection.candidates) > 1:
        draw = partial(choice_figures.choice_figure, results, selection)
        what = (
            f"Out-of-bag {loss} of {len(selection.candidates)} candidates, each refitted to "
            f"{len(selection.multiplicities)} resamples; bars: one standard error of the "
            "difference from the chosen one."
        )
        yield Drawing((CHOICE,), _one(draw), (what,))
    scaled = results.scaled_importance
    if scaled is not None:
        unit = shown_unit(results)
        draw = partial(figures.importance_figure, scaled, unit)
        what = (
            f"Importance of the predictors with {level} intervals over refits; pale where the "
            "interval reaches zero."
        )
        yield Drawing((IMPORTANCE,), _one(draw), (what,))
    known = int(np.count_nonzero(~np.isnan(results.out_of_bag.mean)))
    some = min(known, figures.MOST_POINTS)
    rows = f"{known:,} rows" if some == known else f"{some:,} of {known:,} rows"
    what = (
        f"Observed and predicted: {rows}, each predicted by those of {results.converged:,} refits "
        f"that left it out; {level} percentile bars over these refits."
    )
    yield Drawing((OBSERVED,), _one(partial(figures.observed_figure, results)), (what,))
    surface = results.interactions.surface
    if surface is not None:
        first, second = (results.names[feature] for feature in surface.features)
        what = (
            f"Prediction by {first} and {second}, averaged over {results.interactions.rows:,} "
            f"rows{surface_figure.what_is_drawn(surface)}. Pale: no row is near. Dots: rows."
        )
        yield Drawing(
            (SURFACE,), _one(partial(surface_figure.surface_figure, results, surface)), (what,)
        )
    if results.calibration is not None:
        draw = partial(figures.calibration_figure, results, results.calibration)
        what = (
            f"Calibration: observed against predicted in bins of rows out of bag, with {level} "
            "intervals; on the dashed line predictions are right on average."
        )
        yield Drawing((CALIBRATION,), _one(draw), (what,))
    for found in results.drawn_effects:
        name = results.names[found.effect.feature]
        band = figures.band_label(results)
        pale = figures.what_is_pale(results, found)
        held = f"at their {options.center}" + " or most common level" * (options.center != "mode")
        yield Drawing(
            effect_names(found.effect.feature),
            partial(figures.effect_figures, results, found),
            (
                f"Averaged over {results.average_rows.size:,} rows. {pale}".rstrip(),
                f"The other predictors {held}. {pale}".rstrip(),
            ),
            f"Prediction along {name}, with its {band}. ",
        )


def pictures(
    results: Explanation, told: Callable[[float], object]
) -> tuple[dict[str, Picture], list[str]]:
    """Draw all figures for the page, and write each as PNG if an option asks for it.

    Args:
      results: the explanation.
      told: called with the share of the figures that is finished.

    Returns:
      The pictures by their names, and the names of the files.

    Raises:
      OSError: a file cannot be written.
    """
    from jaxnn import plotting

    found: dict[str, Picture] = {}
    files = []
    every = list(drawings(results))
    with plotting.style():
        for count, drawing in enumerate(every):
            for name, figure, caption in zip(
                drawing.names, drawing.draw(), drawing.captions, strict=True
            ):
                label = drawing.context + caption
                found[name] = Picture(inline_svg(figure, label, len(found) + 1), caption)
                if results.options.figures:
                    files.append(f"{name}.png")
                    path = results.options.out / files[-1]
                    write_whole(path, lambda file, it=figure: plotting.save(it, file))
            told((count + 1) / len(every))
    return found, files


def effect_names(feature: int) -> tuple[str, str]:
    """The names of the figures of a predictor: a number, since the name may be any text."""
    stem = effect_stem(feature)
    return f"{stem}_average", f"{stem}_profile"


def effect_stem(feature: int) -> str:
    """How the arrays and figures of a predictor begin, such as "predictor_01"."""
    return f"predictor_{feature + 1:02d}"


def shown_unit(results: Explanation) -> str:
    """The unit of a loss after division by `Explanation.loss_scale`."""
    units = {"quantitative": "variances", "count": "deviance"}
    return units.get(results.table.response_kind, "nats")


def png_names(out: Path, names: list[str]) -> set[str]:
    """Those names that are of figures of an explanation, and are files in a folder."""
    import re

    pattern = re.compile(
        rf"(?:{CHOICE}|{COMPARISON}|{OBSERVED}|{IMPORTANCE}|{CALIBRATION}|{SURFACE}|predictor_\d+_(?:average|profile))\.png"
    )
    return {name for name in names if pattern.fullmatch(name) and (out / name).is_file()}


def _one(draw: Callable[[], Any]) -> Callable[[], tuple[Any, ...]]:
    return lambda: (draw(),)
