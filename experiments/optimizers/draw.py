"""How are the results of `optimizers` drawn?

rates      distance from the minimum of quadratics, step by step
surfaces   paths on surfaces of two parameters, and as an animation
saddle     steps until a saddle is left
race       losses of networks on real tables, by epoch and by rate, and relative to each other
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.lab.animation import Animation
from experiments.lab.contract import Results
from experiments.optimizers import draw_race, draw_surfaces, reading
from experiments.optimizers.draw_surfaces import DASHES, SHADES
from experiments.optimizers.quadratics import CONDITIONS, METHODS
from experiments.optimizers.surfaces import LEFT, RULES, SADDLE_STARTS
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "rates": "Distance from the minimum of a quadratic, step by step, for gradient descent, "
    "momentum and Nesterov's rule. η: learning rate; L and μ: largest and least curvature. Dotted: "
    "theory of many steps, up to a factor: rate^t, or t rate^t where two roots coincide. a: "
    "condition number 10; b: 100; c: 1,000. With the best settings gradient descent needs a "
    "number of steps proportional to the condition number, and momentum to its square root. d: "
    "learning rate from which Nesterov's rule diverges, with curvature 1; lines: theory. With the "
    "slide's point W + v it is less stable than gradient descent even without momentum; with "
    "W + a v it is gradient descent at a = 0.",
    "surfaces": "Paths of six rules down well-known surfaces of two parameters. Each rule has the "
    "learning rate, of a grid of powers of two, with the least mean loss along its path. Cross: "
    "start; dots: ends (in e, momentum and Nesterov's rule end left of the panel); star: a "
    "minimum. Contours: the loss, at equal steps of its logarithm.",
    "paths": "The same paths, one step after the other, for 200 steps. Momentum overshoots and "
    "swings back; at the saddle adaptive rules turn to a minimum at once.",
    "saddle": "Steps until a path leaves a saddle (|y| > 0.5), by the distance at which it starts. "
    "Dashed: theory; adaptive rules: markers side by side. Rules that follow the size of the "
    "gradient need more steps for every factor of ten; adaptive rules divide by that size, and "
    "hardly depend on the distance. Damped momentum is slower than gradient descent, since it "
    "averages the gradient with smaller ones from before.",
    "race": "Losses of networks that six rules train on three tables, each at its own best rate. "
    "Two hidden layers of 32 units, batches of 32 rows; one row of panels per table. Left: "
    "training loss by epoch, at the rate with the least training loss; middle: loss on new rows, "
    "at the rate with the least loss there. Line: median over seeds other than those used for "
    "tuning; band: the middle half of the seeds (middle panels: of gradient descent alone, which "
    "is much like those of the others; in e and h the lines begin above the panel). Right: median "
    "loss on new rows after the last epoch by learning rate, on the tuning seeds; rings: the rates "
    "with the least mean; c, f and i end at twice the loss of the start, and lines where a median "
    "is not finite. Losses: cross-entropy, or squared error for diabetes.",
    "ratios": "Loss after the last epoch of the race, over that of gradient descent. Both have the "
    "same rows, initial weights and batches. Points: medians over seeds; bars: distribution-free "
    "intervals of at least 95%. a: other rules fit the training rows much more closely. b: on new "
    "rows, with rates tuned for them, hardly any difference remains. c: with one rate for all, "
    "the rules seem to differ on new rows; with tuned rates they do not.",
}

# Of METHODS; dotted lines are theory.
METHOD_LINES = (*(LINES[name] for name in DASHES[:3]), (0, (3, 1, 1, 1, 1, 1)), LINES["solid"])


def draw(results: Results) -> dict[str, Figure | Animation]:
    """Rates on quadratics, paths on surfaces, the way out of a saddle, and the race."""
    return {
        "rates": _rates(results),
        "surfaces": draw_surfaces.surfaces(results),
        "paths": draw_surfaces.paths(results),
        "saddle": _saddle(results),
        "race": draw_race.race(results),
        "ratios": draw_race.ratios(results),
    }


def _rates(results: Results) -> Figure:
    figure, (*axes, limits) = plotting.panels(4, height=3.4)
    distances = results["distances"]
    steps = np.arange(distances.shape[-1])
    for column, (condition, ax) in enumerate(zip(CONDITIONS, axes, strict=True)):
        shown = (80, 200, 400)[column]
        meeting = shown // 2  # of measurement and theory, which is that of many steps
        for place, method in enumerate(METHODS):
            color = COLORS[SHADES[place]]
            course = distances[place, column]
            ax.plot(steps, course, color=color, linestyle=METHOD_LINES[place], label=method)
            rate = reading.rates()[place, column]
            growth = steps / meeting if reading.DOUBLE_ROOT[place] else 1
            exact = course[meeting] * growth * rate ** (steps - float(meeting))
            ax.plot(steps[10:], exact[10:], color="black", linestyle=(0, (1, 3)), linewidth=1)
        ax.set_yscale("log")
        ax.set_ylim((1e-12, 1e-12, 1e-9)[column], 50)
        ax.set_xlim(0, shown)
        ax.set_title(f"condition number {condition:,.0f}")
        ax.set_xlabel("step")
        ax.set_ylabel("distance from the minimum")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    _limits(limits, results)
    return figure


def _limits(ax: Axes, results: Results) -> None:
    decays = np.linspace(0, 0.9, 91)
    theory = ((2 + 2 * decays) / (1 + 2 * decays), (2 + 2 * decays) / 3)
    names = (("Nesterov, W + a v", (0.42, 1.65)), ("the slide's W + v", (0.42, 0.75)))
    for place, (line, (name, at)) in enumerate(zip(theory, names, strict=True)):
        color = COLORS[SHADES[2 * place + 1]]
        ax.plot(decays, line, color=color, linestyle=LINES["solid"])
        ax.plot((0, 0.5, 0.9), results["limits"][place + 1], "o", color=color)
        ax.text(*at, name, color=color)
    ax.axhline(2, color=COLORS["blue"], linestyle=LINES["dashed"])
    ax.text(0.42, 2.07, "gradient descent", color=COLORS["blue"])
    ax.set_xlabel("momentum a")
    ax.set_ylabel("learning rate that diverges")
    ax.set_ylim(0, 2.3)


def _saddle(results: Results) -> Figure:
    figure, (ax,) = plotting.panels(1, height=3.8)
    found = results["saddle_steps"]
    names, theory = list(RULES), reading.steps_per_decade()
    for rule, (name, slope) in enumerate(zip(names, theory, strict=False)):
        color = COLORS[SHADES[rule]]
        line = found[rule, 0] + slope * np.log10(SADDLE_STARTS[0] / SADDLE_STARTS)
        ax.plot(SADDLE_STARTS, line, color=color, linestyle=LINES["dashed"])
        ax.plot(SADDLE_STARTS, found[rule], "o", color=color)
        ax.text(SADDLE_STARTS[5], found[rule, 5] + 9, name, color=color, ha="right")
    beside = (1.25, 1, 0.8)  # so that no marker hides another
    for shift, rule, marker in zip(beside, range(len(theory), len(names)), "vsx", strict=True):
        color, starts = COLORS[SHADES[rule]], shift * SADDLE_STARTS
        ax.plot(starts, found[rule], marker, color=color, mfc="none", label=names[rule])
    ax.set_xscale("log")
    ax.invert_xaxis()
    ax.set_xlabel("distance y from the saddle at the start")
    ax.set_ylabel(f"steps until |y| > {LEFT:g}")
    ax.legend(loc="upper left")
    return figure
