"""Tests of the claims of Section V, which experiments decide: from their data to margins."""

from __future__ import annotations

import itertools
import math

import xarray as xr

from noisac.experiments.paper import NOISAC, PILOTS, TDISAC
from noisac.verdicts.margins import (
    Data,
    Estimate,
    Limits,
    Outcome,
    all_of,
    any_of,
    decibels,
    estimate,
    estimates,
    extremes,
    ratio_of_means_db,
    rising,
)


def worse_than_pilots(data: Data, limits: Limits) -> Outcome:
    gaps = estimates(_gap_to_pilots(data["fig04"], "variance"))
    return Outcome(all_of(gap.above(limits.effect_db) for gap in gaps), None, f"worse by {extremes(gaps, ' dB')}")


def twice_worse(data: Data, limits: Limits) -> Outcome:
    ratio = estimate(_gap_to_pilots(data["fig04"], "variance").sel(variance=1.0)).ratio()
    number = ratio.within(2.0, 2.0 * limits.ratio)
    return Outcome(ratio.above(1 + limits.share), number, f"{ratio.text()} times the bound with pilots")


def seven_bits(data: Data, limits: Limits) -> Outcome:
    rate = estimate(data["fig04"]["rate"].sel(system=NOISAC, variance=1.0))
    return Outcome(rate.above(7.0 - limits.bits), rate.within(7.0, limits.bits), rate.text(" bit"))


def variance_hurts(data: Data, limits: Limits) -> Outcome:
    bound = data["fig04"]["angle_crlb"].sel(system=NOISAC)
    curve = ratio_of_means_db(bound, bound.isel(variance=0))
    total = estimate(curve.isel(variance=-1))
    shape = rising(curve, "variance", by=limits.effect_db, reversal=limits.effect_db)
    return Outcome(shape, None, f"{total.text(' dB', sign=True)} from sigma_x^2 = 0.1 to 1")


def variance_helps(data: Data, limits: Limits) -> Outcome:
    rate = data["fig04"]["rate"].sel(system=NOISAC)
    total = estimate(rate.isel(variance=-1) - rate.isel(variance=0))
    steps = estimates(rate.diff("variance"))
    shape = all_of(step.above(limits.effect_bits) for step in steps)
    return Outcome(shape, None, f"{total.text(' bit', sign=True)} from sigma_x^2 = 0.1 to 1")


def gap_by_weight(data: Data, limits: Limits) -> Outcome:
    gap = _gap_to_pilots_per_draw(data["fig05"], "weight").mean("slots")
    change = estimate(gap.isel(weight=-1) - gap.isel(weight=0))
    shape = rising(gap, "weight", by=limits.effect_db, reversal=limits.effect_db)
    return Outcome(shape, None, f"gap at zeta = 0.9 less that at 0.1: {change.text(' dB', sign=True)}")


def gap_vanishes(data: Data, limits: Limits) -> Outcome:
    gap = _gap_to_pilots_per_draw(data["fig05"], "weight").sel(weight=0.1)
    first, last = gap.isel(slots=0), gap.isel(slots=-1)
    quarter = estimate(first / 4 - last)
    shape = all_of([rising(-gap, "slots", by=limits.effect_db, reversal=limits.effect_db), quarter])
    return Outcome(shape, None, f"{estimate(first).text()} dB at T = 2, {estimate(last).text()} dB at T = 30")


def bound_falls_with_elements(data: Data, limits: Limits) -> Outcome:
    steps = estimates(-decibels(data["fig06"]["angle_crlb"]).diff("irs_elements"))
    shape = all_of(step.above(limits.strong_db) for step in steps)
    return Outcome(shape, None, f"every step from L = 4 to 36 gains {extremes(steps, ' dB')}")


def gain_of_small_surfaces(data: Data, limits: Limits) -> Outcome:
    bound = -decibels(data["fig06"]["angle_crlb"])
    slope = bound.diff("irs_elements") / bound["irs_elements"].diff("irs_elements")
    decreases = estimates(-slope.diff("irs_elements"))
    shown = slope.sel(system=NOISAC, variance=1.0)
    first, last = estimate(shown.isel(irs_elements=0)), estimate(shown.isel(irs_elements=-1))
    measured = f"per element {first.text(' dB')} from L = 4 to 9, {last.text(' dB')} from 25 to 36"
    return Outcome(all_of(decreases), None, measured)


def rate_above_tdisac(name: str, data: Data, limits: Limits) -> Outcome:
    gains = estimates(_rate_gain(data[name]))
    return Outcome(
        all_of(gain.above(limits.effect_bits) for gain in gains), None, f"{extremes(gains, ' bit', sign=True)}"
    )


def angles_below_tdisac(name: str, data: Data, limits: Limits) -> Outcome:
    gains = estimates(_angle_gain(name, data[name]))
    return Outcome(
        all_of(gain.above(limits.effect_db) for gain in gains), None, f"lower by {extremes(gains, ' dB')}"
    )


def advantage_with_slots(data: Data, limits: Limits) -> Outcome:
    gain = _angle_gain("fig08", data["fig08"])
    bound = data["fig08"]["angle_crlb"].mean("draw")
    apart = bound.sel(system=TDISAC) - bound.sel(system=NOISAC)
    first, last = (estimate(gain.isel(slots=i)).ratio() for i in (0, -1))
    measured = (
        f"ratio {first.text()} at T = 5, {last.text()} at T = 50; "
        f"the difference goes from {apart[0]:.1e} to {apart[-1]:.1e} rad^2"
    )
    return Outcome(rising(gain, "slots", by=limits.effect_db, reversal=limits.effect_db), None, measured)


def randomness_vanishes(data: Data, limits: Limits) -> Outcome:
    # Pilots in all slots would have a fifth of TD-ISAC's bound, as the bound is inverse to their energy.
    loss = 10 * math.log10(5) - _angle_gain("fig08", data["fig08"])
    first, last = loss.isel(slots=0), loss.isel(slots=-1)
    shape = all_of(
        [rising(-loss, "slots", by=limits.effect_db, reversal=limits.effect_db), estimate(first / 4 - last)]
    )
    return Outcome(shape, None, f"{estimate(first).text()} dB at T = 5, {estimate(last).text()} dB at T = 50")


def rate_flat(name: str, data: Data, limits: Limits) -> Outcome:
    rate = data[name]["rate"]
    changes = estimates((rate - rate.isel(slots=0)).isel(slots=slice(1, None)))
    shape = all_of(change.within(0.0, limits.flat_bits) for change in changes)
    first = int(rate["slots"][0])
    return Outcome(shape, None, f"changes from T = {first} of {extremes(changes, ' bit', sign=True)}")


def rate_gap_widens(data: Data, limits: Limits) -> Outcome:
    gain = _rate_gain(data["fig09"])
    first, last = estimate(gain.isel(snr_db=0)), estimate(gain.isel(snr_db=-1))
    shape = all_of(step.above(limits.effect_bits) for step in estimates(gain.diff("snr_db")))
    return Outcome(shape, None, f"{first.text(' bit')} at -10 dB, {last.text(' bit')} at 20 dB")


def gap_from_slots(data: Data, limits: Limits) -> Outcome:
    rate = data["fig09"]["rate"]
    pairs = ratio_of_means_db(rate.sel(system=NOISAC), rate.sel(system=TDISAC))
    ratios = [ratio.ratio() for ratio in estimates(pairs)]
    shape = all_of(ratio.within(1.25, 0.025) for ratio in ratios)
    return Outcome(shape, None, f"ratio of the rates {extremes(ratios)}")


def both_improve_with_elements(systems: list[str], data: Data, limits: Limits) -> Outcome:
    both = data["fig10"].sel(system=systems)
    rate = estimates(both["rate"].diff("irs_elements"))
    bound = estimates(-decibels(both["angle_crlb"]).diff("irs_elements"))
    shape = all_of(_strong(rate, bound, limits))
    return Outcome(shape, None, f"every step gains {extremes(rate, ' bit')} and {extremes(bound, ' dB')}")


def rate_advantage_with_elements(data: Data, limits: Limits) -> Outcome:
    gain = _rate_gain(data["fig10"])
    shape = all_of(step.above(limits.effect_bits) for step in estimates(gain.diff("irs_elements")))
    return Outcome(shape, None, f"{_listed(gain)} bit at L = {_points(gain)}")


def angle_advantage_with_elements(data: Data, limits: Limits) -> Outcome:
    gain = _angle_gain("fig10", data["fig10"])
    shape = rising(gain, "irs_elements", by=limits.effect_db, reversal=limits.effect_db)
    return Outcome(shape, None, f"{_listed(gain)} dB at L = {_points(gain)}")


def better_than_random(variable: str, data: Data, limits: Limits) -> Outcome:
    random = decibels(data["fig11"][f"random_{variable}"]).mean("random_beam")
    gains = estimates(random - decibels(data["fig11"][variable]))
    return Outcome(all_of(gain.above(3.0) for gain in gains), None, f"{extremes(gains, ' dB')} lower")


def along_weight(variable: str, sign: int, data: Data, limits: Limits) -> Outcome:
    curve = decibels(data["fig11"][variable])
    change = estimate(curve.sel(weight=1.0) - curve.sel(weight=0.0))
    shape = rising(sign * curve, "weight", by=limits.strong_db, reversal=limits.effect_db)
    return Outcome(shape, None, f"{change.text(' dB', sign=True)} from zeta = 0 to 1")


def displacement(data: Data, limits: Limits) -> Outcome:
    rate, bound = _spans(data["fig12"])
    shape = all_of(_strong(rate, bound, limits))
    return Outcome(shape, None, _spans_text(rate, bound))


def regions(data: Data, limits: Limits) -> Outcome:
    rate, bound = _spans(data["fig12"])
    margins = _strong(rate, bound, limits)
    for snr in data["fig12"]["snr_db"]:
        at = data["fig12"].sel(snr_db=snr)
        r, b = at["rate"] - at["rate"].isel(weight=0), decibels(at["angle_crlb"] / at["angle_crlb"].isel(weight=0))
        r_all, b_all = r.isel(weight=-1), b.isel(weight=-1)
        inner = {"weight": slice(1, -1)}
        # Most of the one gained, with little of the other spent: read from either end of the curve.
        contrasts = [(r - 0.5 * r_all, 0.2 * b_all - b), (r - 0.8 * r_all, 0.5 * b_all - b)]
        for ends in contrasts:
            points = zip(*(estimates(end.isel(inner)) for end in ends), strict=True)
            margins.append(any_of(all_of(point) for point in points))
    return Outcome(all_of(margins), None, _spans_text(rate, bound))


def exchange(snr_db: int, bits: float, db: float, data: Data, limits: Limits) -> Outcome:
    """Whether two points of a curve differ by given amounts: a higher rate, paid for with a larger bound."""
    at = data["fig12"].sel(snr_db=snr_db)
    rate, bound = at["rate"], decibels(at["angle_crlb"])
    shape: list[Estimate] = []
    number: list[Estimate] = []
    for i, j in itertools.permutations(range(at.sizes["weight"]), 2):
        gain = estimate(rate.isel(weight=j) - rate.isel(weight=i))
        cost = estimate(bound.isel(weight=j) - bound.isel(weight=i))
        shape.append(all_of([gain.above(limits.share * bits), cost.above(limits.share * db)]))
        number.append(all_of([shape[-1], gain.within(bits, limits.bits), cost.within(db, limits.db)]))
    spans = _spans(at)
    level = f"near {float(rate.mean()):.1f} bit and a median of {float(at['angle_crlb'].median()):.1e} rad^2"
    return Outcome(any_of(shape), any_of(number), f"{_spans_text(*spans)}, {level}")


def slots_help_angles(data: Data, limits: Limits) -> Outcome:
    steps = estimates(-decibels(data["fig13"]["angle_crlb"]).diff("slots"))
    return Outcome(all_of(s.above(3.0) for s in steps), None, f"each doubling of T gains {extremes(steps, ' dB')}")


def compensation(data: Data, limits: Limits) -> Outcome:
    few, many = (data["fig13"].sel(slots=slots) for slots in (2, 4))
    pairs = []
    for i, j in itertools.product(range(few.sizes["weight"]), repeat=2):
        before, after = few.isel(weight=i), many.isel(weight=j)
        gain = estimate(after["rate"] - before["rate"])
        cost = estimate(decibels(after["angle_crlb"]) - decibels(before["angle_crlb"]))
        pairs.append((gain, cost))
    best = max(gain for gain, _ in pairs)
    shape = any_of(all_of([gain.above(limits.share), cost.below(limits.effect_db)]) for gain, cost in pairs)
    number = any_of(all_of([gain.within(1.0, limits.bits), cost.within(0.0, limits.db)]) for gain, cost in pairs)
    bound = estimate(decibels(many["angle_crlb"]).mean("weight") - decibels(few["angle_crlb"]).mean("weight"))
    measured = f"largest gain {best.text(' bit', sign=True)}; the bound changes by {bound.text(' dB', sign=True)}"
    return Outcome(shape, number, measured)


def range_grows(variable: str, expected: float, data: Data, limits: Limits) -> Outcome:
    spans = _span_per_draw(data["fig14"], variable)
    growth = estimate(spans.sel(irs_elements=25) - spans.sel(irs_elements=9))
    effect = limits.effect_bits if variable == "rate" else limits.effect_db
    shape = rising(spans, "irs_elements", by=limits.share * expected, reversal=effect)
    unit = "bit" if variable == "rate" else "dB"
    return Outcome(
        shape,
        growth.within(expected, limits.bits if variable == "rate" else limits.db),
        f"{_listed(spans)} {unit} at L = {_points(spans)}",
    )


def range_at(variable: str, elements: int, expected: float, data: Data, limits: Limits) -> Outcome:
    span = estimate(_span_per_draw(data["fig14"], variable).sel(irs_elements=elements))
    unit = " bit" if variable == "rate" else " dB"
    number = span.within(expected, limits.bits if variable == "rate" else limits.db)
    return Outcome(span.above(limits.share * expected), number, span.text(unit, sign=True))


def better_throughout(data: Data, limits: Limits) -> Outcome:
    names = ("fig08", "fig09", "fig10")
    rate = [gain for name in names for gain in estimates(_rate_gain(data[name]))]
    bound = [gain for name in names for gain in estimates(_angle_gain(name, data[name]))]
    shape = all_of([*(r.above(limits.effect_bits) for r in rate), *(b.above(limits.effect_db) for b in bound)])
    measured = f"rate {extremes(rate, ' bit', sign=True)}, bound lower by {extremes(bound, ' dB')}"
    return Outcome(shape, None, measured)


def close_to_pilots(data: Data, limits: Limits) -> Outcome:
    at = data["fig05"].isel(slots=-1)
    ratios = [ratio.ratio() for ratio in estimates(_gap_to_pilots(at, "weight"))]
    shape = all_of(ratio.below(1.1) for ratio in ratios)
    return Outcome(shape, None, f"{extremes(ratios)} times the bound with pilots at T = {int(at['slots'])}")


def _gap_to_pilots(data: xr.Dataset, series: str) -> xr.DataArray:
    """Mean bound on the angles relative to that of pilots, in dB.

    Pilots have nothing to do with the dimension ``series``: their runs along it are repetitions.
    """
    bound = data["angle_crlb"]
    return ratio_of_means_db(bound.sel(system=NOISAC), bound.sel(system=PILOTS).mean(series))


def _gap_to_pilots_per_draw(data: xr.Dataset, series: str) -> xr.DataArray:
    bound = decibels(data["angle_crlb"])
    return bound.sel(system=NOISAC) - bound.sel(system=PILOTS).mean(series)


def _rate_gain(data: xr.Dataset) -> xr.DataArray:
    return data["rate"].sel(system=NOISAC) - data["rate"].sel(system=TDISAC)


def _angle_gain(name: str, data: xr.Dataset) -> xr.DataArray:
    """How far NO-ISAC's bound on the angles lies below TD-ISAC's, in dB: of means where these have a variance."""
    bound = data["angle_crlb"]
    if name == "fig08":  # T >= 5
        return ratio_of_means_db(bound.sel(system=TDISAC), bound.sel(system=NOISAC))
    return decibels(bound.sel(system=TDISAC)) - decibels(bound.sel(system=NOISAC))


def _span_per_draw(data: xr.Dataset, variable: str) -> xr.DataArray:
    """Change along a trade-off curve from zeta = 0 to 1: the difference of its ends, which no noise inflates."""
    values = data[variable] if variable == "rate" else decibels(data[variable])
    return values.isel(weight=-1) - values.isel(weight=0)


def _spans(data: xr.Dataset) -> tuple[list[Estimate], list[Estimate]]:
    return estimates(_span_per_draw(data, "rate")), estimates(_span_per_draw(data, "angle_crlb"))


def _strong(rate: list[Estimate], bound: list[Estimate], limits: Limits) -> list[Estimate]:
    """Margins of effects that count as significant, on rates and on bounds."""
    return [*(r.above(limits.strong_bits) for r in rate), *(b.above(limits.strong_db) for b in bound)]


def _spans_text(rate: list[Estimate], bound: list[Estimate]) -> str:
    if len(rate) == 1:
        return f"whole curve {rate[0].text(' bit', sign=True)}, {bound[0].text(' dB', sign=True)}"
    return f"whole curves {extremes(rate, ' bit', sign=True)}, {extremes(bound, ' dB', sign=True)}"


def _listed(values: xr.DataArray) -> str:
    """Estimates along a curve with the largest of their errors, as in "1.0, 1.3, 1.6 (each ± 0.1)"."""
    points = estimates(values)
    error = max(point.error for point in points)
    texts = [Estimate(point.value, error).text() for point in points]
    return f"{', '.join(text.split(' ±')[0] for text in texts)} (each ±{texts[0].split(' ±')[-1]})"


def _points(values: xr.DataArray) -> str:
    """Values of the only dimension besides the draws."""
    (dim,) = (dim for dim in values.dims if dim != "draw")
    return ", ".join(str(value) for value in values[dim].to_numpy())
