"""A formula with a left-hand side, typeset by a notebook."""

from __future__ import annotations

from typing import NamedTuple

from sympy import Add, Basic, Matrix, latex


class Formula(NamedTuple):
    r"""An equation to display: what it is a formula for, and the formula.

    Attributes
    ----------
    left : str
        LaTeX of the left-hand side.
    right : sympy expression or matrix
    factor : sympy expression or None
        A factor to write in front of the right-hand side, for matrices.
    broken : bool
        Whether each term of a sum stands on a line of its own, in the order in which the sum was written, for one
        that is too long for the page.

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
