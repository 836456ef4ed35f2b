"""What a beam does: its pattern over all directions, the sum s_0 towards the user, and the vector d."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from noisac import _style
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.beams import max_gain_beam, random_beams
from noisac.beamforming.cross_entropy_method import cross_entropy
from noisac.beamforming.descent import coordinate_descent
from noisac.beamforming.pattern import array_gain, user_direction
from noisac.bounds.closed_form import Bounds, beam_sums, crlb, sum_weights
from noisac.model.arrays import element_indices
from noisac.model.scenario import Scenario
from noisac_book.explorers._core import Control, Explorer, new_figure
from noisac_book.explorers._geometry import user_at
from noisac_book.explorers._wording import decibels, rounded, with_minus_signs

#: Two slots whose symbols differ by a quarter turn: sum |x|^2 = 2 and sum x^2 = 0, so that no phase is preferred.
SYMBOLS = (1.0, 1j)
_WEIGHTS = {"best for the angles, ζ = 0": 0.0, "best for both, ζ = 0.5": 0.5, "best for the data, ζ = 1": 1.0}
_LARGEST, _SEARCHED, _RANDOM, _MIRROR = "largest gain", "Algorithm 1, ζ = 0.5", "random phases", "equal phases"
#: Starts of a search: few enough for a form that answers at once.
_STARTS = 12
#: Parts of d below this many elements are drawn as a dot.
_SHORT = 0.3
_STEP_DB, _FLOOR_DB = 3, -30


def beam_pattern() -> Explorer:
    """Pattern of the surface under some beams, with the gain s_0 towards the user and the vector d.

    The best beams are the best that `noisac.coordinate_descent` finds for the symbols 1 and j from 12 starts.
    Controls: ``beam``, ``side`` of the surface in elements, ``bits`` of a phase, ``user_side`` of the user's array
    in antennas, and ``azimuth`` of the user.

    Examples
    --------
    >>> beam_pattern().sentence(beam="largest gain").split(": ")[0]
    'Beam "largest gain", 4 × 4 elements'
    """
    beams = (_LARGEST, *_WEIGHTS, _SEARCHED, _RANDOM, _MIRROR)
    return Explorer(
        "beam",
        "Beam pattern of the surface",
        (
            Control("beam", "beam", beams, _LARGEST),
            Control("side", "elements per side", (2, 3, 4, 6, 8), 4, "1"),
            Control("bits", "bits of a phase", (1, 2, 3), 2, "1"),
            Control("user_side", "antennas per side", (2, 3, 4, 6, 8), 4, "1"),
            Control("azimuth", "user's azimuth", tuple(range(-75, 76, 15)), 60, "°"),
        ),
        _draw,
        _describe,
        {"beam": beams, "side": (4, 6, 8)},
    )


class BeamView(NamedTuple):
    """A beam (L,), its s_0 and d (in elements; None where s_0 is zero), and its bounds for the symbols 1 and j."""

    scenario: Scenario
    beam: ComplexArray
    gain: complex
    differential: ComplexArray | None
    bounds: Bounds


@lru_cache(maxsize=256)  # a picture and its sentence ask for the same
def beam_view(beam: str, side: int, bits: int, user_side: int, azimuth: float) -> BeamView:
    """Design a beam for a user 10 m from the surface, and evaluate it.

    Parameters
    ----------
    beam : str
        One of the beams of `beam_pattern`.
    side, bits, user_side : int
        Elements along each side of the surface, bits of a phase, antennas along each side of the user's array.
    azimuth : float
        Of the user, seen from the surface, in degrees.

    Examples
    --------
    >>> round(abs(beam_view("largest gain", 4, 2, 4, 60).gain), 1)
    14.7
    """
    scenario = user_at(azimuth, 10.0, 0.0).scenario(
        irs_shape=(side, side), user_shape=(user_side, user_side), phase_bits=bits
    )
    design = _design(beam, scenario)
    sums = beam_sums(scenario, design)
    differential = None if sums[0] == 0 else sums[1:] / (2 * np.pi * scenario.user_spacing * sums[0])
    return BeamView(scenario, design, complex(sums[0]), differential, crlb(scenario, design, SYMBOLS))


def _design(beam: str, scenario: Scenario) -> ComplexArray:
    rng = np.random.default_rng(7)
    if beam == _LARGEST:
        return max_gain_beam(scenario)
    if beam == _SEARCHED:
        return cross_entropy(scenario, SYMBOLS, 0.5, rng=rng).beam
    if beam == _RANDOM:
        return random_beams(scenario, (), rng)
    if beam == _MIRROR:
        return np.ones(scenario.irs_elements, complex)
    return coordinate_descent(scenario, SYMBOLS, _WEIGHTS[beam], rng=rng, restarts=_STARTS).beam


def _describe(beam: str, side: int, bits: int, user_side: int, azimuth: float) -> str:
    view = beam_view(beam, side, bits, user_side, azimuth)
    size = view.scenario.irs_elements
    start = f'Beam "{beam}", {side} × {side} elements'
    if view.differential is None:
        return f"{start}: nothing reaches the user, s₀ = 0, and d is not defined."
    share = abs(view.gain) / size
    d_y, d_z = view.differential
    error = math.degrees(math.sqrt(float(view.bounds.angle)))
    text = (
        f"{start}: |s₀| = {abs(view.gain):.1f} of {size}, {rounded(decibels(share**-2))} dB below all elements in "
        f"phase, and d = ({_complex(d_y)}, {_complex(d_z)}) elements. At 0 dB and for two symbols the root of the "
        f"bound on the angles is {error:.3f}°, and the bound on the symbols "
        f"{rounded(decibels(view.bounds.symbol))} dB."
    )
    return with_minus_signs(text)


def _complex(number: complex) -> str:
    sign = "\N{MINUS SIGN}" if round(number.imag, 2) < 0 else "+"
    return f"{rounded(number.real, 2)} {sign} {rounded(abs(number.imag), 2)}j"


def _draw(beam: str, side: int, bits: int, user_side: int, azimuth: float) -> Figure:
    view = beam_view(beam, side, bits, user_side, azimuth)
    figure = new_figure(4.2)
    _draw_pattern(figure, view)
    _draw_sum(figure.add_axes((0.70, 0.57, 0.29, 0.29 * 5 / 4.2)), view)
    _draw_centres(figure.add_axes((0.70, 0.07, 0.29, 0.29 * 5 / 4.2)), view, user_side)
    return figure


def _draw_pattern(figure: Figure, view: BeamView) -> None:
    axes = figure.add_axes((0.125, 0.30, 0.51, 0.51 * 5 / 4.2))
    cosines = np.linspace(-1, 1, 161)
    gain = array_gain(view.scenario, view.beam, cosines[None, :], cosines[:, None])
    decibels = 10 * np.log10(np.maximum(gain, 10 ** (_FLOOR_DB / 10 - 0.01)))
    decibels[cosines[None, :] ** 2 + cosines[:, None] ** 2 > 1] = np.nan
    # Steps of colour can be told apart and counted, and weigh a fraction of a smooth picture.
    colours = mpl.colormaps["cividis"].resampled(-_FLOOR_DB // _STEP_DB + 1)
    norm = BoundaryNorm(np.arange(_FLOOR_DB, 1, _STEP_DB), colours.N, extend="min")
    half = (cosines[1] - cosines[0]) / 2
    image = axes.imshow(
        decibels,
        origin="lower",
        extent=(-1 - half, 1 + half, -1 - half, 1 + half),
        cmap=colours,
        norm=norm,
        interpolation="none",
    )
    axes.grid(visible=False)
    user = user_direction(view.scenario)
    axes.plot(*user, "o", ms=13, mfc="none", mec=_style.BLACK, mew=2.5)
    axes.plot(*user, "o", ms=10, mfc="none", mec="white", mew=2)
    axes.set(xlabel="direction cosine along y", ylabel="along z", title="pattern, ring: user")
    axes.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    bar = figure.colorbar(
        image, cax=figure.add_axes((0.125, 0.125, 0.51, 0.03)), orientation="horizontal", ticks=(-30, -20, -10, 0)
    )
    bar.set_label("gain (dB)")


def _draw_sum(axes: Axes, view: BeamView) -> None:
    """The terms of s_0, end to end, turned so that s_0 is real."""
    terms = view.beam * sum_weights(view.scenario)[:, 0]
    turn = np.conj(view.gain) / abs(view.gain) if view.gain else 1.0
    path = np.concatenate([[0], np.cumsum(terms * turn)]) / len(terms)
    circle = np.exp(1j * np.linspace(0, 2 * np.pi, 61))
    axes.plot(circle.real, circle.imag, color=_style.GREY, linewidth=1, linestyle=":")
    axes.plot(path.real, path.imag, color=_style.ORANGE, marker=".", markersize=3, linewidth=1)
    axes.annotate("", (path[-1].real, path[-1].imag), (0, 0), arrowprops=_arrow(_style.BLUE))
    axes.grid(visible=False)
    axes.set(xlim=(-1.05, 1.08), ylim=(-1.05, 1.08), xticks=(), yticks=(), title="|s₀| of L", aspect="equal")
    axes.spines[["left", "bottom"]].set_visible(False)


def _draw_centres(axes: Axes, view: BeamView, user_side: int) -> None:
    """Elements and antennas by their indices, and d between the centres of the light and of the user's array."""
    axes.plot(*element_indices(view.scenario.irs_shape), "s", color=_style.PALE, markersize=4)
    edge = user_side - 0.6
    axes.plot([-0.4, edge, edge, -0.4, -0.4], [-0.4, -0.4, edge, edge, -0.4], color=_style.GREY, linewidth=1.2)
    centre: FloatArray = np.full(2, (user_side - 1) / 2)
    if view.differential is not None:
        for part, colour, start in (
            (view.differential.real, _style.BLUE, centre - view.differential.real),
            (view.differential.imag, _style.RED, centre),
        ):
            end = start + part
            if np.linalg.norm(part) < _SHORT:  # shorter than its own head
                axes.plot(end[0], end[1], ".", color=colour, markersize=7, zorder=3)
                continue
            axes.annotate("", (end[0], end[1]), (start[0], start[1]), arrowprops=_arrow(colour))
    axes.plot(*centre, "+", color=_style.BLACK, markersize=9, markeredgewidth=2)
    axes.grid(visible=False)
    low, high = -1.5, max(view.scenario.irs_shape[0], user_side) + 0.5
    axes.set(xlim=(low, high), ylim=(low, high), xticks=(), yticks=(), aspect="equal")
    axes.text(0.05, 1.02, "Re d", color=_style.BLUE, transform=axes.transAxes)
    axes.text(0.95, 1.02, "Im d", color=_style.RED, transform=axes.transAxes, ha="right")
    axes.spines[["left", "bottom"]].set_visible(False)


def _arrow(colour: str) -> dict[str, object]:
    return {"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11, "linewidth": 2}
