r"""The symbols eliminated from (22): what is left is information on the two direction cosines.

Everything is in the coordinates (u, v) of (59) and (60), and relative to what no beam of the surface changes: the
response of the antenna, the path gains and the base station's gain are collected in ``c``.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sympy import (
    Abs,
    BlockMatrix,
    Expr,
    I,
    Identity,
    IndexedBase,
    Matrix,
    MatrixExpr,
    MatrixSymbol,
    Rational,
    Sum,
    Symbol,
    block_collapse,
    conjugate,
    diag,
    diff,
    exp,
    expand,
    factor,
    factor_terms,
    im,
    re,
    simplify,
    summation,
    symbols,
)

from noisac.model.symbols import SymbolModel
from noisac_book.derivations.names import slots

#: u and v of (59) and (60).
u, v = symbols("u v", real=True)
#: x, the symbol of one slot.
x: Symbol = Symbol("x", complex=True)
#: The three sums through which a beam of the surface enters.
s_0, s_y, s_z = symbols("s_0 s_y s_z", complex=True)
#: Distance of the surface's centroid from the centre of the user's array.
d_y, d_z = symbols("d_y d_z", complex=True)
#: 2 |alpha_B2I alpha_I2U|^2 |a_B^H w|^2 M / sigma_z^2.
c: Symbol = Symbol("c", positive=True)
#: P = sum |x(t)|^2 and Q = sum x(t)^2.
power: Symbol = Symbol("P", positive=True)
pseudo_power: Symbol = Symbol("Q", complex=True)
#: Shape of the user's array, and the variances of its antennas' indices.
M_y, M_z = symbols("M_y M_z", integer=True, positive=True)
V_y, V_z = symbols("V_y V_z", nonnegative=True)
#: Elements of E, the 2 x 2 matrix of `angle_information`.
E_yy, E_yz, E_zz = symbols("E_yy E_yz E_zz", real=True)
_m_y, _m_z = symbols("m_y m_z", integer=True, nonnegative=True)


class Gradients(NamedTuple):
    """Derivatives beta_x, beta_u, beta_v of the noise-free signal at one antenna, over that antenna's response."""

    by_symbol: Expr
    by_u: Expr
    by_v: Expr


def signal_gradients() -> Gradients:
    """Differentiate the signal (3) with the channel (58), for a surface of any number L of elements.

    By the chain rule (24) and (25) are combinations of the derivatives by u and v, so that these suffice.

    Equations: (23)

    Examples
    --------
    >>> signal_gradients().by_u
    I*x*(m_y*s_0 - s_y)
    """
    element, L = symbols("l L", integer=True, positive=True)
    l_y, l_z, xi, incoming = (IndexedBase(name) for name in ("l_y", "l_z", "xi", "b"))

    def surface_sum(weight: Expr) -> Expr:
        return Sum(
            weight * xi[element] * incoming[element] * exp(-I * (l_y[element] * u + l_z[element] * v)),
            (element, 1, L),
        )

    response = exp(I * (_m_y * u + _m_z * v))
    signal = x * response * surface_sum(1)
    names = {expand(surface_sum(weight)): s for weight, s in ((1, s_0), (l_y[element], s_y), (l_z[element], s_z))}
    return Gradients(
        *(factor_terms(expand(diff(signal, variable) / response)).subs(names) for variable in (x, u, v))
    )


def antenna_variance(rows: Symbol) -> Expr:
    """Variance of the indices 0, ..., rows - 1 of (7) or (8).

    Examples
    --------
    >>> antenna_variance(M_y)
    M_y**2/12 - 1/12
    """
    index = Symbol("m", integer=True, nonnegative=True)
    return expand(summation((index - (rows - 1) / 2) ** 2, (index, 0, rows - 1)) / rows)


class InformationBlocks(NamedTuple):
    """What one slot contributes to (22), in (u, v) and over c |s_0|^2: on its symbol, between them, on (u, v)."""

    symbol: Matrix
    cross: Matrix
    angles: Matrix


def information_blocks(symbol_model: SymbolModel = "real") -> InformationBlocks:
    """Sum the products of `signal_gradients` over the antennas of an M_y x M_z array.

    Equations: (22)

    Examples
    --------
    >>> information_blocks().cross
    Matrix([[-im(d_y*x), -im(d_z*x)]])
    """
    sums = {s_y: s_0 * ((M_y - 1) / 2 - d_y), s_z: s_0 * ((M_z - 1) / 2 - d_z)}
    by_symbol, by_u, by_v = (expand(gradient.subs(sums) / s_0) for gradient in signal_gradients())
    of_symbol = {"real": [by_symbol], "complex": [by_symbol, I * by_symbol], "known": []}[symbol_model]

    def products(first: list[Expr], second: list[Expr]) -> Matrix:
        entries = [_antenna_mean(conjugate(one) * other) for one in first for other in second]
        return Matrix(len(first), len(second), entries)

    angles = products([by_u, by_v], [by_u, by_v])
    return InformationBlocks(products(of_symbol, of_symbol), products(of_symbol, [by_u, by_v]), angles)


@cache  # the blocks of the three symbol models share most of their sums
def _antenna_mean(product: Expr) -> Expr:
    """Real part of the mean of a product over all antennas, in the shape in which a person writes it."""
    over_z = summation(expand(product), (_m_z, 0, M_z - 1))
    mean = expand(expand(summation(expand(over_z), (_m_y, 0, M_y - 1))) / (M_y * M_z))
    mean = mean.subs({x * conjugate(x): Abs(x) ** 2}).subs({d * conjugate(d): Abs(d) ** 2 for d in (d_y, d_z)})
    for rows, variance in ((M_y, V_y), (M_z, V_z)):
        mean = expand(mean.subs(rows**2, 12 * variance + 1))
    return factor(re(mean).subs(re(d_z * conjugate(d_y)), re(d_y * conjugate(d_z))))


def eliminate_symbol(blocks: InformationBlocks) -> Matrix:
    """Information on (u, v) that one slot leaves once its symbol is eliminated: the Schur complement.

    Different symbols do not mix in (22), so that a block's information is the sum over its slots.

    Examples
    --------
    >>> eliminate_symbol(information_blocks("complex"))[0, :]
    Matrix([[V_y*Abs(x)**2, 0]])
    """
    if not blocks.symbol:
        return blocks.angles
    lost = blocks.cross.T * blocks.symbol.inv() * blocks.cross
    return (_in_parts_of_dx(blocks.angles) - lost).applyfunc(expand)


def _in_parts_of_dx(angles: Matrix) -> Matrix:
    """Apply |x|^2 Re{d d'*} = Re{d x} Re{d' x} + Im{d x} Im{d' x}."""

    def products(one: Expr, other: Expr) -> Expr:
        return re(one * x) * re(other * x) + im(one * x) * im(other * x)

    rules = {Abs(x) ** 2 * Abs(d) ** 2: products(d, d) for d in (d_y, d_z)}
    rules[Abs(x) ** 2 * re(d_y * conjugate(d_z))] = products(d_y, d_z)
    return angles.applyfunc(lambda entry: expand(entry).subs(rules))


def vanishes(expression: Expr) -> bool:
    """Whether an expression in complex letters is zero, decided on its real and imaginary parts."""
    parts = {}
    for letter in expression.free_symbols:
        if letter.is_real is None:
            name = letter.name
            parts[letter] = Symbol(f"{name}_r", real=True) + I * Symbol(f"{name}_i", real=True)
    separated = expression.subs(parts).doit()
    return bool(simplify(expand(separated, complex=True)) == 0)


def angle_information(symbol_model: SymbolModel = "real") -> Matrix:
    """Information of a block on (u, v) in the beam's d and the symbols' P and Q, in units of c |s_0|^2.

    Examples
    --------
    >>> angle_information("complex")[0, :]
    Matrix([[P*V_y, 0]])
    """
    user = power * diag(V_y, V_z)
    return user + surface_information(symbol_model)


def surface_information(symbol_model: SymbolModel = "real") -> Matrix:
    """Share of the surface's aperture in `angle_information`.

    Examples
    --------
    >>> surface_information("known")[0, 1]
    P*re(d_y*conjugate(d_z))
    """
    scale = {"real": Rational(1, 2), "complex": 0, "known": 1}[symbol_model] * power
    turning = {"real": Rational(1, 2), "complex": 0, "known": 0}[symbol_model]

    def entry(one: Expr, other: Expr) -> Expr:
        steady = Abs(one) ** 2 if one == other else re(d_y * conjugate(d_z))
        return scale * steady + turning * re(pseudo_power * one * other)

    return Matrix(2, 2, lambda i, j: entry((d_y, d_z)[i], (d_y, d_z)[j]))


class Inverse(NamedTuple):
    """The matrix (22) of a block and its inverse, in blocks, for T slots.

    Attributes
    ----------
    information, inverse : sympy BlockMatrix
    """

    information: BlockMatrix
    inverse: BlockMatrix


def block_inverse() -> Inverse:
    """Invert (22) by blocks for any T, with B the T x 2 matrix of rows Im{d x(t)}^T.

    Equations: (28)-(30)

    Examples
    --------
    >>> block_product(block_inverse())
    [I, 0, 0, I]
    """
    B, E = MatrixSymbol("B", slots, 2), MatrixSymbol("E", 2, 2)
    g = Symbol("g", positive=True)
    unit = Identity(slots)
    information = BlockMatrix([[g * unit, -g * B], [-g * B.T, g * (E + B.T * B)]])
    inverse = BlockMatrix([[(unit + B * E.I * B.T) / g, B * E.I / g], [E.I * B.T / g, E.I / g]])
    return Inverse(information, inverse)


def block_product(pair: Inverse) -> list[MatrixExpr]:
    """Multiply a matrix by its claimed inverse; the four blocks, which must be those of the identity."""
    product = block_collapse(pair.information * pair.inverse)
    return [product.blocks[i, j].expand().doit() for i in range(2) for j in range(2)]


def dense_pair(unknowns: int) -> tuple[Matrix, Matrix]:
    """Return (22) and its claimed inverse element by element, for a few slots.

    Equations: (22), (28)-(30)

    Examples
    --------
    >>> information, inverse = dense_pair(1)
    >>> (information.inv() - inverse).applyfunc(simplify).is_zero_matrix
    True
    """
    g = Symbol("g", positive=True)
    rows = [symbols(f"b_y{t} b_z{t}", real=True) for t in range(1, unknowns + 1)]
    B, E = Matrix(rows), Matrix(2, 2, [E_yy, E_yz, E_yz, E_zz])
    unit = diag(*[1] * unknowns)
    information = g * unit.row_join(-B).col_join((-B.T).row_join(E + B.T * B))
    left = E.adjugate() / E.det()
    inverse = (unit + B * left * B.T).row_join(B * left).col_join((left * B.T).row_join(left)) / g
    return information, inverse
