"""A formula with a left-hand side, typeset by a notebook."""

from __future__ import annotations

from typing import NamedTuple

from sympy import Basic, Matrix, latex


class Formula(NamedTuple):
    r"""An equation to display: what it is a formula for, and the formula.

    Attributes
    ----------
    left : str
        LaTeX of the left-hand side.
    right : sympy expression or matrix
    factor : sympy expression or None
        A factor to write in front of the right-hand side, for matrices.

    Examples
    --------
    >>> from sympy.abc import x, y
    >>> Formula("z", x / y)
    z = \frac{x}{y}
    """

    left: str
    right: Basic | Matrix
    factor: Basic | None = None

    def __repr__(self) -> str:
        factor = "" if self.factor is None else _latex(self.factor) + r" \, "
        return f"{self.left} = {factor}{_latex(self.right)}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self!r}$"


def _latex(expression: Basic | Matrix) -> str:
    text: str = latex(expression, gothic_re_im=True, imaginary_unit="j", mat_delim="(", mat_str="matrix")
    return text
