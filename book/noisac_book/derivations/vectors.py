"""The vectors of Theorem 1 and the real parts of their inner products, as letters that print as in (22)."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, I, Mul, S, Symbol, default_sort_key, latex

#: What a vector is the derivative by: a symbol, gamma or phi, in the order of the parameters (15).
_KINDS = (Symbol("x"), Symbol("gamma"), Symbol("varphi"))


class Beta(Function):  # type: ignore[misc]
    """One of the vectors beta_x, beta_{gamma,t} and beta_{varphi,t} of (23)-(25), as a letter.

    Use `beta_x`, `beta_gamma` and `beta_phi`.
    """

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return rf"\boldsymbol{{\beta}}_{{{','.join(map(latex, self.args))}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"beta_{','.join(map(str, self.args))}"


#: beta_x, the derivative of h_x(t) by x(t), (23) and (57).
beta_x: Expr = Beta(_KINDS[0])


def beta_gamma(index: Any) -> Expr:
    """beta_{gamma,t}, the derivative of h_x(t) by the elevation, (24) and (61).

    Examples
    --------
    >>> beta_gamma(2)
    beta_gamma,2
    """
    return Beta(_KINDS[1], index)


def beta_phi(index: Any) -> Expr:
    """beta_{varphi,t}, the derivative of h_x(t) by the azimuth, (25) and (62).

    Examples
    --------
    >>> beta_phi(2)
    beta_varphi,2
    """
    return Beta(_KINDS[2], index)


class RealInner(Function):  # type: ignore[misc]
    r"""Re{a^H b}, the real part of the inner product of two vectors; \|a\|^2 if they are equal.

    It is symmetric, and real factors come out of it. j times a vector is orthogonal to it in this product.

    Examples
    --------
    >>> RealInner(2 * beta_x, beta_gamma(1))
    2*Re(beta_x^H beta_gamma,1)
    >>> RealInner(beta_gamma(1), beta_x) == RealInner(beta_x, beta_gamma(1))
    True
    >>> RealInner(I * beta_x, beta_x), RealInner(I * beta_x, I * beta_x)
    (0, |beta_x|^2)
    """

    nargs = 2
    is_extended_real = True

    @classmethod
    def eval(cls, left: Expr, right: Expr) -> Expr | None:
        """Bring a product to the one form in which equal products are equal."""
        if left.is_zero or right.is_zero:
            return S.Zero
        factor_left, turned_left, first = _split(left)
        factor_right, turned_right, second = _split(right)
        factor = factor_left * factor_right
        if turned_left and turned_right:  # Re{(j a)^H (j b)} = Re{a^H b}
            turned_left = turned_right = False
        if first == second and (turned_left or turned_right):
            return S.Zero
        if _order(first) > _order(second):
            first, second, turned_left, turned_right = second, first, turned_right, turned_left
        if turned_right:  # Re{a^H (j b)} = -Re{(j a)^H b}
            factor, turned_left = -factor, True
        normal = (I * first if turned_left else first), second
        if factor == 1 and normal == (left, right):
            return None
        return factor * cls(*normal)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        left, right = map(printer._print, self.args)
        if left == right:
            text = rf"\left\|{left}\right\|^{{2}}"
        else:
            first = rf"\left({left}\right)" if isinstance(self.args[0], Mul) else left
            text = rf"\Re\{{{first}^{{H}} {right}\}}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        left, right = self.args
        if left == right:
            return f"|{printer._print(left)}|^2"
        first = printer._print(left)
        return f"Re({f'({first})' if isinstance(left, Mul) else first}^H {printer._print(right)})"


def _split(vector: Expr) -> tuple[Expr, bool, Expr]:
    """Real factor, whether there is a factor j, and what is left."""
    parts = Mul.make_args(vector)
    real = [part for part in parts if part.is_extended_real]
    rest = [part for part in parts if not part.is_extended_real and part != I]
    return Mul(*real), I in parts, Mul(*rest)


def _order(vector: Expr) -> tuple[Any, ...]:
    """The vectors of Theorem 1 in the order of (15), then others."""
    if isinstance(vector, Beta):
        return 0, _KINDS.index(vector.args[0]), [default_sort_key(index) for index in vector.args[1:]]
    return 1, default_sort_key(vector)
