"""What a search makes small: one protocol for the paper's objective, other channels, several users, own aims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._problems import Metric, Problems, problems_of
from noisac.beamforming.beams import codebook_of, max_gain_phases
from noisac.beamforming.quadratic_bound import InformationMap, relax_moduli, response_information
from noisac.bounds.closed_form import weighted_logarithms, zero_below_rounding
from noisac.bounds.responses import Response, crlb_of_response
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments, as_moments

#: Maps arrays (..., L), or sums (..., K), to values (...).
Function: TypeAlias = Callable[[ComplexArray], FloatArray]
#: Error of a response that counts as linear, relative to its largest part.
_LINEAR = 1e-6


@dataclass(frozen=True, eq=False)
class Aim:
    """An objective for every search: a function of beams, or of K sums that are linear in them.

    `noisac.coordinate_descent`, `noisac.complete_search`, `noisac.cross_entropy` and `noisac.certify` take an aim
    in place of scenario, symbols and weight. A descent costs O(K) a trial in place of O(L). What `noisac.certify`
    proves depends on the aim: for `of_scenario` the interval closes at any size; for `of_response` the lower bound
    is that of `noisac.objective_lower_bound`, which may lie decibels below the optimum; for `mean` and `worst` it
    is the same combination of the parts' bounds, too low where the parts want different beams. Of a function or a
    metric of one's own nothing is known, and the bound is minus infinity: a complete search alone is a proof.

    Parameters
    ----------
    function : callable
        Takes beams (..., L), or with ``weights`` their sums (..., K), and returns values (...), never NaN.
    scenario : Scenario
        Gives L and b.
    weights : (L, K) array_like, optional
        The sums are ``beams @ weights``.
    coefficients : (L, 2**b) array_like, optional
        What each element reflects at each phase, of modulus 1 at most; phases of unit modulus unless given. They
        take the place of the beam's elements in the sums.
    turns : bool
        Whether a global phase of the beam leaves the value as it is. With ``coefficients`` it does not.

    Examples
    --------
    >>> from noisac import coordinate_descent
    >>> aim = Aim(lambda beams: -np.abs(beams.sum(axis=-1)), Scenario(irs_shape=(2, 2)))
    >>> float(coordinate_descent(aim, rng=np.random.default_rng(0)).objective)
    -4.0
    """

    function: Function
    scenario: Scenario
    weights: ComplexArray | None = None
    coefficients: ComplexArray | None = None
    turns: bool = True
    problem: Problems | None = None
    information: InformationMap | None = None
    parts: tuple[Aim, ...] = ()
    shares: FloatArray | None = None  # of the parts in a mean; None for the worst of them

    def __post_init__(self) -> None:
        _validate.instance("scenario", self.scenario, Scenario)
        if not callable(self.function):
            raise TypeError(f"function must be callable, got {self.function!r}")
        elements, size = self.irs_elements, 2**self.phase_bits
        for name, columns in (("weights", None), ("coefficients", size)):
            given = getattr(self, name)
            if given is None:
                continue
            array = _validate.finite_complex(name, given)
            if array.ndim != 2 or len(array) != elements or columns not in (None, array.shape[1]):
                wanted = f"({elements}, {'K' if columns is None else columns})"
                raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
            object.__setattr__(self, name, array)
        if self.coefficients is not None:
            object.__setattr__(self, "turns", False)
            largest = float(np.abs(self.coefficients).max())
            if largest > 1 + _validate.MODULUS_TOLERANCE:
                raise ValueError(f"coefficients must have moduli of 1 at most, got {largest:.6g}")

    @property
    def irs_elements(self) -> int:
        """Elements of the surface, L."""
        return self.scenario.irs_elements

    @property
    def phase_bits(self) -> int:
        """Bits of a phase, b."""
        return self.scenario.phase_bits

    def __call__(self, beams: ComplexArray, _: object = None) -> FloatArray:
        """Values of beams (..., L) of the codebook."""
        reflected = beams
        if self.coefficients is not None:
            steps = np.angle(beams) * (2**self.phase_bits / (2 * np.pi))
            numbers = np.rint(steps).astype(int) % 2**self.phase_bits
            reflected = self.coefficients[np.arange(self.irs_elements), numbers]
        return self.of_sums(reflected if self.weights is None else reflected @ self.weights)

    def of_sums(self, sums: ComplexArray, _: object = None) -> FloatArray:
        """Values of sums (..., K), which are the reflected elements where there are no weights."""
        values = np.asarray(self.function(sums), dtype=float)
        if values.shape != sums.shape[:-1] or np.any(np.isnan(values)):
            raise ValueError(
                f"function must return a number for every beam, shape {sums.shape[:-1]}, got shape {values.shape}"
                + " with NaN" * bool(np.any(np.isnan(values)))
            )
        return values

    def terms(self) -> ComplexArray:
        """What each phase of each element adds to the sums, (L, 2**b, K)."""
        coefficients = self.coefficients
        if coefficients is None:
            coefficients = np.tile(codebook_of(self.phase_bits), (self.irs_elements, 1))
        weights = np.eye(self.irs_elements) if self.weights is None else self.weights
        return coefficients[:, :, None] * weights[:, None, :]

    def starts(self) -> NDArray[np.intp]:
        """Phases of beams of the largest gain, (N, L), one for each scenario in it."""
        if self.problem is not None:
            return max_gain_phases(self.problem.link, self.problem.codebook)[None]
        return np.concatenate([np.zeros((0, self.irs_elements), np.intp), *(p.starts() for p in self.parts)])

    @classmethod
    def of_scenario(
        cls,
        scenario: Scenario,
        symbols: ArrayLike | SymbolMoments,
        weight: float,
        symbol_model: SymbolModel = "real",
        *,
        metric: Metric = weighted_logarithms,
    ) -> Aim:
        """The paper's objective (31), or another metric of the bounds, for one block of symbols.

        Parameters
        ----------
        scenario, symbols, weight, symbol_model, metric
            As for `noisac.cross_entropy`, errors included.

        Examples
        --------
        >>> aim = Aim.of_scenario(Scenario(), [1.0, 1j], 0.5)
        >>> aim(np.ones((5, 16))).shape
        (5,)
        """
        problems = problems_of(scenario, symbols, weight, symbol_model)
        if problems.batch != ():
            raise ValueError(f"symbols and weight of an aim must be a single block, got a batch {problems.batch}")
        ((moments, zeta),) = problems.each()

        def value(sums: ComplexArray) -> FloatArray:
            heard = zero_below_rounding(sums, problems.link.rounding)
            return problems.values(heard, moments, np.asarray(zeta), metric)

        problem = problems if metric is weighted_logarithms else None
        return cls(value, scenario, problems.link.weights, problem=problem)

    @classmethod
    def of_response(
        cls,
        response: Callable[[ComplexArray], Response],
        scenario: Scenario,
        symbols: ArrayLike | SymbolMoments,
        weight: float,
        symbol_model: SymbolModel = "real",
        *,
        metric: Metric = weighted_logarithms,
        coefficients: ComplexArray | None = None,
    ) -> Aim:
        """The same for any channel whose response is linear in the beam.

        Parameters
        ----------
        response : callable
            Takes beams (N, L) of unit modulus and returns their `noisac.Response`, arrays (N, M). It is asked L
            beams once, from which the K sums follow that the response depends on.
        scenario : Scenario
            Gives L, b and the noise variance.
        symbols, weight, symbol_model, metric
            As for `noisac.cross_entropy`.
        coefficients : (L, 2**b) array_like, optional
            As for `Aim`.

        Raises
        ------
        ValueError
            If the response is not linear in the beams, and as for `noisac.crlb_of_response`.

        Examples
        --------
        >>> from noisac import plane_wave_response
        >>> scenario = Scenario(irs_shape=(3, 3))
        >>> aim = Aim.of_response(lambda beams: plane_wave_response(scenario, beams), scenario, [1.0, 1j], 0.5)
        >>> aim.weights.shape
        (9, 3)
        """
        _validate.instance("scenario", scenario, Scenario)
        zeta, moments, variance = _validate.weights(weight), as_moments(symbols), scenario.noise_variance
        if zeta.shape != () or moments.factor.ndim != 2:
            raise ValueError("symbols and weight of an aim must be a single block")
        elements = scenario.irs_elements
        number = np.arange(elements)
        beams = np.exp(2j * np.pi / elements * np.outer(number, number))
        other = np.exp(1j * (number + 1) ** 2)[None]  # any beam at all
        probed = np.concatenate([np.concatenate(tuple(response(some)), axis=-1) for some in (beams, other)])
        table = beams.conj().T @ probed[:-1] / elements  # (L, 3 M)
        if not np.allclose(other @ table, probed[-1:], rtol=0, atol=_LINEAR * np.abs(probed).max(initial=0)):
            raise ValueError("response must be linear in the beams: it is not the sum of what single elements add")
        left, sizes, right = np.linalg.svd(table, full_matrices=False)
        rank = max(1, int(np.count_nonzero(sizes > 1e-12 * sizes[0])))
        channel = right[:rank]  # (K, 3 M)

        def value(sums: ComplexArray) -> FloatArray:
            parts = Response(*np.split(sums @ channel, 3, axis=-1))
            return metric(crlb_of_response(parts, moments, symbol_model, noise_variance=variance), zeta)

        information = None
        if metric is weighted_logarithms:
            information = response_information(channel, moments, float(zeta), symbol_model, variance)
        return cls(
            value,
            scenario,
            left[:, :rank] * sizes[:rank],
            coefficients,
            information=information,
        )

    @classmethod
    def mean(cls, aims: Sequence[Aim], shares: ArrayLike | None = None) -> Aim:
        """Weighted sum of aims: over users, places, angles of a prior, subcarriers.

        Parameters
        ----------
        aims : sequence of Aim
            Of the same number of elements and bits, and the same coefficients.
        shares : (N,) array_like, optional
            Their weights, at least 0; 1 / N each unless given.

        Examples
        --------
        >>> users = [Scenario(user_aoa=(0.5, azimuth)) for azimuth in (-2.1, -2.0)]
        >>> aim = Aim.mean([Aim.of_scenario(user, [1.0, 1j], 0.5) for user in users])
        >>> aim(np.ones((5, 16))).shape
        (5,)
        """
        aims = _alike(aims)
        weights = _validate.finite_array("shares", np.full(len(aims), 1 / len(aims)) if shares is None else shares)
        if weights.shape != (len(aims),) or np.any(weights < 0):
            raise ValueError(f"shares must be {len(aims)} numbers of at least 0, one per aim, got {shares!r}")
        return _combined(aims, lambda values: _weighted(weights, values), weights)

    @classmethod
    def worst(cls, aims: Sequence[Aim]) -> Aim:
        """The largest of the values of some aims: for the user, or the place, that fares worst.

        Examples
        --------
        >>> aims = [Aim.of_scenario(Scenario(snr_db=snr), [1.0, 1j], 0.5) for snr in (0, 10)]
        >>> bool(Aim.worst(aims)(np.ones(16)) == aims[0](np.ones(16)))
        True
        """
        return _combined(_alike(aims), lambda values: values.max(axis=0), None)

    def relaxed_bound(self) -> float:
        """Lower bound from the length of the beams alone, where the information is known."""
        if self.information is None or self.weights is None:
            return -np.inf
        length = float(self.irs_elements)
        if self.coefficients is not None:
            length = float(np.sum(np.abs(self.coefficients).max(axis=1) ** 2))
        return relax_moduli(self.information, self.weights, length)


def _alike(aims: Sequence[Aim]) -> tuple[Aim, ...]:
    aims = tuple(aims)
    if not aims or not all(isinstance(aim, Aim) for aim in aims):
        raise TypeError("aims must be one or more noisac.Aim")
    first = aims[0]
    for aim in aims[1:]:
        same = (aim.irs_elements, aim.phase_bits) == (first.irs_elements, first.phase_bits)
        if not same or not np.array_equal(
            np.asarray(aim.coefficients, dtype=complex),
            np.asarray(first.coefficients, dtype=complex),
            equal_nan=True,
        ):
            raise ValueError("aims must have the same elements, phase_bits and coefficients")
    return aims


def _weighted(shares: FloatArray, values: FloatArray) -> FloatArray:
    """Sum of values (N, ...) with their shares; what has none may be infinite."""
    total: FloatArray = np.tensordot(shares[shares > 0], values[shares > 0], 1)
    return total


def _combined(
    aims: tuple[Aim, ...], combine: Callable[[FloatArray], FloatArray], shares: FloatArray | None
) -> Aim:
    """An aim of the sums of all aims, side by side; of the beams where one has no sums."""
    elements = aims[0].irs_elements
    weights = [np.eye(elements) if aim.weights is None else aim.weights for aim in aims]
    edges = np.cumsum([0, *(part.shape[1] for part in weights)])

    def value(sums: ComplexArray) -> FloatArray:
        parts = [aim.of_sums(sums[..., a:b]) for aim, a, b in zip(aims, edges[:-1], edges[1:], strict=True)]
        return combine(np.stack(parts))

    return Aim(
        value,
        aims[0].scenario,
        np.concatenate(weights, axis=1),
        aims[0].coefficients,
        turns=all(aim.turns for aim in aims),
        parts=aims,
        shares=shares,
    )
