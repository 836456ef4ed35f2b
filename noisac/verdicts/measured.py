"""Tests of the claims of Section V, which experiments decide: from their data to margins."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import numpy as np
import xarray as xr

from noisac.experiments.paper import NOISAC, PILOTS, TDISAC
from noisac.experiments.systems import PILOT_SHARE
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
from noisac.verdicts.means import energies, gap_by_slots, gap_by_variance, level, means

# --- Against localisation with pilots --------------------------------------------------------------------------


def worse_than_pilots(data: Data, limits: Limits) -> Outcome:
    """Whether NO-ISAC's bound lies above that of pilots at every variance."""
    gaps = estimates(gap_by_variance(data["fig04"]))
    return Outcome(all_of(gap.above(limits.effect_db) for gap in gaps), None, f"worse by {extremes(gaps, ' dB')}")


def randomness_costs(data: Data, limits: Limits) -> Outcome:
    """Whether a part of the gap to pilots goes when every block has the mean energy."""
    pilots = data["fig04"]["angle_crlb"].sel(system=PILOTS).mean("variance")
    bound = data["fig04"]["angle_crlb"].sel(system=NOISAC, variance=1.0)
    gap = gap_by_variance(data["fig04"]).sel(variance=1.0)
    rest = ratio_of_means_db(bound * energies(data["fig04"], 5) / 5, pilots)
    shape = all_of([estimate(gap).above(limits.effect_db), estimate((1 - limits.share) * gap - rest)])
    text = f"{estimate(gap).text(' dB')}, of which {estimate(rest).text(' dB')} are left at the mean energy"
    return Outcome(shape, None, text)


def weight_costs(weight: float, data: Data, limits: Limits) -> Outcome:
    """Whether a weight of 0.1 narrows the gap to pilots, which is that of Fig. 5 averaged over T."""
    bound = decibels(data["fig05"]["angle_crlb"].sel(system=NOISAC))
    change = (bound.sel(weight=weight) - bound.sel(weight=0.1)).mean("slots")
    gap = gap_by_slots(data["fig05"]).sel(weight=weight).mean("slots")
    text = f"{estimate(change).text(' dB', sign=True)} of the gap of {estimate(gap).text(' dB')}"
    return Outcome(estimate(change - limits.share * gap), None, text)


def twice_worse(data: Data, limits: Limits) -> Outcome:
    """Whether NO-ISAC's bound is twice that of pilots at a variance of one."""
    ratio = estimate(gap_by_variance(data["fig04"]).sel(variance=1.0)).ratio()
    number = ratio.within(2.0, 2.0 * limits.ratio)
    return Outcome(ratio.above(1 + limits.share), number, f"{ratio.text()} times the bound with pilots")


def seven_bits(data: Data, limits: Limits) -> Outcome:
    """Whether the rate reaches 7 bit."""
    rate = estimate(data["fig04"]["rate"].sel(system=NOISAC, variance=1.0))
    return Outcome(rate.above(7.0), None, rate.text(" bit"))


def variance_hurts(data: Data, limits: Limits) -> Outcome:
    """Whether the bound on the angles rises with the variance of the symbols."""
    gap = gap_by_variance(data["fig04"])  # pilots have no variance
    total = estimate(gap.isel(variance=-1) - gap.isel(variance=0))
    shape = rising(gap, "variance", by=limits.effect_db, reversal=limits.effect_db)
    return Outcome(shape, None, f"{total.text(' dB', sign=True)} from sigma_x^2 = 0.1 to 1")


def variance_helps(data: Data, limits: Limits) -> Outcome:
    """Whether the rate rises with the variance of the symbols."""
    rate = data["fig04"]["rate"].sel(system=NOISAC)
    total = estimate(rate.isel(variance=-1) - rate.isel(variance=0))
    shape = all_of(step.above(limits.effect_bits) for step in estimates(rate.diff("variance")))
    return Outcome(shape, None, f"{total.text(' bit', sign=True)} from sigma_x^2 = 0.1 to 1")


def close_to_pilots(data: Data, limits: Limits) -> Outcome:
    """Whether the bound comes close to that of pilots with many slots."""
    ratios = [ratio.ratio() for ratio in estimates(gap_by_slots(data["fig05"]).sel(slots=30))]
    shape = all_of(ratio.below(1 + limits.close) for ratio in ratios)
    return Outcome(shape, None, f"{extremes(ratios)} times the bound with pilots at T = 30")


def gap_vanishes(data: Data, limits: Limits) -> Outcome:
    """Whether the gap to pilots vanishes for a small weight."""
    return _vanishes(gap_by_slots(data["fig05"]).sel(weight=0.1), limits)


def bound_falls_with_elements(data: Data, limits: Limits) -> Outcome:
    """Whether every step of L lowers the bound on the angles."""
    steps = estimates(-decibels(data["fig06"]["angle_crlb"]).diff("irs_elements"))
    shape = all_of(step.above(limits.strong_db) for step in steps)
    return Outcome(shape, None, f"every step from L = 4 to 36 gains {extremes(steps, ' dB')}")


def gain_of_small_surfaces(data: Data, limits: Limits) -> Outcome:
    """Whether an element helps most where there are few."""
    bound = -decibels(data["fig06"]["angle_crlb"])
    slope = bound.diff("irs_elements") / bound["irs_elements"].diff("irs_elements")
    shown = slope.sel(system=NOISAC, variance=1.0)
    first, last = estimate(shown.isel(irs_elements=0)), estimate(shown.isel(irs_elements=-1))
    measured = f"per element {first.text(' dB')} from L = 4 to 9, {last.text(' dB')} from 25 to 36"
    return Outcome(all_of(estimates(-slope.diff("irs_elements"))), None, measured)


# --- Against TD-ISAC -------------------------------------------------------------------------------------------


def better_throughout(data: Data, limits: Limits) -> Outcome:
    """Whether NO-ISAC beats TD-ISAC in rate and angles in Figs. 8 to 10."""
    names = ("fig08", "fig09", "fig10")
    shapes = [test(name, data, limits).shape for name in names for test in (better_in_rate, better_in_angles)]
    rates = [gain for name in names for gain in estimates(_rate_gain(data[name]))]
    gains = [gain for name in names for gain in estimates(_angle_gain(data[name]))]
    measured = f"rate {extremes(rates, ' bit', sign=True)}, mean bound lower by {extremes(gains, ' dB')}"
    return Outcome(all_of(shapes), None, measured + _with_whole_slots(names[1:], data))


def better_in_rate(name: str, data: Data, limits: Limits) -> Outcome:
    """Whether NO-ISAC has the higher rate at every point of a figure."""
    gains = estimates(_rate_gain(data[name]))
    shape = all_of(gain.above(limits.effect_bits) for gain in gains)
    return Outcome(shape, None, extremes(gains, " bit", sign=True))


def better_in_angles(name: str, data: Data, limits: Limits) -> Outcome:
    """Whether NO-ISAC has the lower bound on the angles at every point of a figure."""
    mean, each = estimates(_angle_gain(data[name])), estimates(_angle_gain_per_draw(data[name]))
    shape = all_of(gain.above(limits.effect_db) for gain in [*mean, *each])
    text = f"lower by {extremes(mean, ' dB')} in the mean, {extremes(each, ' dB')} in the mean in dB"
    return Outcome(shape, None, text + ("" if name == "fig08" else _with_whole_slots([name], data)))


def advantage_with_slots(data: Data, limits: Limits) -> Outcome:
    """Whether NO-ISAC's advantage in the angles grows with T."""
    gain = _angle_gain(data["fig08"])
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
    """Whether the loss by random symbols vanishes with T."""
    return _vanishes(10 * math.log10(5) - _angle_gain(data["fig08"]), limits)


def all_slots_explain(data: Data, limits: Limits) -> Outcome:
    """Whether rates and bounds differ by the numbers of slots, once every block has the mean energy."""
    rates = _rate_ratios(data["fig08"])
    slots = data["fig08"]["slots"]
    even = _angle_gain(data["fig08"]) + 10 * xr.apply_ufunc(np.log10, slots / (slots - 1.0))
    bounds = [gain.ratio() for gain in estimates(even)]
    shape = [ratio.within(1.25, 1.25 * limits.same) for ratio in rates]
    shape += [ratio.within(5.0, 5.0 * limits.ratio) for ratio in bounds]
    measured = f"ratio of the rates {extremes(rates)}, of the bounds {extremes(bounds)} at the mean energy"
    return Outcome(all_of(shape), None, measured)


def rate_flat(name: str, data: Data, limits: Limits) -> Outcome:
    """Whether the rates of a figure do not change with T."""
    rate = data[name]["rate"]
    changes = estimates((rate - rate.isel(slots=0)).isel(slots=slice(1, None)))
    shape = all_of(change.within(0.0, limits.flat_bits) for change in changes)
    first = int(rate["slots"][0])
    return Outcome(shape, None, f"changes from T = {first} of {extremes(changes, ' bit', sign=True)}")


def rate_gap_widens(data: Data, limits: Limits) -> Outcome:
    """Whether the gap between the rates widens with the SNR."""
    gain = _rate_gain(data["fig09"])
    first, last = estimate(gain.isel(snr_db=0)), estimate(gain.isel(snr_db=-1))
    shape = all_of(step.above(limits.effect_bits) for step in estimates(gain.diff("snr_db")))
    return Outcome(shape, None, f"{first.text(' bit')} at -10 dB, {last.text(' bit')} at 20 dB")


def gap_from_slots(data: Data, limits: Limits) -> Outcome:
    """Whether the rates differ by the numbers of data slots."""
    ratios = _rate_ratios(data["fig09"])
    shape = all_of(ratio.within(1.25, 1.25 * limits.same) for ratio in ratios)
    return Outcome(shape, None, f"ratio of the rates {extremes(ratios)}")


def improve_with_elements(systems: list[str], data: Data, limits: Limits) -> Outcome:
    """Whether every step of L improves both tasks of some systems."""
    both = data["fig10"].sel(system=systems)
    rate = estimates(both["rate"].diff("irs_elements"))
    bound = estimates(-decibels(both["angle_crlb"]).diff("irs_elements"))
    measured = f"every step gains {extremes(rate, ' bit')} and {extremes(bound, ' dB')}"
    return Outcome(all_of(_strong(rate, bound, limits)), None, measured)


def advantage_with_elements(variable: str, data: Data, limits: Limits) -> Outcome:
    """Whether NO-ISAC's advantage grows with L."""
    gain = _rate_gain(data["fig10"]) if variable == "rate" else _angle_gain(data["fig10"])
    unit, effect, _ = _units(variable, limits)
    shape = rising(gain, "irs_elements", by=effect, reversal=effect)
    return Outcome(shape, None, f"{_listed(gain)} {unit} at L = {_points(gain)}")


# --- The trade-off ---------------------------------------------------------------------------------------------


def better_than_random(variable: str, data: Data, limits: Limits) -> Outcome:
    """Whether Algorithm 1 beats random beams by much at every weight."""
    random = decibels(data["fig11"][f"random_{variable}"]).mean("random_beam")
    gains = estimates(random - decibels(data["fig11"][variable]))
    return Outcome(all_of(gain.above(limits.much_db) for gain in gains), None, f"{extremes(gains, ' dB')} lower")


def along_weight(signs: dict[str, int], data: Data, limits: Limits) -> Outcome:
    """Whether bounds rise (+1) or fall (-1) with the weight."""
    shapes, texts = [], []
    for variable, sign in signs.items():
        curve = decibels(data["fig11"][variable])
        change = estimate(curve.sel(weight=1.0) - curve.sel(weight=0.0))
        shapes.append(rising(sign * curve, "weight", by=limits.strong_db, reversal=limits.effect_db))
        task = f"{variable.split('_')[0]}s " if len(signs) > 1 else ""
        texts.append(task + change.text(" dB", sign=True))
    return Outcome(all_of(shapes), None, f"{', '.join(texts)} from zeta = 0 to 1")


def displacement(data: Data, limits: Limits) -> Outcome:
    """Whether the rate is exchanged for the angles along each curve."""
    rate, bound = _spans(data["fig12"])
    return Outcome(all_of(_strong(rate, bound, limits)), None, _spans_text(rate, bound))


def regions(data: Data, limits: Limits) -> Outcome:
    """Whether each curve has a trade-off between two regions of saturation."""
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


def exchange(
    snr_db: int, rates: tuple[float, float], bounds: tuple[float, float], data: Data, limits: Limits
) -> Outcome:
    """Whether two points of a curve lie at quoted rates (bit) and bounds (rad^2), or differ about as these do."""
    at = data["fig12"].sel(snr_db=snr_db)
    return _between(at, at, (2, 2), rates, bounds, limits, f"{_spans_text(*_spans(at))}, ")


def compensation(data: Data, limits: Limits) -> Outcome:
    """Whether more slots let the rate rise at the same bound on the angles."""
    few, many = (data["fig13"].sel(slots=slots) for slots in (2, 4))
    return _between(few, many, (2, 4), (6.5, 7.5), (2e-6, 2e-6), limits, "")


def slots_help_angles(data: Data, limits: Limits) -> Outcome:
    """Whether each doubling of T lowers the bound on the angles by much."""
    steps = estimates(-level(means(data["fig13"])).diff("slots"))
    shape = all_of(step.above(limits.much_db) for step in steps)
    return Outcome(shape, None, f"each doubling of T gains {extremes(steps, ' dB')}")


def range_grows(variable: str, expected: float, data: Data, limits: Limits) -> Outcome:
    """Whether the range of a quantity grows with L, and by what the paper says."""
    spans = _span_per_draw(data["fig14"], variable)
    growth = estimate(spans.sel(irs_elements=25) - spans.sel(irs_elements=9))
    unit, effect, tolerance = _units(variable, limits)
    shape = rising(spans, "irs_elements", by=limits.share * expected, reversal=effect)
    return Outcome(shape, growth.within(expected, tolerance), f"{_listed(spans)} {unit} at L = {_points(spans)}")


def region_grows(data: Data, limits: Limits) -> Outcome:
    """Whether the ranges of rate and angles grow with L."""
    growth = []
    for variable in ("rate", "angle_crlb"):
        spans = _span_per_draw(data["fig14"], variable)
        growth.append(estimate(spans.sel(irs_elements=25) - spans.sel(irs_elements=9)))
    texts = growth[0].text(" bit", sign=True), growth[1].text(" dB", sign=True)
    shape = all_of(_strong(growth[:1], growth[1:], limits))
    return Outcome(shape, None, f"ranges change by {' and '.join(texts)} from L = 9 to 25")


def range_at(variable: str, elements: int, expected: float, data: Data, limits: Limits) -> Outcome:
    """Whether the range of a quantity at some L is what the paper says."""
    span = estimate(_span_per_draw(data["fig14"], variable).sel(irs_elements=elements))
    unit, _, tolerance = _units(variable, limits)
    number = span.within(expected, min(tolerance, expected / 2))
    return Outcome(span.above(limits.share * expected), number, span.text(f" {unit}", sign=True))


# --- What several tests share ----------------------------------------------------------------------------------


def _vanishes(loss: xr.DataArray, limits: Limits) -> Outcome:
    """Whether a loss along T falls to a small part of itself."""
    first, last = loss.isel(slots=0), loss.isel(slots=-1)
    falls = rising(-loss, "slots", by=limits.effect_db, reversal=limits.effect_db)
    texts = (f"{estimate(x).text(' dB')} at T = {int(x['slots'])}" for x in (first, last))
    return Outcome(all_of([falls, estimate(limits.remains * first - last)]), None, ", ".join(texts))


def _rate_gain(data: xr.Dataset) -> xr.DataArray:
    return data["rate"].sel(system=NOISAC) - data["rate"].sel(system=TDISAC)


def _rate_ratios(data: xr.Dataset) -> list[Estimate]:
    rate = data["rate"]
    ratios = estimates(ratio_of_means_db(rate.sel(system=NOISAC), rate.sel(system=TDISAC)))
    return [ratio.ratio() for ratio in ratios]


def _angle_gain_per_draw(data: xr.Dataset) -> xr.DataArray:
    """How far NO-ISAC's bound on the angles lies below TD-ISAC's, in dB."""
    bound = decibels(data["angle_crlb"])
    return bound.sel(system=TDISAC) - bound.sel(system=NOISAC)


def _angle_gain(data: xr.Dataset) -> xr.DataArray:
    """The same for the means."""
    return ratio_of_means_db(data["angle_crlb"].sel(system=TDISAC), means(data))


def _with_whole_slots(names: Iterable[str], data: Data) -> str:
    """What one whole pilot slot of two would leave: the bound with pilots is inverse to their number."""
    ways = {"in the mean": _angle_gain, "in the mean in dB": _angle_gain_per_draw}
    texts = []
    for way, gain in ways.items():
        left = [
            each.above(-10 * math.log10(2 * PILOT_SHARE)) for name in names for each in estimates(gain(data[name]))
        ]
        texts.append(f"{extremes(left, ' dB', sign=True)} {way}")
    return f"; with one whole pilot slot of two {', '.join(texts)}"


def _between(
    start: xr.Dataset,
    end: xr.Dataset,
    slots: tuple[int, int],
    rates: tuple[float, float],
    bounds: tuple[float, float],
    limits: Limits,
    spans: str,
) -> Outcome:
    """Whether a point of one curve and one of another differ as quoted, and lie where they are quoted to lie."""
    bits, db = rates[1] - rates[0], 10 * math.log10(bounds[1] / bounds[0])
    at: list[list[Estimate]] = []
    levels = []
    evens = [means(curve, count) for curve, count in zip((start, end), slots, strict=True)]
    for curve, even, rate, bound in zip((start, end), evens, rates, bounds, strict=True):
        points = zip(estimates(curve["rate"]), estimates(level(even)), strict=True)
        goal = 10 * math.log10(bound)
        at.append([all_of([r.within(rate, limits.bits), b.within(goal, limits.db)]) for r, b in points])
        levels.append(f"{float(curve['rate'].mean()):.2f} bit and {float(even.mean()):.1e} rad^2")
    gains = _differences(start["rate"], end["rate"])
    costs = _differences(level(evens[0]), level(evens[1]))
    shape, number = [], []
    for (i, j), gain, cost in zip(
        itertools.product(*(range(len(each)) for each in at)), gains, costs, strict=True
    ):
        pays = cost.above(limits.share * db) if db else cost.below(limits.effect_db)
        shape.append(all_of([gain.above(limits.share * bits), pays]))
        near = [
            gain.within(bits, min(limits.bits, bits / 2)),
            cost.within(db, min(limits.db, db / 2 or limits.db)),
        ]
        number.append(all_of([shape[-1], *near, at[0][i], at[1][j]]))
    levels = levels[:1] if start is end else [f"T = {t}: {each}" for t, each in zip(slots, levels, strict=True)]
    return Outcome(any_of(shape), any_of(number), f"{spans}mean over the curve {', '.join(levels)}")


def _differences(start: xr.DataArray, end: xr.DataArray) -> list[Estimate]:
    """Each point of one curve less each of another, all ends of the first start first."""
    return estimates((end.rename(weight="end") - start.rename(weight="start")).transpose("start", "end", "draw"))


def _span_per_draw(data: xr.Dataset, variable: str) -> xr.DataArray:
    """Change along a trade-off curve from zeta = 0 to 1: the difference of its ends, which no noise inflates."""
    values = data[variable] if variable == "rate" else decibels(data[variable])
    return values.isel(weight=-1) - values.isel(weight=0)


def _spans(data: xr.Dataset) -> tuple[list[Estimate], list[Estimate]]:
    return estimates(_span_per_draw(data, "rate")), estimates(_span_per_draw(data, "angle_crlb"))


def _strong(rate: list[Estimate], bound: list[Estimate], limits: Limits) -> list[Estimate]:
    """Margins of effects that count as significant, on rates and on bounds."""
    return [*(r.above(limits.strong_bits) for r in rate), *(b.above(limits.strong_db) for b in bound)]


def _units(variable: str, limits: Limits) -> tuple[str, float, float]:
    """Unit of a range, from where a change of it counts, and the tolerance of a quoted one."""
    return ("bit", limits.effect_bits, limits.bits) if variable == "rate" else ("dB", limits.effect_db, limits.db)


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
