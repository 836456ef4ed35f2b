"""Theorem 1 for any T: from the derivatives of the mean (57)-(62) by blocks (65)-(72) to the matrix (22)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Literal, TypeAlias

from sympy import (
    Expr,
    Function,
    ImmutableMatrix,
    MatMul,
    MatrixBase,
    Sum,
    conjugate,
    diff,
    expand,
)

from noisac import _validate
from noisac_book.derivations.names import (
    azimuth,
    column,
    elevation,
    imaginary_part,
    in_coordinates,
    noise_variance,
    real_part,
    row,
    slot,
    slots,
    within_the_block,
)
from noisac_book.derivations.prior import prior_information
from noisac_book.derivations.vectors import Beta, RealInner, beta_gamma, beta_phi, beta_x

#: What is unknown of a symbol, as in `noisac.fisher_information`.
UnknownSymbols: TypeAlias = Literal["real", "complex"]
UNKNOWN_SYMBOLS: tuple[UnknownSymbols, ...] = ("real", "complex")

_UNIT = 2 / noise_variance

#: H_I2U Theta H_B2I w, a vector that depends on the two angles.
_response = Function("b")(elevation, azimuth)


def unknowns(index: int | Expr, symbol_model: UnknownSymbols = "real") -> list[Expr]:
    """Real parameters of one symbol and the two angles: theta of (15) for a block of one slot.

    Equations
    ---------
    (15) : definition

    Examples
    --------
    >>> unknowns(slot), unknowns(slot, "complex")
    ([a[t], gamma, varphi], [a[t], b[t], gamma, varphi])
    """
    _validate.choice("symbol_model", symbol_model, UNKNOWN_SYMBOLS)
    of_the_symbol = [real_part[index], imaginary_part[index]]
    return [*of_the_symbol[: 1 if symbol_model == "real" else 2], elevation, azimuth]


def mean_derivative(parameter: Expr) -> Expr:
    """Derivative of h_x(t) = H_I2U Theta H_B2I w x(t), in the letters of Theorem 1.

    The response H_I2U Theta H_B2I w depends on the angles alone and is called beta_x; its derivatives, times x(t),
    are called beta_gamma,t and beta_varphi,t.

    Equations
    ---------
    (23)-(25), (57), (61), (62)

    Examples
    --------
    >>> mean_derivative(real_part[row]), mean_derivative(imaginary_part[row])
    (beta_x*KroneckerDelta(i, t), I*beta_x*KroneckerDelta(i, t))
    >>> mean_derivative(elevation), mean_derivative(azimuth)
    (beta_gamma,t, beta_varphi,t)
    """
    x = in_coordinates(slot)
    letters = {
        x * diff(_response, elevation): beta_gamma(slot),
        x * diff(_response, azimuth): beta_phi(slot),
        _response: beta_x,
    }
    return diff(_response * x, parameter).xreplace(letters)


def slot_blocks(symbol_model: UnknownSymbols = "real") -> MatrixBase:
    """J_D(t), the information from slot t, for rows (x(i), gamma, phi) and columns (x(j), gamma, phi).

    Equations
    ---------
    (56), (65)-(68)

    Examples
    --------
    >>> slot_blocks()[0, 1]
    2*KroneckerDelta(i, t)*Re(beta_x^H beta_gamma,t)/sigma_z^2
    """
    rows, columns = unknowns(row, symbol_model), unknowns(column, symbol_model)
    return ImmutableMatrix(
        [[_UNIT * RealInner(mean_derivative(one), mean_derivative(other)) for other in columns] for one in rows]
    )


def blocks(symbol_model: UnknownSymbols = "real") -> MatrixBase:
    """J_D, the sum of J_D(t) over all slots, for a T that stays a letter.

    Equations
    ---------
    (54), (69)-(72)

    Examples
    --------
    >>> blocks()[0, :] * noise_variance / 2
    Matrix([[KroneckerDelta(i, j)*|beta_x|^2, Re(beta_x^H beta_gamma,i), Re(beta_x^H beta_varphi,i)]])
    >>> blocks()[1, 1]
    2*Sum(|beta_gamma,t|^2, (t, 1, T))/sigma_z^2
    """
    return over_all_slots(slot_blocks(symbol_model))


def over_all_slots(of_one_slot: MatrixBase) -> MatrixBase:
    """Sum a matrix over t = 1, ..., T, with the factor 2 / sigma_z^2 in front of the sums.

    Examples
    --------
    >>> over_all_slots(ImmutableMatrix([[4 / noise_variance]]))
    Matrix([[4*T/sigma_z^2]])
    """
    return of_one_slot.applyfunc(lambda element: _UNIT * within_the_block(Sum(element / _UNIT, (slot, 1, slots))))


def data_information(block_length: int, symbol_model: UnknownSymbols = "real") -> MatrixBase:
    """J_D, the matrix that Theorem 1 prints, for a number of slots.

    Equations
    ---------
    (22), (69)

    Examples
    --------
    >>> data_information(1) * noise_variance / 2
    Matrix([
    [                |beta_x|^2,        Re(beta_x^H beta_gamma,1),       Re(beta_x^H beta_varphi,1)],
    [ Re(beta_x^H beta_gamma,1),                 |beta_gamma,1|^2, Re(beta_gamma,1^H beta_varphi,1)],
    [Re(beta_x^H beta_varphi,1), Re(beta_gamma,1^H beta_varphi,1),                |beta_varphi,1|^2]])
    """
    block_length = _validate.integer("block_length", block_length, at_least=1)
    pattern = blocks(symbol_model).subs(slots, block_length).doit()
    per_symbol = pattern.rows - 2
    places = [*product(range(1, block_length + 1), range(per_symbol)), (0, -2), (0, -1)]
    return ImmutableMatrix([[pattern[p, q].subs({row: i, column: j}) for j, q in places] for i, p in places])


def theorem_1(
    block_length: int, symbol_model: UnknownSymbols = "real", *, prior: Literal["printed", "proper"] = "printed"
) -> MatrixBase:
    """J = J_P + J_D, Theorem 1.

    Equations
    ---------
    (19), (22), (73)

    Examples
    --------
    >>> theorem_1(3) == data_information(3)
    True
    >>> (theorem_1(3, prior="proper") - theorem_1(3))[0, 0]
    2/sigma_x^2
    """
    of_the_prior = prior_information(block_length, symbol_model, as_printed=prior == "printed")
    return ImmutableMatrix(of_the_prior + data_information(block_length, symbol_model))


def bounds(information: MatrixBase) -> list[Expr]:
    """Diagonal of the inverse of an information matrix.

    Equations
    ---------
    (16) : definition

    Examples
    --------
    >>> bounds(ImmutableMatrix([[2, 1], [1, 1]]))
    [1, 2]
    """
    return list(information.inv().diagonal())


def in_units_of_the_noise(information: MatrixBase) -> Expr:
    """Write an information matrix with the factor 2 / sigma_z^2 in front, as (22) does.

    Examples
    --------
    >>> in_units_of_the_noise(data_information(1)).args[0]
    2/sigma_z^2
    """
    return MatMul(_UNIT, ImmutableMatrix((information / _UNIT).applyfunc(expand)))


def insert_vectors(
    information: MatrixBase,
    by_symbol: MatrixBase,
    by_elevation: Sequence[MatrixBase],
    by_azimuth: Sequence[MatrixBase],
) -> MatrixBase:
    """Insert explicit vectors for the letters of Theorem 1.

    Examples
    --------
    >>> vector = ImmutableMatrix([1, 2])
    >>> insert_vectors(data_information(1), vector, [vector], [vector])[0, 0]
    10/sigma_z^2
    """
    values: dict[Expr, MatrixBase] = {beta_x: by_symbol}
    for t, (gamma, phi) in enumerate(zip(by_elevation, by_azimuth, strict=True), start=1):
        values[beta_gamma(t)], values[beta_phi(t)] = gamma, phi

    def vector(letter: Expr) -> MatrixBase:
        factor, name = letter.as_independent(Beta)
        return factor * values[name]

    def real_inner(left: Expr, right: Expr) -> Expr:
        inner = (conjugate(vector(left)).T * vector(right))[0, 0]
        return (inner + conjugate(inner)) / 2

    return information.replace(RealInner, real_inner)
