"""Errors over the SNR and over the spacing of the sub-IRSs, and figures of the chapter on positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike

from noisac import _style, _validate
from noisac._validate import FloatArray
from noisac.model.scenario import Geometry
from noisac.model.symbols import SymbolModel
from noisac.positioning.blocks import block_information, block_scenarios
from noisac.positioning.error_bound import (
    angles_of_arrival,
    error_ellipse,
    position_covariance,
    position_error_bound,
)
from noisac.positioning.errors import MeanError, Track, draw_angles, root_mean_square, simulate_position_errors
from noisac.positioning.fixes import directions, most_likely_position


def draw_fixes(
    geometry: Geometry,
    angle_information: ArrayLike,
    *,
    draws: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> Figure:
    """Draw the lines of sight from above, and estimates around the user with the ellipses of the bound."""
    anchors, user = np.array(geometry.irs_positions), np.array(geometry.user_position)
    angles = draw_angles(anchors, user, angle_information, draws=draws, rng=rng)
    kinds = (
        ("height unknown", None, False, _style.ORANGE, _style.BLUE, "-"),
        ("height known", float(user[2]), True, _style.SKY, _style.BLACK, "--"),
    )
    with _style.house_style():
        figure, (whole, close) = _style.new_figure(7.2, 4.4, columns=2, width_ratios=(1, 1.35))
        for anchor, towards, line in zip(anchors, angles_of_arrival(anchors, user), ("-", "--"), strict=True):
            ends = np.array([anchor, anchor - 1.25 * np.linalg.norm(user - anchor) * directions(towards)])
            whole.plot(ends[:, 0], ends[:, 1], color=_style.GREY, linestyle=line, linewidth=1.2)
        _mark_surfaces(whole, anchors)
        whole.plot(*user[:2], "o", color=_style.BLACK, markersize=7)
        whole.annotate("user", (user[0], user[1]), (-9, 2), textcoords="offset points", ha="right")
        whole.set(xlabel="x (m)", ylabel="y (m)", aspect="equal", xlim=(-2.5, 7.5))
        whole.set_title("lines of sight from above")
        for label, height, known, colour, edge, line in kinds:
            fixes = most_likely_position(anchors, angles, angle_information, height=height).position
            offsets = 100 * (fixes - user)[:, :2]
            close.scatter(
                offsets[:, 0], offsets[:, 1], s=7, color=colour, linewidths=0, alpha=0.8, label=f"fixes, {label}"
            )
            bound = position_covariance(anchors, user, angle_information, height_known=known)[:2, :2]
            text = f"{100 * confidence:.0f} % ellipse, {label}"
            _add_ellipse(close, np.zeros(2), 1e4 * bound, confidence, edge, linestyle=line, label=text)
        close.plot(0, 0, "+", color=_style.RED, markersize=11, markeredgewidth=2, label="user")
        close.set(xlabel="x from the user (cm)", ylabel="y from the user (cm)", aspect="equal")
        close.set_title("around the user")
        figure.legend(*close.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def draw_errors(
    snr_db: ArrayLike, bounds: dict[str, FloatArray], errors: dict[str, tuple[str, Sequence[MeanError]]]
) -> Figure:
    """Plot root mean squared errors over the SNR, and their ratio to a bound."""
    snr_db = np.asarray(snr_db, dtype=float)
    styles = ((_style.RED, "v"), (_style.BLUE, "o"), (_style.SKY, "s"), (_style.GREEN, "D"))
    with _style.house_style():
        figure, (upper, lower) = _style.new_figure(6.2, 6.0, rows=2, sharex=True, height_ratios=(1.4, 1))
        for (label, bound), line in zip(bounds.items(), ("-", "--", ":"), strict=False):
            upper.plot(snr_db, bound, color=_style.BLACK, linestyle=line, label=label)
        for (label, (reference, measured)), (colour, marker) in zip(errors.items(), styles, strict=False):
            rmse, low, high = np.array(measured).T
            upper.plot(snr_db, rmse, marker, color=colour, markerfacecolor="none", label=label)
            ratio = 1 / bounds[reference]
            whiskers = np.abs(np.array([low, high]) - rmse) * ratio
            lower.errorbar(snr_db, rmse * ratio, whiskers, color=colour, marker=marker, capsize=2.5, linewidth=1)
        lower.axhline(1, color=_style.BLACK, linewidth=1)
        upper.set(yscale="log", ylabel="error (m)")
        lower.set(xlabel="SNR (dB)", ylabel="error / its bound")
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def draw_maps(
    geometry: Geometry, x: ArrayLike, y: ArrayLike, maps: dict[str, FloatArray], levels: Sequence[float]
) -> Figure:
    """Show position error bounds over the floor, on one logarithmic scale of colours."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    finite = np.concatenate([bound[np.isfinite(bound)] for bound in maps.values()])
    norm = LogNorm(finite.min(), finite.max())
    metres = FuncFormatter(lambda value, _: f"{value:g}")
    edge: dict[str, Any] = {
        "markeredgecolor": "white",
        "markeredgewidth": 1.2,
        "linestyle": "none",
        "clip_on": False,
    }
    with _style.house_style():
        figure, panels = _style.new_figure(7.2, 5.6, columns=len(maps), sharey=True)
        for panel, (title, bound) in zip(panels, maps.items(), strict=True):
            image = panel.pcolormesh(x, y, bound, norm=norm, cmap="cividis", shading="gouraud", rasterized=True)
            lines = panel.contour(x, y, bound, levels=sorted(levels), colors="white", linewidths=1.2)
            outline: list[AbstractPathEffect] = [withStroke(linewidth=2.6, foreground=_style.BLACK)]
            lines.set_path_effects(outline)
            for text in panel.clabel(lines, fmt=lambda level: f"{level:g} m", fontsize=9):
                text.set_path_effects(outline)
            panel.grid(visible=False)
            anchors = np.array(geometry.irs_positions)
            panel.plot(*anchors.T[:2], marker="D", color=_style.RED, markersize=7, label="sub-IRSs", **edge)
            panel.plot(*geometry.bs_position[:2], marker="s", color=_style.BLACK, markersize=9, label="BS", **edge)
            user = geometry.user_position[:2]
            panel.plot(*user, marker="o", color=_style.BLACK, markersize=9, label="user of Section V", **edge)
            panel.set(title=title, xlabel="x (m)", aspect="equal", xlim=(-0.6, x[-1]), ylim=(y[0], y[-1]))
        panels[0].set(ylabel="y (m)")
        figure.colorbar(image, ax=panels, label="position error bound (m)", format=metres, shrink=0.85)
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def draw_spacing(spacings: ArrayLike, bounds: dict[str, FloatArray]) -> Figure:
    """Plot position error bounds against the distance between the sub-IRSs."""
    styles = (
        (_style.BLUE, "o", "-"),
        (_style.ORANGE, "s", "--"),
        (_style.BLACK, "^", "-."),
        (_style.SKY, "D", ":"),
    )
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.2, 4.4)
        for (label, bound), (colour, marker, line) in zip(bounds.items(), styles, strict=False):
            axes.plot(spacings, bound, color=colour, marker=marker, linestyle=line, label=label)
        ticks = [0.5, 1, 2, 4, 8, 16]
        axes.set(xscale="log", yscale="log", xlabel="distance between the sub-IRSs (m)")
        axes.set(ylabel="position error bound (m)")
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xticks([], minor=True)
        metres = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
        limits = axes.get_ylim()
        axes.set_yticks(metres, [f"{tick:g}" for tick in metres])
        axes.set(ylim=limits)
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def draw_track(geometry: Geometry, track: Track, *, confidence: float = 0.95) -> Figure:
    """Draw a user's path from above with a fix and its error ellipse per coherence block, and the errors."""
    blocks = np.arange(1, len(track.path) + 1)
    with _style.house_style():
        figure, (above, errors) = _style.new_figure(7.2, 4.9, columns=2, width_ratios=(1.15, 1))
        above.plot(*track.path.T[:2], color=_style.GREY, linewidth=1.2, label="true path")
        for n, (fix, covariance) in enumerate(zip(track.fix.position, track.fix.covariance, strict=True)):
            label = f"{100 * confidence:.0f} % ellipse" if n == 0 else None
            _add_ellipse(above, fix[:2], covariance[:2, :2], confidence, _style.BLUE, label=label, linewidth=1.0)
        above.plot(*track.fix.position.T[:2], ".", color=_style.ORANGE, markersize=5, label="fix")
        _mark_surfaces(above, np.array(geometry.irs_positions))
        above.set(title="from above, height unknown", xlabel="x (m)", ylabel="y (m)", aspect="equal")
        above.set(xlim=(-2.6, None))
        for label, fixes, bound, colour, marker, line in (
            ("height unknown", track.fix, track.bound, _style.ORANGE, "o", "-"),
            ("height known", track.on_floor, track.bound_on_floor, _style.SKY, "s", "--"),
        ):
            error = np.linalg.norm(fixes.position - track.path, axis=-1)
            errors.plot(blocks, error, marker, color=colour, markersize=4.5, label=f"error, {label}")
            root = np.sqrt(np.trace(bound, axis1=-2, axis2=-1))
            errors.plot(blocks, root, color=_style.BLACK, linestyle=line, linewidth=1.2, label=f"PEB, {label}")
        errors.set(yscale="log", xlabel="coherence block", ylabel="error (m)", title="errors")
        handles, labels = (
            a + b for a, b in zip(*(x.get_legend_handles_labels() for x in (above, errors)), strict=True)
        )
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _mark_surfaces(axes: Axes, anchors: FloatArray) -> None:
    for number, anchor in enumerate(anchors, start=1):
        axes.plot(*anchor[:2], marker="D", color=_style.RED, markersize=7, linestyle="none")
        axes.annotate(f"IRS {number}", anchor[:2], (-8, 0), textcoords="offset points", ha="right", va="center")


def _add_ellipse(
    axes: Axes,
    centre: FloatArray,
    covariance: FloatArray,
    confidence: float,
    colour: str,
    *,
    linestyle: str = "-",
    linewidth: float = 1.6,
    label: str | None = None,
) -> None:
    major, minor, angle = error_ellipse(covariance, confidence)
    axes.add_patch(
        Ellipse(
            (float(centre[0]), float(centre[1])),
            2 * float(major),
            2 * float(minor),
            angle=float(np.degrees(angle)),
            fill=False,
            edgecolor=colour,
            linestyle=linestyle,
            linewidth=linewidth,
            label=label,
        )
    )


class ErrorsBySnr(NamedTuple):
    """What `errors_by_snr` returns."""

    bounds: dict[str, FloatArray]
    errors: dict[str, tuple[str, list[MeanError]]]


def errors_by_snr(geometry: Geometry, snr_db: ArrayLike, *, draws: int, rng: np.random.Generator) -> ErrorsBySnr:
    """Compare three estimators of the position of a geometry's user with their bounds, at several SNRs.

    Labelled as `noisac_book.position.draw_errors` shows them.

    Parameters
    ----------
    geometry : Geometry
    snr_db : (S,) array_like
    draws : int
        Draws of the angles at each SNR, from a stream of its own; at least 2.
    rng : numpy.random.Generator

    Examples
    --------
    >>> found = errors_by_snr(Geometry.section_v(), [0, 20], draws=10, rng=np.random.default_rng(0))
    >>> found.bounds["PEB, height known"].shape
    (2,)
    """
    _validate.instance("geometry", geometry, Geometry)
    _validate.generator(rng)
    draws = _validate.integer("draws", draws, at_least=2)
    anchors, user = geometry.irs_positions, geometry.user_position
    levels = np.atleast_1d(_validate.finite_array("snr_db", snr_db)).tolist()
    free, floor = "PEB, height unknown", "PEB, height known"
    bounds: dict[str, list[float]] = {free: [], floor: []}
    errors: dict[str, tuple[str, list[MeanError]]] = {
        "intersection of lines": (free, []),
        "ML, height unknown": (free, []),
        "ML, height known": (floor, []),
    }
    for level, stream in zip(levels, rng.spawn(len(levels)), strict=True):
        pairs = block_information(block_scenarios(geometry, snr_db=level))
        for label, known in ((free, False), (floor, True)):
            bounds[label].append(float(position_error_bound(anchors, user, pairs, height_known=known)))
        squared = simulate_position_errors(anchors, user, pairs, draws=draws, rng=stream)
        for (_, measured), values in zip(errors.values(), squared, strict=True):
            measured.append(root_mean_square(values))
    return ErrorsBySnr({label: np.array(values) for label, values in bounds.items()}, errors)


def peb_by_separation(
    separations: ArrayLike, symbol_model: SymbolModel = "real", *, height_known: bool = False
) -> FloatArray:
    """Position error bound of Section V's user against the distance between the two sub-IRSs: (N,), in metres.

    Parameters
    ----------
    separations : (N,) array_like
        The place of the second sub-IRS along the wall in metres; negative away from the user.
    symbol_model, height_known
        As for `peb_map`.

    Examples
    --------
    >>> near, far = peb_by_separation([1.0, 4.0])
    >>> bool(near > far)
    True
    """
    values = []
    for separation in np.atleast_1d(_validate.finite_array("separations", separations)).tolist():
        geometry = Geometry.section_v(irs_separation=separation)
        pairs = block_information(block_scenarios(geometry), None, symbol_model)
        values.append(
            position_error_bound(geometry.irs_positions, geometry.user_position, pairs, height_known=height_known)
        )
    return np.array(values, dtype=float)
