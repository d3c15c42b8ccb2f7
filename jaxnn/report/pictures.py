"""How does a figure of matplotlib become SVG that can stand in an HTML page, and be small?

Its identifiers get a prefix, because those of several figures on one page would clash; its style
sheet, metadata and addresses are removed; a label says what is seen to those who cannot see it.
Positions are rounded to a hundredth of a point, fonts are left to the page, and what neighbors have
in common is written once: a figure of many curves becomes less than half as long.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from jaxnn.errors import check_count, check_instance

_REFERENCE = re.compile(r"url\(#")
_REFERRED = re.compile(r"#([^)]+)")
_DECIMALS = re.compile(r"-?\d+\.\d+")
_AROUND_LETTER = re.compile(r"\s*([A-Za-z])\s*")
_FONT = re.compile(r"font-family:[^;]*;?\s*")
_NO_TURN = re.compile(r"rotate\(-?0[ )]")
_NOT_INHERITED = re.compile(r"(?<![-\w])opacity")
_LEFT_OUT = {"metadata", "style", "title"}
_PLACES = {"d", "x", "y"}  # attributes in which equal neighbors differ


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

    check_instance(label, "label", str, "text")
    check_count(number, "number")
    root = ElementTree.fromstring(svg(figure))
    _clean(root, f"f{number}-")
    _leave_only_used_names(root)
    _write_once(root)
    root.attrib = {"viewBox": root.attrib["viewBox"], "role": "img", "aria-label": label}
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def svg_file(figure: Any) -> str:
    """A figure as a small SVG file, which a page shows as an image.

    Args:
      figure: a matplotlib figure.

    Returns:
      The text of the file; the same figure gives the same text.

    Example:
      >>> from jaxnn.plotting import panels
      >>> figure, (ax,) = panels(1)
      >>> svg_file(figure)[:62]
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 648 244.8'
    """
    from jaxnn.plotting import svg

    root = ElementTree.fromstring(svg(figure))
    _clean(root, "")
    _leave_only_used_names(root)
    _write_once(root)
    size = root.attrib["viewBox"]
    width, height = size.split()[2:]
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": size,
        "width": width,
        "height": height,
        "font-family": "DejaVu Sans, Verdana, Arial, sans-serif",
        "stroke-linejoin": "round",
    }
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True) + "\n"


def _clean(element: ElementTree.Element, prefix: str, digits: int = 2) -> None:
    """Leave only what is drawn: names without a namespace, identifiers with the prefix."""
    element.tag = element.tag.partition("}")[2] or element.tag
    element.tail = None
    if element.tag == "defs":
        digits = 3  # markers are small, and drawn many times
    if element.tag not in ("text", "tspan"):
        element.text = None
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        local = name.partition("}")[2] or name
        if local == "id":
            element.attrib[local] = prefix + value
        elif local == "href" and value.startswith("data:image/png;"):
            element.attrib[local] = value
        elif local == "href":
            element.attrib[local] = "#" + prefix + value.removeprefix("#")
        elif local == "transform" and _NO_TURN.match(value):
            continue
        elif local != "type":
            value = _REFERENCE.sub(f"url(#{prefix}", value)
            element.attrib[local] = _short(local, value, digits)
    for child in list(element):
        if _is_left_out(child):
            element.remove(child)
        else:
            _clean(child, prefix, digits)


def _short(name: str, value: str, digits: int) -> str:
    """The value of an attribute with rounded numbers, and without fonts and spare spaces."""
    if name == "style":
        return _FONT.sub("", value).replace(": ", ":").replace("; ", ";").strip("; ")
    if name == "clip-path":
        return value
    value = _DECIMALS.sub(lambda number: _rounded(number[0], digits), value)
    return _AROUND_LETTER.sub(r"\1", value) if name == "d" else value


def _rounded(number: str, digits: int) -> str:
    return f"{float(number):.{digits}f}".rstrip("0").rstrip(".")


def _is_left_out(element: ElementTree.Element) -> bool:
    """Whether an element draws nothing: metadata, and definitions of styles, which hold for all."""
    name = element.tag.partition("}")[2]
    only_styles = name == "defs" and all(child.tag.endswith("}style") for child in element)
    return name in _LEFT_OUT or only_styles


def _leave_only_used_names(root: ElementTree.Element) -> None:
    """Remove identifiers that nothing refers to."""
    values = (
        element.attrib.get(name, "")
        for element in root.iter()
        for name in ("href", "clip-path", "fill", "style")
    )
    used = {name for value in values for name in _REFERRED.findall(value)}
    for element in root.iter():
        if element.attrib.get("id") not in used:
            element.attrib.pop("id", None)


def _write_once(element: ElementTree.Element) -> None:
    """Write what all children of a group share at the group; dissolve groups without attributes."""
    children = []
    for child in element:
        _write_once(child)
        children += list(child) if child.tag == "g" and not child.attrib else [child]
    element[:] = children
    if element.tag != "g" or len(children) < 2:
        return
    common, *others = (
        (child.tag, {k: v for k, v in child.attrib.items() if k not in _PLACES})
        for child in children
    )
    equal = all(other == common for other in others) and common[0] in ("path", "use")
    names = common[1].keys() - {"href"}
    if not equal or names & element.attrib.keys():
        return
    if _NOT_INHERITED.search(common[1].get("style", "")):
        return
    for name in sorted(names):
        element.attrib[name] = common[1][name]
        for child in children:
            del child.attrib[name]
