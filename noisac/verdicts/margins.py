"""What the test of a claim works with: estimates from draws, margins, thresholds, and the verdict that they give.

A test is a margin: it passes where the margin lies above zero by more than four standard errors, fails where it
lies below zero by as much, and is undecided in between. Tests on many points join their margins by `all_of` and
`any_of`, which are undecided exactly if more draws could still change the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import xarray as xr

#: Standard errors between a margin and zero from which a test counts as decided.
SIGNIFICANT = 4.0

REPRODUCED, SHAPE_ONLY, NOT_REPRODUCED, UNDECIDED = "reproduced", "shape only", "not reproduced", "undecided"
VERDICTS = (REPRODUCED, SHAPE_ONLY, NOT_REPRODUCED, UNDECIDED)

#: Datasets of experiments, by name.
Data: TypeAlias = Mapping[str, xr.Dataset]


class Estimate(NamedTuple):
    """A number and its standard error, zero for what is exact."""

    value: float
    error: float = 0.0

    @property
    def score(self) -> float:
        """Distance from zero in standard errors; 0, undecided, where it is not known."""
        if math.isnan(self.value) or math.isnan(self.error):
            return 0.0
        if self.error == 0:
            return math.inf if self.value > 0 else -math.inf
        return self.value / self.error

    @property
    def passes(self) -> bool:
        """Whether this margin lies above zero beyond the error."""
        return self.score > SIGNIFICANT

    @property
    def fails(self) -> bool:
        """Whether this margin lies below zero beyond the error."""
        return self.score < -SIGNIFICANT

    @property
    def decided(self) -> bool:
        """Whether this margin lies outside the error."""
        return self.passes or self.fails

    def above(self, threshold: float) -> Estimate:
        """Margin of being larger than a threshold."""
        return Estimate(self.value - threshold, self.error)

    def below(self, threshold: float) -> Estimate:
        """Margin of being smaller than a threshold."""
        return Estimate(threshold - self.value, self.error)

    def within(self, target: float, tolerance: float) -> Estimate:
        """Margin of differing from a target by less than a tolerance."""
        return Estimate(tolerance - abs(self.value - target), self.error)

    def ratio(self) -> Estimate:
        """Ratio of which this is the value in dB."""
        value = 10 ** (self.value / 10)
        return Estimate(value, value * math.log(10) / 10 * self.error)

    def text(self, unit: str = "", *, sign: bool = False) -> str:
        """Write the value with twice its error, to the digits that these leave."""
        plus = "+" if sign else ""
        spread = 2 * self.error
        if not (0 < spread < math.inf and math.isfinite(self.value)):
            return f"{self.value:{plus}.3g}{unit}"
        digits = max(0, -math.floor(math.log10(spread)))
        value = round(self.value, digits) + 0.0  # no minus sign before a zero
        return f"{value:{plus}.{digits}f} ± {spread:.{digits}f}{unit}"


def all_of(margins: Iterable[Estimate]) -> Estimate:
    """Margin of a test that asks for all of several: the one closest to failing."""
    return min(margins, key=lambda margin: margin.score)


def any_of(margins: Iterable[Estimate]) -> Estimate:
    """Margin of a test that asks for one of several: the one closest to passing."""
    return max(margins, key=lambda margin: margin.score)


def rising(values: xr.DataArray, dim: str, *, by: float, reversal: float) -> Estimate:
    """Margin of rising along a dimension from end to end, with no step down by ``reversal`` beyond the error.

    Other steps do not ask for more draws, because a curve that flattens has steps of any size.
    """
    steps = [step.above(-reversal) for step in estimates(values.diff(dim))]
    total = estimates(values.isel({dim: -1}) - values.isel({dim: 0}))
    return all_of([change.above(by) for change in total] + [step for step in steps if step.fails])


def decibels(values: xr.DataArray) -> xr.DataArray:
    """Ten times the logarithm, draw by draw."""
    with np.errstate(divide="ignore", invalid="ignore"):
        level: xr.DataArray = 10 * xr.apply_ufunc(np.log10, values)
    return level


def ratio_of_means_db(upper: xr.DataArray, lower: xr.DataArray) -> xr.DataArray:
    """Ratio of two means over draws in dB, as values per draw whose mean it is and whose spread gives its error.

    The means need finite variances: for the bound on the angles that takes T > 2.
    """
    upper_mean, lower_mean = upper.mean("draw"), lower.mean("draw")
    deviation = upper / upper_mean - lower / lower_mean
    ratio: xr.DataArray = decibels(upper_mean / lower_mean) + 10 / np.log(10) * deviation
    return ratio


def estimates(values: xr.DataArray) -> list[Estimate]:
    """Mean over draws and its standard error, at every point."""
    table = values.transpose(..., "draw").to_numpy().astype(float).reshape(-1, values.sizes["draw"])
    count = table.shape[1]
    with np.errstate(invalid="ignore"):
        means = table.mean(axis=1)
        errors = table.std(axis=1, ddof=1) / math.sqrt(count) if count > 1 else np.full(len(table), np.nan)
    return [Estimate(float(mean), float(error)) for mean, error in zip(means, errors, strict=True)]


def estimate(values: xr.DataArray) -> Estimate:
    """Mean over draws and its standard error, of a single point."""
    (single,) = estimates(values)
    return single


def extremes(of: Iterable[Estimate], unit: str = "", *, sign: bool = False) -> str:
    """Write the smallest and the largest of several estimates."""
    ordered = sorted(of)
    return f"{ordered[0].text(sign=sign)} to {ordered[-1].text(unit, sign=sign)}"


@dataclass(frozen=True)
class Limits:
    """Thresholds, the same for all claims; each is a choice."""

    #: From where an effect counts: about equal in (32), and about the width of a line in a printed figure.
    effect_db: float = 0.05
    effect_bits: float = 0.01
    #: From where a step of a curve is "significant", and an exchange a trade-off: a tenth of the paper's at 0 dB.
    strong_db: float = 0.5
    strong_bits: float = 0.1
    much_db: float = 3.0  # from where an effect is "drastic", or one beam "much better": a factor of 2
    flat_bits: float = 0.05  # up to where a rate is flat
    share: float = 0.1  # of an effect whose size the paper gives, the part from which its shape is there
    remains: float = 0.25  # of an effect that vanishes, the part that may be left
    close: float = 0.1  # by how much, relatively, a bound may exceed one that it is comparable to
    same: float = 0.02  # relative tolerance of a ratio that a cause explains
    #: Tolerances of the paper's numbers, wide for what was read off figures; a difference is met within its half.
    ratio: float = 0.15  # relative
    bits: float = 0.25
    db: float = 1.0


class Outcome(NamedTuple):
    """What a test gave: margins of the qualitative part and of a number, if any, and what was measured."""

    shape: Estimate
    number: Estimate | None
    measured: str

    @property
    def verdict(self) -> str:
        """One of the four verdicts: undecided if the margin on which it hangs is."""
        if self.shape.fails:
            return NOT_REPRODUCED
        if not self.shape.passes or (self.number is not None and not self.number.decided):
            return UNDECIDED
        return REPRODUCED if self.number is None or self.number.passes else SHAPE_ONLY


@dataclass(frozen=True)
class Claim:
    """A statement of the paper and how it is tested."""

    id: str
    section: str
    fact: str  # what decides it, a key of `noisac.verdicts.ledger.FACTS`
    found: str  # the verdict that the fact explains; a claim that comes out otherwise is reported unexplained
    judge: Callable[[Data, Limits], Outcome]
    statement: str  # in this book's own words
    test: str  # its criterion, in which "{share}" stands for a threshold
    expected: str  # by the paper
    note: str = ""  # what else explains the verdict
    data: tuple[str, ...] = ()  # experiments that the test needs; that of the figure in the id unless given

    @property
    def experiments(self) -> tuple[str, ...]:
        """Names of the experiments that the test needs."""
        return self.data or ((self.id[:5],) if self.id.startswith("fig") else ())
