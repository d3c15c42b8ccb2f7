"""How is the race of the rules on real tables drawn?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

from experiments.lab.contract import Results
from experiments.optimizers import race_reading
from experiments.optimizers.draw_surfaces import DASHES, SHADES
from experiments.optimizers.race import RATES
from experiments.optimizers.surfaces import RULES
from experiments.shared.statistics import median_interval
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

SHADE = dict(zip(RULES, SHADES, strict=True))
DASH = dict(zip(RULES, DASHES, strict=True))
NEAR_ONE = (0.2, 0.5, 1, 2)


def race(results: Results) -> Figure:
    """Losses by epoch at tuned rates, and losses by learning rate: one row per table."""
    tables = race_reading.tables(results)
    figure, axes = plotting.panels(3 * len(tables), columns=3, height=3.1)
    for table, name in enumerate(tables):
        training, new, by_rate = axes[3 * table : 3 * table + 3]
        _courses(training, results, table, race_reading.FOR_TRAINING)
        _courses(new, results, table, race_reading.FOR_NEW)
        _by_rate(by_rate, results, table)
        for ax in (new, by_rate):
            _plain_ticks(ax.yaxis, LogLocator(subs=(1, 2, 5)))
        training.set_ylabel(f"{name}: loss")
        if table == 0:
            training.set_title("training rows")
            new.set_title("new rows")
            by_rate.set_title("new rows, by rate")
    for ax in axes[-3:-1]:
        ax.set_xlabel("epoch")
    axes[-1].set_xlabel("learning rate")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6)
    return figure


def _courses(ax: Axes, results: Results, table: int, choice: int) -> None:
    """Losses of the rows that the rate was tuned for, over seeds: medians and middle halves."""
    for place, rule in enumerate(race_reading.rules(results)):
        courses = results["race_losses"][table, place, choice, choice]
        low, middle, high = np.quantile(courses, (0.25, 0.5, 0.75), axis=0, method="lower")
        epochs = np.arange(len(middle))
        ax.plot(epochs, middle, color=COLORS[SHADE[rule]], linestyle=LINES[DASH[rule]], label=rule)
        if place == 0 or choice == race_reading.FOR_TRAINING:
            ax.fill_between(epochs, low, high, color=COLORS[SHADE[rule]], alpha=0.15, linewidth=0)
    ax.set_yscale("log")
    if choice == race_reading.FOR_NEW:  # the first epoch would take most of the height
        after_one = np.median(results["race_losses"][table, :, choice, choice, :, 1], axis=-1)
        ax.set_ylim(top=1.1 * after_one.max())


def _by_rate(ax: Axes, results: Results, table: int) -> None:
    """The loss on new rows after the last epoch on the tuning seeds: medians, and the choice."""
    start = np.median(results["race_losses"][table, ..., 1, :, 0])
    for place, rule in enumerate(race_reading.rules(results)):
        middle = np.median(results["race_tuning"][table, place, race_reading.FOR_NEW], axis=-1)
        color = COLORS[SHADE[rule]]
        ax.plot(RATES, middle, color=color, linestyle=LINES[DASH[rule]])
        chosen = results["race_rates"][table, place, race_reading.FOR_NEW]
        size = 14 - 2 * place  # so that equal choices are seen as rings
        best = middle[np.flatnonzero(chosen == RATES)]
        ax.plot(chosen, best, "o", color=color, mfc="none", mew=1.5, markersize=size)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_ylim(top=2 * start)


def ratios(results: Results) -> Figure:
    """Losses after the last epoch relative to gradient descent with the same seed."""
    figure, axes = plotting.panels(3, columns=3, height=3.9, sharey=True)
    tables, rules = race_reading.tables(results), race_reading.rules(results)
    titles = (
        "training rows,\nrate tuned for them",
        "new rows,\nrate tuned for them",
        "new rows,\nrate 0.01 for every rule",
    )
    panels = (
        (race_reading.FOR_TRAINING, 0),
        (race_reading.FOR_NEW, 1),
        (race_reading.UNTUNED_CHOICE, 1),
    )
    for ax, title, (choice, rows) in zip(axes, titles, panels, strict=True):
        ax.axvline(1, color=COLORS["grey"], linewidth=1)
        for table, (name, marker) in enumerate(zip(tables, "osD", strict=False)):
            found = race_reading.ratios(results, choice, rows)[table]
            for place in range(1, len(rules)):
                interval = median_interval(found[place])
                y = place + 0.22 * (table - (len(tables) - 1) / 2)
                color = COLORS[SHADES[table]]
                ax.plot(interval[1:], (y, y), color=color, linewidth=1.6, linestyle="-")
                label = name if place == 1 else None
                ax.plot(interval.median, y, marker, color=color, markersize=6, label=label)
        ax.set_xscale("log")
        if rows == 1:
            ax.set_xlim(NEAR_ONE[0], NEAR_ONE[-1])
            _plain_ticks(ax.xaxis, FixedLocator(NEAR_ONE))
        ax.set_title(title)
        ax.set_xlabel("loss / loss of gradient descent")
    axes[0].set_yticks(range(1, len(rules)), rules[1:])
    axes[0].invert_yaxis()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(tables))
    return figure


def _plain_ticks(axis: Axis, places: LogLocator | FixedLocator) -> None:
    """Ticks of a logarithmic axis as plain numbers, at these places alone."""
    axis.set_major_locator(places)
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, place: f"{value:,g}")
