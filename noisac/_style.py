"""House style of the figures: colours that colour-blind readers and grey prints keep apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Okabe-Ito colours in order of rising lightness, so that they also differ in grey.
BLACK, BLUE, RED, GREEN, ORANGE, SKY = "#000000", "#0072B2", "#C4480A", "#009E73", "#E69F00", "#56B4E9"
GREY, PALE = "#6E6E6E", "#D9D9D9"

_SETTINGS: dict[str, Any] = {
    "font.size": 11,
    "axes.labelsize": 11,
    "axes.titlesize": 11,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#E4E4E4",
    "lines.linewidth": 1.6,
    "lines.markersize": 5.5,
    "legend.frameon": True,
    "legend.framealpha": 0.9,
    "legend.fontsize": 10,
    "svg.hashsalt": "noisac",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Apply the house style to figures drawn inside the block."""
    with mpl.rc_context(cast(Any, _SETTINGS)):
        yield


def new_figure(
    width: float = 6.0, height: float = 4.0, rows: int = 1, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Make a figure with one column of axes, without touching pyplot's state."""
    figure = Figure(figsize=(width, height), dpi=160, layout="constrained")
    axes = figure.subplots(rows, 1, squeeze=False, **options)
    return figure, list(axes[:, 0])
