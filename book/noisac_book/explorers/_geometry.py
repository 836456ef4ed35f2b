"""Where the user stands, and the angles and the phases across the surface that follow."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc

from noisac import _style
from noisac.model.arrays import direction_cosines, element_indices, steering_vector
from noisac.model.scenario import Geometry
from noisac_book.explorers._core import Control, Explorer, new_figure
from noisac_book.explorers._wording import rounded, with_minus_signs

#: Colours of the three directions: from the user to the surface, back, and from the surface to the base station.
_FROM_USER, _TO_USER, _TO_BS = _style.BLUE, _style.RED, _style.GREEN


def geometry() -> Explorer:
    """Positions, arrays and angles as the user moves about.

    Controls: ``azimuth`` and ``distance`` of the user from sub-IRS 1, its ``height``, and the ``side`` of the
    surface in elements.

    Examples
    --------
    >>> geometry().sentence(azimuth=0).split(". ")[0]
    'The user is at (8.7, 0.0, 0.0) m'
    """
    return Explorer(
        "geometry",
        "Positions, arrays and angles",
        (
            Control("azimuth", "user's azimuth", tuple(range(-75, 76, 15)), 60, "°"),
            Control("distance", "user's distance", (6, 8, 10, 12, 14, 16, 18, 20), 10, "m"),
            Control("height", "user's height", (0, 1, 2, 3, 4), 0, "m"),
            Control("side", "elements per side", (2, 3, 4, 6, 8), 4, "1"),
        ),
        _draw,
        _describe,
        {"azimuth": tuple(range(-75, 76, 15)), "distance": (6, 10, 20)},
    )


def user_at(azimuth: float, distance: float, height: float) -> Geometry:
    """Section V's geometry with the user elsewhere.

    Parameters
    ----------
    azimuth : float
        Of the user, seen from sub-IRS 1, in degrees.
    distance : float
        From sub-IRS 1, in metres; above the difference of the heights.
    height : float
        Of the user above the floor, in metres.

    Examples
    --------
    >>> user_at(60.0, 10.0, 0.0).distances(0)[1].__round__(9)
    10.0
    """
    start = Geometry.section_v()
    x, y, z = start.irs_positions[0]
    floor = distance**2 - (height - z) ** 2
    if floor <= 0:
        raise ValueError(f"distance must exceed the difference in height, {abs(height - z):g} m, got {distance!r}")
    along = math.radians(azimuth)
    return Geometry(
        start.bs_position,
        start.irs_positions,
        (x + math.sqrt(floor) * math.cos(along), y + math.sqrt(floor) * math.sin(along), float(height)),
    )


def _describe(azimuth: float, distance: float, height: float, side: int) -> str:
    place = user_at(azimuth, distance, height)
    gamma, phi = np.degrees(place.user_aoa(0))
    seen_gamma, seen_phi = np.degrees(place.user_aod(0))
    x, y, z = place.user_position
    steps = _steps(place)
    return with_minus_signs(
        f"The user is at ({rounded(x)}, {rounded(y)}, {rounded(z)}) m. Its array sees the surface at "
        f"γ = {rounded(gamma)}°, φ = {rounded(phi)}°; the surface sees the user at γ = {rounded(seen_gamma)}°, "
        f"φ = {rounded(seen_phi)}°. On its {side} × {side} elements the phase towards the user steps by "
        f"{rounded(steps[0], 0)}° along y and {rounded(steps[1], 0)}° along z."
    )


def _steps(place: Geometry) -> tuple[float, float]:
    """Steps of the phase in degrees along y and z, at half a wavelength."""
    along_y, along_z = direction_cosines(*place.user_aod(0))
    return 180 * float(along_y), 180 * float(along_z)


def _draw(azimuth: float, distance: float, height: float, side: int) -> Figure:
    place = user_at(azimuth, distance, height)
    figure = new_figure(4.5)
    _draw_top(figure.add_axes((0.125, 0.11, 0.45, 0.82)), place)
    _draw_side(figure.add_axes((0.68, 0.75, 0.31, 0.21)), place)
    _write_angles(figure, place)
    _draw_phases(figure.add_axes((0.68, 0.12, 0.265, 0.294)), place, side)
    return figure


def _write_angles(figure: Figure, place: Geometry) -> None:
    figure.text(0.61, 0.632, "directions φ, γ", va="center")
    for row, (name, direction, colour) in enumerate(
        (
            ("user → IRS", place.user_aoa(0), _FROM_USER),
            ("IRS → user", place.user_aod(0), _TO_USER),
            ("IRS → BS", place.irs_aoa(0), _TO_BS),
        ),
        start=1,
    ):
        gamma, phi = (f"{rounded(math.degrees(angle), 0)}°" for angle in direction)
        y = 0.632 - 0.047 * row
        figure.text(0.61, y, name, color=colour, fontsize=10, va="center")
        figure.text(
            0.99, y, with_minus_signs(f"{phi}, {gamma}"), color=colour, fontsize=10, va="center", ha="right"
        )


def _draw_top(axes: Axes, place: Geometry) -> None:
    bs, (irs, second), user = place.bs_position, place.irs_positions, place.user_position
    for start, end in ((bs, irs), (irs, user)):
        axes.plot([start[0], end[0]], [start[1], end[1]], color=_style.GREY)
    for point in (bs, irs, second, user):  # arrays stand along y
        axes.plot([point[0]] * 2, [point[1] - 0.6, point[1] + 0.6], color=_style.BLACK, linewidth=3.5)
    for point, length in ((irs, 8.0), (user, 4.0)):
        axes.plot([point[0], point[0] + length], [point[1]] * 2, color=_style.GREY, linestyle=":", linewidth=1.2)
    _azimuth(axes, user, place.user_aoa(0)[1], 2.4, _FROM_USER)
    _azimuth(axes, irs, place.user_aod(0)[1], 4.4, _TO_USER)
    _azimuth(axes, irs, place.irs_aoa(0)[1], 7.0, _TO_BS)
    axes.text(bs[0], bs[1] - 2.4, "BS", ha="center", va="center")
    axes.text(-0.8, -0.4, "IRS 1", ha="right", va="top", fontsize=10)
    axes.text(-0.8, 2.4, "IRS 2", ha="right", va="bottom", fontsize=10)
    away = 2.4 if user[1] > 1e-9 else -2.4  # from the arc
    axes.text(user[0], user[1] + away, "user", ha="center", va="center")
    axes.set(xlabel="x (m)", ylabel="y (m)", xlim=(-6.5, 25.0), ylim=(-26.0, 24.0), aspect="equal")
    axes.set(xticks=(0, 10, 20), yticks=(-20, -10, 0, 10, 20), title="from above, azimuths φ")


def _azimuth(axes: Axes, centre: tuple[float, ...], angle: float, radius: float, colour: str) -> None:
    """An arc from +x, from which azimuths are counted."""
    low, high = sorted((0.0, math.degrees(angle)))
    arc = Arc((centre[0], centre[1]), 2 * radius, 2 * radius, theta1=low, theta2=high, color=colour, linewidth=2)
    axes.add_patch(arc)


def _draw_side(axes: Axes, place: Geometry) -> None:
    """The vertical plane that holds the user and sub-IRS 1."""
    user, irs = place.user_position, place.irs_positions[0]
    floor = math.dist(user[:2], irs[:2])
    axes.plot([0, floor], [irs[2], user[2]], color=_style.GREY)
    for x, z in ((0.0, irs[2]), (floor, user[2])):
        axes.plot([x, x], [z - 0.5, z + 0.5], color=_style.BLACK, linewidth=3.5)
    axes.plot([0, 5], [irs[2]] * 2, color=_style.GREY, linestyle=":", linewidth=1.2)
    axes.plot([floor, floor - 5], [user[2]] * 2, color=_style.GREY, linestyle=":", linewidth=1.2)
    elevation = math.degrees(place.user_aoa(0)[0])
    for centre, low, colour in (
        ((0.0, irs[2]), -elevation, _TO_USER),
        ((floor, user[2]), 180 - elevation, _FROM_USER),
    ):
        axes.add_patch(Arc(centre, 7, 7, theta1=low, theta2=low + elevation, color=colour, linewidth=2))
    axes.set(xlim=(-3, 23), ylim=(-1.4, 7.0), xticks=(0, 10, 20), yticks=(0, 5), aspect="equal")
    axes.set(xlabel="distance (m)", ylabel="z (m)", title="elevations γ")


def _draw_phases(axes: Axes, place: Geometry, side: int) -> None:
    """Phase of the wave towards the user at each element, relative to the first, as the hand of a clock."""
    along_y, along_z = element_indices((side, side))
    hands = steering_vector((side, side), 0.5, *place.user_aod(0)) * 0.42
    x, y = along_y + 1, along_z + 1
    for edge in np.arange(side + 1) + 0.5:
        axes.plot([edge] * 2, [0.5, side + 0.5], color=_style.PALE, linewidth=0.8)
        axes.plot([0.5, side + 0.5], [edge] * 2, color=_style.PALE, linewidth=0.8)
    axes.quiver(
        x - hands.real,
        y - hands.imag,
        2 * hands.real,
        2 * hands.imag,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.018,
        headwidth=4.5,
        headlength=5,
        headaxislength=4.5,
        color=_style.BLUE,
    )
    axes.grid(visible=False)
    axes.set(xlabel="element along y", ylabel="along z", title="phases to user", aspect="equal")
    axes.set(xticks=(1, side), yticks=(1, side), xlim=(0.3, side + 0.7), ylim=(0.3, side + 0.7))
