"""What is left of (22) when the expectation that (17) asks for is also taken over the symbols."""

from __future__ import annotations

from sympy import Expr, ImmutableMatrix, Matrix, MatrixBase, S, conjugate, expand

from noisac_book.derivations.gaussian import circular_expectation, pairs
from noisac_book.derivations.names import slot, symbol_mean, symbol_variance
from noisac_book.derivations.theorem import Beta, RealInner, UnknownSymbols, over_all_slots, slot_blocks


def symbol_moments(mean: Expr = symbol_mean) -> tuple[Expr, Expr]:
    """E x and E |x|^2 for x from CN(mu_x, sigma_x^2).

    Examples
    --------
    >>> symbol_moments()
    (mu_x, mu_x*conjugate(mu_x) + sigma_x^2)
    """
    error, conjugate_error = pairs("e", 1)[0]
    x, conjugate_x = mean + error, conjugate(mean) + conjugate_error
    variance = Matrix([[symbol_variance]])
    first, energy = (
        circular_expectation(moment, [(error, conjugate_error)], variance) for moment in (x, x * conjugate_x)
    )
    return first, expand(energy)


def expected_blocks(symbol_model: UnknownSymbols = "real", *, mean: Expr = symbol_mean) -> MatrixBase:
    """J_D with the expectation taken over the joint density of y and x, for a T that stays a letter.

    The vectors beta_gamma and beta_varphi without a slot are those of (24) and (25) for x(t) = 1.

    Equations: (17), (21) : definition

    Examples
    --------
    >>> expected_blocks(mean=0)[0, 1:]
    Matrix([[0, 0]])
    >>> expected_blocks(mean=0)[1, 1]
    2*T*|beta_gamma|^2/sigma_z^2
    """
    first, energy = symbol_moments(mean)
    energy = expand(energy.subs(symbol_variance, 1 - mean * conjugate(mean)))
    return _insert(slot_blocks(symbol_model), first, energy)


def pilot_blocks() -> MatrixBase:
    """Information on the two angles from T known symbols with x(t) = 1.

    Examples
    --------
    >>> pilot_blocks() == expected_blocks(mean=0)[1:, 1:]
    True
    """
    return _insert(slot_blocks()[1:, 1:], S.One, S.One)


def _insert(of_one_slot: MatrixBase, symbol: Expr, energy: Expr) -> MatrixBase:
    """Write beta_gamma,t as beta_gamma x(t), insert what stands for x(t) and |x(t)|^2, and sum over t.

    The real part of an inner product is linear in either vector, so an expectation passes through it to x(t).
    """

    def inner(left: Expr, right: Expr) -> Expr:
        if not _depends_on_the_symbol(right):  # then neither does the left one, which is beta_x or j beta_x
            return RealInner(left, right)
        if not _depends_on_the_symbol(left):
            return RealInner(left, symbol * Beta(right.args[0]))
        return energy * RealInner(Beta(left.args[0]), Beta(right.args[0]))

    return over_all_slots(ImmutableMatrix(of_one_slot).replace(RealInner, inner))


def _depends_on_the_symbol(vector: Expr) -> bool:
    return bool(vector.has(slot))
