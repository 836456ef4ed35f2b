"""An interval for the optimum of (P3) at any size: branch and bound over the direction of a beam's three sums.

The sums y = (s_0, D_y, D_z) of a beam, turned until s_0 > 0, are y = E u with u in R^5, u_1 > 0 and a matrix E
that whitens them. Both bounds are then at least constants over quadratic forms of u: that on the angles, once the
symbols are eliminated, with an information A(u) = sum_i k_i k_i^T whose columns are linear in u, so that for any Z

    CRLB_angle >= tr(Z^T N)^2 / (c tr(Z^T A(u) Z)),

and that on the symbols likewise. A cell is the cone of a box on a face of a cube. On it the weighted means of the
two forms give V >= level - lg q(u). sqrt(q) is convex, so that for any b with Re b^H w > 0 at all corners

    sqrt(q(u)) <= H(b) / rho,    rho = min over the corners of Re b^H w / sqrt(q),

where w is u read as three complex numbers, and H(b) is the largest |b^H w| of any beam: the elements sorted by the
phase that they need, O(L log L). Hence V >= level - 2 lg(H(b) / rho) for every beam of the cell, whatever Z and b
are. Cells whose bound is too low are halved. A beam with s_0 = 0 has no such turn; where it has an objective, at
zeta = 0, the same chain bounds it apart.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import equal_by_value
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._cells import Cells, as_sums, halved, roots, silent_roots
from noisac.beamforming._incumbent import Incumbent
from noisac.beamforming._problems import Problems, angles_have_no_bound, problems_of
from noisac.beamforming.aims import Aim
from noisac.beamforming.descent import coordinate_descent
from noisac.beamforming.quadratic_bound import QuadraticBound, information_map_of
from noisac.bounds.tradeoff import PHASES, Phases
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments

#: Cells that are halved together.
_TOGETHER = 256
#: Steps that look for a better b, for cells that the first one does not settle.
_STEPS = 8
#: Cells of a smaller half-width are not halved again.
_SMALLEST = 2.0**-14
#: Allowance for the rounding of a form, of H and of a product, relative to the magnitudes of their terms.
_SLACK = 1e-12
#: Cells of the lowest bounds whose farthest beams a descent starts from.
_STARTS = 48
#: Cells of silent directions: their bound is that of relaxed beams, which more cells do not tighten.
_SILENT = 2_000


@equal_by_value
@dataclass(frozen=True)
class Certificate:
    """An interval for the minimum of (P3), one entry per block of symbols.

    Attributes
    ----------
    beam : (..., L) complex array
        The best beam that was found.
    objective : (...) array
        Its modified CRLB.
    lower_bound : (...) array
        No beam with s_0 != 0 has a lower modified CRLB.
    silent_bound : (...) array
        The same for beams with s_0 = 0; ``inf`` where these have no bound, that is for zeta > 0.
    cells : (...) int array
        Cells that were bounded.
    """

    beam: ComplexArray
    objective: FloatArray
    lower_bound: FloatArray
    silent_bound: FloatArray
    cells: NDArray[np.int64]

    @property
    def width_db(self) -> FloatArray:
        """Ten times the objective less the lower bound: what a beam that carries symbols could still gain."""
        with np.errstate(invalid="ignore"):
            width = np.where(self.objective == self.lower_bound, 0.0, 10 * (self.objective - self.lower_bound))
        return np.maximum(width, 0.0)


def certify(
    scenario: Scenario | Aim,
    symbols: ArrayLike | SymbolMoments | None = None,
    weight: ArrayLike | None = None,
    *,
    symbol_model: SymbolModel = "real",
    phases: Phases = "codebook",
    tolerance_db: float = 0.1,
    limit: int = 200_000,
    progress: bool = False,
) -> Certificate:
    """Bound the minimum of (P3) from both sides, whatever the number of elements is.

    A search finds a beam, and a branch and bound over the direction of a beam's sums proves how far from it any
    other can be. It ends once the interval is as narrow as asked for, or cells run out, or at Ctrl-C; the interval
    reached is returned. Where silent beams (s_0 = 0) might be better, as at zeta = 0 alone, a bound of their own
    says so; whether a codebook has any is not decided.

    Equations: (31), (42), (43)

    Parameters
    ----------
    scenario, symbols, weight, symbol_model
        As for `noisac.cross_entropy`, errors included. What can be said of an aim, `noisac.Aim` tells.
    phases : {"codebook", "continuous"}
        Phases of the elements: those of the scenario's codebook, or any.
    tolerance_db : float
        Width of the interval to stop at, in dB of 10 V.
    limit : int
        Cells per block of symbols.
    progress : bool
        Whether to show a progress bar, over the blocks.

    Examples
    --------
    >>> found = certify(Scenario(irs_shape=(8, 8)), [1.0, 1j], 0.5)
    >>> bool(found.width_db <= 0.1), bool(found.lower_bound < found.objective)
    (True, True)
    """
    from tqdm import tqdm  # only a search that lasts shows a bar

    _validate.choice("phases", phases, PHASES)
    tolerance = _validate.real("tolerance_db", tolerance_db, positive=True) / 10
    limit = _validate.integer("limit", limit, at_least=18)
    if isinstance(scenario, Aim):
        return _of_aim(scenario, tolerance_db, limit)
    problems = problems_of(scenario, symbols, weight, symbol_model)
    size = len(problems.codebook) if phases == "codebook" else 0
    found = []
    for moments, zeta in tqdm(problems.each(), total=len(problems.weight), desc="certify", disable=not progress):
        search = Search(scenario, problems, moments, zeta, size)
        found.append(search.run(tolerance, limit))
        limit = 0 if search.stopped else limit  # of the blocks that are left, only the first cells
    beam, objective, lower, silent, cells = (np.array(part) for part in zip(*found, strict=True))
    batch = problems.batch
    return Certificate(
        beam.reshape(*batch, scenario.irs_elements),
        objective.reshape(batch),
        lower.reshape(batch),
        silent.reshape(batch),
        cells.reshape(batch),
    )


def _of_aim(aim: Aim, tolerance_db: float, limit: int) -> Certificate:
    """An interval for any aim: a descent above, what its parts prove below."""
    if aim.problem is not None:
        return _of_problem(aim, tolerance_db, limit)
    lower, cells, starts = _least(aim, tolerance_db, limit)
    found = coordinate_descent(aim, rng=np.random.default_rng(0), starts=np.array(starts) if starts else None)
    lower = min(lower, float(found.objective))
    return Certificate(found.beam, found.objective, np.array(lower), np.array(np.inf), np.array(cells))


def _of_problem(aim: Aim, tolerance_db: float, limit: int) -> Certificate:
    assert aim.problem is not None
    ((moments, weight),) = aim.problem.each()
    model = aim.problem.symbol_model
    return certify(aim.scenario, moments, weight, symbol_model=model, tolerance_db=tolerance_db, limit=limit)


def _least(aim: Aim, tolerance_db: float, limit: int) -> tuple[float, int, list[ComplexArray]]:
    """Lower bound for all beams, silent ones included; cells; beams that are good for some part."""
    if aim.problem is not None:
        one = _of_problem(aim, tolerance_db, limit)
        return float(min(one.lower_bound, one.silent_bound)), int(one.cells), [one.beam]
    if not aim.parts:
        return aim.relaxed_bound(), 0, []
    bounds, cells, starts = zip(*(_least(part, tolerance_db, limit) for part in aim.parts), strict=True)
    if aim.shares is None:
        lower = max(bounds)
    else:
        lower = sum(share * bound for share, bound in zip(aim.shares, bounds, strict=True) if share > 0)
    return lower, sum(cells), [beam for some in starts for beam in some]


class _Part(NamedTuple):
    """A bound tr(N^T J^-1 N) / c with J_kl = sum of tensor_kl,ij u_i u_j, and its weight in (31)."""

    tensor: FloatArray  # (K, K, 5, 5)
    numerator: FloatArray  # (K, J), N
    weight: float

    def forms(self, mixture: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Forms with bound >= trace / (c u^T form u), fitted to mixtures of u u^T; their magnitudes; traces."""
        information = np.einsum("klij,nij->nkl", self.tensor, mixture)
        size = information.shape[-1]
        ridge = 1e-10 * np.trace(information, axis1=1, axis2=2) / size
        ridge = np.where(ridge > 0, ridge, 1.0)
        z = np.linalg.solve(information + ridge[:, None, None] * np.eye(size), self.numerator[None])
        trace = np.einsum("nkj,kj->n", z, self.numerator)
        outer = z @ np.swapaxes(z, 1, 2) / trace[:, None, None]
        form = np.einsum("nkl,klij->nij", outer, self.tensor)
        magnitude = np.einsum("nkl,klij->nij", np.abs(outer), np.abs(self.tensor))
        return (form + np.swapaxes(form, 1, 2)) / 2, magnitude, trace


def largest_sums(
    b: ComplexArray, weights: ComplexArray, size: int
) -> tuple[FloatArray, ComplexArray, ComplexArray]:
    """H(b) = max |b^H w| over beams, the sums w (n, 3) and beams (n, L) that attain it; size 0: free phases."""
    terms = b.conj() @ weights.T
    total = np.abs(terms).sum(axis=1)
    if size == 0:
        with np.errstate(invalid="ignore"):
            beams = np.where(terms == 0, 1.0, terms.conj() / np.abs(terms))
    else:
        turns = np.floor(np.angle(terms) * (size / (2 * np.pi)))
        beams = np.exp(-2j * np.pi / size * turns)
        folded = terms * beams  # phases within one step of the codebook
        order = np.argsort(np.angle(folded), axis=1)
        step = np.exp(2j * np.pi / size)
        rises = np.cumsum(np.take_along_axis(folded, order, 1), axis=1) * (step - 1)
        sums = folded.sum(axis=1, keepdims=True) + np.concatenate([np.zeros((len(b), 1)), rises[:, :-1]], axis=1)
        best = np.argmax(np.abs(sums), axis=1)
        turned = np.zeros(terms.shape, bool)
        np.put_along_axis(turned, order, np.arange(terms.shape[1]) < best[:, None], axis=1)
        beams = np.where(turned, beams * step, beams)
    sums = beams @ weights
    return np.abs(np.sum(b.conj() * sums, axis=1)) + _SLACK * total, sums, beams


class Search:
    """Branch and bound for one block of symbols."""

    def __init__(
        self, scenario: Scenario, problems: Problems, moments: SymbolMoments, weight: float, size: int
    ) -> None:
        self.problems, self.moments = problems, moments
        self.weight, self.size, self.stopped = weight, size, False
        link, model = problems.link, problems.symbol_model
        gram = link.weights.T @ link.weights.conj() / len(link.weights)
        scale = np.sqrt(np.maximum(np.diag(gram).real, 1e-6 * np.trace(gram).real))
        gram = gram / np.outer(scale, scale) + 1e-6 * np.eye(3)
        self.whiten = np.diag(scale) @ np.linalg.cholesky(gram)  # S, lower triangular: S_11 > 0 keeps the turn
        self.weights = np.asarray(np.linalg.solve(self.whiten, link.weights.T).T, dtype=np.complex128)
        e = self.whiten @ np.array([[1, 0, 0, 0, 0], [0, 1, 1j, 0, 0], [0, 0, 0, 1, 1j]])
        angle = self._angle_part(e, known=model == "known", silent=False)
        self.parts = [_Part(*angle, 1 - weight)] if weight < 1 else []
        if weight > 0:
            information = information_map_of(link, moments, 1.0, model)
            rows = information.rows @ e
            tensor = np.einsum("kri,lrj->klij", rows.conj(), rows).real
            self.parts.append(_Part(tensor, information.symbol[:, 2:], weight))
        self.silent_parts = [_Part(*self._angle_part(e, known=True, silent=True), 1.0)]
        self.best = Incumbent(scenario, problems, moments, weight, free=size == 0)

    def _angle_part(self, e: ComplexArray, known: bool, silent: bool) -> tuple[FloatArray, FloatArray]:
        """Tensor and N of the angles' information, the symbols eliminated."""
        link, (f11, f21, f22) = self.problems.link, (self.moments.factor[i] for i in ((0, 0), (1, 0), (1, 1)))
        power = float(np.sum(self.moments.factor**2))
        columns = []
        if not silent:
            for axis, variance in enumerate(link.variances):
                column = np.zeros((2, 5))
                column[axis] = math.sqrt(variance * power) * e[0].real
                columns.append(column)
        if known:
            columns += [math.sqrt(power) * e[1:].real, math.sqrt(power) * e[1:].imag]
        elif self.problems.symbol_model == "real":
            columns += [((f11 + 1j * f21) * e[1:]).real, (1j * f22 * e[1:]).real]
        stacked = np.array(columns)
        numerator = np.transpose([gradient.vector for gradient in link.gradients]) / math.sqrt(2)
        return np.einsum("iak,ibl->abkl", stacked, stacked), numerator

    def run(self, tolerance: float, limit: int) -> tuple[ComplexArray, float, float, float, int]:
        """Beam, objective, lower bound, bound of silent beams, cells."""
        if math.isinf(self.best.value) and angles_have_no_bound(self.problems, self.moments, self.weight):
            return self.best.beam, math.inf, math.inf, math.inf, 0
        lower, cells = self._branch(roots(), self.parts, tolerance, limit)
        silent, more = math.inf, 0
        if self.problems.symbol_model == "known":
            silent = lower  # the cells hold them too: their objective is the limit of others
        elif self.weight == 0:
            limit = 0 if self.stopped else limit
            silent, more = self._branch(silent_roots(), self.silent_parts, tolerance, min(limit, _SILENT))
        return self.best.beam, self.best.value, min(lower, self.best.value), silent, cells + more

    def left_open(self, tolerance: float, limit: int) -> tuple[list[float], list[QuadraticBound]]:
        """What cells leave to settle: bounds in rising order, with forms for which each holds in its own cell.

        Silent beams (s_0 = 0) are in no cell, unless the symbols are known.
        """
        kept: list[Cells] = []
        self._branch(roots(), self.parts, tolerance, limit, kept)
        cells = kept[0]
        for more in kept[1:]:
            cells = cells.and_also(more)
        cells = cells.take(np.argsort(cells.bound, kind="stable"))
        cells = cells.take(cells.bound - 4e-9 < self.best.value)  # those with ties, too
        high = largest_sums(cells.b, self.weights, self.size)[0]
        levels = cells.bound - 1e-9 + 2 * np.log10(high)
        images = np.linalg.solve(self.whiten.conj().T, cells.b.T).T  # b^H w as a product with y
        forms = images[:, :, None] * images[:, None, :].conj()
        bounds = [QuadraticBound(float(level), form) for level, form in zip(levels, forms, strict=True)]
        return [float(bound) - 1e-9 for bound in cells.bound], bounds

    def _branch(
        self, cells: Cells, parts: list[_Part], tolerance: float, limit: int, kept: list[Cells] | None = None
    ) -> tuple[float, int]:
        """Lowest bound of all cells, halving them until it is close to the best beam; and how many there were."""
        count, settled = len(cells.low), math.inf
        waiting, axes = self._bounded(cells, parts, tolerance)
        try:
            for turn in itertools.count(1):
                if turn > 1 and turn & (turn - 1) == 0:  # after ever more cells
                    lowest = np.argsort(waiting.bound, kind="stable")[:_STARTS]
                    self.best.improve(largest_sums(waiting.b[lowest], self.weights, self.size)[2])
                goal = self.best.value - tolerance
                open_ = waiting.bound < goal
                settled = min(settled, float(waiting.bound[~open_].min(initial=math.inf)))
                if kept is not None:
                    kept.append(waiting.take(~open_))
                waiting, axes = waiting.take(open_), axes[open_]
                wide = np.take_along_axis(waiting.high - waiting.low, axes[:, None], 1)[:, 0] > 2 * _SMALLEST
                order = np.flatnonzero(wide)
                if len(order) == 0 or count >= limit:
                    break
                order = order[np.argsort(waiting.bound[order], kind="stable")][:_TOGETHER]
                halves, axes_of_halves = self._bounded(halved(waiting.take(order), axes[order]), parts, tolerance)
                count += len(halves.bound)
                rest = np.ones(len(waiting.bound), bool)
                rest[order] = False
                waiting = waiting.take(rest).and_also(halves)
                axes = np.concatenate([axes[rest], axes_of_halves])
        except KeyboardInterrupt:
            self.stopped = True  # what waits has its bounds: the interval is wider, and as true
        if kept is not None:
            kept.append(waiting)
        return min(settled, float(waiting.bound.min(initial=math.inf))) - 1e-9, count

    def _bounded(self, cells: Cells, parts: list[_Part], tolerance: float) -> tuple[Cells, NDArray[np.intp]]:
        """Cells with their bounds, not below those that they came with, and the axis along which to halve each."""
        corners = cells.corners()
        points = np.concatenate([corners, np.repeat(corners.mean(axis=1, keepdims=True), 2, axis=1)], axis=1)
        mixture = np.einsum("nki,nkj->nij", points, points) / points.shape[1]
        level = np.full(len(corners), -math.log10(self.problems.link.scale))
        form, q, nothing = np.zeros_like(mixture), np.zeros(corners.shape[:2]), np.zeros(len(corners), bool)
        for part in parts:
            one, magnitude, trace = part.forms(mixture)
            values = np.einsum("nki,nij,nkj->nk", corners, one, corners)
            values += _SLACK * np.einsum("nki,nij,nkj->nk", np.abs(corners), magnitude, np.abs(corners))
            most = values.max(axis=1)
            nothing |= most == 0
            most = np.where(most > 0, most, 1.0)
            level += part.weight * np.log10(trace / most)
            form += part.weight * one / most[:, None, None]
            q += part.weight * np.maximum(values, 0) / most[:, None]
        root = np.sqrt(np.maximum(q, 1e-40))
        bound, b = self._best_b(cells, corners, root, level, form, tolerance)
        b = np.where((bound < cells.bound)[:, None], cells.b, b)  # that of the bound, if it came with the cell
        bound = np.where(nothing, np.inf, np.maximum(bound, cells.bound))
        half = (cells.high - cells.low) / 2
        score = half * (np.sqrt(np.maximum(np.einsum("nii->ni", form), 0)) + 0.02)
        if self.weight > 0:
            ratio = np.log((cells.high[:, 0] + 1e-300) / (cells.low[:, 0] + 0.1 * cells.high[:, 0] + 1e-300))
            score[:, 0] = np.maximum(score[:, 0], 0.35 * self.weight * ratio * (half[:, 0] > 0))
        return Cells(cells.low, cells.high, bound, b), np.argmax(score, axis=1)

    def _best_b(
        self,
        cells: Cells,
        corners: FloatArray,
        root: FloatArray,
        level: FloatArray,
        form: FloatArray,
        tolerance: float,
    ) -> tuple[FloatArray, ComplexArray]:
        """The best bound level - 2 lg(H(b) / rho) over some b, found by Polyak's steps."""
        points = as_sums(corners)
        start = as_sums(np.einsum("nij,nj->ni", form, corners.mean(axis=1)))
        ratio, best = np.full(len(level), np.inf), start.copy()
        aim = 0.5 * (level - self.best.value + tolerance)
        aim = 10 ** np.clip(aim, -40, 40)  # T: a cell is settled once H <= T rho
        for b in (start, cells.b):
            self._try(np.arange(len(level)), b.copy(), points, root, aim, ratio, best)
        active = np.flatnonzero(ratio > aim)
        b = best[active].copy()
        for _ in range(_STEPS):
            if len(active) == 0:
                break
            loss, slope = self._try(active, b, points, root, 0.999 * aim, ratio, best)
            norm = np.sum(np.abs(slope) ** 2, axis=1)
            b = b - (loss / np.where(norm > 0, norm, 1.0))[:, None] * slope
            going = ratio[active] > aim[active]
            active, b = active[going], b[going]
        with np.errstate(divide="ignore"):
            return level - 2 * np.log10(ratio), best

    def _try(
        self,
        which: NDArray[np.intp],
        b: ComplexArray,
        points: ComplexArray,
        root: FloatArray,
        aim: FloatArray,
        ratio: FloatArray,
        best: ComplexArray,
    ) -> tuple[FloatArray, ComplexArray]:
        """H(b) - T rho(b) and its slope for some cells; a better ratio H / rho and its b are kept."""
        high, sums, beams = largest_sums(b, self.weights, self.size)
        self.best.offer(beams)
        at = points[which]
        product = np.einsum("nc,nkc->nk", b.conj(), at).real
        product -= _SLACK * np.einsum("nc,nkc->nk", np.abs(b), np.abs(at))
        shares = product / root[which]
        corner = np.argmin(shares, axis=1)
        rows = np.arange(len(which))
        rho = shares[rows, corner]
        with np.errstate(divide="ignore", invalid="ignore"):
            new = np.where(rho > 0, high / rho, np.inf)
        better = new < ratio[which]
        ratio[which[better]], best[which[better]] = new[better], b[better]
        image = np.sum(b.conj() * sums, axis=1)
        nothing = np.abs(image) < 1e-200
        turn = np.where(nothing, 1.0, image.conj() / np.where(nothing, 1.0, np.abs(image)))
        slope = sums * turn[:, None] - (aim[which] / root[which, corner])[:, None] * at[rows, corner]
        return high - aim[which] * rho, slope
