"""House style of the figures: colours that colour-blind readers and grey prints keep apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe-Ito colours in order of rising lightness, so that they also differ in grey.
BLACK, BLUE, RED, GREEN, ORANGE, SKY = "#000000", "#0072B2", "#C4480A", "#009E73", "#E69F00", "#56B4E9"
GREY, PALE = "#6E6E6E", "#D9D9D9"
#: Up to three curves of one kind, for the values of a parameter.
SERIES: tuple[dict[str, Any], ...] = (
    {"color": BLUE, "marker": "o", "linestyle": "-"},
    {"color": RED, "marker": "D", "linestyle": "--"},
    {"color": ORANGE, "marker": "s", "linestyle": "-."},
)


#: Matplotlib's settings are the process's: while one thread draws, no other of ours changes them.
_DRAWING = RLock()


@contextmanager
def house_style() -> Iterator[None]:
    """Apply the style sheet ``noisac.house`` to figures drawn inside the block, one thread at a time."""
    import matplotlib.style

    with _DRAWING, matplotlib.style.context("noisac.house"):
        yield


def new_figure(
    width: float = 6.0, height: float = 4.0, rows: int = 1, columns: int = 1, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Make a figure with rows and columns of axes, listed row by row, without touching pyplot's state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=160, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, list(axes.flat)
