"""The phases that an IRS element can take, and beams drawn from them."""

from __future__ import annotations

import numpy as np

from noisac import _validate
from noisac._validate import ComplexArray
from noisac.model.scenario import Scenario


def phase_codebook(bits: int) -> ComplexArray:
    """Reflection coefficients e^(j phase) for the phases in F = {0, 2 pi / 2^b, ...} of Section II-B.

    Multiples of a quarter turn are exact, so that beams which differ by a global phase of that kind have bounds
    that are equal up to the rounding of their sums.

    Parameters
    ----------
    bits : int
        b, from 1 to 8.

    Returns
    -------
    (2**b,) complex array

    Raises
    ------
    ValueError
        For a number of bits outside 1 to 8.

    Equations
    ---------
    (43) : definition

    Examples
    --------
    >>> phase_codebook(2)
    array([ 1.+0.j,  0.+1.j, -1.+0.j, -0.-1.j])
    """
    bits = _validate.integer("bits", bits, at_least=1, at_most=8)
    turn = np.exp(2j * np.pi * np.arange(2**bits) / 2**bits)
    return _snap(turn.real) + 1j * _snap(turn.imag)


def random_beams(scenario: Scenario, size: int | tuple[int, ...], rng: np.random.Generator) -> ComplexArray:
    """Beams with independent, uniform phases from the codebook: the benchmark of Fig. 11.

    Parameters
    ----------
    scenario : Scenario
    size : int or tuple of int
        Leading axes.
    rng : numpy.random.Generator

    Returns
    -------
    (*size, L) complex array

    Raises
    ------
    ValueError
        For axes that are no sizes, or a generator that is none.

    Examples
    --------
    >>> random_beams(Scenario(), (3,), np.random.default_rng(0)).shape
    (3, 16)
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.generator(rng)
    axes = _validate.batch_shape("size", size)
    codebook = phase_codebook(scenario.phase_bits)
    beams: ComplexArray = codebook[rng.integers(len(codebook), size=(*axes, scenario.irs_elements))]
    return beams


def _snap(part: np.ndarray) -> np.ndarray:
    nearest = np.round(part)
    return np.where(np.abs(part - nearest) < 1e-12, nearest, part)
