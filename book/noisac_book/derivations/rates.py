r"""Corollary 1 with its entropies derived: (32)-(35), and what is true of a complex Gaussian symbol.

Entropies and information are in nats here; `in_bits` converts. The letter S is the SNR of the link,
sigma_x^2 ||beta_x||^2 / sigma_z^2.
"""

from __future__ import annotations

from typing import NamedTuple

from sympy import (
    Abs,
    Expr,
    Function,
    Matrix,
    Symbol,
    collect,
    conjugate,
    diff,
    exp,
    expand,
    expand_log,
    eye,
    factor,
    integrate,
    log,
    oo,
    pi,
    simplify,
    sqrt,
    symbols,
)

from noisac_book.derivations.elimination import dense_pair
from noisac_book.derivations.names import noise_variance, symbol_variance

#: CRLB(x(t)).
bound: Symbol = Symbol("C", positive=True)
#: The link's SNR, sigma_x^2 ||beta_x||^2 / sigma_z^2.
snr: Symbol = Symbol("S", positive=True)


def real_entropy(variance: Expr) -> Expr:
    """Entropy of a real Gaussian variable: the integral of -p ln p.

    Equations: (35)

    Examples
    --------
    >>> real_entropy(bound)
    log(2*E*pi*C)/2
    """
    a, v = Symbol("a", real=True), Symbol("v", positive=True)
    density = exp(-(a**2) / (2 * v)) / sqrt(2 * pi * v)
    entropy = integrate(-density * expand_log(log(density)), (a, -oo, oo))
    closed = log(2 * pi * exp(1) * v) / 2
    return _confirmed(entropy, closed).subs(v, variance)


def complex_entropy(variance: Expr) -> Expr:
    """Entropy of a complex Gaussian variable: the joint entropy of its real and its imaginary part.

    Equations: (35)

    Examples
    --------
    >>> complex_entropy(bound)
    log(E*pi*C)
    """
    a, b = symbols("a b", real=True)
    v = Symbol("v", positive=True)
    density = exp(-(a**2 + b**2) / v) / (pi * v)
    entropy = integrate(integrate(expand(-density * expand_log(log(density))), (a, -oo, oo)), (b, -oo, oo))
    return _confirmed(entropy, log(pi * exp(1) * v)).subs(v, variance)


def _confirmed(derived: Expr, written: Expr) -> Expr:
    """Return the formula as written, once it is shown to equal what was derived."""
    if simplify(expand_log(derived - written, force=True)) != 0:
        raise ArithmeticError(f"{written} does not equal {derived}")
    return written


class Entropies(NamedTuple):
    """The two entropies in nats whose difference is an information, (33)."""

    prior: Expr
    posterior: Expr

    @property
    def information(self) -> Expr:
        """The difference, as one logarithm: both entropies are the same multiple of one."""
        share, prior = self.prior.as_coeff_Mul()
        same_share, posterior = self.posterior.as_coeff_Mul()
        if share != same_share or not (isinstance(prior, log) and isinstance(posterior, log)):
            raise ArithmeticError(f"{self.prior} and {self.posterior} have no common multiple")
        return share * log(expand(simplify(prior.args[0] / posterior.args[0])))


def corollary_1() -> Entropies:
    """The entropies of (35): of the real parts of CN(mu, sigma_x^2), and of (34), which is CN(xhat, CRLB).

    The real part of a circular complex variable has half of its variance.

    Equations: (32)-(35)

    Examples
    --------
    >>> corollary_1().information
    log(sigma_x^2/C)/2
    """
    return Entropies(real_entropy(symbol_variance / 2), real_entropy(bound / 2))


def real_part() -> Entropies:
    """The same with the variance that Theorem 1 bounds: CRLB is that of the real part, not twice it.

    Equations: (33)-(35)

    Examples
    --------
    >>> real_part().information
    log(sigma_x^2/(2*C))/2
    """
    return Entropies(real_entropy(symbol_variance / 2), real_entropy(bound))


def real_composite() -> Entropies:
    """The same with both parts of the symbol, when C bounds E|x - xhat|^2, as with "complex" symbols.

    Equations: (33)-(35)

    Examples
    --------
    >>> real_composite().information
    log(sigma_x^2/C)
    """
    return Entropies(complex_entropy(symbol_variance), complex_entropy(bound))


class Posterior(NamedTuple):
    """Distribution of a Gaussian symbol once a noisy value of it is known.

    Attributes
    ----------
    mean, variance : sympy expressions
    """

    mean: Expr
    variance: Expr


def posterior(prior_variance: Expr, error_variance: Expr) -> Posterior:
    """Complete the square in ln p(x) + ln p(xhat | x), for one real Gaussian variable.

    Equations: (34)

    Examples
    --------
    >>> a, b = symbols("a b", positive=True)
    >>> posterior(a, b).variance
    a*b/(a + b)
    """
    x, mu, estimate = symbols("x mu xhat", real=True)
    exponent = -((x - mu) ** 2) / (2 * prior_variance) - (estimate - x) ** 2 / (2 * error_variance)
    variance = simplify(-1 / diff(exponent, x, 2))
    mean = simplify(variance * diff(exponent, x).subs(x, 0))
    return Posterior(collect(mean, (mu, estimate)), variance)


def real_part_with_prior() -> Entropies:
    """Entropies of the real part, before and after a measurement of error variance C; exact at any SNR.

    Equations: (33), (34)

    Examples
    --------
    >>> real_part_with_prior().information
    log(1 + sigma_x^2/(2*C))/2
    """
    prior = symbol_variance / 2
    return Entropies(real_entropy(prior), real_entropy(posterior(prior, bound).variance))


def composite_with_prior() -> Entropies:
    """Entropies of both parts, before and after a measurement with E|x - xhat|^2 = C; exact at any SNR.

    Equations: (33), (34)

    Examples
    --------
    >>> composite_with_prior().information
    log(1 + sigma_x^2/C)
    """
    variance = posterior(symbol_variance, bound).variance  # of both parts: twice that of halves
    return Entropies(complex_entropy(symbol_variance), complex_entropy(variance))


def real_symbol() -> Entropies:
    """Entropies of a symbol that is real, with all of its variance sigma_x^2 in one part.

    Equations: (32)

    Examples
    --------
    >>> real_symbol().information == corollary_1().information
    True
    """
    return Entropies(real_entropy(symbol_variance), real_entropy(bound))


def real_symbol_with_prior() -> Entropies:
    """The same, exact at any SNR.

    Examples
    --------
    >>> real_symbol_with_prior().information
    log(1 + sigma_x^2/C)/2
    """
    variance = posterior(symbol_variance, bound).variance
    return Entropies(real_entropy(symbol_variance), real_entropy(variance))


def at_snr(information: Expr, unknown_parts: int) -> Expr:
    """Put in the bound for known angles, in which a symbol's part has the bound sigma_z^2 / (2 ||beta_x||^2).

    Examples
    --------
    >>> at_snr(corollary_1().information, 1)
    log(2*S)/2
    >>> at_snr(composite_with_prior().information, 2)
    log(S + 1)
    """
    return information.subs(bound, unknown_parts * symbol_variance / (2 * snr))


def in_bits(information: Expr) -> Expr:
    """Write logarithms to the base 2, for display.

    Examples
    --------
    >>> in_bits(log(snr))
    log_2(S)
    """
    return information.replace(log, Function("log_2"))


def received_over_noise(antennas: int) -> Expr:
    """Ratio of the determinants of the covariance of y = beta x + z and of that of z.

    Its logarithm is I(x; y) for a Gaussian x, since y is Gaussian with and without x known.

    Examples
    --------
    >>> received_over_noise(1)
    sigma_x^2*Abs(beta_1)**2/sigma_z^2 + 1
    """
    beta = Matrix(symbols(f"beta_1:{antennas + 1}"))
    covariance = symbol_variance * beta * beta.H + noise_variance * eye(antennas)
    ratio = expand(covariance.det() / noise_variance**antennas)
    return ratio.subs({b * conjugate(b): Abs(b) ** 2 for b in beta})


def uncertainty_ratio(unknowns: int) -> Expr:
    """Ratio of the volumes of the symbols' uncertainty, squared, with unknown and with known angles.

    Examples
    --------
    >>> information, inverse = dense_pair(1)
    >>> ratio = information[1:, 1:].det() * inverse[1:, 1:].det()  # angles with known, and with unknown symbols
    >>> simplify(uncertainty_ratio(1) - ratio)
    0
    """
    information, inverse = dense_pair(unknowns)
    symbols_only = slice(0, unknowns)
    known, unknown = information[symbols_only, symbols_only], inverse[symbols_only, symbols_only]
    return factor(known.det() * unknown.det())
