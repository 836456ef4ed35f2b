"""Variants: one reading of everything that the paper leaves open, and the factors of the sweep."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac.beamforming.cross_entropy_method import Output
from noisac.experiments.systems import Design
from noisac.model.scenario import Geometry, PhaseConvention, Scenario
from noisac.model.symbols import SymbolModel

Average: TypeAlias = Literal["mean", "median"]
ArrayGain: TypeAlias = Literal["own", "kept"]
PhaseResolution: TypeAlias = Literal["quantised", "continuous"]
#: Antennas whose gain reading "kept" gives to a smaller array: Section V's.
PRINTED_ANTENNAS = 16


@dataclass(frozen=True)
class Variant:
    """One reading of all that the paper leaves open, and of some that it does not.

    Examples
    --------
    >>> Variant().scenario(16).user_shape
    (4, 4)
    >>> Variant(user_side=2, array_gain="kept").scenario(9).snr_db > 6
    True
    """

    phase_convention: PhaseConvention = "difference"
    symbol_model: SymbolModel = "real"
    design: Design = "draw"
    average: Average = "mean"
    variance: float = 1.0
    user_azimuth: float = 60.0
    weight_symbols: bool = True
    user_side: int = 4
    user_spacing: float = 0.5
    array_gain: ArrayGain = "own"
    phases: PhaseResolution = "quantised"
    output: Output = "best"
    bs_azimuth: float = -45.0
    phase_bits: int = 2
    irs_spacing: float = 0.5
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        _validate.choice("symbol_model", self.symbol_model, ("real", "complex"))
        _validate.choice("design", self.design, ("draw", "distribution"))
        _validate.choice("average", self.average, ("mean", "median"))
        _validate.choice("array_gain", self.array_gain, ("own", "kept"))
        _validate.choice("phases", self.phases, ("quantised", "continuous"))
        _validate.choice("output", self.output, ("best", "last"))
        if not 0 < self.variance <= 1:
            raise ValueError(f"variance (sigma_x^2) must be above 0 and at most 1, got {self.variance!r}")
        if not isinstance(self.weight_symbols, bool):
            raise ValueError(f"weight_symbols must be True or False, got {self.weight_symbols!r}")
        _validate.real("tolerance", self.tolerance, positive=True)
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
            phase_bits=self.phase_bits,
            phase_convention=self.phase_convention,
        )

    def replace(self, **changes: Any) -> Variant:
        """Return a copy with some readings changed.

        Examples
        --------
        >>> Variant().replace(average="median").average
        'median'
        """
        return dataclasses.replace(self, **changes)

    @property
    def canonical(self) -> Variant:
        """The variant that says the same with the printed values where a reading has no effect.

        Examples
        --------
        >>> Variant(user_side=1, user_spacing=0.1).canonical.user_spacing
        0.5
        """
        changes: dict[str, Any] = {}
        if self.user_side == 1:
            changes["user_spacing"] = 0.5
        if self.user_side == 4:
            changes["array_gain"] = "own"
        return self.replace(**changes)

    def summary(self) -> str:
        """What differs from the default readings and the printed parameters, in a few words.

        Examples
        --------
        >>> Variant(average="median", user_side=2, user_spacing=0.1, array_gain="kept").summary()
        'median, 2x2 at 0.1, gain of 16'
        """
        printed, words = Variant(), []
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name == "user_side":
                if (value, self.user_spacing) != (printed.user_side, printed.user_spacing):
                    words.append(f"{value}x{value}" + (f" at {self.user_spacing:g}" if value > 1 else ""))
            elif value != getattr(printed, field.name) and field.name in _WORDS:
                words.append(_WORDS[field.name].format(value))
        return ", ".join(words) or "as printed"


#: How `Variant.summary` names a departure from the default.
_WORDS = {
    "phase_convention": "sum",
    "symbol_model": "{}",
    "design": "{}",
    "average": "{}",
    "variance": "variance {:g}",
    "user_azimuth": "azimuth {:g}",
    "weight_symbols": "(38)",
    "array_gain": "gain of 16",
    "phases": "{}",
    "output": "last",
    "bs_azimuth": "BS azimuth {:g}",
    "phase_bits": "{} bits",
    "irs_spacing": "surface at {:g}",
    "tolerance": "kappa {:.1e}",
}
#: Levels of the full factorial. The first of each is the default reading, or what the paper prints.
FACTORS: dict[str, tuple[Any, ...]] = {
    "phase_convention": ("difference", "sum"),
    "symbol_model": ("real", "complex"),
    "design": ("draw", "distribution"),
    "average": ("mean", "median"),
    "variance": (1.0, 0.5),
    "user_azimuth": (60.0, 30.0, 0.0),
    "weight_symbols": (True, False),
    "user_side": (4, 2, 1),
    "user_spacing": (0.5, 0.2, 0.1, 0.02),
    "array_gain": ("own", "kept"),
    "phases": ("quantised", "continuous"),
}
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


def effective_weight(zeta: ArrayLike, weight_symbols: bool) -> FloatArray:
    """Weight of (31) that has the same minimiser as the objective of a reading of (38).

    With zeta lost on the first term, V = lg CRLB_x + (1 - zeta) lg CRLB_angle is 2 - zeta times (31) with the
    weight 1 / (2 - zeta): Algorithm 1 then sorts all candidates alike, and stops where kappa / (2 - zeta) would
    stop it.

    Examples
    --------
    >>> effective_weight([0.0, 0.5, 1.0], False).round(3).tolist()
    [0.5, 0.667, 1.0]
    """
    weights = _validate.weights(zeta)
    return weights if weight_symbols else 1 / (2 - weights)
