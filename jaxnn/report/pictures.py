"""How does a figure of matplotlib become SVG that can stand in an HTML page?

Its identifiers get a prefix, because those of several figures on one page would clash; its style
sheet, metadata and addresses are removed; a label says what is seen to those who cannot see it.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from jaxnn.errors import check_count

_REFERENCE = re.compile(r"url\(#")
_LEFT_OUT = {"metadata", "style", "title"}


def inline_svg(figure: Any, label: str, number: int) -> str:
    """A figure as an SVG element for an HTML page.

    Args:
      figure: a matplotlib figure.
      label: what is seen, for those who cannot see it.
      number: of the figure on the page, at least 1, from which its identifiers are made.

    Returns:
      The element `<svg role="img" aria-label=...>`, as wide as its place on the page allows. The
      same figure gives the same text.

    Raises:
      InputError, InputTypeError: `number` is not a whole number of at least 1.

    Example:
      >>> from jaxnn.plotting import panels
      >>> figure, (ax,) = panels(1)
      >>> inline_svg(figure, "an <empty> panel", 1)[:52]
      '<svg viewBox="0 0 648 244.8" role="img" aria-label="'
    """
    from jaxnn.plotting import svg  # late, so that --help need not wait for matplotlib

    check_count(number, "number")
    root = ElementTree.fromstring(svg(figure))
    _clean(root, f"f{number}-")
    root.attrib = {"viewBox": root.attrib["viewBox"], "role": "img", "aria-label": label}
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: ElementTree.Element, prefix: str) -> None:
    """Leave only names without a namespace, identifiers with the prefix, and what is drawn."""
    element.tag = element.tag.partition("}")[2] or element.tag
    element.tail = None
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        local = name.partition("}")[2] or name
        if local == "id":
            value = prefix + value
        elif local == "href":
            value = "#" + prefix + value.removeprefix("#")
        else:
            value = _REFERENCE.sub(f"url(#{prefix}", value)
        if local != "type":
            element.attrib[local] = value
    for child in list(element):
        if _is_left_out(child):
            element.remove(child)
        else:
            _clean(child, prefix)


def _is_left_out(element: ElementTree.Element) -> bool:
    """Whether an element draws nothing: metadata, and definitions of styles, which hold for all."""
    name = element.tag.partition("}")[2]
    only_styles = name == "defs" and all(child.tag.endswith("}style") for child in element)
    return name in _LEFT_OUT or only_styles
