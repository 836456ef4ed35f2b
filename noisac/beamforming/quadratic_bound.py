"""A lower bound on the modified CRLB that depends on a beam through one quadratic form of its three sums.

Information is quadratic in the sums y = (s_0, D_y, D_z), and a Cramer-Rao bound tr(N^T J^-1 N) is bounded below by
the Cauchy-Schwarz inequality: with any matrix Z in place of J_0^-1 N,

    tr(Z^T N)^2 = tr((J^(1/2) Z)^T J^(-1/2) N)^2 <= tr(Z^T J Z) tr(N^T J^-1 N),

where tr(Z^T J Z) = y^H H y. Both bounds of (31) together, by the inequality of the means,

    zeta lg CRLB_x + (1 - zeta) lg CRLB_angle >= level - lg(y^H (zeta H_x + (1 - zeta) H_angle) y).

Nothing in this depends on how Z was found, so that rounding in Z cannot make the bound wrong.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import ROUNDING, equal_by_value
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._problems import problems_of
from noisac.bounds._link import Link, link_of
from noisac.model.scenario import Scenario
from noisac.model.symbols import UNKNOWN_PARTS, SymbolModel, SymbolMoments

#: Added to the diagonal of J_0, relative to its mean, so that it can be inverted.
_RIDGE = 1e-10

#: A relaxation ends once its bound is this close to the objective of its mixture.
_RELAXED = 1e-6
#: Largest rounding error of y^H H y, relative to the sum of H_kk |y_k|^2.
_ROUNDING = ROUNDING


@equal_by_value
class QuadraticBound(NamedTuple):
    """The modified CRLB is at least ``level - lg(y^H form y)`` for every beam."""

    level: float
    form: ComplexArray  # (3, 3), Hermitian, positive semidefinite

    def values(self, sums: ComplexArray) -> FloatArray:
        """Bounds of beams with the sums y, (..., 3) to (...), lowered by the largest rounding error."""
        largest = (sums.real**2 + sums.imag**2) @ np.diag(self.form).real
        with np.errstate(divide="ignore"):
            form = np.maximum(quadratic_form(self.form, sums), 0) + _ROUNDING * largest
            bound: FloatArray = self.level - np.log10(form)
        return bound


@equal_by_value
class InformationMap(NamedTuple):
    """Information as a function of the sums, for one block of symbols, free of its scale."""

    rows: ComplexArray  # (K, R, 3), B: each parameter moves the R samples of a reduced signal by B_k y
    angle: FloatArray  # (K, 2), N of CRLB_angle; the information is J_kl = Re (B_k y)^H (B_l y)
    symbol: FloatArray  # (K, K), N of CRLB_x
    scale: float  # information per unit of J
    weight: float  # zeta

    def information(self, mixture: ComplexArray) -> FloatArray:
        """J for the mean ``mixture`` of y y^H over beams, (3, 3) to (K, K)."""
        products = np.einsum("kra,lrb,ba->kl", self.rows.conj(), self.rows, mixture)
        information: FloatArray = products.real
        return information

    def bound(self, mixture: ComplexArray) -> QuadraticBound:
        """Return the bound that is exact at the information of a beam, or of a mixture of beams."""
        information = self.information(mixture)
        size = len(information)
        ridge = _RIDGE * np.trace(information) / size
        if ridge == 0:  # neither symbols nor beam: any positive definite matrix will do
            ridge = 1.0
        inverse = np.linalg.inv(information + ridge * np.eye(size))
        level = -math.log10(self.scale)
        form: ComplexArray = np.zeros(mixture.shape, complex)
        for weight, numerator in ((self.weight, self.symbol), (1 - self.weight, self.angle)):
            if weight > 0:
                multiplier = inverse @ numerator  # Z
                trace = float(np.sum(multiplier * numerator))
                level += weight * math.log10(trace)
                images = np.einsum("kj,kra->jra", multiplier, self.rows)
                form = form + weight / trace * np.einsum("jra,jrb->ab", images.conj(), images)
        return QuadraticBound(level, (form + form.conj().T) / 2)


def information_map(
    scenario: Scenario, moments: SymbolMoments, weight: float, symbol_model: SymbolModel
) -> InformationMap:
    """Write the information (22) on the unknowns as a function of the sums of a beam, for a single block.

    An orthogonal transform of the T slots leaves two with symbols, the columns of the symbols' factor, and T - 2
    without, which all have the same bound and are kept as one.

    Equations: (22), (31)
    """
    return information_map_of(link_of(scenario), moments, weight, symbol_model)


def information_map_of(
    link: Link, moments: SymbolMoments, weight: float, symbol_model: SymbolModel
) -> InformationMap:
    """`information_map` of a link."""
    (f11, _), (f21, f22) = moments.factor
    symbols = [complex(f11, f21)] + ([complex(0, f22)] if f22 != 0 else [])
    count, power = len(symbols), float(np.sum(moments.factor**2))
    samples = count + 3  # slots with symbols, one without, and the user's aperture along y and z
    blank = np.zeros((samples, 3), complex)
    rows = [blank.copy(), blank.copy()]
    for axis, variance in enumerate(link.variances):
        rows[axis][:count, 1 + axis] = 1j * np.array(symbols)
        rows[axis][count + 1 + axis, 0] = math.sqrt(variance * power)

    # Where T is less than the number of slots with symbols, the bound leaves out what the others lose.
    kept = min(count, int(moments.slots))
    shares = [1.0] * kept + [0.0] * (count - kept) + [moments.slots - kept]
    roots = []
    for slot, share in enumerate(shares):
        for part in UNKNOWN_PARTS[symbol_model]:
            row = blank.copy()
            row[slot, 0] = part
            rows.append(row)
            roots.append(math.sqrt(share / moments.slots))
    size = len(rows)
    angle = np.zeros((size, 2))
    angle[:2] = np.transpose([gradient.vector for gradient in link.gradients])
    return InformationMap(
        np.array(rows), angle / math.sqrt(2), np.diag([0.0, 0.0, *roots]), link.scale, float(weight)
    )


def response_information(
    channel: ComplexArray, moments: SymbolMoments, weight: float, symbol_model: SymbolModel, noise_variance: float
) -> InformationMap:
    """`information_map` of any response: its three parts side by side are ``sums @ channel``, (K, 3 M)."""
    signal, *derivatives = np.split(channel.T, 3)
    (f11, _), (f21, f22) = moments.factor
    symbols = [complex(f11, f21)] + ([complex(0, f22)] if f22 != 0 else [])
    count = min(len(symbols), int(moments.slots)) if symbol_model != "known" else 0
    slots = len(symbols) + 1
    rows = [np.concatenate([x * part for x in (*symbols, 0.0)]) for part in derivatives]
    shares = [1.0] * count + [0.0] * (len(symbols) - count) + [moments.slots - count]
    roots = []
    for slot, share in enumerate(shares):
        for part in UNKNOWN_PARTS[symbol_model]:
            rows.append(np.kron(np.eye(slots)[slot][:, None], part * signal))
            roots.append(math.sqrt(share / moments.slots))
    angle = np.zeros((len(rows), 2))
    angle[:2] = math.sqrt(0.5) * np.eye(2)
    return InformationMap(np.array(rows), angle, np.diag([0.0, 0.0, *roots]), 2 / noise_variance, float(weight))


def quadratic_form(form: ComplexArray, sums: ComplexArray) -> FloatArray:
    """y^H H y, (..., 3) to (...)."""
    value: FloatArray = np.sum(sums.conj() * (sums @ form.T), axis=-1).real
    return value


def mixture_of(sums: ComplexArray) -> ComplexArray:
    """Matrix y y^H of one beam, (3,) to (3, 3)."""
    return np.outer(sums, sums.conj())


class Relaxation(NamedTuple):
    """Outcome of `relax`."""

    bound: QuadraticBound  # the best of those that were seen
    sums: ComplexArray  # (N, 3), of the beams that were met
    phases: NDArray[np.intp]  # (N, L), their numbers
    value: float  # about the largest number that the bound proves


def relax(
    information: InformationMap, terms: ComplexArray, start: ComplexArray, gap: float, steps: int
) -> Relaxation:
    """Minimise (31), convex in the mean of y y^H, over mixtures of beams by Frank and Wolfe's method."""
    directions = unit_directions()
    mixture = mixture_of(start)
    best, largest = None, -math.inf
    met_sums, met_index = [], []
    for step in range(steps):
        bound = information.bound(mixture)
        index, sums = align(terms, bound.form, directions)
        values = quadratic_form(bound.form, sums)
        top = int(np.argmax(values))
        met_sums.append(sums[top])
        met_index.append(index[top])
        value = bound.level - math.log10(max(values[top], float(quadratic_form(bound.form, start))))
        if value > largest:
            best, largest = bound, value
        if bound.level - value < gap or step == steps - 1:
            break
        mixture = _line_search(information, mixture, mixture_of(sums[top]))
    assert best is not None
    return Relaxation(best, np.array(met_sums), np.array(met_index), largest)


def objective_lower_bound(
    scenario: Scenario,
    symbols: ArrayLike | SymbolMoments,
    weight: ArrayLike,
    *,
    symbol_model: SymbolModel = "real",
    steps: int = 100,
) -> FloatArray:
    """Lower bound on the modified CRLB of all beams, (...), whatever the number of bits and of elements.

    A beam has the length sqrt(L), and the form of a vector of that length is at most L times the largest
    eigenvalue of its matrix. The form is fitted to mixtures of such vectors, which is a problem of three
    dimensions whatever L is. With continuous phases the bound is attained where the user's array equals the
    surface; where the surface is much larger it may lie several dB below the best beam known.

    Equations: (31), (42)

    Parameters
    ----------
    scenario, symbols, weight, symbol_model
        As for `noisac.cross_entropy`, errors included; ``phase_bits`` does not matter.
    steps : int
        Limit on the steps that tighten the bound.

    Examples
    --------
    >>> scenario = Scenario(irs_shape=(32, 32))
    >>> float(objective_lower_bound(scenario, [1.0, 1j], 1.0).round(3))
    -8.254
    """
    problems = problems_of(scenario, symbols, weight, symbol_model)
    steps = _validate.integer("steps", steps, at_least=1)
    weights = problems.link.weights
    bounds = [
        relax_moduli(information_map_of(problems.link, moments, zeta, symbol_model), weights, len(weights), steps)
        for moments, zeta in problems.each()
    ]
    return np.array(bounds).reshape(problems.batch)


def relax_moduli(information: InformationMap, weights: ComplexArray, length: float, steps: int = 30) -> float:
    """Lower bound for all vectors of at most this squared length, of sums ``vector @ weights``, (L, K)."""
    values, vectors = np.linalg.eigh(weights.T @ weights.conj())
    root: ComplexArray = math.sqrt(length) * vectors * np.sqrt(np.maximum(values, 0))  # y = root @ unit vector
    mixture = root @ root.conj().T / len(root)
    largest = -math.inf
    for _ in range(steps):
        bound = information.bound(mixture)
        form = root.conj().T @ bound.form @ root
        values, vectors = np.linalg.eigh(form)
        top = max(float(values[-1]), 0.0) + _ROUNDING * float(np.trace(form).real)
        if top == 0:  # no beam tells anything of what is asked for
            return math.inf
        largest = max(largest, bound.level - math.log10(top))
        if bound.level - largest < _RELAXED:
            break
        mixture = _line_search(information, mixture, mixture_of(root @ vectors[:, -1]))
    return largest


def _line_search(information: InformationMap, start: ComplexArray, end: ComplexArray) -> ComplexArray:
    """Best of some mixtures between two, at shares that shrink geometrically."""
    shares = 0.5 ** np.arange(13)
    mixtures: list[ComplexArray] = [(1 - share) * start + share * end for share in shares]
    levels = [information.bound(mixture).level for mixture in mixtures]
    return mixtures[int(np.argmin(levels))]


def align(
    terms: ComplexArray, form: ComplexArray, directions: ComplexArray, rounds: int = 30
) -> tuple[NDArray[np.intp], ComplexArray]:
    """Beams with a large y^H H y: all elements are aligned with H y, again and again, which never lowers it."""
    scale = np.sqrt(np.maximum(np.diag(form).real, 1e-300))
    gradient = directions * scale
    elements = np.arange(len(terms))
    index = None
    for _ in range(rounds):
        gains = np.einsum("lkc,nc->nlk", terms, gradient.conj()).real
        new = np.argmax(gains, axis=2)
        if index is not None and np.array_equal(new, index):
            break
        index = new
        sums = terms[elements, index].sum(axis=1)
        gradient = sums @ form.T
    assert index is not None
    return index, sums


def unit_directions() -> ComplexArray:
    """Vectors of zeros and powers of j, one for each class up to a common phase."""
    turns = (0, 1, 1j, -1, -1j)
    vectors = [(1, a, b) for a in turns for b in turns]
    vectors += [(0, 1, b) for b in turns] + [(0, 0, 1)]
    return np.array(vectors, complex)
