"""The numbers that the paper's text quotes from Figs. 4, 12, 13 and 14."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["ratio", "rate", "point", "rate range", "angle range"]
#: One bit of (32) in decibels of CRLB_x, because I = log2(sigma_x^2 / CRLB_x) / 2.
DECIBELS_PER_BIT = 20 * math.log10(2)


@dataclass(frozen=True)
class QuotedNumber:
    """A number from the text of Section V, and how far from it counts as met."""

    name: str
    figure: str
    what: str
    kind: Kind
    value: float
    unit: str
    tolerance_db: float = 1.0
    at_rate: float = math.nan
    snr_db: float = 0.0
    slots: int = 2
    irs_elements: int = 16


def _point(name: str, figure: str, bound: float, rate: float, snr_db: float = 0.0, slots: int = 2) -> QuotedNumber:
    what = f"CRLB_angle at {rate} bit/symbol, {snr_db:.0f} dB, T = {slots}"
    return QuotedNumber(name, figure, what, "point", bound, "rad^2", at_rate=rate, snr_db=snr_db, slots=slots)


def _range(name: str, kind: Kind, value: float, unit: str, tolerance_db: float, irs_elements: int) -> QuotedNumber:
    what = f"{'rates' if kind == 'rate range' else 'CRLB_angle'} from zeta = 0 to 1, L = {irs_elements}"
    return QuotedNumber(name, "14", what, kind, value, unit, tolerance_db, irs_elements=irs_elements)


_HALF_BIT = DECIBELS_PER_BIT / 2
#: The numbers that the text quotes. Fig. 13's point for T = 2 is Fig. 12's second, and counts once.
QUOTED: tuple[QuotedNumber, ...] = (
    QuotedNumber("4: ratio", "4", "CRLB_angle over that of pilots, T = 5", "ratio", 2.0, "1", slots=5),
    QuotedNumber("4: rate", "4", "rate, T = 5", "rate", 7.0, "bit", _HALF_BIT, slots=5),
    _point("12: 7.5 bit", "12", 6e-6, 7.5),
    _point("12: 6.5 bit", "12, 13", 2e-6, 6.5),
    _point("12: 8.3 bit", "12", 2e-6, 8.3, snr_db=5.0),
    _point("12: 8.4 bit", "12", 5e-6, 8.4, snr_db=5.0),
    _point("13: T = 4", "13", 2e-6, 7.5, slots=4),
    _range("14: 9, rate", "rate range", 1.0, "bit", _HALF_BIT, 9),
    _range("14: 25, rate", "rate range", 3.0, "bit", _HALF_BIT, 25),
    _range("14: 9, angle", "angle range", 5.7, "dB", 1.0, 9),
    _range("14: 25, angle", "angle range", 14.1, "dB", 1.0, 25),
)
