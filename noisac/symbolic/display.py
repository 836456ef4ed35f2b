"""Showing a result beside what it is a result for."""

from __future__ import annotations

from sympy import Eq, Expr, MatrixBase, Symbol


def equation(left: str, right: Expr | MatrixBase) -> Eq:
    """An equation whose left-hand side is TeX, for display only.

    Parameters
    ----------
    left : str
        TeX, printed as it is.
    right : sympy expression or matrix

    Returns
    -------
    sympy.Eq

    Examples
    --------
    >>> equation("J", 2 + Symbol("x"))
    Eq({J}, x + 2)
    """
    return Eq(Symbol(f"{{{left}}}"), right, evaluate=False)
