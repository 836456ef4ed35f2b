"""The likelihood of a direction, with the symbols concentrated out, and its derivatives.

In a direction with cosines c the user's array and the surface respond with h(c), a vector that is known up to c.
Combining the antennas leaves ``q = b_U(c)^H y / sqrt(M)`` of each slot, which is a scalar p(c) times the symbol,
plus noise of the same variance as at one antenna. With ``v = conj(p) q = h^H y`` and ``n = |p|^2 = ||h||^2`` all
three symbol models maximise

    l(c, x) = sum_t 2 Re{conj(x(t)) v(t)} - n |x(t)|^2 = sum_t ||y(t)||^2 - ||y(t) - h x(t)||^2,

over c and over what is unknown of x. Everything here is divided by the gain of the path, which the receiver knows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from noisac._tolerance import PHASED, share_of_rounding
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds.closed_form import bs_gain
from noisac.model.arrays import element_indices, linear_steering_vector, steering_vector
from noisac.model.channel import irs_sign
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel

#: Complex numbers per array of a chunk: few enough to stay in the processor's cache.
_BLOCK = 2**18
#: Further points of the grid that a draw may have, and how far below its best they may lie, relative to it:
#: between points of the grid the likelihood rises by less.
_RIVALS, _RIVALRY = 2, 0.4
#: First derivatives that make up each second derivative, by y y, y z and z z.
_PAIRS = ((0, 0), (0, 1), (1, 1))


@dataclass(frozen=True)
class DirectionResponse:
    """Array responses of user and surface to a direction, in units of the path gain."""

    user_shape: tuple[int, int]
    irs_shape: tuple[int, int]
    user_phase: float
    irs_phase: float
    illumination: ComplexArray
    path: complex

    @classmethod
    def of(cls, scenario: Scenario, beam: ComplexArray, bs_beam: ComplexArray) -> DirectionResponse:
        """Response of a scenario to a beam, without the user's angles."""
        arrival = steering_vector(scenario.irs_shape, scenario.irs_spacing, *scenario.irs_aoa)
        at_bs = linear_steering_vector(scenario.bs_antennas, scenario.bs_aod)
        path = complex(scenario.bs_irs_gain * scenario.irs_user_gain * np.vdot(at_bs, bs_beam))
        if bs_gain(scenario, bs_beam) == 0:
            raise ValueError("bs_beam sends nothing to the IRS, so that there is nothing to estimate from")
        return cls(
            scenario.user_shape,
            scenario.irs_shape,
            2 * np.pi * scenario.user_spacing,
            2 * np.pi * scenario.irs_spacing * irs_sign(scenario),
            np.sqrt(scenario.user_antennas) * beam * arrival,
            path,
        )

    def combiner(self, cosines: FloatArray) -> ComplexArray:
        """conj(b_U(c)) / sqrt(M), shape (..., M)."""
        antennas = self.user_shape[0] * self.user_shape[1]
        return _plane_wave(cosines, self.user_shape, -self.user_phase) / math.sqrt(antennas)

    def reflected(self, cosines: FloatArray) -> ComplexArray:
        """Terms of p(c), one per element of the surface, shape (..., L)."""
        return self.illumination * _plane_wave(cosines, self.irs_shape, self.irs_phase)

    def scalar_jet(self, cosines: FloatArray) -> ComplexArray:
        """p(c) and its derivatives by y, z, yy, yz and zz, at one direction per draw, (D, 6)."""
        rows, draws = self.irs_shape[0], len(cosines)
        along_y, along_z = _waves(cosines, self.irs_shape, self.irs_phase)
        over_z = (along_z @ self._column_jet).reshape(draws, rows, 3) * along_y[:, :, None]
        both = np.swapaxes(over_z, 1, 2).reshape(3 * draws, rows) @ _powers(rows, self.irs_phase)
        jet: ComplexArray = both.reshape(draws, 9)[:, [0, 1, 3, 2, 4, 6]]
        jet[:, 0] = self.audible(jet[:, 0])
        return jet

    def combined_jet(self, cosines: FloatArray, received: ComplexArray) -> ComplexArray:
        """The same for q of each slot, from signals (D, T, M): (D, T, 6)."""
        terms = received * self.combiner(cosines)[:, None, :]
        return (terms.reshape(-1, terms.shape[-1]) @ self._antenna_jet).reshape(*terms.shape[:2], 6)

    def audible(self, scalar: ComplexArray) -> ComplexArray:
        """p(c), or zero where that is nothing but rounding: a direction in which the surface is silent."""
        return np.where(np.abs(scalar) <= self.silence, 0.0, scalar)

    @cached_property
    def silence(self) -> float:
        """Largest error of p(c)."""
        along_y, along_z = element_indices(self.irs_shape)
        share = share_of_rounding(2 * abs(self.irs_phase) * (along_y + along_z))  # of arrival and departure
        return float(share @ np.abs(self.illumination))

    @cached_property
    def _antenna_jet(self) -> ComplexArray:
        """Factors that turn the terms of q into those of its derivatives, shape (M, 6)."""
        first = [-1j * self.user_phase * index for index in element_indices(self.user_shape)]
        second = [first[i] * first[j] for i, j in _PAIRS]
        return np.stack([np.ones_like(first[0]), *first, *second], axis=-1)

    @cached_property
    def _column_jet(self) -> ComplexArray:
        """Factors by which a wave along z becomes a sum over each row and its derivatives, (columns, rows x 3)."""
        rows, columns = self.irs_shape
        weighted = self.illumination.reshape(rows, columns, 1) * _powers(columns, self.irs_phase)
        return np.swapaxes(weighted, 0, 1).reshape(columns, 3 * rows)


@dataclass(frozen=True)
class Observation:
    """What a receiver has: signals of many draws and what it knows of the symbols."""

    response: DirectionResponse
    received: ComplexArray
    model: SymbolModel
    known: ComplexArray

    def __len__(self) -> int:
        """Return the number of draws."""
        return len(self.received)

    def __getitem__(self, draws: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Observation:
        """Return some of the draws."""
        return Observation(self.response, self.received[draws], self.model, self.known[draws])

    def condensed(self) -> Observation:
        """Return signals of fewer slots with the same likelihood: one for pilots, else one per antenna."""
        if self.model == "known":
            energy = np.sum(self.known.real**2 + self.known.imag**2, axis=-1)
            size = np.sqrt(energy)[:, None]
            correlated = np.einsum("dt,dtm->dm", self.known.conj(), self.received)
            received = np.divide(correlated, size, out=np.zeros_like(correlated), where=size > 0)
            return Observation(self.response, received[:, None], "known", size.astype(complex))
        slots, antennas = self.received.shape[1:]
        if self.model == "complex" and slots > antennas:
            received = np.asarray(np.linalg.qr(self.received, mode="r"))
            return Observation(self.response, received, "complex", self.known[:, :antennas])
        return self

    def peaks(self, grid: FloatArray, apart: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Points of a grid where the highest maximum may be: for each draw the most likely one and its rivals."""
        combiner = self.response.combiner(grid).T
        scalar = self.response.audible(self.response.reflected(grid).sum(axis=-1))
        along_y, along_z = np.ascontiguousarray(grid.T)
        draws, slots, _ = self.received.shape
        size = max(1, _BLOCK // (len(grid) * slots))
        found: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
        for start in range(0, draws, size):
            values = self[start : start + size]._on_grid(combiner, scalar)
            rows = np.arange(len(values))
            best = _first_of_the_highest(values)
            least = values[rows, best] - _RIVALRY * np.abs(values[rows, best])
            found.append((start + rows, best))
            for _ in range(_RIVALS):
                beside = np.abs(along_y - along_y[best][:, None]) < apart
                beside &= np.abs(along_z - along_z[best][:, None]) < apart
                np.copyto(values, -np.inf, where=beside)
                best = _first_of_the_highest(values)
                close = values[np.arange(len(rows)), best] >= least
                if not np.all(close):
                    values, rows, best, least = values[close], rows[close], best[close], least[close]
                found.append((start + rows, best))
        return np.concatenate([draw for draw, _ in found]), np.concatenate([best for _, best in found])

    def _on_grid(self, combiner: ComplexArray, scalar: ComplexArray) -> FloatArray:
        """Concentrated likelihood at all points of a grid, shape (D, G)."""
        values: FloatArray
        draws, slots, antennas = self.received.shape
        if self.model == "complex":
            combined = (self.received.reshape(-1, antennas) @ combiner).reshape(draws, slots, -1)  # q
            values = np.sum(combined.real**2 + combined.imag**2, axis=1)
            return values
        size = np.abs(scalar)
        matched = combiner * np.divide(scalar.conj(), size, out=np.zeros_like(scalar), where=size > 0)
        # What the known part of the symbols adds, which is linear in the signals and has no slots.
        values = 2 * size * _real_product(np.einsum("dt,dtm->dm", self.known.conj(), self.received), matched)
        values -= np.sum(self.known.real**2 + self.known.imag**2, axis=-1, keepdims=True) * size**2
        if self.model == "real":
            turned = _real_product(self.received.reshape(-1, antennas), matched).reshape(draws, slots, -1)
            values += np.sum(turned**2, axis=1)
        return values

    def jets(self, cosines: FloatArray) -> tuple[ComplexArray, FloatArray]:
        """Values of v (D, T, 6) and n (D, 6) in the module's text, with derivatives, at one direction per draw."""
        combined = self.response.combined_jet(cosines, self.received)
        if self.model == "complex":  # the symbols absorb p, whatever it is
            return combined, np.tile([1.0, 0, 0, 0, 0, 0], (len(cosines), 1))
        conjugate = self.response.scalar_jet(cosines).conj()
        return _product(conjugate[:, None, :], combined), _product(conjugate, conjugate.conj()).real

    def symbols(self, fitted: ComplexArray) -> ComplexArray:
        """Most likely symbols, (D, T), from v / n, which are those of a receiver that knows nothing of them."""
        if self.model == "known":
            return self.known
        return fitted if self.model == "complex" else fitted.real + self.known

    def likelihood(self, cosines: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Concentrated likelihood l, its gradient and its Hessian, a Schur complement, at a direction per draw."""
        v, n = self.jets(cosines)
        with np.errstate(invalid="ignore"):
            x = self.symbols(v[..., 0] / n[:, :1])
        energy = np.sum(x.real**2 + x.imag**2, axis=-1)
        jet = 2 * np.sum(x.real[..., None] * v.real + x.imag[..., None] * v.imag, axis=1) - energy[:, None] * n
        hessian = np.empty((len(cosines), 2, 2))
        for k, (i, j) in enumerate(_PAIRS):
            hessian[:, i, j] = hessian[:, j, i] = jet[:, 3 + k]
        if self.model != "known":
            slope = v[..., 1:3] - x[..., None] * n[:, None, 1:3]  # (D, T, 2), of v - n x
            for i, j in _PAIRS:
                taken = np.sum(slope[..., i].real * slope[..., j].real, axis=-1)
                if self.model == "complex":
                    taken += np.sum(slope[..., i].imag * slope[..., j].imag, axis=-1)
                hessian[:, i, j] += 2 * taken / n[:, 0]
            hessian[:, 1, 0] = hessian[:, 0, 1]
        return jet[:, 0], jet[:, 1:3], hessian


def _first_of_the_highest(values: FloatArray) -> NDArray[np.intp]:
    """Index of the highest value of each row; of those that tie, the first."""
    most = values.max(axis=-1, keepdims=True)
    index: NDArray[np.intp] = np.argmax(values >= most - PHASED * np.abs(most), axis=-1)
    return index


def _plane_wave(cosines: FloatArray, shape: tuple[int, int], phase: float) -> ComplexArray:
    """Response of a rectangular array to directions, as a product of those of its rows and columns, (..., N)."""
    along_y, along_z = _waves(cosines, shape, phase)
    wave: ComplexArray = along_y[..., :, None] * along_z[..., None, :]
    return wave.reshape(*cosines.shape[:-1], shape[0] * shape[1])


def _waves(cosines: FloatArray, shape: tuple[int, int], phase: float) -> tuple[ComplexArray, ComplexArray]:
    """Responses along y and along z: powers of a turn, each a product of two lower ones, (..., shape[i])."""
    waves: list[ComplexArray] = []
    for axis, count in enumerate(shape):
        angle = phase * cosines[..., axis]
        wave = np.ones((*angle.shape, count), dtype=complex)
        if count > 1:
            wave.real[..., 1], wave.imag[..., 1] = np.cos(angle), np.sin(angle)
        for k in range(2, count):
            np.multiply(wave[..., k // 2], wave[..., k - k // 2], out=wave[..., k])
        waves.append(wave)
    return waves[0], waves[1]


def _powers(count: int, phase: float) -> ComplexArray:
    """Factors of the value, first and second derivative of the elements of a wave, shape (count, 3)."""
    factors = 1j * phase * np.arange(count)
    return np.stack([np.ones_like(factors), factors, factors**2], axis=-1)


def _product(a: ComplexArray, b: ComplexArray) -> ComplexArray:
    """Value and derivatives of a product from those of its factors, (..., 6)."""
    product = a[..., :1] * b
    product[..., 1:] += a[..., 1:] * b[..., :1]
    for k, (i, j) in enumerate(_PAIRS):
        product[..., 3 + k] += a[..., 1 + i] * b[..., 1 + j] + a[..., 1 + j] * b[..., 1 + i]
    return product


def _real_product(a: ComplexArray, b: ComplexArray) -> FloatArray:
    """Re(a @ b), in half the operations."""
    product: FloatArray = np.concatenate([a.real, a.imag], axis=-1) @ np.concatenate([b.real, -b.imag])
    return product
