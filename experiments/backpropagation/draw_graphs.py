"""How are the computational graphs of `backpropagation` drawn?

    box     the step, its value (blue) and its adjoint (orange)
    arrow   from an input to the step that uses it, with the local partial

`jaxnn.tracer.ComputationalGraph` draws them from the stored rows, from top to bottom.
"""

from __future__ import annotations

from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.backpropagation.draw_tables import SIZE, formula, number
from experiments.backpropagation.reading import unpack
from experiments.lab.contract import Results
from jaxnn.plotting import WIDTH
from jaxnn.tracer import ComputationalGraph
from jaxnn.tracer.lecture.graphs import BACKWARD_COLOR, FORWARD_COLOR

HEIGHT = 9.9  # inches


def graphs(results: Results) -> Figure:
    """The lecture's neuron with its loss, and a network with two hidden units."""
    figure = Figure(figsize=(WIDTH, HEIGHT))
    left = figure.add_axes((0, 0, 0.27, 1))
    right = figure.add_axes((0.27, 0, 0.73, 1))
    _graph(right, "network", results, "a 2-2-1 network", 3)
    _graph(left, "loss_a", results, "the lecture's neuron", 4)
    bottom = right.get_ylim()[0]
    start, end = right.get_xlim()
    right.set_xlim(start + 0.1, end - 0.1)  # so that boxes are wide enough for their numbers
    left.set(xlim=(-0.5, 0.5), ylim=(bottom, 0.9))  # boxes of the same height as on the right
    legend = [("value, forward", FORWARD_COLOR), ("adjoint dL/dξ, backward", BACKWARD_COLOR),
              ("local partial", "0.3")]  # fmt: skip
    for line, (text, color) in enumerate(legend):
        left.text(0, bottom + 0.7 - 0.3 * line, text, fontsize=SIZE, color=color, ha="center")
    return figure


def _graph(ax: Axes, name: str, results: Results, title: str, digits: int) -> None:
    rows = unpack(name, results)
    graph = ComputationalGraph(tuple(rows))
    equation = partial(formula, last=rows[-1].name)
    graph.draw(ax, digits, downwards=True, equation=equation, number=number, fontsize=11.7)
    middle = {"ha": "center", "va": "center", "transform": ax.transAxes}
    ax.text(0.5, 1 - 0.25 / HEIGHT, title, fontsize=11.5, **middle)
