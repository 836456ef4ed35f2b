"""Made-up data of the experiments: worlds in which all of the paper's claims hold, none, or their shapes only."""

import itertools
import math

import numpy as np
import xarray as xr

from noisac.experiments.paper import DEFAULTS, EXPERIMENTS, NOISAC
from noisac.verdicts.means import energies, mean_inverse_energy

SEED = 3
WEIGHT, SLOTS, ELEMENTS = (
    EXPERIMENTS["fig05"].grid["weight"],
    EXPERIMENTS["fig05"].grid["slots"],
    (4, 9, 16, 25, 36),
)


def db(ratio):
    return 10 * math.log10(ratio)


def dataset(name, draws=50, noise=1e-3, **levels):
    """An experiment's dataset from functions of its coordinates: rates in bits, bounds in dB.

    The bounds of NO-ISAC on the angles are inverse to the energy of a block, with the given mean.
    """
    experiment, rng = EXPERIMENTS[name], np.random.default_rng(5)
    grid, attrs = experiment.grid, {"experiment": name, "seed": SEED}
    data = xr.Dataset(coords={dim: list(values) for dim, values in grid.items()}, attrs=attrs)
    blank = xr.Dataset(coords={"draw": range(draws)}, attrs=attrs)
    for variable, level in levels.items():
        extra = [3] if variable.startswith("random") else []
        values = []
        for point in itertools.product(*grid.values()):
            at = dict(zip(grid, point, strict=True))
            value = level(**at) + noise * rng.standard_normal([draws, *extra])
            if variable != "rate":
                value = 10 ** (value / 10)
            all_of_it = {**DEFAULTS, **experiment.fixed, **at}
            if variable == "angle_crlb" and all_of_it["system"] == NOISAC:
                block = all_of_it["slots"], all_of_it["variance"]
                value = value / (energies(blank, *block).to_numpy() * mean_inverse_energy(*block))
            values.append(value)
        dims = (*grid, "draw", *(["random_beam"] if extra else []))
        data[variable] = (dims, np.reshape(values, [*map(len, grid.values()), draws, *extra]))
    return data


def of(no, other):
    """A function of the system and the other coordinates from two of the latter."""
    return lambda system, **at: no(**at) if system == NOISAC else other(**at)


def curve(rate, angle):
    """Curves with three regions: most of the rate comes first, most of the angles' loss last; start and range."""

    def rate_of(weight, **at):
        (value,) = at.values()
        start, size = rate(value)
        return start + size * weight**0.3

    def angle_of(weight, **at):
        (value,) = at.values()
        start, size = angle(value)
        return start + size * weight**3

    return {"rate": rate_of, "angle_crlb": angle_of}


def mirrored(values):
    """From each of some values to the one at the other end."""
    return dict(zip(values, reversed(values), strict=True))


PAPER = {
    "fig04": {
        "rate": lambda variance, **_: 7.1 + math.log2(variance) / 2,
        "angle_crlb": of(lambda variance: db(1 + variance), lambda **_: 0.0),
    },
    "fig05": {"angle_crlb": of(lambda weight, slots: 6 * (0.1 + weight) / slots, lambda **_: 0.0)},
    "fig06": {"angle_crlb": lambda irs_elements, **_: -2 * db(irs_elements)},
    "fig08": {
        "rate": of(lambda **_: 7.5, lambda **_: 6.0),
        "angle_crlb": of(lambda slots: db(1 / slots) + 5 / slots, lambda slots: db(5 / slots)),
    },
    "fig09": {
        "rate": of(lambda snr_db: 6 + 0.16 * snr_db, lambda snr_db: 0.8 * (6 + 0.16 * snr_db)),
        "angle_crlb": of(lambda snr_db: -snr_db - 6.0, lambda snr_db: -snr_db + 0.0),
    },
    "fig10": {
        "rate": of(
            lambda irs_elements: 3 + math.log2(irs_elements) + math.log10(irs_elements),
            lambda irs_elements: math.log2(irs_elements),
        ),
        "angle_crlb": of(
            lambda irs_elements: -2.2 * db(irs_elements) - 6, lambda irs_elements: -2 * db(irs_elements)
        ),
    },
    "fig11": {
        "symbol_crlb": lambda weight: -6 * weight,
        "angle_crlb": lambda weight: 4.8 * weight,
        "random_symbol_crlb": lambda **_: 20.0,
        "random_angle_crlb": lambda **_: 20.0,
    },
    "fig12": curve(
        {-5: (4.0, 2.5), 0: (5.25, 2.5), 5: (5.88, 2.5)}.get, {-5: (-52, 10), 0: (-57, 10), 5: (-67.9, 15)}.get
    ),
    "fig13": curve(lambda slots: (5.25, 2.5), lambda slots: (-57 - 5.2 * math.log2(slots / 2), 10)),
    "fig14": curve({9: (4, 1.0), 16: (4, 2.0), 25: (4, 3.0)}.get, {9: (0, 5.7), 16: (0, 10.0), 25: (0, 14.1)}.get),
}

_MORE, _LESS, _SMALL = mirrored(SLOTS), mirrored(WEIGHT), mirrored(ELEMENTS)
_P = PAPER
#: Systems exchanged, curves that run the other way, and no trade-off.
OPPOSITE = {
    "fig04": {
        "rate": lambda variance, **_: 4.0 - 2 * variance,
        "angle_crlb": of(lambda variance: -db(1 + variance), lambda **_: 0.0),
    },
    "fig05": {
        "angle_crlb": lambda system, weight, slots: _P["fig05"]["angle_crlb"](
            system=system, weight=_LESS[weight], slots=_MORE[slots]
        )
    },
    "fig06": {"angle_crlb": lambda irs_elements, **_: 2 * db(irs_elements)},
    "fig08": {
        "rate": of(lambda slots: 6.0 + 0.01 * slots, lambda slots: 7.5),
        "angle_crlb": of(lambda slots: db(5 / slots), lambda slots: db(1 / slots) + 5 / slots),
    },
    "fig09": {
        "rate": of(lambda snr_db: 0.8 * (6 + 0.16 * snr_db), lambda snr_db: 6 + 0.16 * snr_db),
        "angle_crlb": of(lambda snr_db: -snr_db + 0.0, lambda snr_db: -snr_db - 6.0),
    },
    "fig10": {
        "rate": of(
            lambda irs_elements: -9 - 2 * math.log2(irs_elements), lambda irs_elements: -math.log2(irs_elements)
        ),
        "angle_crlb": of(
            lambda irs_elements: 2.2 * db(irs_elements) + 60, lambda irs_elements: 2 * db(irs_elements)
        ),
    },
    "fig11": {
        "symbol_crlb": lambda weight: 6 * weight,
        "angle_crlb": lambda weight: -4.8 * weight,
        "random_symbol_crlb": lambda **_: -20.0,
        "random_angle_crlb": lambda **_: -20.0,
    },
    "fig12": curve(lambda snr: (7.8, 0), lambda snr: (-52, 0)),
    "fig13": curve(lambda slots: (8 - 0.1 * slots, 0), lambda slots: (-57 + 3.5 * math.log2(slots), 0)),
    "fig14": curve(lambda count: (7.8, 0), lambda count: (-52, 0)),
}

#: Effects of the right kind that are half as large as the paper says.
SMALLER = {
    "fig04": {**_P["fig04"], "angle_crlb": of(lambda variance: db(1 + variance / 2), lambda **_: 0.0)},
    "fig12": curve(lambda snr: (6.5, 0.5), lambda snr: (-57, 2)),
    "fig13": curve(lambda slots: (6.5, 0.6), lambda slots: (-57 - 3.5 * math.log2(slots / 2), 3)),
    "fig14": curve({9: (4, 0.45), 16: (4, 1.0), 25: (4, 1.5)}.get, {9: (0, 2.5), 16: (0, 5), 25: (0, 7)}.get),
}


def world(levels, draws=50, noise=1e-3):
    return {name: dataset(name, draws, noise, **variables) for name, variables in levels.items()}
