"""Slots of TD-ISAC, the likelihood and the drawing of the chapter of errata."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from noisac import _style, _validate
from noisac.bounds.fisher import one_block
from noisac.model.channel import received_mean
from noisac.model.scenario import Scenario


def draw_expectation(variances: ArrayLike, averaged: ArrayLike, expected: ArrayLike) -> Figure:
    """Bound on the angles over that of pilots: averaged over draws, conditional, or from expected information."""
    averaged = np.asarray(averaged)
    error = averaged.std(axis=1, ddof=1) / np.sqrt(averaged.shape[1])
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 4.0)
        axes.plot(
            np.asarray(variances),
            np.asarray(expected),
            color=_style.BLUE,
            marker="o",
            label="(17): inverse of the expected information",
        )
        axes.errorbar(
            np.asarray(variances),
            averaged.mean(axis=1),
            error,
            color=_style.ORANGE,
            marker="s",
            linestyle="--",
            capsize=3,
            label="(22): inverse, averaged over draws",
        )
        axes.set(
            xlabel=r"variance of the symbols $\sigma_x^2$", ylabel=r"CRLB$_\mathrm{angle}$ over that of pilots"
        )
        axes.legend(loc="center right")
    return figure


class DataSlots(NamedTuple):
    """Slots of a TD-ISAC block: terms of the sum (48), from T / 5 to T, and slots with data, T - T / 5."""

    printed: int
    data: float


def log_likelihood(scenario: Scenario, beam: ArrayLike, received: ArrayLike, symbols: ArrayLike) -> float:
    """Logarithm of p(y | x) for the signal (1) at the scenario's angles, without its constant.

    Parameters
    ----------
    scenario, beam, symbols
        As for `noisac.received_mean`, errors included.
    received : (T, M) array_like
        y(t), finite.

    Examples
    --------
    >>> received = received_mean(Scenario(), np.ones(16), [1j])
    >>> round(log_likelihood(Scenario(), np.ones(16), received, [1j]), 9) + 0.0
    0.0
    """
    mean = received_mean(scenario, beam, one_block(symbols))
    received = _validate.finite_complex("received", received)
    if received.shape != mean.shape:
        raise ValueError(
            f"received must have shape {mean.shape}, one value per slot and antenna of the user, "
            f"got shape {received.shape}"
        )
    return 0.0 - float(np.sum(np.abs(received - mean) ** 2)) / scenario.noise_variance


def tdisac_data_slots(slots: int) -> DataSlots:
    """Count the terms of (48) in a block of T slots, and the slots that carry data.

    Equations: (48)

    Examples
    --------
    >>> tdisac_data_slots(10)
    DataSlots(printed=9, data=8.0)
    >>> tdisac_data_slots(2)
    DataSlots(printed=2, data=1.6)
    """
    slots = _validate.integer("slots", slots, at_least=1)
    return DataSlots(slots - math.ceil(slots / 5) + 1, slots - slots / 5)
