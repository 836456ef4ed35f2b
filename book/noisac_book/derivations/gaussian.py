"""The information in a complex Gaussian vector, (54)-(56), from its density and the definition (17)."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import (
    Derivative,
    Expr,
    Function,
    I,
    ImmutableMatrix,
    Matrix,
    MatrixBase,
    Symbol,
    cancel,
    conjugate,
    default_sort_key,
    diff,
    expand,
    eye,
    log,
    pi,
    symbols,
    together,
    trace,
)
from sympy.core.function import AppliedUndef

from noisac_book.derivations.names import noise_variance

#: A complex quantity and its conjugate, as two symbols: what Wirtinger calculus calls independent.
Pair = tuple[Symbol, Symbol]

#: Two parameters that a mean and a covariance may depend on.
first, second = symbols("theta_i theta_j", real=True)


def pairs(name: str, count: int) -> list[Pair]:
    """Complex quantities with a symbol of their own for each conjugate.

    Examples
    --------
    >>> pairs("y", 2)
    [(y_1, ybar_1), (y_2, ybar_2)]
    """
    return [(Symbol(f"{name}_{k}"), Symbol(f"{name}bar_{k}")) for k in range(1, count + 1)]


def log_density(received: Sequence[Pair], mean: MatrixBase, covariance: MatrixBase) -> Expr:
    """Log-density ln p(y | x) of a circular complex Gaussian vector y with the mean h_x and the covariance Sigma.

    Examples
    --------
    >>> log_density(pairs("y", 1), Matrix([0]), Matrix([[noise_variance]]))
    -log(sigma_z^2) - log(pi) - y_1*ybar_1/sigma_z^2
    """
    error = Matrix([y for y, _ in received]) - mean
    conjugate_error = Matrix([y for _, y in received]) - conjugate(mean)
    distance = (conjugate_error.T * covariance.inv() * error)[0, 0]
    return -len(received) * log(pi) - log(covariance.det()) - distance


def circular_expectation(expression: Expr, errors: Sequence[Pair], covariance: MatrixBase) -> Expr:
    """Expectation over a circular complex Gaussian vector e with E e = 0, E e e^T = 0 and E e e^H = Sigma.

    Examples
    --------
    >>> e, conjugate_e = pairs("e", 1)[0]
    >>> circular_expectation((1 + e) * (1 + conjugate_e), [(e, conjugate_e)], Matrix([[noise_variance]]))
    sigma_z^2 + 1
    """
    scale = Symbol("scale")
    scaled = expression.xreplace({e: scale * e for pair in errors for e in pair})
    if expand(diff(scaled, scale, 3)) != 0:
        raise ValueError("expression must be of degree two at most in the errors")
    expected = expression.xreplace({e: 0 for pair in errors for e in pair})
    for k, (e, _) in enumerate(errors):
        for n, (_, conjugate_e) in enumerate(errors):
            expected += covariance[k, n] * diff(expression, e, conjugate_e)
    return expected


def information_by_definition(mean: MatrixBase, covariance: MatrixBase, theta_i: Symbol, theta_j: Symbol) -> Expr:
    """Minus the expected second derivative of ln p(y | x), which is what (17) and (21) define.

    Equations: (17), (21) : definition

    Examples
    --------
    >>> information_by_definition(Matrix([first + I * second]), Matrix([[noise_variance]]), first, first)
    2/sigma_z^2
    """
    received, errors = pairs("y", len(mean)), pairs("e", len(mean))
    curvature = diff(log_density(received, mean, covariance), theta_i, theta_j)
    truth = {}
    for (y, conjugate_y), (e, conjugate_e), h in zip(received, errors, mean, strict=True):
        truth[y], truth[conjugate_y] = h + e, conjugate(h) + conjugate_e
    return -circular_expectation(curvature.xreplace(truth), errors, covariance)


def information_by_formula(mean: MatrixBase, covariance: MatrixBase, theta_i: Symbol, theta_j: Symbol) -> Expr:
    """Right-hand side of the first line of (54).

    Equations: (54)

    Examples
    --------
    >>> information_by_formula(Matrix([first + I * second]), Matrix([[noise_variance]]), first, first)
    2/sigma_z^2
    """
    inverse = covariance.inv()
    of_the_mean = (conjugate(mean).T.diff(theta_i) * inverse * mean.diff(theta_j))[0, 0]
    of_the_covariance = trace(inverse * covariance.diff(theta_i) * inverse * covariance.diff(theta_j))
    return of_the_mean + conjugate(of_the_mean) + of_the_covariance


def generic_mean(count: int) -> MatrixBase:
    """A mean h(theta_i, theta_j) with arbitrary real and imaginary parts.

    Examples
    --------
    >>> generic_mean(1)
    Matrix([[f_1(theta_i, theta_j) + I*g_1(theta_i, theta_j)]])
    """
    return ImmutableMatrix([_real(f"f_{k}") + I * _real(f"g_{k}") for k in range(1, count + 1)])


def generic_covariance() -> MatrixBase:
    """A 2 x 2 Hermitian matrix Sigma(theta_i, theta_j) with arbitrary elements.

    Examples
    --------
    >>> generic_covariance()[0, 0]
    p(theta_i, theta_j)
    """
    beside = _real("r") + I * _real("s")
    return ImmutableMatrix([[_real("p"), beside], [conjugate(beside), _real("q")]])


def white_covariance(count: int) -> MatrixBase:
    """Covariance of white noise, which depends on no parameter.

    Equations: (55) : definition

    Examples
    --------
    >>> white_covariance(2)
    Matrix([
    [sigma_z^2,         0],
    [        0, sigma_z^2]])
    """
    return ImmutableMatrix(noise_variance * eye(count))


def difference_in_general(theta_i: Symbol, theta_j: Symbol) -> Expr:
    """Definition (17) minus the first line of (54), for arbitrary h and an arbitrary 2 x 2 Sigma.

    Equations: (54)

    Examples
    --------
    >>> difference_in_general(first, second)
    0
    """
    mean, covariance = generic_mean(2), generic_covariance()
    definition = information_by_definition(mean, covariance, theta_i, theta_j)
    difference = definition - information_by_formula(mean, covariance, theta_i, theta_j)
    return cancel(_with_short_names(difference))


def information_in_white_noise(antennas: int) -> Expr:
    """The element (i, j) of the information in one slot of white noise, with an arbitrary mean.

    Equations: (54), (56)

    Examples
    --------
    >>> real, imaginary = generic_mean(1)[0].as_real_imag()
    >>> information_in_white_noise(1).subs({real: first * second, imaginary: 0}).doit()
    2*theta_i*theta_j/sigma_z^2
    """
    mean = generic_mean(antennas)
    return together(expand(information_by_definition(mean, white_covariance(antennas), first, second)))


def _real(name: str) -> Expr:
    return Function(name, real=True)(first, second)


def _with_short_names(expression: Expr) -> Expr:
    """Replace derivatives and functions by symbols, which `cancel` handles much faster."""
    derivatives = sorted(expression.atoms(Derivative), key=default_sort_key)
    named = expression.xreplace({d: Symbol(f"d_{k}", real=True) for k, d in enumerate(derivatives)})
    functions = sorted(named.atoms(AppliedUndef), key=default_sort_key)
    return named.xreplace({f: Symbol(f"f_{k}", real=True) for k, f in enumerate(functions)})
