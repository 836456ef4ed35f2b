"""The prior's part of the information, (49)-(53): as printed, and with both derivatives of Wirtinger calculus."""

from __future__ import annotations

from typing import Literal

from sympy import (
    Expr,
    ImmutableMatrix,
    KroneckerDelta,
    MatrixBase,
    Sum,
    conjugate,
    diag,
    diff,
    expand,
    eye,
    factor,
    log,
    pi,
    zeros,
)

from noisac import _validate
from noisac_book.derivations.names import (
    every_slot,
    imaginary_part,
    in_coordinates,
    other_slot,
    real_part,
    slot,
    slots,
    symbol_mean,
    symbol_variance,
    within_the_block,
)
from noisac_book.derivations.wirtinger import by_conjugate, by_symbol, in_symbols


def log_prior() -> Expr:
    """Log-density ln p(x) of T independent symbols, written with x(t) = a(t) + j b(t).

    Returns
    -------
    sympy expression

    Equations
    ---------
    (50) : definition

    Examples
    --------
    >>> log_prior().args[0]
    -Sum((mu_x - a[tau] - I*b[tau])*(conjugate(mu_x) - a[tau] + I*b[tau])/sigma_x^2, (tau, 1, T))
    """
    error = symbol_mean - in_coordinates(every_slot)
    total = Sum(error * conjugate(error) / symbol_variance, (every_slot, 1, slots))
    return -slots * log(pi * symbol_variance) - total


def slope() -> Expr:
    """Slope d ln p(x) / dx(t), as (51) prints it.

    Returns
    -------
    sympy expression

    Equations
    ---------
    (51)

    Examples
    --------
    >>> slope()
    (conjugate(mu_x) - conjugate(x[t]))/sigma_x^2
    """
    return factor(in_symbols(by_symbol(log_prior(), slot)))


def printed_curvature() -> Expr:
    """Second derivative d^2 ln p(x) / dx(t)^2, the derivative that (52) takes. It is zero, as printed.

    Returns
    -------
    sympy expression

    Equations
    ---------
    (52)

    Examples
    --------
    >>> printed_curvature()
    0
    """
    return expand(by_symbol(by_symbol(log_prior(), slot), slot))


def mixed_curvature() -> Expr:
    """Second derivative d^2 ln p(x) / dx(s) dx(t)^*, which holds the information on a complex parameter.

    Returns
    -------
    sympy expression

    Equations
    ---------
    (52)

    Examples
    --------
    >>> mixed_curvature()
    -KroneckerDelta(s, t)/sigma_x^2
    """
    return expand(by_conjugate(by_symbol(log_prior(), other_slot), slot))


def curvature_in_coordinates() -> MatrixBase:
    """Second derivatives of ln p(x) by (a(s), b(s)) and (a(t), b(t)), the real and imaginary parts.

    Returns
    -------
    (2, 2) matrix

    Equations
    ---------
    (49) : definition

    Examples
    --------
    >>> curvature_in_coordinates()[0, 0]
    -2*KroneckerDelta(s, t)/sigma_x^2
    """
    rows = real_part[other_slot], imaginary_part[other_slot]
    columns = real_part[slot], imaginary_part[slot]
    log_density = log_prior()
    return ImmutableMatrix([[expand(within_the_block(diff(log_density, r, c))) for c in columns] for r in rows])


def prior_information(
    block_length: int, symbol_model: Literal["real", "complex"] = "real", *, as_printed: bool = False
) -> MatrixBase:
    """J_P, the information that the prior of the symbols holds.

    Parameters
    ----------
    block_length : int
        T.
    symbol_model : {"real", "complex"}
        One real parameter per symbol, as in (15), or real and imaginary part side by side.
    as_printed : bool
        The zero of (53) rather than minus the expected second derivative that (49) asks for.

    Returns
    -------
    (K, K) matrix
        K = T + 2 or 2 T + 2; the angles come last and have no prior.

    Raises
    ------
    ValueError
        For T below 1, or another model.

    Equations
    ---------
    (20), (49) : definition
    (53)

    Examples
    --------
    >>> prior_information(1)
    Matrix([
    [2/sigma_x^2, 0, 0],
    [          0, 0, 0],
    [          0, 0, 0]])
    >>> prior_information(1, as_printed=True).is_zero_matrix
    True
    """
    _validate.choice("symbol_model", symbol_model, ("real", "complex"))
    block_length = _validate.integer("block_length", block_length, at_least=1)
    # The curvature does not depend on x, so that its expectation is itself.
    of_one_symbol = -curvature_in_coordinates().subs(KroneckerDelta(other_slot, slot), 1)
    if symbol_model == "real":
        of_one_symbol = of_one_symbol[:1, :1]
    if as_printed:
        of_one_symbol = -printed_curvature() * eye(of_one_symbol.rows)
    return ImmutableMatrix(diag(*[of_one_symbol] * block_length, zeros(2, 2)))
