"""Matplotlib figures as inline SVG: many of them fit on one page, and none disturbs another."""

from __future__ import annotations

import io
import re

import matplotlib as mpl
from matplotlib.figure import Figure

#: Coordinates are in points, of which an explorer's figure is 360 wide: a hundredth of one cannot be seen.
_DECIMALS = 2
_LEFT_OUT = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>", re.DOTALL)
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
# What a <style> element would say to the whole page belongs on the picture itself.
_STYLE = "width:100%;max-width:42em;height:auto;stroke-linejoin:round;stroke-linecap:butt"
_GLYPH = re.compile(r'<path id="([^"]*)" (d="[^"]*" transform="scale\(0\.015625\)")/>')


def inline_svg(figure: Figure, prefix: str, labelled_by: str, glyphs: Glyphs | None = None) -> str:
    """Write a figure as an ``<svg>`` element for a page of HTML.

    The element is as wide as the page allows. It keeps only the ids that it refers to, and these begin with a
    prefix, because two elements with one id on a page mean that one of them is drawn with the other's clipping.
    """
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "noisac", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s+", " ", _LEFT_OUT.sub("", text)).replace("> <", "><").replace("xlink:href", "href").strip()
    text = re.sub(r'(?<= )(?:d|x|y|points|transform)="[^"]*"', _round_attribute, text)
    text = text.replace(' "', '"')
    names = {}
    if glyphs is not None:
        names = {name: glyphs.name(shape) for name, shape in _GLYPH.findall(text)}
        text = _GLYPH.sub("", text)
    text = re.sub(r"<defs></defs>", "", _rename(text, prefix, names))
    box = re.search(r'viewBox="[^"]*"', text)
    assert box is not None
    root = f'<svg {box.group()} role="img" aria-labelledby="{labelled_by}" style="{_STYLE}">'
    return root + text[text.index(">") + 1 :]


class Glyphs:
    """Shapes of letters that several pictures share."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._names: dict[str, str] = {}

    def name(self, shape: str) -> str:
        """Id of a shape, which is taken in if it is new."""
        return self._names.setdefault(shape, f"{self._prefix}{len(self._names)}")

    def svg(self) -> str:
        """Element that holds them; it takes no space on the page, but must not be hidden, or the shapes vanish."""
        paths = "".join(f'<path id="{name}" {shape}/>' for shape, name in self._names.items())
        return f'<svg aria-hidden="true" style="position:absolute;width:0;height:0"><defs>{paths}</defs></svg>'


def _round_attribute(found: re.Match[str]) -> str:
    return re.sub(r"-?\d+\.\d{3,}(?![\d]*e)", _round_number, found.group())


def _round_number(found: re.Match[str]) -> str:
    number = float(found.group())
    if abs(number) < 1:  # a scale, of which more digits count
        return f"{number:.6g}"
    return f"{number:.{_DECIMALS}f}".rstrip("0").rstrip(".")


def _rename(text: str, prefix: str, names: dict[str, str]) -> str:
    used = dict.fromkeys(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    own = (name for name in used if name not in names)
    names = names | {name: f"{prefix}{number}" for number, name in enumerate(own)}
    text = re.sub(r' id="([^"]*)"', lambda found: f' id="{names[found[1]]}"' if found[1] in used else "", text)
    return re.sub(r'(href="#|url\(#)([^")]+)', lambda found: found[1] + names[found[2]], text)
