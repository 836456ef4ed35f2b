"""Fisher information on the user's direction cosines once the symbols are eliminated from (22)."""

from __future__ import annotations

import itertools
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac._tolerance import PHASED, ROUNDING, zero_below
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds._link import Link
from noisac.model.symbols import SymbolModel, SymbolMoments

#: Columns of K or of what K leaves out: their y and z parts, which are real parts of e_y and e_z times complex
#: numbers, and the common amplitude of these.
Column: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]
Columns: TypeAlias = tuple[Column, ...]


class AngleInformation(NamedTuple):
    """The 2 x 2 matrix K K^T of one or many beams, up to the factor of `information_scale`."""

    user_y: FloatArray  # squares of the diagonal part of K: what the user's own aperture gives
    user_z: FloatArray
    columns: Columns  # further ones of K: from phase and modulus of the common signal, relative to index (0, 0)
    e_y: ComplexArray  # D_y turned by the phase of s_0: a shift moves the signal by j e x / |s_0|, relatively
    e_z: ComplexArray
    power: FloatArray  # |s_0|^2
    factor: tuple[FloatArray, FloatArray, FloatArray]  # (F_11, F_21, F_22) of `SymbolMoments.factor`
    rounding: tuple[FloatArray, FloatArray]  # largest errors of e_y and e_z
    determinant: FloatArray  # of K K^T
    singular: NDArray[np.bool_] | None  # where it is zero; None where it is so nowhere

    @property
    def elements(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The matrix K K^T itself: its elements yy, yz and zz."""
        yy = self.user_y + sum(k_y**2 for k_y, _, _ in self.columns)
        zz = self.user_z + sum(k_z**2 for _, k_z, _ in self.columns)
        yz = sum((k_y * k_z for k_y, k_z, _ in self.columns), np.zeros(()))
        return yy, yz, zz

    def angle_bounds(self, link: Link) -> tuple[FloatArray, FloatArray]:
        """Bounds (29) and (30) on elevation and azimuth."""
        with np.errstate(divide="ignore", invalid="ignore"):
            elevation, azimuth = (
                self.inverse_form(*direction) / (link.scale * divisor**2) for direction, divisor in link.gradients
            )
        return elevation, azimuth

    def regression_form(self, v_y: FloatArray, v_z: FloatArray, amplitude: FloatArray) -> FloatArray:
        """`inverse_form` of a v that is a real part of e times something of the given amplitude.

        Where the matrix is singular, a v that is nothing but rounding must not count as a direction.
        """
        if self.singular is None:
            return self.inverse_form(v_y, v_z)
        error_y, error_z = (error * amplitude for error in self.rounding)
        v_y = np.where(self.singular, zero_below(v_y, error_y), v_y)
        v_z = np.where(self.singular, zero_below(v_z, error_z), v_z)
        return self.inverse_form(v_y, v_z, error_y + error_z)

    def inverse_form(
        self, v_y: FloatArray | float, v_z: FloatArray | float, error: FloatArray | float = 0.0
    ) -> FloatArray:
        """v^T (K K^T)^-1 v: by Lagrange's identity a sum of squares over the determinant.

        Where the matrix is singular, the error of v decides whether v has a part in its null space.
        """
        if isinstance(v_y, float) and v_y == 0.0:  # the elevation, at half the cost
            form = sum((np.square(k_y) for k_y, _, _ in self.columns), self.user_y) * np.square(v_z)
        else:
            form = self.user_y * np.square(v_z) + self.user_z * np.square(v_y)
            for k_y, k_z, _ in self.columns:
                form = form + np.square(k_y * v_z - k_z * v_y)
        form = form / self.determinant
        if self.singular is not None:
            form = np.where(self.singular, self._singular_form(v_y, v_z, error), form)
        return form

    def with_columns(self, columns: Columns) -> AngleInformation:
        """Return the same with other columns of K, besides those of the user's aperture."""
        determinant = self.user_y * self.user_z
        # Where the user's own aperture does not tell both cosines, it takes more than rounding to do so.
        alone = determinant == 0
        doubtful = bool(np.any(alone))
        error_y, error_z = self.rounding
        if doubtful:
            columns = tuple(
                (
                    np.where(alone, zero_below(k_y, error_y * size), k_y),
                    np.where(alone, zero_below(k_z, error_z * size), k_z),
                    size,
                )
                for k_y, k_z, size in columns
            )
        for k_y, k_z, _ in columns:
            determinant = determinant + self.user_y * np.square(k_z) + self.user_z * np.square(k_y)
        for (a_y, a_z, a), (b_y, b_z, b) in itertools.combinations(columns, 2):
            cross = a_y * b_z - a_z * b_y
            if doubtful:
                error = error_y * (a * np.abs(b_z) + b * np.abs(a_z)) + error_z * (
                    a * np.abs(b_y) + b * np.abs(a_y)
                )
                cross = np.where(alone, zero_below(cross, error), cross)
            determinant = determinant + np.square(cross)
        singular = determinant == 0
        return self._replace(
            columns=columns, determinant=determinant, singular=singular if np.any(singular) else None
        )

    def slotwise(self) -> AngleInformation:
        """Return the same with an axis of length one at the end, to broadcast against slots."""
        return self._replace(
            user_y=self.user_y[..., None],
            user_z=self.user_z[..., None],
            columns=tuple((k_y[..., None], k_z[..., None], size[..., None]) for k_y, k_z, size in self.columns),
            e_y=self.e_y[..., None],
            e_z=self.e_z[..., None],
            power=self.power[..., None],
            rounding=(self.rounding[0][..., None], self.rounding[1][..., None]),
            determinant=self.determinant[..., None],
            singular=None if self.singular is None else self.singular[..., None],
        )

    def _singular_form(
        self, v_y: FloatArray | float, v_z: FloatArray | float, error: FloatArray | float
    ) -> FloatArray:
        """Bound where K K^T has rank one or zero: finite only along the one informed direction."""
        yy, yz, zz = self.elements
        first, second = np.where(yy >= zz, yy, yz), np.where(yy >= zz, yz, zz)
        length = np.hypot(first, second)
        first, second = first / length, second / length
        # How far the informed direction and v may be turned by what they are computed from.
        turned = (self.rounding[0] + self.rounding[1]) * np.sqrt(
            sum((a**2 for _, _, a in self.columns), np.zeros(()))
        )
        doubt = (ROUNDING + turned / np.sqrt(yy + zz)) * np.hypot(v_y, v_z) + error
        informed = np.abs(v_y * second - v_z * first) <= doubt
        form = np.where(informed, (v_y * first + v_z * second) ** 2 / (yy + zz), np.inf)
        no_wish = (np.square(v_y) + np.square(v_z)) == 0
        return np.where(no_wish, 0.0, form)


def measured_columns(e_y: ComplexArray, e_z: ComplexArray, factor: tuple[FloatArray, ...]) -> Columns:
    """Re(e x) over the slots, through the symbols' factor: what a change of Re x cannot imitate."""
    f11, f21, f22 = factor
    return (
        (e_y.real * f11 - e_y.imag * f21, e_z.real * f11 - e_z.imag * f21, np.hypot(f11, f21)),
        (e_y.imag * f22, e_z.imag * f22, np.abs(f22)),
    )


def imitated_columns(e_y: ComplexArray, e_z: ComplexArray, factor: tuple[FloatArray, ...]) -> Columns:
    """Im(e x) over the slots, through the symbols' factor: what a change of Re x would also do."""
    f11, f21, f22 = factor
    return (
        (e_y.imag * f11 + e_y.real * f21, e_z.imag * f11 + e_z.real * f21, np.hypot(f11, f21)),
        (e_y.real * f22, e_z.real * f22, np.abs(f22)),
    )


def known_columns(e_y: ComplexArray, e_z: ComplexArray, size: FloatArray) -> Columns:
    """Re(e) and Im(e) of known symbols, ``size`` being the root of their energy: both survive."""
    return (size * e_y.real, size * e_z.real, size), (size * e_y.imag, size * e_z.imag, size)


def chosen_columns(silent: NDArray[np.bool_], known: Columns, others: Columns) -> Columns:
    """Columns of ``known`` where the beam is silent, elsewhere those of ``others``, padded with zeros."""
    zero: Column = (np.zeros(()),) * 3
    return tuple(
        tuple(np.where(silent, a, b) for a, b in zip(one, other, strict=True))  # type: ignore[misc]
        for one, other in itertools.zip_longest(known, others, fillvalue=zero)
    )


def symmetric(first: ArrayLike, cross: ArrayLike, second: ArrayLike) -> FloatArray:
    """Stack the elements of symmetric 2 x 2 matrices: (..., 2, 2)."""
    matrix = np.stack(np.broadcast_arrays(first, cross, cross, second), axis=-1)
    return matrix.reshape(*matrix.shape[:-1], 2, 2)


def angle_information(
    link: Link, sums: ComplexArray, moments: SymbolMoments, symbol_model: SymbolModel
) -> AngleInformation:
    """Eliminate the symbols from (22), for beams given by their sums (s_0, D_y, D_z)."""
    s_0 = np.asarray(sums[..., 0], order="C")
    power = s_0.real**2 + s_0.imag**2
    silent = power == 0  # the beam cancels itself towards the user
    any_silent = bool(np.any(silent))
    if any_silent:
        s_0, magnitude = np.where(silent, 1, s_0), np.where(silent, 1, np.sqrt(power))
    else:
        magnitude = np.sqrt(power)
    turn = s_0.conj() / magnitude
    e_y, e_z = turn * sums[..., 1], turn * sums[..., 2]

    factor = moments.factor
    f11, f21, f22 = factor[..., 0, 0], factor[..., 1, 0], factor[..., 1, 1]
    symbol_power = moments.power
    var_y, var_z = link.variances
    from_user = symbol_power * power
    user_y, user_z = var_y * from_user, var_z * from_user

    columns: Columns = ()
    if symbol_model == "real":  # Re(e x) survives; Im(e x) is what a change of x would also do
        columns = measured_columns(e_y, e_z, (f11, f21, f22))
    if symbol_model == "known" or any_silent:
        known = known_columns(e_y, e_z, np.sqrt(symbol_power))
        # A silent beam carries no symbol, so that nothing of the angles is lost to it.
        columns = known if symbol_model == "known" else chosen_columns(silent, known, columns)

    rounding = (np.zeros(()), np.zeros(()))  # not asked for where the user's own aperture tells both cosines
    if any_silent or var_y * var_z == 0:
        error_0, error_y, error_z = link.rounding
        turned = np.where(silent, 0.0, error_0 / magnitude)  # of the phase that they are turned by
        rounding = error_y + np.abs(e_y) * turned, error_z + np.abs(e_z) * turned
    user = AngleInformation(user_y, user_z, (), e_y, e_z, power, (f11, f21, f22), rounding, user_y * user_z, None)
    return user.with_columns(columns)


def without_rounding(value: FloatArray, scale: FloatArray) -> FloatArray:
    """Set to zero what is indistinguishable from it beside the terms that it is a sum of."""
    return zero_below(value, PHASED * scale)
