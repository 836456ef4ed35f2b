"""Means of NO-ISAC's bounds on the angles over the draws, with errors that are finite at T = 2 too.

The bound is nearly an inverse of the energy P of a block, whose distribution is known.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import xarray as xr
from scipy.stats import poisson

from noisac._validate import FloatArray
from noisac.experiments.paper import NOISAC, PILOTS
from noisac.experiments.sweeps import Streams
from noisac.verdicts.margins import ratio_of_means_db


def energies(data: xr.Dataset, slots: int, variance: float = 1.0) -> xr.DataArray:
    """P = sum |x(t)|^2 of each draw; the symbols of a draw are the same at every point."""
    return xr.DataArray(_drawn(int(data.attrs["seed"]), data.sizes["draw"], slots, variance), dims="draw")


@lru_cache(maxsize=64)
def _drawn(seed: int, draws: int, slots: int, variance: float) -> FloatArray:
    symbols = Streams(seed, tuple(range(draws)), ()).symbols(slots, variance)
    sums: FloatArray = np.sum(np.abs(symbols) ** 2, axis=-1)
    return sums


def means(data: xr.Dataset, slots: int = 2) -> xr.DataArray:
    """NO-ISAC's bounds on the angles at sigma_x^2 = 1, with the mean of 1 / P in its place, so that T = 2 will do.

    P has the distribution Gamma(T) and says nothing about the direction of the symbols, on which the rest depends.
    """
    bound = data["angle_crlb"]
    if "system" in bound.dims:
        bound = bound.sel(system=NOISAC)
    counts = data["slots"].to_numpy().tolist() if "slots" in bound.dims else [slots]
    parts = [energies(data, count) / (count - 1) for count in counts]
    even: xr.DataArray = bound * (xr.concat(parts, data["slots"]) if "slots" in bound.dims else parts[0])
    return even.transpose(*bound.dims)


def gap_by_variance(data: xr.Dataset, slots: int = 5) -> xr.DataArray:
    """Mean bound on the angles relative to that of pilots in dB; 1 / P, of known mean, takes most noise away."""
    bound = data["angle_crlb"]
    steady = []
    for variance in data["variance"].to_numpy():
        inverse, mean = 1 / energies(data, slots, float(variance)), mean_inverse_energy(slots, variance)
        at = bound.sel(system=NOISAC, variance=variance)
        steady.append(at - float((at / inverse).mean()) * (inverse - mean))
    pilots = bound.sel(system=PILOTS).mean("variance")  # their runs are repetitions
    return ratio_of_means_db(xr.concat(steady, data["variance"]), pilots)


def mean_inverse_energy(slots: int, variance: float) -> float:
    """Mean of 1 / P: P / sigma_x^2 has the distribution Gamma(T + K) with K from a Poisson one."""
    more = poisson(slots * (1 - variance) / variance)
    counts = np.arange(int(more.ppf(1 - 1e-12)) + 2)
    return float(np.sum(more.pmf(counts) / (slots - 1 + counts))) / variance


def gap_by_slots(data: xr.Dataset) -> xr.DataArray:
    """Mean bound on the angles relative to that of pilots in dB, for several T."""
    return ratio_of_means_db(means(data), data["angle_crlb"].sel(system=PILOTS).mean("weight"))


def level(values: xr.DataArray) -> xr.DataArray:
    """Mean over draws in dB, as values per draw whose mean it is."""
    return ratio_of_means_db(values, xr.ones_like(values))
