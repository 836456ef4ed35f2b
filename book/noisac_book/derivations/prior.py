"""The prior's part of the information, (49)-(53): as printed, and with both derivatives of Wirtinger calculus."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from sympy import (
    Expr,
    I,
    ImmutableMatrix,
    KroneckerDelta,
    MatrixBase,
    S,
    Sum,
    conjugate,
    diag,
    diff,
    expand,
    eye,
    factor,
    log,
    pi,
    symbols,
    zeros,
)

from noisac import _validate
from noisac_book.derivations.names import (
    every_slot,
    imaginary_part,
    in_coordinates,
    noise_variance,
    other_slot,
    real_part,
    slot,
    slots,
    symbol,
    symbol_mean,
    symbol_variance,
    within_the_block,
)


class Curvatures(NamedTuple):
    """Minus the expected second derivatives of ln p(y | x), one antenna and one slot.

    By x(t) twice, as (52) takes the prior's; by x(t) and x(t)^*; by Re x(t) twice, as in (66); by x(t) and gamma.
    """

    pure: Expr
    mixed: Expr
    real: Expr
    beside: Expr


def by_symbol(expression: Expr, index: Any) -> Expr:
    """Wirtinger derivative d/dx(t) = (d/da(t) - j d/db(t)) / 2 of a function of a and b.

    Examples
    --------
    >>> by_symbol(in_coordinates(1), 1), by_symbol(conjugate(in_coordinates(1)), 1)
    (1, 0)
    """
    by_real, by_imaginary = diff(expression, real_part[index]), diff(expression, imaginary_part[index])
    return within_the_block((by_real - I * by_imaginary) / 2)


def by_conjugate(expression: Expr, index: Any) -> Expr:
    """Wirtinger derivative d/dx(t)^* = (d/da(t) + j d/db(t)) / 2 of a function of a and b.

    Examples
    --------
    >>> by_conjugate(in_coordinates(1), 1), by_conjugate(conjugate(in_coordinates(1)), 1)
    (0, 1)
    """
    by_real, by_imaginary = diff(expression, real_part[index]), diff(expression, imaginary_part[index])
    return within_the_block((by_real + I * by_imaginary) / 2)


def in_symbols(expression: Expr) -> Expr:
    """Replace the coordinates a(t) and b(t) by x(t) and its conjugate.

    Examples
    --------
    >>> in_symbols(in_coordinates(slot)), in_symbols(conjugate(in_coordinates(slot)))
    (x[t], conjugate(x[t]))
    """
    back = {}
    for index in (slot, other_slot, every_slot):
        x = symbol[index]
        back[real_part[index]] = (x + conjugate(x)) / 2
        back[imaginary_part[index]] = (x - conjugate(x)) / (2 * I)
    return expression.xreplace(back)


def curvatures_agree(function: Expr) -> bool:
    """Whether the Wirtinger derivatives of a function agree with its curvature in real coordinates.

    For any f(a, b): f_aa + f_bb = 4 f_{x x*} and f_aa - f_bb - 2 j f_ab = 4 f_{xx}. So f_{xx} = 0 says that the
    curvature is the same in all directions of the complex plane, not that there is none.

    Examples
    --------
    >>> curvatures_agree(real_part[slot] ** 3 * imaginary_part[slot] ** 2)
    True
    """
    a, b = real_part[slot], imaginary_part[slot]
    f_aa, f_bb, f_ab = diff(function, a, 2), diff(function, b, 2), diff(function, a, b)
    mixed = by_conjugate(by_symbol(function, slot), slot)
    pure = by_symbol(by_symbol(function, slot), slot)
    return bool(
        expand(f_aa + f_bb - 4 * mixed) == S.Zero and expand(f_aa - f_bb - 2 * I * f_ab - 4 * pure) == S.Zero
    )


#: beta_x and beta_{gamma,t} at one antenna, as complex numbers.
response, response_by_elevation = symbols("beta_x beta_gamma")


def curvatures_of_the_likelihood() -> Curvatures:
    """The second derivatives of ln p(y | x), so that (52) can be compared with (66) and (67).

    One antenna is enough, since independent antennas add up. Near the true elevation the mean is
    h = (beta_x + delta beta_{gamma,t} / x(t)) x, to first order, and nothing else of it survives the expectation.

    Equations: (52), (66), (67)

    Examples
    --------
    >>> found = curvatures_of_the_likelihood()
    >>> found.pure, found.mixed, found.real
    (0, beta_x*conjugate(beta_x)/sigma_z^2, 2*beta_x*conjugate(beta_x)/sigma_z^2)
    """
    x, shift, received = in_coordinates(slot), symbols("delta", real=True), symbols("y")
    per_symbol = response_by_elevation / symbol[slot]
    error = received - (response + shift * per_symbol) * x
    conjugate_error = conjugate(received) - (conjugate(response) + shift * conjugate(per_symbol)) * conjugate(x)
    log_density = -error * conjugate_error / noise_variance

    def information(second_derivative: Expr) -> Expr:
        at_the_truth = second_derivative.subs(shift, 0)
        truth = {conjugate(received): conjugate(response * x), received: response * x}
        return factor(expand(in_symbols(-at_the_truth.subs(truth))))

    by_x, by_real = by_symbol(log_density, slot), diff(log_density, real_part[slot])
    return Curvatures(
        information(by_symbol(by_x, slot)),
        information(by_conjugate(by_x, slot)),
        information(diff(by_real, real_part[slot])),
        information(diff(by_x, shift)),
    )


def log_prior() -> Expr:
    """Log-density ln p(x) of T independent symbols, written with x(t) = a(t) + j b(t).

    Equations: (50) : definition

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

    Equations: (51)

    Examples
    --------
    >>> slope()
    (conjugate(mu_x) - conjugate(x[t]))/sigma_x^2
    """
    return factor(in_symbols(by_symbol(log_prior(), slot)))


def printed_curvature() -> Expr:
    """Second derivative d^2 ln p(x) / dx(t)^2, the derivative that (52) takes. It is zero, as printed.

    Equations: (52)

    Examples
    --------
    >>> printed_curvature()
    0
    """
    return expand(by_symbol(by_symbol(log_prior(), slot), slot))


def mixed_curvature() -> Expr:
    """Second derivative d^2 ln p(x) / dx(s) dx(t)^*, which holds the information on a complex parameter.

    Equations: (52)

    Examples
    --------
    >>> mixed_curvature()
    -KroneckerDelta(s, t)/sigma_x^2
    """
    return expand(by_conjugate(by_symbol(log_prior(), other_slot), slot))


def curvature_in_coordinates() -> MatrixBase:
    """Second derivatives of ln p(x) by (a(s), b(s)) and (a(t), b(t)), the real and imaginary parts.

    Equations: (49) : definition

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
    """J_P, the information that the prior of the symbols holds, (K, K) with K = T + 2 or 2 T + 2, the angles last.

    Equations: (20), (49) : definition; (53)

    Parameters
    ----------
    block_length : int
        T, at least 1.
    symbol_model : {"real", "complex"}
        One real parameter per symbol, as in (15), or real and imaginary part side by side.
    as_printed : bool
        The zero of (53) rather than minus the expected second derivative that (49) asks for.

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
