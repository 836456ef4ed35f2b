"""What is inverted: the bounds of many variants at once, in closed form.

A beam enters through the sums s_0, D_y, D_z of `noisac.bounds.closed_form.sum_weights`; what is inverted, through
an energy of the symbols and the second moments with which the cross terms remove information: those of the draw
for (22), those of mu_x alone for (17), none where the cross terms are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from noisac._validate import ComplexArray, FloatArray
from noisac.bounds._link import link_of
from noisac.bounds.closed_form import sum_weights
from noisac.model.arrays import element_indices
from noisac.model.channel import irs_sign
from noisac_book.audit.averages import inverse_energy
from noisac_book.audit.variants import Variant

#: Values are compared after rounding to this many decimals.
_DECIMALS = 9
#: Share of the squared elements below which a determinant is zero.
_SINGULAR = 1e-10


class Problems(NamedTuple):
    """Searches, one per entry of the last axis of each array: what is inverted, and for whom the beam is made."""

    projection: ComplexArray  # (L, 3, rows)
    own: FloatArray  # energy P of the symbols in the angles' own information
    cross: FloatArray  # (3, rows): sums of Re^2, Re Im, Im^2 in the cross terms
    spread: FloatArray  # (2, rows): variances of the antennas' positions
    gradient: FloatArray  # (2, 2, rows): of elevation and azimuth by the direction cosines
    unknowns: FloatArray  # real unknowns per symbol
    slots: FloatArray
    weight: FloatArray

    def take(self, rows: Any) -> Problems:
        """Some of the searches."""
        fields: Any = [field[..., rows] for field in self]
        return Problems(*fields)

    def bounds(self, sums: ComplexArray) -> tuple[FloatArray, FloatArray]:
        """CRLB_x and CRLB_angle, up to the scale of the information, of sums (3, rows, beams)."""
        lit, a, b, inverse = self._matrices(sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            (e_y, e_z), (f_y, f_z) = self.gradient[..., None]
            yy, yz, zz = e_y**2 + f_y**2, e_y * e_z + f_y * f_z, e_z**2 + f_z**2
            angle = (yy * a[2] - 2 * yz * a[1] + zz * a[0]) * inverse / 2
            spread: Any = 0.0
            if b is not None:
                spread = (b[0] * a[2] - 2 * b[1] * a[1] + b[2] * a[0]) * inverse / self.slots[:, None]
            symbol = (self.unknowns[:, None] + spread) / lit
        return np.where(symbol > 0, symbol, np.inf), np.where(angle > 0, angle, np.inf)

    def symbol_bounds(self, sums: ComplexArray, symbols: ComplexArray) -> FloatArray:
        """Bounds on each of some symbols (rows, T), up to the scale, of sums (3, rows)."""
        lit, a, _, inverse = self._matrices(sums[..., None])
        y, z = (np.conj(sums[0]) * part / np.abs(sums[0]) for part in sums[1:])
        total = self.unknowns[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            for part in (np.imag, np.real):
                q_y, q_z = part(y[:, None] * symbols), part(z[:, None] * symbols)
                form = (q_y**2 * a[2] - 2 * q_y * q_z * a[1] + q_z**2 * a[0]) * inverse
                total = total + np.where((part is np.imag) | (self.unknowns[:, None] == 2), form, 0.0)
            return np.asarray(total / lit)

    def _matrices(self, sums: ComplexArray) -> tuple[FloatArray, list[FloatArray], Any, FloatArray]:
        """|s_0|^2, yy, yz, zz of the angles' information and of what the cross terms remove, 1 / determinant."""
        s_0, d_y, d_z = sums
        lit = s_0.real**2 + s_0.imag**2
        own, (v_y, v_z) = self.own[:, None], self.spread[..., None]
        full = [_square(d_y), d_y.real * d_z.real + d_y.imag * d_z.imag, _square(d_z)]
        a = [own * (full[0] + v_y * lit), own * full[1], own * (full[2] + v_z * lit)]
        if not np.any(self.cross):
            return lit, a, None, _inverse(a, a)
        c_re, c_mix, c_im = self.cross[..., None]
        turn = np.conj(s_0) / np.sqrt(np.where(lit > 0, lit, 1))
        y, z = turn * d_y, turn * d_z
        one = [
            c_re * y.imag * z.imag + c_mix * (y.imag * z.real + y.real * z.imag) + c_im * y.real * z.real
            for y, z in ((y, y), (y, z), (z, z))
        ]
        both = (self.unknowns == 2)[:, None]
        b = [np.where(both, (c_re + c_im) * f, o) for f, o in zip(full, one, strict=True)]
        left = [x - y for x, y in zip(a, b, strict=True)]
        return lit, left, b, _inverse(left, a)

    def objective(self, sums: ComplexArray) -> FloatArray:
        """Modified CRLB (31) up to a constant, rounded so that ties break alike on all machines."""
        symbol, angle = self.bounds(sums)
        return weighted(np.log10(symbol), np.log10(angle), self.weight[:, None])


def weighted(symbol: FloatArray, angle: FloatArray, weight: FloatArray) -> FloatArray:
    """The weighted sum (31) of two logarithms; a term of weight zero is left out."""
    with np.errstate(invalid="ignore"):
        total = np.where(weight > 0, weight * symbol, 0.0) + np.where(weight < 1, (1 - weight) * angle, 0.0)
    return np.asarray(np.round(total, _DECIMALS))


def _inverse(matrix: list[FloatArray], before: list[FloatArray]) -> FloatArray:
    """1 / determinant, infinite where little is left beside what the elements were differences of."""
    determinant = matrix[0] * matrix[2] - matrix[1] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(determinant > _SINGULAR * before[0] * before[2], 1 / determinant, np.inf)


def _square(value: ComplexArray) -> FloatArray:
    return np.asarray(value.real**2 + value.imag**2)


class Constants(NamedTuple):
    """What the bounds of a variant need besides beams and symbols."""

    projection: ComplexArray  # (L, 3) weights of the sums (s_0, D_y, D_z)
    spread: FloatArray
    gradient: FloatArray
    scale: float


@lru_cache(maxsize=4096)
def constants(variant: Variant, elements: int) -> Constants:
    """Constants of a variant, with the indices of the arrays counted as it says."""
    scenario = variant.scenario(elements)
    phase = sum_weights(scenario)[:, 0]
    user, irs = 2 * np.pi * scenario.user_spacing, 2 * np.pi * scenario.irs_spacing
    columns = [np.ones(elements)]
    for antennas, tiles in zip(
        element_indices(scenario.user_shape), element_indices(scenario.irs_shape), strict=True
    ):
        centre = 0.0 if variant.user_centred else antennas.mean()
        positions = tiles - tiles.mean() if variant.irs_centred else tiles
        columns.append(user * centre + irs_sign(scenario) * irs * positions)
    return Constants(
        phase[:, None] * np.stack(columns, axis=-1),
        np.divide(link_of(scenario).variances, variant.spread_divisor),
        np.stack([gradient.vector for gradient in link_of(scenario).gradients]),
        link_of(scenario).scale,
    )


def second_moments(symbols: ComplexArray) -> FloatArray:
    """P and the sums of Re^2, Re Im, Im^2 over the slots of each draw, (draws, 4)."""
    re, im = symbols.real, symbols.imag
    parts = [re**2 + im**2, re**2, re * im, im**2]
    return np.stack([part.sum(axis=-1) for part in parts], axis=-1)


def design_moments(variant: Variant, symbols: ComplexArray, variance: float) -> FloatArray:
    """What a beam is made for: P and the moments of the cross terms, (draws or 1, 4)."""
    slots = symbols.shape[-1]
    kind = variant.design if variant.information == "theorem" else variant.information
    if kind == "own":
        return second_moments(symbols)
    mean = 1 - variance  # mu_x^2
    cross = {"distribution": (1 - variance / 2, 0, variance / 2), "expected": (mean, 0, 0), "dropped": (0, 0, 0)}
    return np.array([[1.0, *cross[kind]]]) * float(slots)


def problems_of(
    variants: Sequence[Variant], elements: int, slots: int, moments: FloatArray, weights: FloatArray
) -> tuple[Problems, FloatArray]:
    """Searches for moments (variants, draws, 4) and weights (variants, weights), and the scale of each variant.

    Their rows run over variants, draws and weights, the last one fastest.
    """
    known = [constants(variant, elements) for variant in variants]
    count, draws, _ = moments.shape
    shape = (count, draws, weights.shape[1])

    def rows(values: Any) -> Any:
        """Spread (..., variants) over the rows."""
        values = np.asarray(values)
        spread = np.broadcast_to(values[..., None, None], (*values.shape[:-1], *shape))
        return spread.reshape(*values.shape[:-1], -1)

    projection, spread, gradient = (np.stack(field, axis=-1) for field in list(zip(*known, strict=True))[:3])
    by_draw = np.broadcast_to(np.moveaxis(moments, -1, 0)[..., None], (4, *shape)).reshape(4, -1)
    problems = Problems(
        projection=rows(projection),
        own=by_draw[0],
        cross=by_draw[1:],
        spread=rows(spread),
        gradient=rows(gradient),
        unknowns=rows([2.0 if v.symbol_model == "complex" else 1.0 for v in variants]),
        slots=rows(np.full(count, float(slots))),
        weight=np.broadcast_to(weights[:, None], shape).ravel(),
    )
    return problems, np.array([one.scale for one in known])


def mean_moments(variant: Variant, slots: int, variance: float) -> FloatArray:
    """Energy and cross moments where no draw enters: those of (17), or 1 / E[1 / P] (or the median) and none."""
    if variant.information == "expected":
        return np.array([slots, slots * (1 - variance), 0, 0])
    return np.array([1 / inverse_energy(slots, variance, variant.average), 0, 0, 0])
