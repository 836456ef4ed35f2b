"""The link from the base station through the surface to the user: what the bounds take from a scenario."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from noisac import _validate
from noisac._tolerance import share_of_rounding
from noisac._validate import ComplexArray, FloatArray
from noisac.model.arrays import array_response, grid_indices
from noisac.model.channel import irs_sign
from noisac.model.scenario import Scenario


class AngleGradient(NamedTuple):
    """Gradient of one of the user's angles by the direction cosines: a direction (along y, z) over a cosine.

    Towards many directions the numbers are arrays.
    """

    direction: tuple[FloatArray | float, FloatArray | float]
    divisor: FloatArray | float

    @property
    def vector(self) -> FloatArray:
        """The gradient itself, shape (2,)."""
        return np.array([part / self.divisor for part in self.direction])


class Link(NamedTuple):
    """What Theorem 1 takes from a scenario; the arrays are shared and not writeable."""

    weights: ComplexArray  # (L, 3), of the sums (s_0, D_y, D_z) of a beam
    rounding: FloatArray  # (3,), largest errors of these sums: what is not above them is zero
    variances: tuple[float, float]  # of the antennas' positions along y and z, in rad^2 per squared cosine
    gradients: tuple[AngleGradient, AngleGradient]  # of elevation and azimuth
    scale: float  # information per |s_0|^2

    def with_gain(self, gain: float, scenario: Scenario) -> Link:
        """Return the link with another gain ``|a_B^H w|^2`` of the base station's beam."""
        return self._replace(scale=information_scale(scenario, gain))


@lru_cache(maxsize=128)  # a sweep asks for the same few scenarios again and again
def link_of(scenario: Scenario) -> Link:
    """Derive the link of a scenario, with the optimal beam (41) at the base station."""
    gradients = user_angle_gradients(scenario)
    scale = information_scale(scenario, scenario.bs_antennas * scenario.transmit_power)
    arrival = array_response(scenario.irs_shape, scenario.irs_spacing, *scenario.irs_aoa)
    departure = array_response(scenario.irs_shape, scenario.irs_spacing, *scenario.user_aoa)
    antennas, elements = grid_indices(scenario.user_shape), grid_indices(scenario.irs_shape)
    sign = irs_sign(scenario)
    user, irs = 2 * np.pi * scenario.user_spacing, 2 * np.pi * scenario.irs_spacing
    phase = arrival * (departure.conj() if sign < 0 else departure)
    # The phases of the terms, towards the base station and the user, carry errors in proportion to the indices.
    share = share_of_rounding(2 * irs * (elements[0] + elements[1]))
    columns, limits = [np.ones(scenario.irs_elements)], [share.sum()]
    for m, element in zip(antennas, elements, strict=True):
        columns.append(user * m.mean() + sign * irs * element)
        limits.append(share @ (user * m.mean() + irs * element))
    weights, rounding = phase[:, None] * np.stack(columns, axis=-1), np.array(limits)
    weights.setflags(write=False)
    rounding.setflags(write=False)
    along_y, along_z = (float(user**2 * m.var()) for m in antennas)
    return Link(weights, rounding, (along_y, along_z), gradients, scale)


def information_scale(scenario: Scenario, gain: float) -> float:
    """Information per ``|s_0|^2``: ``2 |alpha_B2I alpha_I2U|^2 |a_B^H w|^2 M / sigma_z^2``, free of path gains."""
    scale = 2 * scenario.snr * gain * scenario.user_antennas
    return float(_validate.scale("snr_db, with transmit_power or bs_beam,", scale))


def user_angle_gradients(scenario: Scenario) -> tuple[AngleGradient, AngleGradient]:
    """Gradients of elevation and azimuth: (0, 1) / cos g and (1, tan g sin p) / (cos g cos p)."""
    elevation, azimuth = scenario.user_aoa
    slope = math.tan(elevation) * math.sin(azimuth)
    return (
        AngleGradient((0.0, 1.0), math.cos(elevation)),
        AngleGradient((1.0, slope), math.cos(elevation) * math.cos(azimuth)),
    )


def cosine_gradients(scenario: Scenario) -> FloatArray:
    """Gradients of the direction cosines (cos g sin p, sin g) by elevation and azimuth, the inverse: (2, 2)."""
    elevation, azimuth = scenario.user_aoa
    return np.array(
        [
            [-math.sin(elevation) * math.sin(azimuth), math.cos(elevation) * math.cos(azimuth)],
            [math.cos(elevation), 0.0],
        ]
    )
