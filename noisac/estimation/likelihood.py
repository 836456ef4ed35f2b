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
    """How array and surface respond to a direction, in units of the gain of the path.

    Attributes
    ----------
    user_shape, irs_shape : (int, int)
        Antennas of the user and elements of the surface, along y and z.
    user_phase, irs_phase : float
        Phase between neighbours per unit of a direction cosine, the surface's with the sign of (58).
    illumination : (L,) complex array
        sqrt(M) times what each element sends out.
    path : complex
        Gain ``alpha_B2I alpha_I2U a_B^H w`` that signals are divided by.
    """

    user_shape: tuple[int, int]
    irs_shape: tuple[int, int]
    user_phase: float
    irs_phase: float
    illumination: ComplexArray
    path: complex

    @classmethod
    def of(cls, scenario: Scenario, beam: ComplexArray, bs_beam: ComplexArray) -> DirectionResponse:
        """Response of a scenario to a beam; of the user's angles it uses nothing."""
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
    def antenna_jet(self) -> ComplexArray:
        """Factors that turn the terms of q into those of its derivatives, shape (M, 6)."""
        return _jet(self.user_shape, -self.user_phase)

    @cached_property
    def element_jet(self) -> ComplexArray:
        """The same for p, shape (L, 6)."""
        return _jet(self.irs_shape, self.irs_phase)


@dataclass(frozen=True)
class Observation:
    """What a receiver has: signals of many draws and what it knows of the symbols.

    Attributes
    ----------
    response : DirectionResponse
    received : (D, T, M) complex array
        Received signals, divided by the gain of the path.
    model : {"real", "complex", "known"}
    known : (D, T) complex array
        x(t) with "known" symbols, j Im x(t) with "real" ones; not used with "complex" ones.
    """

    response: DirectionResponse
    received: ComplexArray
    model: SymbolModel
    known: ComplexArray

    def __getitem__(self, draws: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Observation:
        """Return some of the draws."""
        return Observation(self.response, self.received[draws], self.model, self.known[draws])

    def peaks(self, grid: FloatArray, apart: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Points of a grid where the highest maximum may be: for each draw the most likely one and its rivals.

        Parameters
        ----------
        grid : (G, 2) array
            Direction cosines.
        apart : float
            Least distance between points of the same draw.

        Returns
        -------
        draws, points : (N,) int arrays
            Draw and index of the grid point, in any order; every draw has at least one.
        """
        combiner = self.response.combiner(grid).T
        scalar = self.response.audible(self.response.reflected(grid).sum(axis=-1))
        along_y, along_z = np.ascontiguousarray(grid.T)
        draws, slots, _ = self.received.shape
        size = max(1, _BLOCK // (len(grid) * slots))
        found: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
        for start in range(0, draws, size):
            values = self[start : start + size]._on_grid(combiner, scalar)
            rows = np.arange(len(values))
            top = values.max(axis=-1)
            for i in range(_RIVALS + 1):
                most = values.max(axis=-1, keepdims=True)
                best = np.argmax(values >= most - PHASED * np.abs(most), axis=-1)  # of those that tie, the first
                close = values[np.arange(len(rows)), best] >= top - _RIVALRY * np.abs(top)
                values, rows, top, best = values[close], rows[close], top[close], best[close]
                found.append((start + rows, best))
                if i < _RIVALS:
                    aside = np.abs(along_y - along_y[best][:, None]), np.abs(along_z - along_z[best][:, None])
                    values = np.where(np.maximum(*aside) < apart, -np.inf, values)
        return np.concatenate([draw for draw, _ in found]), np.concatenate([best for _, best in found])

    def _on_grid(self, combiner: ComplexArray, scalar: ComplexArray) -> FloatArray:
        """Concentrated likelihood at all points of a grid, shape (D, G)."""
        values: FloatArray
        if self.model == "known":  # all that counts is the signal correlated with the pilots
            correlated = np.einsum("dt,dtm->dm", self.known.conj(), self.received) @ combiner
            energy = np.sum(np.abs(self.known) ** 2, axis=-1, keepdims=True)
            values = 2 * (scalar.conj() * correlated).real - energy * np.abs(scalar) ** 2
            return values
        combined = self.received @ combiner  # q, (D, T, G)
        if self.model == "complex":
            values = np.sum(combined.real**2 + combined.imag**2, axis=1)
            return values
        size = np.abs(scalar)
        silent = size == 0
        turned = combined * (scalar.conj() / np.where(silent, 1, size))
        imaginary = self.known.imag
        values = np.sum(turned.real**2, axis=1)
        values += 2 * size * np.einsum("dt,dtg->dg", imaginary, turned.imag)
        values -= np.sum(imaginary**2, axis=-1, keepdims=True) * size**2
        return values

    def jets(self, cosines: FloatArray) -> tuple[ComplexArray, FloatArray]:
        """Values of v and n in the module's text, and their derivatives, at one direction per draw.

        Parameters
        ----------
        cosines : (D, 2) array

        Returns
        -------
        v : (D, T, 6) complex array
            Value, derivatives by the cosines along y and z, second derivatives by yy, yz, zz.
        n : (D, 6) array
        """
        terms = self.received * self.response.combiner(cosines)[:, None, :]
        combined = terms @ self.response.antenna_jet  # q
        scalar = np.zeros((len(cosines), 6), dtype=complex)
        if self.model == "complex":  # the symbols absorb p, whatever it is
            scalar[:, 0] = 1
        else:
            scalar = self.response.reflected(cosines) @ self.response.element_jet
            scalar[:, 0] = self.response.audible(scalar[:, 0])
        return _product(scalar.conj()[:, None, :], combined), _product(scalar.conj(), scalar).real

    def symbols(self, fitted: ComplexArray) -> ComplexArray:
        """Most likely symbols, (D, T), from v / n, which are those of a receiver that knows nothing of them."""
        if self.model == "known":
            return self.known
        return fitted if self.model == "complex" else fitted.real + self.known

    def likelihood(self, cosines: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Concentrated likelihood l at one direction per draw, its gradient and its Hessian.

        The gradient is that of l(c, x) at the most likely x (the envelope theorem), and the Hessian its Schur
        complement on the directions.

        Parameters
        ----------
        cosines : (D, 2) array

        Returns
        -------
        value, gradient, hessian : (D,), (D, 2) and (D, 2, 2) arrays
            By the direction cosines. Not finite where p = 0 and the symbols are unknown.
        """
        v, n = self.jets(cosines)
        with np.errstate(invalid="ignore"):
            x = self.symbols(v[..., 0] / n[:, :1])
        energy = np.sum(x.real**2 + x.imag**2, axis=-1)
        jet = 2 * np.einsum("dt,dtk->dk", x.conj(), v).real - energy[:, None] * n
        hessian = np.empty((len(cosines), 2, 2))
        for k, (i, j) in enumerate(_PAIRS):
            hessian[:, i, j] = hessian[:, j, i] = jet[:, 3 + k]
        if self.model != "known":
            slope = v[..., 1:3] - x[..., None] * n[:, None, 1:3]  # (D, T, 2), of v - n x
            taken = np.einsum("dti,dtj->dij", slope.real, slope.real)
            if self.model == "complex":
                taken += np.einsum("dti,dtj->dij", slope.imag, slope.imag)
            hessian += 2 * taken / n[:, 0, None, None]
        return jet[:, 0], jet[:, 1:3], hessian


def _plane_wave(cosines: FloatArray, shape: tuple[int, int], phase: float) -> ComplexArray:
    """Response of a rectangular array to directions, as a product of those of its rows and columns, (..., N)."""
    along_y, along_z = (np.exp(1j * phase * cosines[..., i, None] * np.arange(shape[i])) for i in range(2))
    wave: ComplexArray = along_y[..., :, None] * along_z[..., None, :]
    return wave.reshape(*cosines.shape[:-1], shape[0] * shape[1])


def _jet(shape: tuple[int, int], phase: float) -> ComplexArray:
    """Factors of value, first and second derivatives of the elements of `_plane_wave`, shape (N, 6)."""
    first = [1j * phase * index for index in element_indices(shape)]
    second = [first[i] * first[j] for i, j in _PAIRS]
    return np.stack([np.ones_like(first[0]), *first, *second], axis=-1)


def _product(a: ComplexArray, b: ComplexArray) -> ComplexArray:
    """Value and derivatives of a product from those of its factors, (..., 6)."""
    first = [a[..., 0] * b[..., 1 + i] + a[..., 1 + i] * b[..., 0] for i in range(2)]
    second = [
        a[..., 0] * b[..., 3 + k]
        + a[..., 1 + i] * b[..., 1 + j]
        + a[..., 1 + j] * b[..., 1 + i]
        + a[..., 3 + k] * b[..., 0]
        for k, (i, j) in enumerate(_PAIRS)
    ]
    return np.stack([a[..., 0] * b[..., 0], *first, *second], axis=-1)
