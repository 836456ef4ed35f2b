"""The letters of the paper that several derivations share."""

from __future__ import annotations

from sympy import Symbol, symbols

#: gamma and phi of the path from the IRS, at the user (radians).
elevation: Symbol = Symbol("gamma", real=True)
azimuth: Symbol = Symbol("varphi", real=True)

#: sigma_z^2 and sigma_x^2, the variances of the noise and of a symbol.
noise_variance: Symbol = Symbol("sigma_z^2", positive=True)
symbol_variance: Symbol = Symbol("sigma_x^2", positive=True)

#: T, the number of slots of a time block, and two slots of it.
slots: Symbol = Symbol("T", integer=True, positive=True)
slot, other_slot = symbols("t s", integer=True, positive=True)

#: zeta, the weight of the symbols in the modified CRLB (12).
weight: Symbol = Symbol("zeta", nonnegative=True)
