"""The information in small arrays by differentiating the log-likelihood itself, against Theorem 1 as printed."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from sympy import (
    Expr,
    I,
    ImmutableMatrix,
    MatrixBase,
    Symbol,
    conjugate,
    cos,
    diff,
    exp,
    expand,
    log,
    pi,
    sin,
    symbols,
)

from noisac_book.derivations.channel import channel_matrices
from noisac_book.derivations.names import (
    azimuth,
    elevation,
    gain,
    imaginary_part,
    in_coordinates,
    noise_variance,
    real_part,
    symbol_mean,
    symbol_variance,
)
from noisac_book.derivations.theorem import UnknownSymbols, insert_vectors, theorem_1


class SmallLink(NamedTuple):
    """Arrays, half a wavelength apart, and a block of T slots, small enough to write every element out."""

    user_shape: tuple[int, int] = (2, 2)
    irs_shape: tuple[int, int] = (2, 2)
    block_length: int = 2

    @property
    def parameters(self) -> list[Expr]:
        """Re x(t) and Im x(t) side by side, the elevation and the azimuth."""
        numbers = range(1, self.block_length + 1)
        return [part[t] for t in numbers for part in (real_part, imaginary_part)] + [elevation, azimuth]

    @property
    def surface(self) -> list[Symbol]:
        """Theta H_B2I w, an arbitrary complex number at each element."""
        return list(symbols(f"q_1:{self.irs_shape[0] * self.irs_shape[1] + 1}"))

    @property
    def received(self) -> list[Symbol]:
        """y, an arbitrary complex number at each antenna in each slot."""
        return list(symbols(f"y_1:{self.user_shape[0] * self.user_shape[1] * self.block_length + 1}"))


def received_mean(link: SmallLink) -> list[Expr]:
    """What each antenna receives in each slot but for the noise, h_x: M T expressions.

    The phase of a path is given by how far antenna and element reach into the direction (gamma, phi).

    Equations: (1)-(3) : definition

    Examples
    --------
    >>> received_mean(SmallLink((1, 1), (1, 2), 1))
    [alpha*(q_1 + q_2*exp(-I*pi*sin(gamma)))*(a[1] + I*b[1])]
    """
    responses = []
    for antenna in _reach(link.user_shape):
        paths = [exp(I * expand(pi * (antenna - element))) for element in _reach(link.irs_shape)]
        responses.append(sum(q * path for q, path in zip(link.surface, paths, strict=True)))
    block = [in_coordinates(t) for t in range(1, link.block_length + 1)]
    return [gain * response * x for x in block for response in responses]


def log_likelihood(link: SmallLink) -> Expr:
    """Ln p(y | x) of (2), for independent noise of variance sigma_z^2.

    Examples
    --------
    >>> log_likelihood(SmallLink((1, 1), (1, 1), 1)).subs({gain: 0})
    -log(pi*sigma_z^2) - y_1*conjugate(y_1)/sigma_z^2
    """
    errors = [y - h for y, h in zip(link.received, received_mean(link), strict=True)]
    distance = sum(error * conjugate(error) for error in errors)
    return -len(errors) * log(pi * noise_variance) - distance / noise_variance


def log_joint_density(link: SmallLink) -> Expr:
    """Ln p(y, theta) = ln p(x) + ln p(y | x).

    Equations: (18) : definition

    Examples
    --------
    >>> link = SmallLink((1, 1), (1, 1), 1)
    >>> bool(log_joint_density(link).has(symbol_mean)), bool(log_likelihood(link).has(symbol_mean))
    (True, False)
    """
    prior = 0
    for t in range(1, link.block_length + 1):
        error = in_coordinates(t) - symbol_mean
        prior += -log(pi * symbol_variance) - error * conjugate(error) / symbol_variance
    return prior + log_likelihood(link)


def expected_information(log_density: Expr, link: SmallLink) -> MatrixBase:
    """Minus the second derivatives of a log-density by `SmallLink.parameters`, averaged over y given x.

    The density is quadratic in y, and its term |y|^2 does not depend on the parameters. Second derivatives by them
    are therefore of the first degree in y, and their expectation is their value at y = h.

    Equations: (17), (21) : definition

    Examples
    --------
    >>> link = SmallLink((1, 1), (1, 1), 1)
    >>> expected_information(log_likelihood(link), link)[0, 0]
    2*alpha*q_1*conjugate(alpha)*conjugate(q_1)/sigma_z^2
    """
    parameters = link.parameters
    mean = dict(zip(link.received, received_mean(link), strict=True))
    mean_conjugate = {conjugate(y): conjugate(h) for y, h in mean.items()}
    slopes = [diff(log_density, parameter) for parameter in parameters]
    elements: dict[tuple[int, int], Expr] = {}
    for i, j in product(range(len(parameters)), repeat=2):
        if j < i:
            elements[i, j] = elements[j, i]
            continue
        curvature = diff(slopes[i], parameters[j])
        at_the_mean = curvature.xreplace(mean_conjugate).xreplace(mean)
        elements[i, j] = normal_form(-at_the_mean)
    return ImmutableMatrix(len(parameters), len(parameters), lambda i, j: elements[i, j])


def with_real_symbols(information: MatrixBase) -> MatrixBase:
    """Keep one real parameter per symbol, Re x(t): strike out the rows and columns of Im x(t).

    Examples
    --------
    >>> with_real_symbols(ImmutableMatrix(4, 4, range(16)))
    Matrix([
    [ 0,  2,  3],
    [ 8, 10, 11],
    [12, 14, 15]])
    """
    kept = [*range(0, information.rows - 2, 2), information.rows - 2, information.rows - 1]
    return information.extract(kept, kept)


def normal_form(expression: Expr) -> Expr:
    """Multiply out, with one exponential in each term, so that equal expressions become the same.

    Examples
    --------
    >>> normal_form((exp(I * sin(elevation)) + 1) * (exp(-I * sin(elevation)) - 1))
    -exp(I*sin(gamma)) + exp(-I*sin(gamma))
    """
    return expand(expand(expression, power_exp=True))


def _reach(shape: tuple[int, int]) -> list[Expr]:
    """How far each antenna or element reaches into the direction (gamma, phi), in half wavelengths."""
    return [y * cos(elevation) * sin(azimuth) + z * sin(elevation) for y, z in product(*map(range, shape))]


def printed_information(link: SmallLink, symbol_model: UnknownSymbols = "real") -> MatrixBase:
    """Theorem 1 for the same arrays: (22) with the vectors (23)-(25) and the matrices (26), (27) as printed.

    Equations: (22)-(27)

    Examples
    --------
    >>> link = SmallLink((1, 1), (1, 1), 1)
    >>> printed_information(link)[0, 0]
    2*alpha*q_1*conjugate(alpha)*conjugate(q_1)/sigma_z^2
    """
    channel = channel_matrices(link.user_shape, link.irs_shape)
    surface = ImmutableMatrix(link.surface)
    block = [in_coordinates(t) for t in range(1, link.block_length + 1)]
    inserted = insert_vectors(
        theorem_1(link.block_length, symbol_model),
        channel.value * surface,
        [channel.by_elevation * surface * x for x in block],
        [channel.by_azimuth * surface * x for x in block],
    )
    return inserted.applyfunc(normal_form)


def difference(link: SmallLink, symbol_model: UnknownSymbols = "real") -> MatrixBase:
    """Fisher information of the log-likelihood minus Theorem 1, both multiplied out.

    Equations: (22)

    Examples
    --------
    >>> difference(SmallLink((1, 2), (1, 1), 1)).is_zero_matrix
    True
    """
    differentiated = expected_information(log_likelihood(link), link)
    if symbol_model == "real":
        differentiated = with_real_symbols(differentiated)
    return (differentiated - printed_information(link, symbol_model)).applyfunc(normal_form)
