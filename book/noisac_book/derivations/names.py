"""The letters of the paper that several derivations share."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Ge, I, IndexedBase, Symbol, symbols, true

#: gamma and phi of the path from the IRS, at the user (radians).
elevation: Symbol = Symbol("gamma", real=True)
azimuth: Symbol = Symbol("varphi", real=True)

#: sigma_z^2 and sigma_x^2, the variances of the noise and of a symbol, and mu_x, the mean of a symbol.
noise_variance: Symbol = Symbol("sigma_z^2", positive=True)
symbol_variance: Symbol = Symbol("sigma_x^2", positive=True)
symbol_mean: Symbol = Symbol("mu_x")

#: alpha_I2U, the complex gain of the path from the IRS to the user.
gain: Symbol = Symbol("alpha")

#: T, the number of slots of a time block, and two slots of it.
slots: Symbol = Symbol("T", integer=True, positive=True)
slot, other_slot = symbols("t s", integer=True, positive=True)

#: tau, the slot over which a sum runs where s and t are taken.
every_slot: Symbol = Symbol("tau", integer=True, positive=True)

#: i and j where they count the rows and columns of the symbols' block.
row, column = symbols("i j", integer=True, positive=True)

#: zeta, the weight of the symbols in the modified CRLB (12).
weight: Symbol = Symbol("zeta", nonnegative=True)

#: x(t) = a(t) + j b(t), a symbol and its two real coordinates.
symbol: IndexedBase = IndexedBase("x")
real_part: IndexedBase = IndexedBase("a", real=True)
imaginary_part: IndexedBase = IndexedBase("b", real=True)


def in_coordinates(index: Any) -> Expr:
    """x(t) written with its real coordinates."""
    return real_part[index] + I * imaginary_part[index]


def within_the_block(expression: Expr) -> Expr:
    """Evaluate sums over t = 1, ..., T in which a Kronecker delta picks one of the slots t, s, i or j.

    SymPy returns such a sum as a case distinction, since it does not know that the slot lies in the block.
    """
    inside = {Ge(slots, index): true for index in (slot, other_slot, row, column)}
    return expression.doit().xreplace(inside)
