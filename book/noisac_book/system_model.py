"""Figs. 1, 2, 3 and 7 drawn from the scenario and the geometry themselves, and how plane the waves are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Rectangle
from mpl_toolkits.mplot3d import Axes3D

from noisac import _style, _validate
from noisac.experiments.systems import PILOT_SHARE
from noisac.model.arrays import grid_indices
from noisac.model.channel import irs_user_channel
from noisac.model.scenario import Geometry


def draw_system(geometry: Geometry | None = None) -> Figure:
    """Draw the base station, the two sub-IRSs and the user in space (Fig. 1)."""
    geometry = geometry or Geometry.section_v()
    with _style.house_style():
        figure = Figure(figsize=(6.0, 4.2), dpi=160)
        axes: Axes3D = figure.add_axes((0.0, -0.06, 1.0, 1.1), projection="3d")
        bs, user = np.array(geometry.bs_position), np.array(geometry.user_position)
        _line(axes, bs, user, color=_style.GREY, linestyle=":", label="direct path, blocked")
        middle = (bs + user) / 2
        axes.plot(*middle[:, None], marker="x", markersize=11, markeredgewidth=2.5, color=_style.RED)
        for number, (irs, style) in enumerate(zip(geometry.irs_positions, ("-", "--"), strict=True), start=1):
            _line(axes, bs, np.array(irs), color=_style.BLUE, linestyle=style, label=f"via sub-IRS {number}")
            _line(axes, np.array(irs), user, color=_style.BLUE, linestyle=style)
        labels = [("BS", bs, "s"), ("user", user, "o")]
        labels += [(f"sub-IRS {i}", np.array(irs), "D") for i, irs in enumerate(geometry.irs_positions, start=1)]
        for label, point, marker in labels:
            axes.plot(*point[:, None], marker=marker, markersize=8, color=_style.BLACK, linestyle="none")
            axes.plot(*np.column_stack([point, [*point[:2], 0]]), color=_style.GREY, linewidth=0.8)
            side = {"sub-IRS 1": ("right", -0.9), "sub-IRS 2": ("left", 0.9)}.get(label, ("left", 0.9))
            axes.text(point[0], point[1] + side[1], point[2] + 0.9, label, ha=side[0])
        x, y = (np.array([-2.0, bs[0] + 2]), np.array([min(bs[1], user[1]) - 2, max(bs[1], user[1]) + 2]))
        axes.plot_surface(*np.meshgrid(x, y), np.zeros((2, 2)), color=_style.PALE, alpha=0.35)
        axes.set(zlabel="z (m)", zlim=(0, 12))
        axes.set_xlabel("x (m)", labelpad=9)
        axes.set_ylabel("y (m)", labelpad=12)
        axes.set_box_aspect((1, 1.2, 0.62), zoom=0.92)
        axes.view_init(elev=20, azim=28)
        axes.legend(loc="upper right", bbox_to_anchor=(0.98, 0.95))
    return figure


def draw_protocol(slots: int = 2, blocks: int = 4) -> Figure:
    """Draw the NO-ISAC protocol in time (Fig. 2)."""
    slots = _validate.integer("slots", slots, at_least=1)
    blocks = _validate.integer("blocks", blocks, at_least=4)
    with _style.house_style():
        figure, axes = _time_axes(3.4)
        for n in range(blocks):
            label = {blocks - 1: "$n=N$", blocks - 2: r"$\cdots$"}.get(n, f"$n={n + 1}$")
            _box(axes, n / blocks, 2.0, 1 / blocks, label, fill=_style.PALE if n == 1 else "white")
        axes.text(0, 2.66, "coherence blocks of $T_c = 2T$ slots", va="bottom")
        _zoom(axes, (1 / blocks, 2 / blocks), 2.0, (0.0, 1.0), 1.5)
        _box(axes, 0.0, 1.0, 0.5, "time block 1: sub-IRS 1 reflects", fill="white")
        _box(axes, 0.5, 1.0, 0.5, "time block 2: sub-IRS 2 reflects", fill=_style.PALE)
        _zoom(axes, (0.5, 1.0), 1.0, (0.0, 1.0), 0.5)
        _slots(axes, slots, lambda t: (rf"$x({t})$", "#BFE0F5"))
        axes.text(0.5, -0.12, "every slot: data, and the angles from sub-IRS 2", ha="center", va="top")
    return figure


def draw_tdisac_protocol(slots: int = 10, pilot_share: float = PILOT_SHARE) -> Figure:
    """Draw a time block of TD-ISAC (Fig. 7)."""
    slots = _validate.integer("slots", slots, at_least=1)
    pilot_slots = round(slots * pilot_share)
    with _style.house_style():
        figure, axes = _time_axes(1.9, low=-0.75, high=0.8)
        _slots(axes, slots, lambda t: ("pilot", "#F6D9A0") if t <= pilot_slots else (rf"$x({t})$", "#BFE0F5"))
        split = pilot_slots / slots
        for start, end, label in ((0.0, split, "$T/5$: localise"), (split, 1.0, "$4T/5$: data")):
            axes.annotate(
                "", (start, -0.16), (end, -0.16), arrowprops={"arrowstyle": "<->", "shrinkA": 0, "shrinkB": 0}
            )
            axes.text((start + end) / 2, -0.26, label, ha="center", va="top")
    return figure


def draw_top_view(geometry: Geometry | None = None) -> Figure:
    """Draw the simulation set-up from above (Fig. 3)."""
    geometry = geometry or Geometry.section_v()
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 6.0)
        bs, user = geometry.bs_position, geometry.user_position
        irs, second = geometry.irs_positions
        for point in (irs, second):
            axes.plot([point[0]] * 2, [point[1] - 0.6, point[1] + 0.6], color=_style.BLACK, linewidth=4)
        to_bs, to_user = geometry.distances(0)
        for start, end, name, distance in (
            (bs, irs, r"d_\mathrm{B2I}", to_bs),
            (irs, user, r"d_\mathrm{I2U}", to_user),
        ):
            axes.plot([start[0], end[0]], [start[1], end[1]], color=_style.BLUE)
            x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
            axes.text(x + 0.9, y, f"${name}$ = {distance:.0f} m", va="center")
        axes.plot([irs[0], irs[0] + 9], [irs[1]] * 2, color=_style.GREY, linestyle="--")
        axes.text(irs[0] + 9.2, irs[1], "boresight", va="center", color=_style.GREY)
        for name, (_, azimuth), radius in (("user", geometry.user_aod(0), 3.0), ("BS", geometry.irs_aoa(0), 5.0)):
            low, high = sorted((0.0, math.degrees(azimuth)))
            axes.add_patch(Arc(irs[:2], 2 * radius, 2 * radius, theta1=low, theta2=high, color=_style.RED))
            at = (irs[0] + (radius + 0.4) * math.cos(azimuth / 2), irs[1] + (radius + 0.4) * math.sin(azimuth / 2))
            axes.text(*at, f"{abs(math.degrees(azimuth)):.0f}° ({name})", color=_style.RED, va="center")
        for label, point, marker, shift in (("BS", bs, "s", (-0.8, 0.0)), ("user", user, "o", (0.7, 0.0))):
            axes.plot(*point[:2], marker=marker, markersize=9, color=_style.BLACK)
            text = f"{label}, height {point[2]:.0f} m"
            axes.text(point[0] + shift[0], point[1], text, ha="left" if shift[0] > 0 else "right", va="center")
        for label, point in (("sub-IRS 1", irs), ("sub-IRS 2", second)):
            axes.text(point[0] - 0.6, point[1], f"{label}, {point[2]:.0f} m", ha="right", va="center")
        axes.set(xlabel="x (m)", ylabel="y (m)", aspect="equal", xlim=(-8, None))
    return figure


def _line(axes: Axes3D, start: np.ndarray, end: np.ndarray, **style: str) -> None:
    axes.plot(*np.column_stack([start, end]), **style)


def _time_axes(height: float, low: float = -0.5, high: float = 3.0) -> tuple[Figure, Axes]:
    figure, (axes,) = _style.new_figure(6.0, height)
    axes.set(xlim=(-0.01, 1.01), ylim=(low, high))
    axes.axis("off")
    return figure, axes


def _box(axes: Axes, left: float, bottom: float, width: float, label: str, *, fill: str) -> None:
    axes.add_patch(Rectangle((left, bottom), width, 0.5, facecolor=fill, edgecolor=_style.BLACK))
    axes.text(left + width / 2, bottom + 0.25, label, ha="center", va="center", fontsize=10)


def _zoom(axes: Axes, above: tuple[float, float], top: float, below: tuple[float, float], bottom: float) -> None:
    for x_top, x_bottom in zip(above, below, strict=True):
        axes.plot([x_top, x_bottom], [top, bottom], color=_style.GREY, linewidth=0.8, linestyle=":")


def _slots(axes: Axes, slots: int, content: Callable[[int], tuple[str, str]]) -> None:
    for t in range(1, slots + 1):
        label, fill = content(t)
        _box(axes, (t - 1) / slots, 0.0, 1 / slots, label, fill=fill)


def plane_wave_error(
    geometry: Geometry,
    wavelength: float,
    *,
    distance: float | None = None,
    sub_irs: int = 0,
    phase_convention: Literal["difference", "sum"] = "difference",
) -> float:
    """Largest phase error of `irs_user_channel` against the exact lengths of all paths, in radians, from 0 to pi.

    A point stands at each antenna and at each element, and the phase follows from the distance between them. The
    phases are compared relative to the path from the first element to the first antenna.

    Parameters
    ----------
    geometry : Geometry
    wavelength : float
        In metres.
    distance : float, optional
        Between user and sub-IRS in metres, in the user's direction; the geometry's unless given.
    sub_irs : int
        0 or 1.
    phase_convention : {"difference", "sum"}
        Reading of (4)-(6) and (58), as in `Scenario`.

    Raises
    ------
    ValueError
        For a wavelength or a distance that is not above zero, or an unknown convention.

    Examples
    --------
    >>> geometry = Geometry.section_v()
    >>> plane_wave_error(geometry, 0.01, distance=1e5) < 1e-3
    True
    >>> plane_wave_error(geometry, 0.01, distance=1e5, phase_convention="sum") > 1
    True
    """
    _validate.instance("geometry", geometry, Geometry)
    wavelength = _validate.real("wavelength", wavelength, positive=True)
    scenario = geometry.scenario(sub_irs, phase_convention=phase_convention)
    elements, antennas = (
        wavelength * spacing * np.stack([0 * along_y, along_y, along_z], axis=-1)
        for (along_y, along_z), spacing in (
            (grid_indices(scenario.irs_shape), scenario.irs_spacing),
            (grid_indices(scenario.user_shape), scenario.user_spacing),
        )
    )
    towards_user = np.subtract(geometry.user_position, geometry.irs_positions[sub_irs])
    if distance is not None:
        towards_user *= _validate.real("distance", distance, positive=True) / np.linalg.norm(towards_user)
    path = np.linalg.norm(towards_user + antennas[:, None] - elements, axis=-1)
    channel = irs_user_channel(scenario)
    # The phase of a path falls by 2 pi per wavelength.
    excess = channel / channel[0, 0] * np.exp(2j * np.pi * (path - path[0, 0]) / wavelength)
    return float(np.max(np.abs(np.angle(excess))))
