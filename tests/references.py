"""Second derivations, slow and plain, that the tests hold the package against."""

import numpy as np

from noisac import fisher_information

EPS = np.finfo(float).eps


def parameters_per_symbol(symbol_model):
    return {"real": 1, "complex": 2, "known": 0}[symbol_model]


def bounds_by_inversion(scenario, beam, symbols, symbol_model, bs_beam=None):
    """Invert the dense matrix of Theorem 1.

    Returns (bound of each symbol, elevation, azimuth) and the condition number, infinite where the matrix has an
    empty row. Rows and columns are scaled to a unit diagonal first, since radians and symbols have no common unit.
    """
    information = fisher_information(scenario, beam, symbols, symbol_model, bs_beam=bs_beam)
    size = np.sqrt(np.diag(information))
    if not size.all():
        return None, np.inf
    scaled = information / np.outer(size, size)
    condition = np.linalg.cond(scaled)
    if condition > 1e12:
        return None, condition
    inverse = np.diag(np.linalg.inv(scaled)) / size**2
    per_symbol = inverse[:-2].reshape(len(symbols), -1).sum(axis=1)
    return (per_symbol, inverse[-2], inverse[-1]), condition


def bounds_by_range_check(scenario, beam, symbols, symbol_model):
    """Bounds from the dense matrix where it may be singular: finite only for what lies in its range.

    A parameter whose unit vector is not in the range of the information matrix cannot be estimated without bias;
    for the others the bound is the diagonal element of the pseudo-inverse.
    """
    information = fisher_information(scenario, beam, symbols, symbol_model)
    # Natural units: the largest information that any beam could give on a symbol or on an angle.
    loudest = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    loudest *= scenario.irs_elements**2
    power = max(np.sum(np.abs(symbols) ** 2), 1e-300)
    symbol_rows = parameters_per_symbol(symbol_model) * len(symbols)
    size = np.sqrt(np.r_[np.full(symbol_rows, loudest), np.full(2, loudest * power)])
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    null = values < 1e-12
    outside = (vectors[:, null] ** 2).sum(axis=1) > 1e-10
    inverse = (vectors[:, ~null] ** 2 / values[~null]).sum(axis=1)
    bounds = np.where(outside, np.inf, inverse / size**2)
    per_symbol = bounds[:-2].reshape(len(symbols), -1).sum(axis=1)
    return per_symbol, bounds[-2], bounds[-1]
