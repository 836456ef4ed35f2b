"""Trade-off curves of many variants at once: their beams by descent or Algorithm 1, and averages over draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.cross_entropy_method import minimise_over_phases
from noisac.experiments.sweeps import Streams
from noisac.model.scenario import Scenario
from noisac_book.audit.averages import average_of, combine, inverse_energy
from noisac_book.audit.information import (
    Problems,
    design_moments,
    mean_moments,
    problems_of,
    second_moments,
    weighted,
)
from noisac_book.audit.scores import CURVES, FIG04_SLOTS, Curves
from noisac_book.audit.variants import Variant, effective_weight

ZETA = np.linspace(0, 1, 11).round(1)
FIG04_WEIGHT = 0.5
DEFAULT_SEED = 20221
_QUARTER_TURNS = np.array([1, 1j, -1, -1j])


class How(NamedTuple):
    """How beams are searched: by descent from some starts or by Algorithm 1, and the draws of the symbols."""

    draws: int = 6
    start: int = 0
    seed: int = DEFAULT_SEED
    restarts: int = 4
    algorithm_1: bool = False
    stride: int = 1  # between the weights that are searched; the others choose among the beams found


def descend(problems: Problems, beams: ComplexArray, turns: ComplexArray, sweeps: int) -> ComplexArray:
    """Coordinate descent, one beam (rows, L) per search: an element after the other takes its best turn."""
    beams = beams.copy()
    active = np.arange(len(beams))
    here, current = problems, beams.copy()
    for _ in range(sweeps):
        sums = np.einsum("rl,lkr->kr", current, here.projection)
        changed = np.zeros(len(active), bool)
        for element in range(beams.shape[1]):
            moved = current[:, element, None] * (turns - 1)
            trials = sums[..., None] + moved * here.projection[element][..., None]
            best = np.argmin(here.objective(trials), axis=1)  # the first, no turn, if nothing is better
            sums = np.take_along_axis(trials, best[None, :, None], axis=2)[..., 0]
            current[:, element] *= turns[best]
            changed |= best > 0
        beams[active] = current
        if not np.any(changed):
            break
        active, here, current = active[changed], here.take(changed), current[changed]
    return beams


def search(problems: Problems, restarts: int, seed: int) -> ComplexArray:
    """2-bit beams (rows, restarts, L) from coordinate descent."""
    elements, _, rows = problems.projection.shape
    aligned = np.exp(-1j * np.angle(problems.projection[:, 0].T))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(5, elements)))
    starts = [_rounded(aligned * np.exp(0.25j * np.pi * turn)) for turn in (0, 1)[:restarts]]
    for phases in rng.integers(4, size=(restarts - len(starts), elements)):
        starts.append(np.broadcast_to(_QUARTER_TURNS[phases], (rows, elements)))
    several = problems.take(np.tile(np.arange(rows), restarts))
    found = descend(several, np.concatenate(starts), _QUARTER_TURNS, 30)
    return np.swapaxes(found.reshape(restarts, rows, elements), 0, 1)


def algorithm_1(problems: Problems, scenario: Scenario, seed: int) -> ComplexArray:
    """2-bit beams (rows, L) from Algorithm 1, one run for each row."""
    elements, _, rows = problems.projection.shape
    streams = np.random.SeedSequence(seed, spawn_key=(6, elements)).spawn(rows)

    def values(beams: ComplexArray, numbers: NDArray[np.intp]) -> FloatArray:
        here = problems.take(numbers)
        return here.objective(np.moveaxis(beams @ np.moveaxis(here.projection, -1, 0), -1, 0))

    return minimise_over_phases(values, scenario, (rows,), rng=[np.random.default_rng(s) for s in streams]).beam


def refine(problems: Problems, beams: ComplexArray) -> ComplexArray:
    """Beams with phases refined to 1/64 of a turn."""
    for halving in range(4):
        step = np.exp(1j * math.pi / 2 ** (2 + halving))
        beams = descend(problems, beams, np.array([1, step, np.conj(step)]), 3)
    return beams


def _rounded(beams: ComplexArray) -> ComplexArray:
    """The nearest phases of the 2-bit codebook, ties between two of them broken alike everywhere."""
    return np.asarray(_QUARTER_TURNS[np.round(np.angle(beams) * 2 / np.pi - 1e-9).astype(int) % 4])


def _pooled(problems: Problems, shape: tuple[int, ...], beams: ComplexArray) -> ComplexArray:
    """For each search the best beam that any search of the same variant and draw has found."""
    elements, weights = beams.shape[-1], shape[-1]
    groups = beams.reshape(math.prod(shape[:-1]), -1, elements)
    one = problems.take(slice(0, None, weights))
    sums = np.einsum("gbl,lkg->kgb", groups, one.projection)
    symbol, angle = (np.log10(part)[:, None] for part in one.bounds(sums))
    values = weighted(symbol, angle, problems.weight.reshape(-1, weights)[..., None])
    best = np.argmin(values, axis=-1)
    return np.take_along_axis(groups, best[..., None], axis=1).reshape(-1, elements)


class Outcome(NamedTuple):
    """Rate and CRLB_angle (variants, weights, draws) of given beams; P (draws,) where each draw is evaluated."""

    rate: FloatArray
    angle: FloatArray
    power: FloatArray | None

    def averaged(self, variants: Sequence[Variant], slots: int, rows: Any = slice(None)) -> Any:
        """Rate and CRLB_angle over all draws or a resample of them, (2, variants, weights)."""
        averages = []
        for variant, rate, angle in zip(variants, self.rate, self.angle, strict=True):
            over = variant.average
            one = average_of(over, rate[:, rows])
            if self.power is None:
                averages.append((one, average_of(over, angle[:, rows])))
            else:
                expected = inverse_energy(slots, variant.variance, over)
                averages.append((one, combine(angle[:, rows], self.power[rows], over, expected)))
        return np.swapaxes(averages, 0, 1)


def evaluate(
    variants: Sequence[Variant], beams: ComplexArray, slots: int, symbols: ComplexArray, variance: float
) -> Outcome:
    """Rate and bound of beams (variants, draws or 1, weights, L), all variants inverting alike."""
    count, _, weights, elements = beams.shape
    by_draw = variants[0].information == "theorem"
    if by_draw:
        moments = np.broadcast_to(second_moments(symbols), (count, len(symbols), 4))
        beams = np.broadcast_to(beams, (count, len(symbols), weights, elements))
    else:
        moments = np.stack([mean_moments(v, slots, variance) for v in variants])[:, None]
        moments = np.broadcast_to(moments, (count, beams.shape[1], 4))
    problems, scale = problems_of(variants, elements, slots, moments, np.ones((count, weights)))
    sums = np.einsum("rl,lkr->kr", beams.reshape(-1, elements), problems.projection)
    symbol, angle = problems.bounds(sums[..., None])
    if by_draw:
        each = np.broadcast_to(symbols[:, None], (count, len(symbols), weights, slots)).reshape(-1, slots)
        symbol = problems.symbol_bounds(sums, each)
    shape = (count, beams.shape[1], weights)
    with np.errstate(divide="ignore"):
        rate = np.mean(np.log2(variance / symbol), axis=-1).reshape(shape) / 2
    rate = rate + np.log2(scale)[:, None, None] / 2
    angle = angle.reshape(shape) / scale[:, None, None]
    power = moments[0, :, 0] if by_draw else None
    return Outcome(np.swapaxes(rate, 1, 2), np.swapaxes(angle, 1, 2), power)


def beams_for(
    variants: Sequence[Variant], elements: int, slots: int, moments: FloatArray, weights: FloatArray, how: How
) -> ComplexArray:
    """Beams (variants, draws, weights, L) of variants that agree in their phases."""
    problems, _ = problems_of(variants, elements, slots, moments, weights)
    shape = (*moments.shape[:2], weights.shape[1])
    if how.algorithm_1:
        beams = algorithm_1(problems, variants[0].scenario(elements), how.seed + slots)
    else:
        few, _ = problems_of(variants, elements, slots, moments, weights[:, :: how.stride])
        beams = _pooled(problems, shape, search(few, how.restarts, how.seed))
    if variants[0].phases == "continuous":
        beams = refine(problems, beams)
    return beams.reshape(*shape, elements)


def needs_no_draws(variant: Variant) -> bool:
    """Whether the beams depend neither on a draw nor on T."""
    kind = variant.design if variant.information == "theorem" else variant.information
    return kind == "dropped" or (kind == "expected" and variant.variance == 1)


class Found(NamedTuple):
    """Outcomes at the conditions of the curves, in Fig. 4, and of Fig. 4's pilots."""

    curves: tuple[Outcome, ...]
    fig04: Outcome
    pilots: Outcome


def outcomes(variants: Sequence[Variant], how: How, conditions: Sequence[tuple[int, int]] = CURVES) -> Found:
    """Outcomes at some (T, L) and in Fig. 4 of variants that invert, are designed and have phases alike."""
    weights = np.stack([effective_weight(ZETA, v.weight_symbols) for v in variants])
    half = np.stack([effective_weight([FIG04_WEIGHT], v.weight_symbols) for v in variants])
    shared = needs_no_draws(variants[0])
    draws = tuple(range(how.start, how.start + how.draws))
    known: dict[tuple[int, int], ComplexArray] = {}

    def moments_for(moments: FloatArray) -> FloatArray:
        """One run of Algorithm 1 for each draw, even where the draws are alike."""
        return np.broadcast_to(moments, (len(variants), len(draws), 4)) if how.algorithm_1 else moments

    def found(slots: int, elements: int, variance: float, zeta: FloatArray) -> tuple[ComplexArray, ComplexArray]:
        symbols = Streams(how.seed, draws, ()).symbols(slots, variance)
        key = (0 if shared else slots, elements)
        if key not in known:
            moments = np.stack([design_moments(v, symbols, variance) for v in variants])
            known[key] = beams_for(variants, elements, slots, moments_for(moments), zeta, how)
        return known[key], symbols

    curves = []
    for slots, elements in conditions:
        beams, symbols = found(slots, elements, variants[0].variance, weights)
        curves.append(evaluate(variants, beams, slots, symbols, variants[0].variance))
    beams, symbols = found(FIG04_SLOTS, 16, 1.0, half)
    if beams.shape[2] > 1:  # shared with the curves
        beams = beams[:, :, [ZETA.tolist().index(FIG04_WEIGHT)]]
    fig04 = evaluate(variants, beams, FIG04_SLOTS, symbols, 1.0)
    pilots = [v.replace(information="expected", symbol_model="real") for v in variants]
    energy = moments_for(np.broadcast_to([[FIG04_SLOTS, 0.0, 0.0, 0.0]], (len(variants), 1, 4)))
    beams = beams_for(pilots, 16, FIG04_SLOTS, energy, np.zeros((len(variants), 1)), how)
    return Found(tuple(curves), fig04, evaluate(pilots, beams, FIG04_SLOTS, symbols, 1.0))


def curves_of(variants: Sequence[Variant], found: Found, rows: Any = slice(None)) -> Curves:
    """Average outcomes over draws, and lay them out as the quoted numbers need them."""
    parts = [part.averaged(variants, slots, rows) for part, (slots, _) in zip(found.curves, CURVES, strict=True)]
    (rate, angle), (rate_9, angle_9), (rate_25, angle_25) = np.stack(parts[:2], axis=2), parts[2], parts[3]
    with np.errstate(invalid="ignore"):
        spans = np.ptp([rate_9, rate_25], axis=-1), np.ptp(10 * np.log10([angle_9, angle_25]), axis=-1)
    at_variance_1 = [v.replace(variance=1.0) for v in variants]
    fig04_rate, fig04_angle = found.fig04.averaged(at_variance_1, FIG04_SLOTS, rows)
    pilots = found.pilots.angle.mean(axis=-1)
    return Curves(rate, angle, spans[0].T, spans[1].T, fig04_rate[:, 0], (fig04_angle / pilots)[:, 0])


def predict(
    variants: Sequence[Variant],
    *,
    draws: int = 6,
    seed: int = DEFAULT_SEED,
    restarts: int = 4,
    stride: int = 1,
    batch: int = 64,
) -> Curves:
    """Predict what the quoted numbers are compared with, for many variants at once.

    Parameters
    ----------
    variants : sequence of Variant
    draws : int
        Draws of the symbols, the same for all; they matter where (22) is inverted.
    seed : int
    restarts : int
        Starts of coordinate descent for each beam.
    stride : int
        With 2 every other weight is searched, and those between choose among all beams found.
    batch : int
        Variants whose searches are made together; it does not change the result.

    Returns
    -------
    Curves
        With a first axis of variants.

    Examples
    --------
    >>> predict([Variant(information="expected"), Variant(user_spacing=0.1)], draws=2).rate.shape
    (2, 2, 11)
    """
    groups: dict[tuple[Any, ...], list[int]] = {}
    for number, variant in enumerate(variants):
        mine = variant.canonical
        key = (mine.information, mine.design, mine.variance, mine.phases)
        groups.setdefault(key, []).append(number)
    numbers: list[int] = []
    parts = []
    for key, members in groups.items():
        size = (
            batch if needs_no_draws(variants[members[0]].canonical) or key[1] != "own" else max(1, batch // draws)
        )
        for start in range(0, len(members), size):
            chosen = members[start : start + size]
            alike = [variants[i].canonical for i in chosen]
            parts.append(curves_of(alike, outcomes(alike, How(draws, 0, seed, restarts, stride=stride))))
            numbers += chosen
    order = np.argsort(numbers)
    return Curves(*(np.concatenate(field)[order] for field in zip(*parts, strict=True)))
