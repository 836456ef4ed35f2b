"""The chapter on the readings: what the paper leaves open, drawn."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from noisac import _style
from noisac._validate import FloatArray


def draw_against_azimuth(azimuths: ArrayLike, bounds: dict[str, FloatArray]) -> Figure:
    """Plot medians of CRLB_angle against an azimuth."""
    degrees = np.degrees(np.asarray(azimuths, dtype=float))
    styles = ((_style.BLUE, "o", "-"), (_style.ORANGE, "s", "--"), (_style.BLACK, "^", "-."))
    with _style.house_style():
        figure, (axes,) = _style.new_figure()
        for (label, values), (colour, marker, line) in zip(bounds.items(), styles, strict=False):
            axes.plot(degrees, values, color=colour, marker=marker, linestyle=line, label=label)
        axes.set(
            xlabel="azimuth from the surface's boresight (°)", ylabel=r"median CRLB$_\mathrm{angle}$ (rad$^2$)"
        )
        axes.set(yscale="log")
        figure.legend(loc="outside upper center", ncols=2)
    return figure
