"""The channel from the IRS to the user and its angular derivatives, (4)-(6), (26), (27), (58)-(64)."""

from __future__ import annotations

from typing import NamedTuple

from sympy import (
    Expr,
    I,
    ImmutableMatrix,
    MatrixBase,
    Rational,
    Symbol,
    collect,
    cos,
    diff,
    exp,
    expand,
    floor,
    pi,
    sin,
    symbols,
)

from noisac_book.derivations.names import azimuth, elevation, gain

#: m_y(m), l_y(l), m_z(m), l_z(l): the indices of an antenna and of an element, (7)-(10).
antenna_y, element_y, antenna_z, element_z = symbols("m_y l_y m_z l_z", real=True)

#: m_y(m) - l_y(l) and m_z(m) - l_z(l), which is all that (58) knows of antenna and element.
offset_y, offset_z = symbols("Delta_y Delta_z", real=True)

#: u, v of (59), (60), and [H_I2U]_{m,l}, as letters.
u_letter, v_letter = symbols("u v", real=True)
path_letter: Symbol = Symbol("H_{m,l}")

_HALF_WAVELENGTH = Rational(1, 2)


class Path(NamedTuple):
    """An element of H_I2U and its derivatives by the user's angles.

    Attributes
    ----------
    value, by_elevation, by_azimuth : sympy expression or matrix
    """

    value: Expr | MatrixBase
    by_elevation: Expr | MatrixBase
    by_azimuth: Expr | MatrixBase


def index_along_y(number: int | Expr, along_z: int | Expr) -> Expr:
    """Index of an antenna or element along y, counted from zero.

    Equations: (7), (9) : definition

    Examples
    --------
    >>> [index_along_y(m, 2) for m in (1, 2, 3, 4)]
    [0, 0, 1, 1]
    """
    return floor(Rational(number - 1, along_z))


def index_along_z(number: int | Expr, along_z: int | Expr) -> Expr:
    """Index of an antenna or element along z, counted from zero; it runs fastest.

    Equations: (8), (10) : definition

    Examples
    --------
    >>> [index_along_z(m, 2) for m in (1, 2, 3, 4)]
    [0, 1, 0, 1]
    """
    return number - index_along_y(number, along_z) * along_z - 1


def u_of_the_angles() -> Expr:
    """u, pi times the direction cosine along y.

    Equations: (59) : definition

    Examples
    --------
    >>> u_of_the_angles()
    pi*sin(varphi)*cos(gamma)
    """
    return pi * cos(elevation) * sin(azimuth)


def v_of_the_angles() -> Expr:
    """v, pi times the direction cosine along z.

    Equations: (60) : definition

    Examples
    --------
    >>> v_of_the_angles()
    pi*sin(gamma)
    """
    return pi * sin(elevation)


def path(u: Expr | None = None, v: Expr | None = None) -> Expr:
    """Element [H_I2U]_{m,l}, by default as a function of the user's angles.

    Equations: (58) : definition

    Examples
    --------
    >>> path(u_letter, v_letter)
    alpha*exp(I*(Delta_y*u + Delta_z*v))
    """
    u = u_of_the_angles() if u is None else u
    v = v_of_the_angles() if v is None else v
    return gain * exp(I * (offset_y * u + offset_z * v))


def array_response(along_y: Expr, along_z: Expr, elevation_angle: Expr, azimuth_angle: Expr) -> Expr:
    """An element of b_U or b_I at half-wavelength spacing.

    Equations: (5)-(6) : definition

    Examples
    --------
    >>> array_response(1, 0, 0, pi / 2)
    -1
    """
    cosine_y, cosine_z = cos(elevation_angle) * sin(azimuth_angle), sin(elevation_angle)
    return exp(I * 2 * pi * _HALF_WAVELENGTH * (along_y * cosine_y + along_z * cosine_z))


def path_of_responses(*, transposed: bool = False) -> Expr:
    """Element of H_I2U as the product of two array responses, with the angles of departure of Appendix A.

    They are gamma^D = -gamma^A and phi^D = phi^A + pi. With the Hermitian transpose that (4) prints, antennas and
    elements come out added; with a plain transpose they come out subtracted, as in (58).

    Equations: (4), (58)

    Examples
    --------
    >>> path_of_responses()
    alpha*exp(I*(u*(l_y + m_y) + v*(l_z + m_z)))
    >>> difference = {offset_y: antenna_y - element_y, offset_z: antenna_z - element_z}
    >>> path_of_responses(transposed=True) == path(u_letter, v_letter).subs(difference)
    True
    """
    at_user = array_response(antenna_y, antenna_z, elevation, azimuth)
    at_irs = array_response(element_y, element_z, -elevation, azimuth + pi)
    exponent = at_user.exp + (at_irs if transposed else at_irs.conjugate()).exp
    phase = expand(exponent / I).subs(
        {cos(elevation) * sin(azimuth): u_letter / pi, sin(elevation): v_letter / pi}
    )
    return gain * exp(I * collect(phase, (u_letter, v_letter)))


def path_derivatives() -> Path:
    """H_I2U and its derivatives by the angles, by differentiating (58)-(60), in units of the element itself.

    Equations: (63), (64)

    Examples
    --------
    >>> path_derivatives().by_azimuth
    I*pi*Delta_y*H_{m,l}*cos(gamma)*cos(varphi)
    """
    element = path()
    by_elevation, by_azimuth = (diff(element, angle) / element for angle in (elevation, azimuth))
    return Path(path_letter, expand(by_elevation * path_letter), expand(by_azimuth * path_letter))


def printed_path_derivatives() -> Path:
    """H_I2U,gamma and H_I2U,phi as Theorem 1 prints them.

    Equations: (26), (27)

    Examples
    --------
    >>> printed, differentiated = printed_path_derivatives(), path_derivatives()
    >>> expand(printed.by_elevation - differentiated.by_elevation)
    0
    >>> expand(printed.by_azimuth - differentiated.by_azimuth)
    0
    """
    by_azimuth = I * pi * offset_y * cos(elevation) * cos(azimuth) * path_letter
    by_elevation = I * pi * offset_z * cos(elevation) * path_letter
    by_elevation -= I * pi * offset_y * sin(elevation) * sin(azimuth) * path_letter
    return Path(path_letter, by_elevation, by_azimuth)


def channel_matrices(user_shape: tuple[int, int], irs_shape: tuple[int, int]) -> Path:
    """H_I2U (58) and its derivatives as (26) and (27) print them, all elements of a small array.

    Equations: (26), (27)

    Examples
    --------
    >>> channel_matrices((1, 1), (1, 2)).value
    Matrix([[alpha, alpha*exp(-I*pi*sin(gamma))]])
    """
    printed = printed_path_derivatives()
    filled = []
    for entry in printed:
        entry = entry.subs(path_letter, path())
        elements = [
            entry.subs(_offsets(antenna, element, user_shape[1], irs_shape[1]))
            for antenna in _numbers(user_shape)
            for element in _numbers(irs_shape)
        ]
        filled.append(ImmutableMatrix(len(_numbers(user_shape)), len(_numbers(irs_shape)), elements))
    return Path(*filled)


def _numbers(shape: tuple[int, int]) -> range:
    return range(1, shape[0] * shape[1] + 1)


def _offsets(antenna: int, element: int, user_along_z: int, irs_along_z: int) -> dict[Symbol, Expr]:
    return {
        offset_y: index_along_y(antenna, user_along_z) - index_along_y(element, irs_along_z),
        offset_z: index_along_z(antenna, user_along_z) - index_along_z(element, irs_along_z),
    }
