"""Variants: one reading of everything that the paper leaves open, and the factors that the audit varies."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac.model.scenario import Geometry, PhaseConvention, Scenario
from noisac.model.symbols import SymbolModel

Information: TypeAlias = Literal["theorem", "expected", "dropped"]
Design: TypeAlias = Literal["own", "distribution", "expected"]
Average: TypeAlias = Literal["mean", "median"]
ArrayGain: TypeAlias = Literal["own", "kept"]
PhaseResolution: TypeAlias = Literal["quantised", "continuous"]
#: Antennas whose gain reading "kept" gives to a smaller array: Section V's.
PRINTED_ANTENNAS = 16
#: Half a wavelength over 2 pi: the spacing that (5) would have without its factor 2 pi.
HALF_OVER_TURN = 0.5 / (2 * math.pi)


@dataclass(frozen=True)
class Variant:
    """One reading of all that the paper leaves open, and of some that it does not.

    Parameters
    ----------
    information : {"theorem", "expected", "dropped"}
        What is inverted: (22) for each draw; (17) with its expectation over the symbols taken, whose cross terms
        between symbols and angles vanish where mu_x = 0; or (22) of each draw without its cross terms.
    design : {"own", "distribution", "expected"}
        R3, where (22) is inverted: what a beam is made for. Each draw, the expected second moments, or (17).
    phase_convention : {"difference", "sum"}
        R1.
    symbol_model : {"real", "complex"}
        R2.
    average : {"mean", "median"}
        R4; nothing to average where (17) is inverted.
    variance : float
        R5: sigma_x^2 in Figs. 12-14; Fig. 4 states its own.
    weight_symbols : bool
        R7: False drops zeta from the symbols' term, as (38) does.
    user_azimuth, bs_azimuth : float
        R6: degrees off the surface's boresight.
    irs_centred, user_centred : bool
        Whether the indices of an array count from its centre; (7)-(10) count from its first element.
    user_side : int
        Antennas along each side of the user's array; the paper says 4.
    array_gain : {"own", "kept"}
        Whether a smaller array has the power gain of its own antennas or of 4 x 4.
    user_spacing, irs_spacing : float
        In wavelengths; the paper says 1/2.
    spread_divisor : float
        Divides the variance of the antennas' positions where it enters the information, and nothing else.
    phases : {"quantised", "continuous"}
        2 bits, or refined to 1/64 of a turn.

    Raises
    ------
    ValueError
        For a value outside its range.

    Examples
    --------
    >>> Variant().scenario(16).user_shape
    (4, 4)
    >>> Variant(user_side=2, array_gain="kept").scenario(9).snr_db > 6
    True
    """

    information: Information = "theorem"
    design: Design = "own"
    phase_convention: PhaseConvention = "difference"
    symbol_model: SymbolModel = "real"
    average: Average = "mean"
    variance: float = 1.0
    weight_symbols: bool = True
    user_azimuth: float = 60.0
    bs_azimuth: float = -45.0
    irs_centred: bool = False
    user_centred: bool = False
    user_side: int = 4
    array_gain: ArrayGain = "own"
    user_spacing: float = 0.5
    irs_spacing: float = 0.5
    spread_divisor: float = 1.0
    phases: PhaseResolution = "quantised"

    def __post_init__(self) -> None:
        for name in ("information", "design", "symbol_model", "average", "array_gain", "phases"):
            _validate.choice(name, getattr(self, name), LEVELS[name])
        for name in ("weight_symbols", "irs_centred", "user_centred"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be True or False, got {getattr(self, name)!r}")
        if not 0 < self.variance <= 1:
            raise ValueError(f"variance (sigma_x^2) must be above 0 and at most 1, got {self.variance!r}")
        _validate.real("spread_divisor", self.spread_divisor, positive=True)
        self.scenario(1)  # checks the rest

    def scenario(self, irs_elements: int) -> Scenario:
        """Scenario at 0 dB with a square surface."""
        side = math.isqrt(_validate.integer("irs_elements", irs_elements, at_least=1))
        user_side = _validate.integer("user_side", self.user_side, at_least=1)
        geometry = Geometry.section_v(math.radians(self.user_azimuth), math.radians(self.bs_azimuth))
        extra_gain = PRINTED_ANTENNAS / user_side**2 if self.array_gain == "kept" else 1.0
        return geometry.scenario(
            irs_shape=(side, side),
            user_shape=(user_side, user_side),
            user_spacing=self.user_spacing,
            irs_spacing=self.irs_spacing,
            snr_db=10 * math.log10(extra_gain),
            phase_convention=self.phase_convention,
        )

    def replace(self, **changes: Any) -> Variant:
        """Return a copy with some readings changed."""
        return dataclasses.replace(self, **changes)

    @property
    def canonical(self) -> Variant:
        """The variant that says the same with the printed values where a reading has no effect."""
        changes: dict[str, Any] = {}
        if self.information == "expected":
            changes["average"] = "mean"
        if self.information != "theorem":
            changes["design"] = "own"
        if self.user_side == 1:
            changes |= {"user_spacing": 0.5, "spread_divisor": 1.0}
        if self.user_side == 4:
            changes["array_gain"] = "own"
        return self.replace(**changes)

    @property
    def departures(self) -> tuple[str, ...]:
        """Names of the factors in which the canonical variant differs from the default one."""
        mine = self.canonical
        return tuple(name for name in FACTORS if getattr(mine, name) != getattr(_DEFAULT, name))

    def summary(self) -> str:
        """What differs from the default readings and the printed parameters, in a few words."""
        mine = self.canonical
        words = [_WORDS[name].format(getattr(mine, name)) for name in self.departures]
        words = [_SHORT.get(word, word) for word in words]
        return ", ".join(words) or "as printed"


#: How `Variant.summary` names a departure from the default.
_WORDS = {
    "information": "{}",
    "design": "beam for {}",
    "phase_convention": "m + l",
    "symbol_model": "{}",
    "average": "{}",
    "variance": "variance {:g}",
    "weight_symbols": "(38)",
    "user_azimuth": "user at {:.0f}°",
    "bs_azimuth": "BS at {:.0f}°",
    "irs_centred": "l centred",
    "user_centred": "m centred",
    "user_side": "{0}x{0} antennas",
    "array_gain": "gain of 16",
    "user_spacing": "antennas at {:.3g}",
    "irs_spacing": "elements at {:.3g}",
    "spread_divisor": "spread / {:g}",
    "phases": "{}",
}
_SHORT = {"expected": "(17)", "dropped": "cross terms left out", "beam for expected": "beam for (17)"}

#: Discrete factors and their levels; the first of each is the default reading, or what the paper prints.
LEVELS: dict[str, tuple[Any, ...]] = {
    "information": ("theorem", "expected", "dropped"),
    "design": ("own", "distribution", "expected"),
    "phase_convention": ("difference", "sum"),
    "symbol_model": ("real", "complex"),
    "average": ("mean", "median"),
    "variance": (1.0, 0.5),
    "weight_symbols": (True, False),
    "irs_centred": (False, True),
    "user_centred": (False, True),
    "user_side": (4, 2, 1),
    "array_gain": ("own", "kept"),
    "spread_divisor": (1.0, 4.0, 16.0),
    "phases": ("quantised", "continuous"),
}
#: Continuous factors: printed or default value, which half of a sample has, range, and whether logarithmic.
RANGES: dict[str, tuple[float, float, float, bool]] = {
    "user_azimuth": (60.0, 0.0, 80.0, False),
    "bs_azimuth": (-45.0, -80.0, 80.0, False),
    "user_spacing": (0.5, 0.01, 0.5, True),
    "irs_spacing": (0.5, 0.05, 1.0, True),
}
_DEFAULT = Variant()
FACTORS: tuple[str, ...] = tuple(field.name for field in dataclasses.fields(Variant))
#: Readings of the book's table that the factors stand for.
READINGS: dict[str, str] = {
    "phase_convention": "R1",
    "symbol_model": "R2",
    "design": "R3",
    "average": "R4",
    "variance": "R5",
    "user_azimuth": "R6",
    "weight_symbols": "R7",
}
#: What says that the arrays are those of Section V: their sizes, spacings and spreads.
PRINTED_ARRAYS: dict[str, Any] = {
    "user_side": 4,
    "array_gain": "own",
    "user_spacing": 0.5,
    "irs_spacing": 0.5,
    "spread_divisor": 1.0,
}


def sampled_level(name: str, uniform: float) -> Any:
    """Level of a factor for a number in [0, 1): printed half of the time where the factor is continuous."""
    if name in LEVELS:
        return LEVELS[name][int(uniform * len(LEVELS[name]))]
    printed, low, high, logarithmic = RANGES[name]
    if uniform < 0.5:
        return printed
    share = 2 * uniform - 1
    return float(low * (high / low) ** share if logarithmic else low + share * (high - low))


def moved_level(name: str, value: Any, rng: np.random.Generator) -> Any:
    """Another level of a factor: any other one, or for a continuous factor mostly one close by."""
    if name in LEVELS:
        others = [level for level in LEVELS[name] if level != value]
        return others[rng.integers(len(others))]
    _, low, high, logarithmic = RANGES[name]
    if rng.random() < 0.3:
        return sampled_level(name, rng.random())
    step = rng.normal() * rng.choice([0.02, 0.1])
    moved = value * math.exp(step * 3) if logarithmic else value + step * (high - low)
    return float(min(max(moved, low), high))


def effective_weight(zeta: ArrayLike, weight_symbols: bool) -> FloatArray:
    """Weight of (31) that has the same minimiser as the objective of a reading of (38).

    With zeta lost on the first term, V = lg CRLB_x + (1 - zeta) lg CRLB_angle is 2 - zeta times (31) with the
    weight 1 / (2 - zeta).
    """
    weights = _validate.weights(zeta)
    return weights if weight_symbols else 1 / (2 - weights)
