"""Theorem 1 for any T: its vectors as letters, the derivatives (57)-(62), blocks (65)-(72), the matrix (22)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, Literal, TypeAlias

from sympy import (
    Expr,
    Function,
    I,
    ImmutableMatrix,
    MatMul,
    MatrixBase,
    Mul,
    S,
    Sum,
    Symbol,
    conjugate,
    default_sort_key,
    diff,
    expand,
    latex,
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

#: What a vector is the derivative by: a symbol, gamma or phi, in the order of the parameters (15).
_KINDS = (Symbol("x"), Symbol("gamma"), Symbol("varphi"))


class Beta(Function):  # type: ignore[misc]
    """One of the vectors beta_x, beta_{gamma,t} and beta_{varphi,t} of (23)-(25), as a letter.

    Use `beta_x`, `beta_gamma` and `beta_phi`.
    """

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return rf"\boldsymbol{{\beta}}_{{{','.join(map(latex, self.args))}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"beta_{','.join(map(str, self.args))}"


#: beta_x, the derivative of h_x(t) by x(t), (23) and (57).
beta_x: Expr = Beta(_KINDS[0])


def beta_gamma(index: Any) -> Expr:
    """beta_{gamma,t}, the derivative of h_x(t) by the elevation, (24) and (61).

    Examples
    --------
    >>> beta_gamma(2)
    beta_gamma,2
    """
    return Beta(_KINDS[1], index)


def beta_phi(index: Any) -> Expr:
    """beta_{varphi,t}, the derivative of h_x(t) by the azimuth, (25) and (62).

    Examples
    --------
    >>> beta_phi(2)
    beta_varphi,2
    """
    return Beta(_KINDS[2], index)


class RealInner(Function):  # type: ignore[misc]
    r"""Re{a^H b}, the real part of the inner product of two vectors; \|a\|^2 if they are equal.

    It is symmetric, and real factors come out of it. j times a vector is orthogonal to it in this product.

    Examples
    --------
    >>> RealInner(2 * beta_x, beta_gamma(1))
    2*Re(beta_x^H beta_gamma,1)
    >>> RealInner(beta_gamma(1), beta_x) == RealInner(beta_x, beta_gamma(1))
    True
    >>> RealInner(I * beta_x, beta_x), RealInner(I * beta_x, I * beta_x)
    (0, |beta_x|^2)
    """

    nargs = 2
    is_extended_real = True

    @classmethod
    def eval(cls, left: Expr, right: Expr) -> Expr | None:
        """Bring a product to the one form in which equal products are equal."""
        if left.is_zero or right.is_zero:
            return S.Zero
        factor_left, turned_left, first = _split(left)
        factor_right, turned_right, second = _split(right)
        factor = factor_left * factor_right
        if turned_left and turned_right:  # Re{(j a)^H (j b)} = Re{a^H b}
            turned_left = turned_right = False
        if first == second and (turned_left or turned_right):
            return S.Zero
        if _order(first) > _order(second):
            first, second, turned_left, turned_right = second, first, turned_right, turned_left
        if turned_right:  # Re{a^H (j b)} = -Re{(j a)^H b}
            factor, turned_left = -factor, True
        normal = (I * first if turned_left else first), second
        if factor == 1 and normal == (left, right):
            return None
        return factor * cls(*normal)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        left, right = map(printer._print, self.args)
        if left == right:
            text = rf"\left\|{left}\right\|^{{2}}"
        else:
            first = rf"\left({left}\right)" if isinstance(self.args[0], Mul) else left
            text = rf"\Re\{{{first}^{{H}} {right}\}}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        left, right = self.args
        if left == right:
            return f"|{printer._print(left)}|^2"
        first = printer._print(left)
        return f"Re({f'({first})' if isinstance(left, Mul) else first}^H {printer._print(right)})"


#: What is unknown of a symbol, as in `noisac.fisher_information`.
UnknownSymbols: TypeAlias = Literal["real", "complex"]
UNKNOWN_SYMBOLS: tuple[UnknownSymbols, ...] = ("real", "complex")

_UNIT = 2 / noise_variance

#: H_I2U Theta H_B2I w, a vector that depends on the two angles.
_response = Function("b")(elevation, azimuth)


def unknowns(index: int | Expr, symbol_model: UnknownSymbols = "real") -> list[Expr]:
    """Real parameters of one symbol and the two angles: theta of (15) for a block of one slot.

    Equations: (15) : definition

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

    Equations: (23)-(25), (57), (61), (62)

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

    Equations: (56), (65)-(68)

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

    Equations: (54), (69)-(72)

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

    Equations: (22), (69)

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

    Equations: (19), (22), (73)

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

    Equations: (16) : definition

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


def _split(vector: Expr) -> tuple[Expr, bool, Expr]:
    """Real factor, whether there is a factor j, and what is left."""
    parts = Mul.make_args(vector)
    real = [part for part in parts if part.is_extended_real]
    rest = [part for part in parts if not part.is_extended_real and part != I]
    return Mul(*real), I in parts, Mul(*rest)


def _order(vector: Expr) -> tuple[Any, ...]:
    """The vectors of Theorem 1 in the order of (15), then others."""
    if isinstance(vector, Beta):
        return 0, _KINDS.index(vector.args[0]), [default_sort_key(index) for index in vector.args[1:]]
    return 1, default_sort_key(vector)
