"""The beam of the codebook with the largest gain towards the user, without a search."""

from __future__ import annotations

import numpy as np

from noisac._validate import ComplexArray
from noisac.beamforming.codebook import phase_codebook
from noisac.bounds import sum_weights
from noisac.scenario import Scenario


def cophased_beam(scenario: Scenario) -> ComplexArray:
    """Beam of the codebook with the largest ``|s_0|``, the gain towards the user.

    In the beam of largest gain each element takes the phase of the codebook that brings its contribution closest
    to one common direction, that of s_0 itself. Which phases those are changes at L directions per step of the
    codebook only, so that L beams are compared.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    (L,) complex array

    Examples
    --------
    >>> beam = cophased_beam(Scenario())
    >>> gain = abs(beam @ sum_weights(Scenario())[:, 0]) / 16
    >>> bool(0.9 < gain < 1)
    True
    """
    codebook = phase_codebook(scenario.phase_bits)
    step = 2 * np.pi / len(codebook)
    contribution = sum_weights(scenario)[:, 0]
    wanted = -np.angle(contribution)
    # Rounding to the codebook changes where an element's wanted phase lies half a step from it.
    changes = np.sort((wanted / step + 0.5) % 1)
    common = (changes + np.append(changes[1:], changes[0] + 1)) / 2
    index = np.round(wanted / step - common[:, None]).astype(int) % len(codebook)
    beams = codebook[index]
    best: ComplexArray = beams[np.argmax(np.abs(beams @ contribution))]
    return best
