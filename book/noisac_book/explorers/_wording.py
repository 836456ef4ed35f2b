"""How the explorers write numbers: rounded, in decibels or degrees, with a true minus sign."""

from __future__ import annotations

import math
import re
from typing import SupportsFloat


def rounded(number: SupportsFloat, digits: int = 1) -> str:
    """Write a number with some decimals, and no minus sign before a zero."""
    return f"{round(float(number), digits) + 0.0:.{digits}f}"


def with_minus_signs(text: str) -> str:
    """Turn the hyphens before digits into minus signs."""
    return re.sub(r"-(?=\d)", "\N{MINUS SIGN}", text)


def decibels(ratio: SupportsFloat) -> float:
    """Ten times the logarithm of a ratio."""
    return 10 * math.log10(float(ratio))


def degrees(bound: float, snr_db: float) -> float:
    """Root in degrees of a bound in rad^2 that holds at 0 dB, at another SNR."""
    return math.degrees(math.sqrt(bound * 10 ** (-snr_db / 10)))
