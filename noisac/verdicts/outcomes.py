"""What the test of a claim works with and what it gives: data, thresholds, margins and a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple, TypeAlias

import xarray as xr

from noisac.verdicts.margins import Estimate

REPRODUCED, SHAPE_ONLY, NOT_REPRODUCED = "reproduced", "shape only", "not reproduced"

#: Datasets of experiments, by name.
Data: TypeAlias = Mapping[str, xr.Dataset]


@dataclass(frozen=True)
class Limits:
    """Thresholds, the same for all claims.

    Attributes
    ----------
    effect_db, effect_bits : float
        From where an effect on a bound or on a rate counts. The two are about equal in (32), and about the width
        of a line in a printed figure.
    strong_db, strong_bits : float
        From where it is "significant" or "remarkable", at each step of a curve; and from where there is a
        trade-off, as a tenth of what the paper's example for 0 dB exchanges.
    flat_bits : float
        Up to where a rate is flat.
    share : float
        Of an effect whose size the paper gives, the part from which its shape is there.
    ratio, bits, db : float
        Tolerances of the paper's numbers: relative for ratios, absolute for rates and bounds. They allow widely
        for numbers that were read off figures.
    """

    effect_db: float = 0.05
    effect_bits: float = 0.01
    strong_db: float = 0.5
    strong_bits: float = 0.1
    flat_bits: float = 0.05
    share: float = 0.1
    ratio: float = 0.15
    bits: float = 0.25
    db: float = 1.0

    def scaled(self, factor: float) -> Limits:
        """All thresholds multiplied by a factor."""
        return Limits(*(factor * getattr(self, field.name) for field in fields(self)))


class Outcome(NamedTuple):
    """What the test of a claim gave.

    Attributes
    ----------
    shape : Estimate
        Margin of the qualitative part.
    number : Estimate or None
        Margin of the number, where the paper gives one.
    measured : str
        What was measured.
    """

    shape: Estimate
    number: Estimate | None
    measured: str

    @property
    def verdict(self) -> str:
        """One of the three verdicts; what is undecided does not count as shown."""
        if not self.shape.passes:
            return NOT_REPRODUCED
        return REPRODUCED if self.number is None or self.number.passes else SHAPE_ONLY

    @property
    def pending(self) -> Estimate | None:
        """The margin on which the verdict hangs and that the errors leave undecided."""
        if not self.shape.decided:
            return self.shape
        if self.shape.passes and self.number is not None and not self.number.decided:
            return self.number
        return None
