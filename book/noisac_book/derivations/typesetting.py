"""Formulas with a left-hand side, typeset by a notebook, and numbers for their letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from sympy import Add, Basic, Expr, Matrix, Symbol, lambdify, latex

from noisac import _validate
from noisac._validate import FloatArray
from noisac.bounds.closed_form import bs_gain
from noisac.model.arrays import element_indices, steering_vector
from noisac.model.scenario import Scenario
from noisac_book.derivations import elimination
from noisac_book.derivations.names import azimuth, elevation, slots


class Formula(NamedTuple):
    r"""An equation to display: LaTeX of its left-hand side, its right-hand side, a factor in front of a matrix.

    If ``broken``, each term of a sum stands on a line of its own, for one that is too long for the page.

    Examples
    --------
    >>> from sympy.abc import x, y
    >>> Formula("z", x / y)
    z = \frac{x}{y}
    >>> Formula("z", x + y, broken=True)
    \begin{aligned} z &= x \\ &\quad + y \end{aligned}
    """

    left: str
    right: Basic | Matrix
    factor: Basic | None = None
    broken: bool = False

    def __repr__(self) -> str:
        if self.broken:
            first, *rest = (_latex(term) for term in Add.make_args(self.right))
            lines = "".join(rf" \\ &\quad + {term}" for term in rest)
            return rf"\begin{{aligned}} {self.left} &= {first}{lines} \end{{aligned}}"
        factor = "" if self.factor is None else _latex(self.factor) + r" \, "
        return f"{self.left} = {factor}{_latex(self.right)}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self!r}$"


def _latex(expression: Basic | Matrix) -> str:
    text: str = latex(expression, gothic_re_im=True, imaginary_unit="j", mat_delim="(", mat_str="matrix")
    return text


#: Letters of a formula to their values.
Letters: TypeAlias = Mapping[Symbol, Any]


def numerical_letters(scenario: Scenario, beam: ArrayLike, symbols: ArrayLike) -> dict[Symbol, Any]:
    """Values of all letters for one beam and one block, from their definitions."""
    if (scenario.irs_spacing, scenario.user_spacing, scenario.phase_convention) != (0.5, 0.5, "difference"):
        raise ValueError(
            "scenario must have irs_spacing = user_spacing = 0.5 and phase_convention = 'difference', "
            f"got {scenario.irs_spacing}, {scenario.user_spacing} and {scenario.phase_convention!r}"
        )
    beam = _validate.one_beam(beam, scenario.irs_elements)
    symbols = _validate.symbols(symbols)
    incoming = steering_vector(scenario.irs_shape, scenario.irs_spacing, *scenario.irs_aoa)
    outgoing = steering_vector(scenario.irs_shape, scenario.irs_spacing, *scenario.user_aoa).conj()
    lit = beam * incoming * outgoing
    l_y, l_z = element_indices(scenario.irs_shape)
    s_0, s_y, s_z = lit.sum(), l_y @ lit, l_z @ lit
    rows, columns = scenario.user_shape
    with np.errstate(divide="ignore", invalid="ignore"):
        d_y, d_z = (rows - 1) / 2 - s_y / s_0, (columns - 1) / 2 - s_z / s_0
    return {
        elimination.c: 2 * scenario.snr * bs_gain(scenario) * scenario.user_antennas,
        elimination.s_0: s_0,
        elimination.s_y: s_y,
        elimination.s_z: s_z,
        elimination.d_y: d_y,
        elimination.d_z: d_z,
        elimination.V_y: (rows**2 - 1) / 12,
        elimination.V_z: (columns**2 - 1) / 12,
        elimination.power: np.sum(np.abs(symbols) ** 2),
        elimination.pseudo_power: np.sum(symbols**2),
        elimination.x: symbols,
        slots: symbols.shape[-1],
        elevation: scenario.user_aoa[0],
        azimuth: scenario.user_aoa[1],
    }


def compile_formula(formula: Expr | Matrix) -> Callable[[Letters], FloatArray]:
    """Turn a formula into a function of the letters' values."""
    arguments = sorted(formula.free_symbols, key=str)
    function = lambdify(arguments, formula, "numpy", cse=True)

    def evaluate(letters: Letters) -> FloatArray:
        value: FloatArray = function(*(letters[letter] for letter in arguments))
        return value

    return evaluate
