"""The phases that an element can take, beams drawn from them, and the beam of the largest gain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noisac import _validate
from noisac._tolerance import TIE, order_of
from noisac._validate import ComplexArray
from noisac.bounds._link import Link, link_of
from noisac.model.scenario import Scenario


def phase_codebook(bits: int) -> ComplexArray:
    """Reflection coefficients e^(j phase), (2**b,), for the phases in F = {0, 2 pi / 2^b, ...} of Section II-B.

    Multiples of a quarter turn are exact, so that beams which differ by a global phase of that kind have bounds
    that are equal up to the rounding of their sums.

    Equations: (43) : definition

    Parameters
    ----------
    bits : int
        b, from 1 to 8.

    Examples
    --------
    >>> phase_codebook(2)
    array([ 1.+0.j,  0.+1.j, -1.+0.j, -0.-1.j])
    """
    return codebook_of(_validate.integer("bits", bits, at_least=1, at_most=8))


def codebook_of(bits: int) -> ComplexArray:
    """`phase_codebook` of a number of bits that was checked."""
    turn = np.exp(2j * np.pi * np.arange(2**bits) / 2**bits)
    return _snap(turn.real) + 1j * _snap(turn.imag)


def random_beams(scenario: Scenario, size: int | tuple[int, ...], rng: np.random.Generator) -> ComplexArray:
    """Beams ``(*size, L)`` with independent, uniform phases from the codebook: the benchmark of Fig. 11.

    Parameters
    ----------
    scenario : Scenario
    size : int or tuple of int
        Leading axes.
    rng : numpy.random.Generator

    Examples
    --------
    >>> random_beams(Scenario(), (3,), np.random.default_rng(0)).shape
    (3, 16)
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.generator(rng)
    axes = _validate.batch_shape("size", size)
    codebook = codebook_of(scenario.phase_bits)
    return codebook[rng.integers(len(codebook), size=(*axes, scenario.irs_elements))]


def _snap(part: np.ndarray) -> np.ndarray:
    nearest = np.round(part)
    return np.where(np.abs(part - nearest) < 1e-12, nearest, part)


def max_gain_beam(scenario: Scenario) -> ComplexArray:
    """Beam (L,) of the largest |s_0| among all 2^(bL), exactly, in O(L log L); its first phase is zero.

    The largest |s_0| is the maximum over theta of the largest Re(e^(-j theta) s_0), and for given theta each
    element takes the phase that brings its term nearest to theta. While theta sweeps one step of the codebook each
    element changes its phase once; from there on the beams repeat, up to a global phase. So L candidates suffice,
    each one element away from the one before. With known angles (13) is 1 / (c |s_0|^2), which makes the beam the
    optimum of (P3) for zeta = 1.

    Equations: (42), (43)

    Examples
    --------
    >>> scenario = Scenario(irs_shape=(32, 32))
    >>> from noisac.bounds import sum_weights
    >>> gain = np.abs(max_gain_beam(scenario) @ sum_weights(scenario)[:, 0])
    >>> round(float(gain / 1024), 2)
    0.9
    """
    _validate.instance("scenario", scenario, Scenario)
    codebook = codebook_of(scenario.phase_bits)
    return codebook[max_gain_phases(link_of(scenario), codebook)]


def max_gain_phases(link: Link, codebook: ComplexArray) -> NDArray[np.intp]:
    """Numbers of the phases of `max_gain_beam`, (L,)."""
    size, weights = len(codebook), link.weights[:, 0]
    # Phases that the elements need, in steps of the codebook: at theta = 0 the nearest, later the one above.
    wanted = -np.angle(weights) * size / (2 * np.pi)
    index = np.floor(wanted + (0.5 + TIE)).astype(int)
    order = order_of(index + 0.5 - wanted)
    terms = weights * codebook[index % size]
    rises = weights * codebook[(index + 1) % size] - terms
    sums = terms.sum() + np.concatenate([[0], np.cumsum(rises[order])[:-1]])
    gain = np.abs(sums)
    first = int(np.argmax(gain >= gain.max() * (1 - TIE)))
    index[order[:first]] += 1
    numbers: NDArray[np.intp] = (index - index[0]) % size
    return numbers
