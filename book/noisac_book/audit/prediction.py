"""Trade-off curves of many variants at once: the bounds in closed form, the beams by descent or Algorithm 1.

A beam enters through the sums s_0, D_y, D_z of `noisac.bounds.sum_weights`; what is inverted, through an energy of
the symbols and the second moments with which the cross terms remove information: those of the draw for (22), those
of mu_x alone for (17), none where the cross terms are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.cross_entropy_method import minimise_over_phases
from noisac.bounds._angle_information import user_angle_gradients, user_variances
from noisac.bounds.closed_form import bs_gain, information_scale, sum_weights
from noisac.experiments.sweeps import Streams
from noisac.model.arrays import element_indices
from noisac.model.channel import irs_sign
from noisac.model.scenario import Scenario
from noisac_book.audit.averages import average_of, combine, inverse_energy
from noisac_book.audit.scores import CURVES, FIG04_SLOTS, Curves
from noisac_book.audit.variants import Variant, effective_weight

ZETA = np.linspace(0, 1, 11).round(1)
FIG04_WEIGHT = 0.5
DEFAULT_SEED = 20221
#: Values are compared after rounding to this many decimals.
_DECIMALS = 9
#: Share of the squared elements below which a determinant is zero.
_SINGULAR = 1e-10
_QUARTER_TURNS = np.array([1, 1j, -1, -1j])


class How(NamedTuple):
    """How beams are searched: by descent from some starts or by Algorithm 1, and the draws of the symbols."""

    draws: int = 6
    start: int = 0
    seed: int = DEFAULT_SEED
    restarts: int = 4
    algorithm_1: bool = False
    stride: int = 1  # between the weights that are searched; the others choose among the beams found


class Problems(NamedTuple):
    """Searches, one per entry of the last axis of each array: what is inverted, and for whom the beam is made."""

    projection: ComplexArray  # (L, 3, rows)
    own: FloatArray  # energy P of the symbols in the angles' own information
    cross: FloatArray  # (3, rows): sums of Re^2, Re Im, Im^2 in the cross terms
    spread: FloatArray  # (2, rows): variances of the antennas' positions
    gradient: FloatArray  # (2, 2, rows): of elevation and azimuth by the direction cosines
    unknowns: FloatArray  # real unknowns per symbol
    slots: FloatArray
    weight: FloatArray

    def take(self, rows: Any) -> Problems:
        """Some of the searches."""
        fields: Any = [field[..., rows] for field in self]
        return Problems(*fields)

    def bounds(self, sums: ComplexArray) -> tuple[FloatArray, FloatArray]:
        """CRLB_x and CRLB_angle, up to the scale of the information, of sums (3, rows, beams)."""
        lit, a, b, inverse = self._matrices(sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            (e_y, e_z), (f_y, f_z) = self.gradient[..., None]
            yy, yz, zz = e_y**2 + f_y**2, e_y * e_z + f_y * f_z, e_z**2 + f_z**2
            angle = (yy * a[2] - 2 * yz * a[1] + zz * a[0]) * inverse / 2
            spread: Any = 0.0
            if b is not None:
                spread = (b[0] * a[2] - 2 * b[1] * a[1] + b[2] * a[0]) * inverse / self.slots[:, None]
            symbol = (self.unknowns[:, None] + spread) / lit
        return np.where(symbol > 0, symbol, np.inf), np.where(angle > 0, angle, np.inf)

    def symbol_bounds(self, sums: ComplexArray, symbols: ComplexArray) -> FloatArray:
        """Bounds on each of some symbols (rows, T), up to the scale, of sums (3, rows)."""
        lit, a, _, inverse = self._matrices(sums[..., None])
        y, z = (np.conj(sums[0]) * part / np.abs(sums[0]) for part in sums[1:])
        total = self.unknowns[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            for part in (np.imag, np.real):
                q_y, q_z = part(y[:, None] * symbols), part(z[:, None] * symbols)
                form = (q_y**2 * a[2] - 2 * q_y * q_z * a[1] + q_z**2 * a[0]) * inverse
                total = total + np.where((part is np.imag) | (self.unknowns[:, None] == 2), form, 0.0)
            return np.asarray(total / lit)

    def _matrices(self, sums: ComplexArray) -> tuple[FloatArray, list[FloatArray], Any, FloatArray]:
        """|s_0|^2, yy, yz, zz of the angles' information and of what the cross terms remove, 1 / determinant."""
        s_0, d_y, d_z = sums
        lit = s_0.real**2 + s_0.imag**2
        own, (v_y, v_z) = self.own[:, None], self.spread[..., None]
        full = [_square(d_y), d_y.real * d_z.real + d_y.imag * d_z.imag, _square(d_z)]
        a = [own * (full[0] + v_y * lit), own * full[1], own * (full[2] + v_z * lit)]
        if not np.any(self.cross):
            return lit, a, None, _inverse(a, a)
        c_re, c_mix, c_im = self.cross[..., None]
        turn = np.conj(s_0) / np.sqrt(np.where(lit > 0, lit, 1))
        y, z = turn * d_y, turn * d_z
        one = [
            c_re * y.imag * z.imag + c_mix * (y.imag * z.real + y.real * z.imag) + c_im * y.real * z.real
            for y, z in ((y, y), (y, z), (z, z))
        ]
        both = (self.unknowns == 2)[:, None]
        b = [np.where(both, (c_re + c_im) * f, o) for f, o in zip(full, one, strict=True)]
        left = [x - y for x, y in zip(a, b, strict=True)]
        return lit, left, b, _inverse(left, a)

    def objective(self, sums: ComplexArray) -> FloatArray:
        """Modified CRLB (31) up to a constant, rounded so that ties break alike on all machines."""
        symbol, angle = self.bounds(sums)
        return weighted(np.log10(symbol), np.log10(angle), self.weight[:, None])


def weighted(symbol: FloatArray, angle: FloatArray, weight: FloatArray) -> FloatArray:
    """The weighted sum (31) of two logarithms; a term of weight zero is left out."""
    with np.errstate(invalid="ignore"):
        total = np.where(weight > 0, weight * symbol, 0.0) + np.where(weight < 1, (1 - weight) * angle, 0.0)
    return np.asarray(np.round(total, _DECIMALS))


def _inverse(matrix: list[FloatArray], before: list[FloatArray]) -> FloatArray:
    """1 / determinant, infinite where little is left beside what the elements were differences of."""
    determinant = matrix[0] * matrix[2] - matrix[1] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(determinant > _SINGULAR * before[0] * before[2], 1 / determinant, np.inf)


def _square(value: ComplexArray) -> FloatArray:
    return np.asarray(value.real**2 + value.imag**2)


class Constants(NamedTuple):
    """What the bounds of a variant need besides beams and symbols."""

    projection: ComplexArray  # (L, 3) weights of the sums (s_0, D_y, D_z)
    spread: FloatArray
    gradient: FloatArray
    scale: float


@lru_cache(maxsize=4096)
def constants(variant: Variant, elements: int) -> Constants:
    """Constants of a variant, with the indices of the arrays counted as it says."""
    scenario = variant.scenario(elements)
    phase = sum_weights(scenario)[:, 0]
    user, irs = 2 * np.pi * scenario.user_spacing, 2 * np.pi * scenario.irs_spacing
    columns = [np.ones(elements)]
    for antennas, tiles in zip(
        element_indices(scenario.user_shape), element_indices(scenario.irs_shape), strict=True
    ):
        centre = 0.0 if variant.user_centred else antennas.mean()
        positions = tiles - tiles.mean() if variant.irs_centred else tiles
        columns.append(user * centre + irs_sign(scenario) * irs * positions)
    return Constants(
        phase[:, None] * np.stack(columns, axis=-1),
        np.divide(user_variances(scenario), variant.spread_divisor),
        np.stack([gradient.vector for gradient in user_angle_gradients(scenario)]),
        information_scale(scenario, bs_gain(scenario)),
    )


def _moments(symbols: ComplexArray) -> FloatArray:
    """P and the sums of Re^2, Re Im, Im^2 over the slots of each draw, (draws, 4)."""
    re, im = symbols.real, symbols.imag
    parts = [re**2 + im**2, re**2, re * im, im**2]
    return np.stack([part.sum(axis=-1) for part in parts], axis=-1)


def design_moments(variant: Variant, symbols: ComplexArray, variance: float) -> FloatArray:
    """What a beam is made for: P and the moments of the cross terms, (draws or 1, 4)."""
    slots = symbols.shape[-1]
    kind = variant.design if variant.information == "theorem" else variant.information
    if kind == "own":
        return _moments(symbols)
    mean = 1 - variance  # mu_x^2
    cross = {"distribution": (1 - variance / 2, 0, variance / 2), "expected": (mean, 0, 0), "dropped": (0, 0, 0)}
    return np.array([[1.0, *cross[kind]]]) * float(slots)


def problems_of(
    variants: Sequence[Variant], elements: int, slots: int, moments: FloatArray, weights: FloatArray
) -> tuple[Problems, FloatArray]:
    """Searches for moments (variants, draws, 4) and weights (variants, weights), and the scale of each variant.

    Their rows run over variants, draws and weights, the last one fastest.
    """
    known = [constants(variant, elements) for variant in variants]
    count, draws, _ = moments.shape
    shape = (count, draws, weights.shape[1])

    def rows(values: Any) -> Any:
        """Spread (..., variants) over the rows."""
        values = np.asarray(values)
        spread = np.broadcast_to(values[..., None, None], (*values.shape[:-1], *shape))
        return spread.reshape(*values.shape[:-1], -1)

    projection, spread, gradient = (np.stack(field, axis=-1) for field in list(zip(*known, strict=True))[:3])
    by_draw = np.broadcast_to(np.moveaxis(moments, -1, 0)[..., None], (4, *shape)).reshape(4, -1)
    problems = Problems(
        projection=rows(projection),
        own=by_draw[0],
        cross=by_draw[1:],
        spread=rows(spread),
        gradient=rows(gradient),
        unknowns=rows([2.0 if v.symbol_model == "complex" else 1.0 for v in variants]),
        slots=rows(np.full(count, float(slots))),
        weight=np.broadcast_to(weights[:, None], shape).ravel(),
    )
    return problems, np.array([one.scale for one in known])


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
    return np.stack([descend(problems, start, _QUARTER_TURNS, 30) for start in starts], axis=1)


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
        moments = np.broadcast_to(_moments(symbols), (count, len(symbols), 4))
        beams = np.broadcast_to(beams, (count, len(symbols), weights, elements))
    else:
        moments = np.stack([_without_draws(v, slots, variance) for v in variants])[:, None]
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


def _without_draws(variant: Variant, slots: int, variance: float) -> FloatArray:
    """Energy and cross moments where no draw enters: those of (17), or 1 / E[1 / P] (or the median) and none."""
    if variant.information == "expected":
        return np.array([slots, slots * (1 - variance), 0, 0])
    return np.array([1 / inverse_energy(slots, variance, variant.average), 0, 0, 0])


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
