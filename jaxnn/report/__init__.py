"""How is a report one HTML page that needs nothing else? Text, tables and figures become a page.

    figure = inline_svg(drawing, "average curve of age", number=1)
    page = Page("Report", "What was done.", (Section("Curves", (Picture(figure, "Age"),)),))
    html = page_html(page)

page.py         what a page consists of, and its HTML: read this first
pictures.py     figures of matplotlib as SVG that can stand in a page
page.html       the template

A page has no script and asks for nothing from the network. Every text is data and is escaped.
"""

from jaxnn.report.page import Block, Folded, Grid, Page, Paragraph, Picture, Section, page_html
from jaxnn.report.pictures import inline_svg, svg_file

__all__ = [
    "Block",
    "Folded",
    "Grid",
    "Page",
    "Paragraph",
    "Picture",
    "Section",
    "inline_svg",
    "page_html",
    "svg_file",
]
