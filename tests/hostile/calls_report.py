"""Working calls of `jaxnn.report`."""

from __future__ import annotations

from matplotlib.figure import Figure

from jaxnn import report
from tests.hostile.calls import Call


def page() -> report.Page:
    """A page with every kind of block."""
    blocks = (
        report.Paragraph("text"),
        report.Grid("caption", ("a", "b"), (("1", "2"),)),
        report.Folded("more", (report.Paragraph("text"),)),
    )
    return report.Page("Report", "What was done.", (report.Section("Part", blocks),))


def figure() -> Figure:
    """A figure with one line."""
    drawn = Figure(figsize=(1, 1))
    drawn.subplots().plot([1, 2])
    return drawn


CALLS = {
    "inline_svg": lambda: Call(
        report.inline_svg, {"figure": figure(), "label": "a line", "number": 1}, slow=True
    ),
    "svg_file": lambda: Call(report.svg_file, {"figure": figure()}, slow=True),
    "page_html": lambda: Call(report.page_html, {"page": page()}),
}
