"""How well a position is known: its error ellipse, and the error bound over the floor."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from noisac import _style, _validate
from noisac._validate import FloatArray
from noisac.model.scenario import Geometry
from noisac.positioning.blocks import block_information, block_scenarios, peb_map
from noisac.positioning.error_bound import error_ellipse, position_covariance
from noisac_book.explorers._core import LEGEND, Control, Explorer, new_figure
from noisac_book.explorers._geometry import user_at
from noisac_book.explorers._wording import rounded, with_minus_signs

_KNOWN = {"unknown": False, "known": True}
_SEPARATIONS = (1, 2, 4, 8)
_CONFIDENCE = 0.95
#: Grid of the map in metres.
_X, _Y = np.concatenate([[0.25], np.linspace(1.5, 20.5, 13)]), np.linspace(-20, 20, 25)
#: Steps of colour, and half widths of the picture of the ellipses, in centimetres.
_LEVELS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_LIMITS = (*_LEVELS, 2000, 5000, 10000)
_LEGEND: dict[str, Any] = {**LEGEND, "handlelength": 1.8}


def position() -> Explorer:
    """Error ellipse at a place on the floor, and the map of the position error bound.

    Each place has its own beams of the largest gain, and the mean second moments of T = 2 Gaussian symbols in
    either time block. The SNR holds 10 m from sub-IRS 1 and follows the path loss elsewhere.
    Controls: ``azimuth`` and ``distance`` of the user from sub-IRS 1, whether the ``height`` is known, the
    ``separation`` of the two sub-IRSs along y, ``snr_db``, and the number of coherence ``blocks`` for which the
    user stands still.

    Examples
    --------
    >>> position().sentence().split(". ")[1]
    'The position error bound is 8.0 cm'
    """
    for separation in _SEPARATIONS:  # once, so that no move of a control has to wait for a map
        bound_map(separation)
    return Explorer(
        "position",
        "Error ellipse of a position",
        (
            Control("azimuth", "user's azimuth", tuple(range(-75, 76, 15)), 60, "°"),
            Control("distance", "user's distance", (6, 8, 10, 12, 14, 16, 18, 20), 10, "m"),
            Control("height", "user's height", tuple(_KNOWN), "unknown"),
            Control("separation", "sub-IRSs apart", _SEPARATIONS, 2, "m"),
            Control("snr_db", "SNR at 10 m", (-10, -5, 0, 5, 10, 15, 20), 0, "dB"),
            Control("blocks", "coherence blocks", (1, 2, 5, 10, 20, 50), 1, "1"),
        ),
        _draw,
        _describe,
        {"azimuth": tuple(range(-75, 76, 15)), "height": tuple(_KNOWN)},
    )


@lru_cache(maxsize=16)  # an SNR and a number of blocks only scale it
def bound_map(separation: float) -> tuple[FloatArray, FloatArray]:
    """Position error bound (25, 14) of one coherence block at 0 dB, in metres, with the height unknown and known.

    Rows along y from -20 to 20 m, columns along x from 0.25 to 20.5 m; sub-IRSs ``separation`` metres apart.

    Examples
    --------
    >>> free, on_floor = bound_map(2.0)
    >>> bool((free > on_floor).all())
    True
    """
    geometry = Geometry.section_v(irs_separation=separation)
    free, on_floor = (peb_map(geometry, _X, _Y, height_known=known) for known in (False, True))
    return free, on_floor


class PositionView(NamedTuple):
    """The user's place, the sub-IRSs, and bounds on the covariance in m^2 with the height unknown and known."""

    place: FloatArray
    anchors: FloatArray
    covariance: FloatArray
    on_floor: FloatArray


@lru_cache(maxsize=256)  # a picture and its sentence ask for the same
def position_view(
    azimuth: float, distance: float, separation: float = 2.0, snr_db: float = 0.0, blocks: int = 1
) -> PositionView:
    """Bound the error of a position on the floor.

    Parameters
    ----------
    azimuth, distance : float
        Of the user from sub-IRS 1, in degrees and metres; above 5 m.
    separation : float
        Of the two sub-IRSs along y, in metres.
    snr_db : float
        SNR 10 m from sub-IRS 1.
    blocks : int
        Coherence blocks for which the user stands still, at least 1.

    Examples
    --------
    >>> view = position_view(60, 10)
    >>> round(100 * float(np.sqrt(np.trace(view.covariance))), 2)
    8.02
    """
    blocks = _validate.integer("blocks", blocks, at_least=1)
    place = np.array(user_at(azimuth, distance, 0.0).user_position)
    geometry = Geometry.section_v(irs_separation=separation)
    pairs = blocks * block_information(block_scenarios(geometry, place, snr_db=snr_db))
    anchors = np.array(geometry.irs_positions)
    free, on_floor = (position_covariance(anchors, place, pairs, height_known=known) for known in (False, True))
    return PositionView(place, anchors, free, on_floor)


def _view(
    azimuth: float, distance: float, height: str, separation: float, snr_db: float, blocks: float
) -> tuple[PositionView, FloatArray, FloatArray]:
    """The view, and the covariances in cm^2: the chosen one and the other."""
    view = position_view(azimuth, distance, separation, snr_db, int(blocks))
    pair = 1e4 * view.covariance, 1e4 * view.on_floor
    return (view, *(pair[::-1] if _KNOWN[height] else pair))


def _describe(
    azimuth: float, distance: float, height: str, separation: float, snr_db: float, blocks: float
) -> str:
    view, chosen, other = _view(azimuth, distance, height, separation, snr_db, blocks)
    x, y, _ = view.place
    major, minor, turn = (float(part) for part in error_ellipse(chosen[:2, :2], _CONFIDENCE))
    count = "block" if blocks == 1 else "blocks"
    told = "unknown" if _KNOWN[height] else "known"
    text = (
        f"User at ({rounded(x)}, {rounded(y)}, 0.0) m, sub-IRSs {separation:g} m apart, {blocks:g} coherence "
        f"{count}, {snr_db:g} dB at 10 m, height {height}. The position error bound is {_root(chosen)}. The "
        f"{_percent()} ellipse on the floor has the semi-axes {_cm(major)} and {_cm(minor)}, the long one "
        f"{_along(turn, view)}° off the line to sub-IRS 1. With the height {told} the bound is {_root(other)}."
    )
    return with_minus_signs(text)


def _along(turn: float, view: PositionView) -> str:
    """Angle between the long axis and the line of sight from above, in whole degrees from 0 to 90."""
    x, y, _ = view.place - view.anchors[0]
    between = math.degrees(turn - math.atan2(y, x)) % 180
    return f"{min(between, 180 - between):.0f}"


def _percent() -> str:
    return f"{100 * _CONFIDENCE:.0f} %"


def _root(covariance: FloatArray) -> str:
    return _cm(math.sqrt(float(np.trace(covariance))))


def _cm(length: float) -> str:
    return f"{length:.1f} cm" if length < 99.95 else f"{length / 100:.1f} m"


def _draw(azimuth: float, distance: float, height: str, separation: float, snr_db: float, blocks: float) -> Figure:
    view, chosen, other = _view(azimuth, distance, height, separation, snr_db, blocks)
    figure = new_figure(4.7)
    scale = 100 * 10 ** (-snr_db / 20) / math.sqrt(blocks)
    _draw_map(figure, view, scale * bound_map(separation)[_KNOWN[height]])
    close = figure.add_axes((0.72, 0.41, 0.245, 0.245 * 5 / 4.7))
    names = ("height known", "height unknown") if _KNOWN[height] else ("height unknown", "height known")
    _draw_ellipses(close, dict(zip(names, (chosen, other), strict=True)))
    return figure


def _draw_map(figure: Figure, view: PositionView, bound: FloatArray) -> None:
    axes = figure.add_axes((0.14, 0.115, 0.365, 0.81))
    colours = mpl.colormaps["cividis"].resampled(len(_LEVELS) + 1)
    norm = BoundaryNorm(_LEVELS, colours.N, extend="both")
    steps = axes.contourf(_X, _Y, bound, levels=_LEVELS, cmap=colours, norm=norm, extend="both")
    x, y, _ = view.place
    for anchor in view.anchors:
        for colour, width in (("white", 3.0), (_style.BLACK, 1.2)):
            axes.plot([anchor[0], x], [anchor[1], y], color=colour, linewidth=width)
    edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 1.2, "clip_on": False, "zorder": 3}
    axes.plot(*view.anchors.T[:2], "D", color=_style.RED, markersize=7, **edge)
    axes.plot(x, y, "o", color=_style.BLACK, markersize=9, **edge)
    axes.grid(visible=False)
    axes.set(xlim=(0, 20.5), ylim=(-20, 20), aspect="equal", xticks=(0, 10, 20), yticks=(-20, -10, 0, 10, 20))
    axes.set(xlabel="x (m)", ylabel="y (m)", title="error bound (cm)")
    bar = figure.colorbar(steps, cax=figure.add_axes((0.515, 0.115, 0.022, 0.81)), ticks=_LEVELS[::3])
    bar.ax.set_yticks(_LEVELS[::3], [f"{level:g}" for level in _LEVELS[::3]], fontsize=9.5)
    bar.ax.tick_params(pad=2, length=0)


def _draw_ellipses(axes: Axes, covariances: dict[str, FloatArray]) -> None:
    """The chosen ellipse in front, the other for comparison."""
    largest = 0.0
    for name, covariance in covariances.items():
        chosen = largest == 0
        major, minor, turn = (float(part) for part in error_ellipse(covariance[:2, :2], _CONFIDENCE))
        largest = max(largest, major)
        axes.add_patch(
            Ellipse(
                (0, 0),
                2 * major,
                2 * minor,
                angle=math.degrees(turn),
                facecolor=_style.SKY if chosen else "none",
                edgecolor=_style.BLUE if chosen else _style.ORANGE,
                linestyle="-" if chosen else "--",
                linewidth=1.8,
                zorder=2 if chosen else 3,
                label=name,
            )
        )
    limit = next(limit for limit in _LIMITS if limit > 1.02 * largest)
    axes.plot(0, 0, "+", color=_style.BLACK, markersize=8, zorder=4)
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    unit, ends = ("m", limit / 100) if limit >= 100 else ("cm", limit)
    ticks = [f"\N{MINUS SIGN}{ends:g}", "0", f"{ends:g}"]
    axes.set_xticks((-limit, 0, limit), ticks)
    axes.set_yticks((-limit, 0, limit), ticks)
    axes.set(xlabel=f"x ({unit})", title=f"around the user,\n{_percent()} ellipses")
    axes.set_ylabel(f"y ({unit})", labelpad=-8)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.36), **_LEGEND)
