r"""The modified CRLB (31), its split (37)-(39) between surface and base station, and the beam (41)."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from sympy import (
    Abs,
    Expr,
    Function,
    I,
    Matrix,
    Symbol,
    collect,
    conjugate,
    diag,
    exp,
    expand,
    expand_log,
    log,
    simplify,
    sqrt,
    symbols,
)

from noisac.model.symbols import SymbolModel
from noisac_book.derivations.closed_form import angle_bound, mean_symbol_bound
from noisac_book.derivations.elimination import c
from noisac_book.derivations.names import weight

#: Means of the diagonal elements of J_xi^-1: over the symbols, and over the two angles.
X, Y = symbols("X_xi Y_xi", positive=True)
#: |a_B^H w|.
bs_amplitude: Symbol = Symbol("varrho", positive=True)


def modified_crlb(symbol_bound: Expr, angle_bound: Expr) -> Expr:
    """Weighted sum of the logarithms of two bounds, (12).

    Any base serves in a proof; `with_lg` writes the paper's.

    Equations: (12) : definition; (31)

    Examples
    --------
    >>> with_lg(modified_crlb(X, Y))
    zeta*lg(X_xi) + (1 - zeta)*lg(Y_xi)
    """
    return weight * log(symbol_bound) + (1 - weight) * log(angle_bound)


def with_lg(expression: Expr) -> Expr:
    """Write all logarithms as the paper's lg; an expression that is linear in them keeps its form in any base."""
    return expression.replace(log, Function("lg"))


def received_direction(antennas: int) -> Matrix:
    """Difference between H Theta H_B2I w and (a_B^H w) H Theta b, for two elements and two user antennas.

    H stands for the channel to the user or either of its derivatives, so that beta_x, beta_gamma and beta_phi,
    (23) to (25), all contain w in the factor a_B^H w and nowhere else.

    Equations: (23)-(25), (39)

    Examples
    --------
    >>> received_direction(3)
    Matrix([
    [0],
    [0]])
    """
    H = Matrix(2, 2, symbols("h_1:3(1:3)"))
    theta = diag(*symbols("xi_1:3"))
    b = Matrix(symbols("b_1:3"))
    a, w = (Matrix(symbols(f"{name}_1:{antennas + 1}")) for name in "aw")
    bs_irs = b * a.H  # (11)
    return (H * theta * bs_irs * w - (a.H * w)[0] * H * theta * b).applyfunc(expand)


def dependence_on_bs_beam(symbol_model: SymbolModel = "real") -> tuple[Expr, Expr]:
    """Ratio of the bounds (13) and (14) to those of J_xi, the information per unit of |a_B^H w|^2.

    Equations: (39)

    Examples
    --------
    >>> dependence_on_bs_beam()
    (varrho**(-2), varrho**(-2))
    """
    with_beam = {c: Symbol("c_xi", positive=True) * bs_amplitude**2}
    without = {c: Symbol("c_xi", positive=True)}
    bounds = mean_symbol_bound(symbol_model), angle_bound()
    of_symbols, of_angles = (simplify(bound.subs(with_beam) / bound.subs(without)) for bound in bounds)
    return of_symbols, of_angles


class Split(NamedTuple):
    """The objective in two terms: V_xi of the surface, and the base station's."""

    surface: Expr
    base_station: Expr


def split_objective() -> Split:
    """Separate the objective into a term of the surface's beam and one of the base station's.

    Both bounds carry the factor 1 / |a_B^H w|^2, and the weights zeta and 1 - zeta add up to one.

    Equations: (37)-(39)

    Examples
    --------
    >>> split_objective().base_station
    -2*log(varrho)
    """
    objective = expand_log(modified_crlb(X / bs_amplitude**2, Y / bs_amplitude**2))
    surface = modified_crlb(X, Y)
    return Split(surface, simplify(expand(objective - surface)))


def printed_surface_term() -> Expr:
    """V_xi as (38) prints it, where the symbols' term has lost its weight (reading R7).

    Equations: (38)

    Examples
    --------
    >>> with_lg(printed_surface_term())
    (1 - zeta)*lg(Y_xi) + lg(X_xi)
    """
    return log(X) + (1 - weight) * log(Y)


def error_of_printed_split() -> Expr:
    """Difference between the second line of (37) with (38) as printed, and the objective (31).

    Equations: (37), (38)

    Examples
    --------
    >>> with_lg(error_of_printed_split())
    (1 - zeta)*lg(X_xi)
    """
    split = split_objective()
    objective = split.surface + split.base_station
    return collect(expand(printed_surface_term() - 2 * log(bs_amplitude) - objective), log(X))


def weight_of_printed_term() -> Expr:
    """Weight with which (31) ranks the beams as (38) does as printed.

    Equations: (38)

    Examples
    --------
    >>> weight_of_printed_term()
    1/(2 - zeta)
    """
    printed = printed_surface_term()
    of_symbols, of_angles = printed.coeff(log(X)), printed.coeff(log(Y))
    return of_symbols / (of_symbols + of_angles)


class LagrangeIdentity(NamedTuple):
    """Distance of |a^H w|^2 from its upper limit, as ||a||^2 ||w||^2 - |a^H w|^2 and as a sum of squares."""

    gap: Expr
    squares: Expr


def lagrange_identity(antennas: int) -> LagrangeIdentity:
    """Both sides of Lagrange's identity, in real and imaginary parts, for a number of antennas.

    Equations: (40), (41)

    Examples
    --------
    >>> identity = lagrange_identity(2)
    >>> expand(identity.gap - identity.squares)
    0
    """

    def vector(name: str) -> Matrix:
        real, imaginary = (symbols(f"{name}^{part}_1:{antennas + 1}", real=True) for part in "rj")
        return Matrix(real) + I * Matrix(imaginary)

    a, w = vector("a"), vector("w")

    def square(value: Expr) -> Expr:
        return expand(value * conjugate(value))

    gap = expand((a.H * a)[0]) * expand((w.H * w)[0]) - square((a.H * w)[0])
    pairs = combinations(range(antennas), 2)
    return LagrangeIdentity(gap, sum(square(a[i] * w[k] - a[k] * w[i]) for i, k in pairs))


def matched_gain(antennas: int) -> Expr:
    """|a_B^H w|^2 of the beam (41), for a steering vector with elements of unit modulus.

    Equations: (41)

    Examples
    --------
    >>> matched_gain(3)
    3*P_t
    """
    transmit_power = Symbol("P_t", positive=True)
    phases = symbols(f"psi_1:{antennas + 1}", real=True)
    a = Matrix([exp(I * phase) for phase in phases])
    w = sqrt(transmit_power / antennas) * a
    return simplify(Abs(expand((a.H * w)[0])) ** 2)
