"""What does a page consist of, and how is it written as HTML?

A page is sections, a section is blocks: paragraphs, tables, pictures, and folded parts with blocks
of their own. The template decides how each looks; Jinja2 escapes every text.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

from jaxnn.errors import InputTypeError, shown


class Paragraph(NamedTuple):
    """A paragraph.

    Attributes:
      text: plain text.
      role: "" for plain text, "lead" for what matters most, "note" for what the section's intervals
        are, "warning" for what the reader must beware of, or "code" for a command.
    """

    text: str
    role: str = ""


class Grid(NamedTuple):
    """A table of texts, which scrolls inside its own box where it is too wide.

    Attributes:
      caption: what it shows.
      head: names of the columns.
      rows: the cells of each row; the first names the row.
      numbers: whether the cells after the first are numbers, which are aligned to the right.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = True


class Picture(NamedTuple):
    """A figure.

    Attributes:
      svg: as from `jaxnn.report.inline_svg`.
      caption: what it shows.
    """

    svg: str
    caption: str


Block = Paragraph | Grid | Picture


class Folded(NamedTuple):
    """A part that a reader opens and closes.

    Attributes:
      title: what is always shown.
      blocks: what is inside; pictures that follow each other stand side by side where there is
        room.
      open: whether it is open at first.
    """

    title: str
    blocks: tuple[Block, ...]
    open: bool = False


class Section(NamedTuple):
    """A section with its heading.

    Attributes:
      title: its heading.
      blocks: what follows.
    """

    title: str
    blocks: tuple[Block | Folded, ...]


class Page(NamedTuple):
    """A page.

    Attributes:
      title: of the page, also its first heading.
      lead: what was done, in one paragraph.
      sections: in their order.
    """

    title: str
    lead: str
    sections: tuple[Section, ...]


def page_html(page: Page) -> str:
    """A page as HTML: one file with its style and pictures inside.

    Args:
      page: what is on the page. All texts are escaped; the SVG of a picture is taken as it is.

    Returns:
      The document, without scripts and without addresses of anything outside it.

    Raises:
      InputTypeError: `page` is not a `Page`.

    Example:
      >>> html = page_html(Page("Curves", "Of <age>.", (Section("How", (Paragraph("so"),)),)))
      >>> "Of &lt;age&gt;." in html, "<script" in html
      (True, False)
    """
    import jinja2  # late, so that --help need not wait for it

    _check_page(page)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("jaxnn.report", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    count = itertools.count(1).__next__  # of tables, which need names for their captions
    return environment.get_template("page.html").render(page=page, runs=_runs, count=count)


def _check_page(page: Any) -> None:
    """Refuse what is no page, or has something else than sections and blocks on it."""
    if not isinstance(page, Page):
        raise InputTypeError(f"page is {shown(page)}; pass a jaxnn.report.Page.")
    for text in (page.title, page.lead):
        if not isinstance(text, str):
            raise InputTypeError(f"page has the text {shown(text)}; pass plain text.")
    _check_parts(page.sections, (Section,), "sections")
    for section in page.sections:
        _check_parts(section.blocks, (Paragraph, Grid, Picture, Folded), "blocks")
        for block in section.blocks:
            if isinstance(block, Folded):
                _check_parts(block.blocks, (Paragraph, Grid, Picture), "blocks of a folded part")


def _check_parts(parts: Any, kinds: tuple[type, ...], name: str) -> None:
    known = ", ".join(kind.__name__ for kind in kinds)
    if not isinstance(parts, tuple | list):
        raise InputTypeError(f"page has the {name} {shown(parts)}; pass a tuple of {known}.")
    for part in parts:
        if not isinstance(part, kinds):
            raise InputTypeError(f"page has {shown(part)} among its {name}; pass {known}.")


def _runs(blocks: tuple[Any, ...]) -> list[list[Any]]:
    """The blocks in order, with pictures that follow each other in one list."""
    runs: list[list[Any]] = []
    for block in blocks:
        if runs and isinstance(block, Picture) and isinstance(runs[-1][-1], Picture):
            runs[-1].append(block)
        else:
            runs.append([block])
    return runs
