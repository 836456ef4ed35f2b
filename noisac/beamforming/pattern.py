"""The radiation pattern of the surface under a beam, and its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from noisac import _style, _validate
from noisac._validate import FloatArray
from noisac.model.arrays import direction_cosines, steering_vector
from noisac.model.channel import irs_sign
from noisac.model.scenario import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Gains below this many dB are drawn alike.
FLOOR_DB = -40.0
_POINTS = 361


def array_gain(scenario: Scenario, beam: ArrayLike, along_y: ArrayLike, along_z: ArrayLike) -> FloatArray:
    """Gain of the surface towards directions, over that of all elements in phase: |s_0|^2 / L^2 at the user."""
    _validate.instance("scenario", scenario, Scenario)
    beam = _validate.one_beam(beam, scenario.irs_elements)
    along_y, along_z = _validate.finite_array("along_y", along_y), _validate.finite_array("along_z", along_z)
    arriving = beam * steering_vector(scenario.irs_shape, scenario.irs_spacing, *scenario.irs_aoa)
    # The user's direction is minus that from which its array sees the surface, hence the sign.
    scale = -irs_sign(scenario) * 2 * np.pi * scenario.irs_spacing
    grid = arriving.reshape(scenario.irs_shape)
    index_y, index_z = (np.arange(side) for side in scenario.irs_shape)
    by_y = np.exp(1j * scale * along_y[..., None] * index_y)
    by_z = np.exp(1j * scale * along_z[..., None] * index_z)
    total = np.einsum("...y,yz,...z->...", by_y, grid, by_z, optimize=True)
    gain: FloatArray = np.abs(total) ** 2 / scenario.irs_elements**2
    return gain


def user_direction(scenario: Scenario) -> tuple[float, float]:
    """Direction cosines along y and z of the user, seen from the surface."""
    _validate.instance("scenario", scenario, Scenario)
    along_y, along_z = direction_cosines(*scenario.user_aoa)
    return -float(along_y), -float(along_z)


def draw_pattern(scenario: Scenario, beam: ArrayLike) -> Figure:
    """Draw the gain of the surface over the half-space before it, with the user's direction marked."""
    cosines = np.linspace(-1, 1, _POINTS)
    gain = array_gain(scenario, beam, cosines[None, :], cosines[:, None])
    visible = cosines[None, :] ** 2 + cosines[:, None] ** 2 <= 1
    decibels = np.where(visible, 10 * np.log10(np.maximum(gain, 10 ** (FLOOR_DB / 10))), np.nan)
    user = user_direction(scenario)
    at_user = float(10 * np.log10(np.maximum(array_gain(scenario, beam, *user), 1e-30)))
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 5.4)
        step = (cosines[1] - cosines[0]) / 2
        image = axes.imshow(
            decibels,
            origin="lower",
            extent=(-1 - step, 1 + step, -1 - step, 1 + step),
            cmap="cividis",
            vmin=FLOOR_DB,
            vmax=0,
        )
        axes.grid(visible=False)
        axes.plot(*user, "o", ms=15, mfc="none", mec=_style.BLACK, mew=2.5, label=f"user, {at_user:.1f} dB")
        axes.plot(*user, "o", ms=12, mfc="none", mec="white", mew=2)  # one of the two rings shows on any ground
        figure.colorbar(image, ax=axes, label="gain over all elements in phase (dB)", extend="min")
        ticks = np.linspace(-1, 1, 5)
        axes.set(xlabel="direction cosine along y", ylabel="direction cosine along z", xticks=ticks, yticks=ticks)
        figure.legend(loc="outside upper center")
    return figure
