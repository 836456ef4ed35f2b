"""House style of the figures: colours that colour-blind readers and grey prints keep apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import lazy_loader

if TYPE_CHECKING:
    import matplotlib as mpl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
else:
    mpl = lazy_loader.load("matplotlib")

#: Okabe-Ito colours in order of rising lightness, so that they also differ in grey.
BLACK, BLUE, RED, GREEN, ORANGE, SKY = "#000000", "#0072B2", "#C4480A", "#009E73", "#E69F00", "#56B4E9"
GREY, PALE = "#6E6E6E", "#D9D9D9"
#: Up to three curves of one kind, for the values of a parameter.
SERIES: tuple[dict[str, Any], ...] = (
    {"color": BLUE, "marker": "o", "linestyle": "-"},
    {"color": RED, "marker": "D", "linestyle": "--"},
    {"color": ORANGE, "marker": "s", "linestyle": "-."},
)


@lru_cache(maxsize=1)
def style_sheet() -> dict[str, Any]:
    """Settings of the style sheet ``house.mplstyle``, which ``plt.style.use("noisac.house")`` reads too."""
    with resources.as_file(resources.files("noisac") / "house.mplstyle") as path:
        return dict(cast(Any, mpl.rc_params_from_file(path, use_default_template=False)))


@contextmanager
def house_style() -> Iterator[None]:
    """Apply the house style to figures drawn inside the block."""
    with mpl.rc_context(cast(Any, style_sheet())):
        yield


def new_figure(
    width: float = 6.0, height: float = 4.0, rows: int = 1, columns: int = 1, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Make a figure with rows and columns of axes, listed row by row, without touching pyplot's state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=160, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, list(axes.flat)
