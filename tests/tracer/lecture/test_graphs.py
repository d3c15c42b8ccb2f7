"""Is the graph of a computation complete, valid DOT, and drawn without overlap?"""

import itertools
import re
import subprocess
import sys

import numpy as np
import pytest

import jaxnn.tracer.numpy as tnp
from jaxnn.tracer import computational_graph


def neuron(b0, b1, x):
    return 1 / (1 + tnp.exp(-(b0 + b1 * x)))


def network(w, x):
    """2-2-1 with tanh, unit by unit."""
    h1 = tnp.tanh(w[0] * x[0] + w[1] * x[1])
    h2 = tnp.tanh(w[2] * x[0] + w[3] * x[1])
    return (w[4] * h1 + w[5] * h2) ** 2


GRAPHS = {
    "neuron": (neuron, (0.3, -0.7, 1.4)),
    "2-2-1 network": (network, ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], (1.0, -2.0))),
    "reused values": (lambda x: (tnp.sin(x) * x + tnp.sin(x)) * x, (0.5,)),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_adjoints_are_sums_over_outgoing_arrows(name):
    function, args = GRAPHS[name]
    graph = computational_graph(function, *args)
    rows = {row.name: row for row in graph.rows}
    output = graph.rows[-1].name
    for row in graph.rows:
        sent = [partial * rows[to].adjoint for of, to, partial in graph.edges if of == row.name]
        np.testing.assert_allclose(row.adjoint, sum(sent) + (row.name == output), rtol=1e-12)


@pytest.mark.parametrize("name", GRAPHS)
def test_dot_names_every_node_and_arrow(name):
    function, args = GRAPHS[name]
    graph = computational_graph(function, *args)
    dot = graph.to_dot()
    assert dot.startswith("digraph computation {") and dot.endswith("}")
    declared = set(re.findall(r'^  "([^"]+)" \[', dot, re.MULTILINE))
    arrows = re.findall(r'^  "([^"]+)" -> "([^"]+)" \[label="[^"]+"\];$', dot, re.MULTILINE)
    assert declared == {row.name for row in graph.rows}
    assert arrows == [(of, to) for of, to, _ in graph.edges]
    assert dot.count('"') % 2 == 0


@pytest.mark.parametrize("name", GRAPHS)
def test_the_drawing_shows_values_and_adjoints_apart_from_each_other(name):
    function, args = GRAPHS[name]
    graph = computational_graph(function, *args)
    figure = graph.draw()
    figure.canvas.draw()
    (axes,) = figure.axes
    texts = [text.get_text() for text in axes.texts]
    for row in graph.rows:
        assert any(text.startswith(row.name) for text in texts)
        assert f"{row.value:.3g}" in texts and f"{row.adjoint:.3g}" in texts
    boxes = [patch.get_window_extent() for patch in axes.patches]
    assert len(boxes) == len(graph.rows)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert all(axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 for box in boxes)
    # arrows lead to the right
    places = graph.positions()
    assert all(places[of][0] < places[to][0] for of, to, _ in graph.edges)


def test_a_graph_can_be_drawn_downwards_in_other_words():
    graph = computational_graph(network, *GRAPHS["2-2-1 network"][1])
    figure = graph.draw(
        downwards=True, equation=lambda row: f"<{row.name}>", number=lambda x, digits: f"#{digits}"
    )
    figure.canvas.draw()
    (axes,) = figure.axes
    texts = [text.get_text() for text in axes.texts if text.get_text()]
    assert {text for text in texts if text[0] == "<"} == {f"<{row.name}>" for row in graph.rows}
    assert set(texts) - {f"<{row.name}>" for row in graph.rows} == {"#3"}
    boxes = [patch.get_window_extent() for patch in axes.patches]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    first, last = boxes[0], boxes[-1]
    assert first.y0 > last.y1  # inputs above, the output below


def test_drawing_on_given_axes():
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert computational_graph(neuron, 0.3, -0.7, 1.4).draw(ax=axes) is axes.figure


def test_only_drawing_imports_matplotlib():
    script = (
        "import sys; from jaxnn.tracer import computational_graph, numpy as tnp;"
        "computational_graph(tnp.sin, 1.0).to_dot(); print('matplotlib' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
