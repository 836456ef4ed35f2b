"""Theorem 1 as printed, written out for small arrays, against differentiation of the log-likelihood."""

from __future__ import annotations

from sympy import ImmutableMatrix, MatrixBase

from noisac_book.derivations.brute_force import (
    SmallLink,
    expected_information,
    log_likelihood,
    normal_form,
    with_real_symbols,
)
from noisac_book.derivations.channel import channel_matrices
from noisac_book.derivations.names import in_coordinates
from noisac_book.derivations.theorem import UnknownSymbols, insert_vectors, theorem_1


def printed_information(link: SmallLink, symbol_model: UnknownSymbols = "real") -> MatrixBase:
    """Theorem 1 for the same arrays: (22) with the vectors (23)-(25) and the matrices (26), (27) as printed.

    Parameters
    ----------
    link : SmallLink
    symbol_model : {"real", "complex"}

    Returns
    -------
    (K, K) matrix
        K = T + 2 or 2 T + 2.

    Equations
    ---------
    (22)-(27)

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

    Parameters
    ----------
    link : SmallLink
    symbol_model : {"real", "complex"}

    Returns
    -------
    (K, K) matrix
        Zero.

    Equations
    ---------
    (22)

    Examples
    --------
    >>> difference(SmallLink((1, 2), (1, 1), 1)).is_zero_matrix
    True
    """
    differentiated = expected_information(log_likelihood(link), link)
    if symbol_model == "real":
        differentiated = with_real_symbols(differentiated)
    return (differentiated - printed_information(link, symbol_model)).applyfunc(normal_form)
