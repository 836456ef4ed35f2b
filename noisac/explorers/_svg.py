"""Matplotlib figures as inline SVG: many of them fit on one page, and none disturbs another."""

from __future__ import annotations

import io
import re
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

#: Coordinates are in points, of which an explorer's figure is 360 wide: a hundredth of one cannot be seen.
_DECIMALS = 2
_LEFT_OUT = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>", re.DOTALL)
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
# What an <svg> element says to the page around it belongs on the element itself.
_ROOT_STYLE = "width:100%;max-width:42em;height:auto;stroke-linejoin:round;stroke-linecap:butt"


def inline_svg(figure: Figure, prefix: str, labelled_by: str) -> str:
    """Write a figure as an ``<svg>`` element for a page of HTML.

    The element is as wide as the page allows. It keeps only the ids that it refers to, and these begin with a
    prefix, because two elements with one id on a page mean that one of them is drawn with the other's clipping.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    prefix : str
        Unique on the page.
    labelled_by : str
        Id of the element that says what is seen.

    Returns
    -------
    str
        The same text for the same figure.
    """
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "noisac", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(
        r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>", "", text, flags=re.DOTALL
    )
    text = re.sub(r"\s+", " ", text).replace("> <", "><").strip()
    text = re.sub(r'(?<= )(?:d|x|y|points|transform)="[^"]*"', _round_attribute, text)
    text = _rename(text, prefix)
    box = re.search(r'viewBox="[^"]*"', text)
    assert box is not None
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {box.group()} '
        f'role="img" aria-labelledby="{escape(labelled_by)}" style="{_ROOT_STYLE}">'
    )
    return root + text[text.index(">") + 1 :]


def _round_attribute(found: re.Match[str]) -> str:
    return re.sub(r"-?\d+\.\d{3,}(?![\d]*e)", _round_number, found.group())


def _round_number(found: re.Match[str]) -> str:
    number = float(found.group())
    if abs(number) < 1:  # a scale, of which more digits count
        return f"{number:.6g}"
    return f"{number:.{_DECIMALS}f}".rstrip("0").rstrip(".")


def _rename(text: str, prefix: str) -> str:
    used = list(dict.fromkeys(re.findall(r'(?:href="#|url\(#)([^")]+)', text)))
    names = {name: f"{prefix}{number}" for number, name in enumerate(used)}
    text = re.sub(r' id="([^"]*)"', lambda found: f' id="{names[found[1]]}"' if found[1] in names else "", text)
    return re.sub(r'(href="#|url\(#)([^")]+)', lambda found: found[1] + names[found[2]], text)
