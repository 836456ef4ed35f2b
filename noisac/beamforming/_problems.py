"""Problems (P3) that are solved together: their arguments, checked and derived once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.beams import codebook_of
from noisac.bounds._link import Link, link_of
from noisac.bounds.closed_form import Bounds, bounds_from_sums, weighted_logarithms
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, SymbolMoments, as_moments

#: Combines bounds and weights into the value to be made small; `noisac.bounds.weighted_logarithms` is (31).
Metric: TypeAlias = Callable[[Bounds, FloatArray], FloatArray]
#: One random stream, or one per problem.
Generators: TypeAlias = np.random.Generator | Sequence[np.random.Generator]


class Problems(NamedTuple):
    """N problems (P3) of one scenario: all that a search takes from its arguments, checked and derived once."""

    link: Link
    codebook: ComplexArray  # (2^b,)
    batch: tuple[int, ...]  # of size N
    moments: SymbolMoments  # with a factor of shape (N, 2, 2)
    weight: FloatArray  # (N,), zeta
    symbol_model: SymbolModel

    def terms(self) -> ComplexArray:
        """What each phase of each element adds to the sums of a beam, (L, 2^b, 3)."""
        return self.link.weights[:, None, :] * self.codebook[:, None]

    def values(
        self, sums: ComplexArray, moments: SymbolMoments, weight: FloatArray, metric: Metric = weighted_logarithms
    ) -> FloatArray:
        """Values of beams with the given sums (..., 3)."""
        return values_of_sums(self.link, sums, moments, self.symbol_model, weight, metric)

    def each(self) -> Iterator[tuple[SymbolMoments, float]]:
        """Moments and weight of one problem after the other."""
        for factor, zeta in zip(self.moments.factor, self.weight, strict=True):
            yield SymbolMoments(self.moments.slots, factor), float(zeta)


def problems_of(
    scenario: object,
    symbols: ArrayLike | SymbolMoments | None,
    weight: ArrayLike | None,
    symbol_model: SymbolModel,
) -> Problems:
    """Check the arguments of a search, and broadcast symbols and weights against each other."""
    _validate.instance("scenario", scenario, Scenario)
    assert isinstance(scenario, Scenario)
    if symbols is None or weight is None:
        raise ValueError("symbols and weight must be given with a scenario; only a noisac.Aim does without them")
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    moments = as_moments(symbols)
    zeta = _validate.weights(weight)
    if symbol_model == "known" and np.any(zeta > 0):
        raise ValueError("weight (zeta) must be 0 when the symbols are known: they have no bound")
    blocks = moments.factor.shape[:-2]
    try:
        batch = np.broadcast_shapes(blocks, zeta.shape)
    except ValueError:
        raise ValueError(
            f"the axes of weight and the leading axes of symbols must broadcast, got {zeta.shape} and {blocks}"
        ) from None
    factors = np.broadcast_to(moments.factor, (*batch, 2, 2)).reshape(-1, 2, 2)
    return Problems(
        link_of(scenario),
        codebook_of(scenario.phase_bits),
        batch,
        SymbolMoments(moments.slots, factors),
        np.broadcast_to(zeta, batch).reshape(-1),
        symbol_model,
    )


def values_of_sums(
    link: Link,
    sums: ComplexArray,
    moments: SymbolMoments,
    symbol_model: SymbolModel,
    weight: FloatArray,
    metric: Metric = weighted_logarithms,
) -> FloatArray:
    """Evaluate a metric of the bounds from sums (..., 3); for (31) only the bounds that have a weight."""
    entering = weight if metric is weighted_logarithms else None
    return metric(bounds_from_sums(link, sums, moments, symbol_model, entering), weight)


def generators_of(rng: Generators, batch: tuple[int, ...], searches: int) -> Sequence[np.random.Generator]:
    """One generator per search: those given, or children of the one given."""
    if isinstance(rng, np.random.Generator):
        return [rng] if batch == () else rng.spawn(searches)
    if not isinstance(rng, list | tuple):
        raise ValueError(f"rng must be a numpy.random.Generator or a sequence of them, got {rng!r}")
    generators = list(rng)
    if len(generators) != searches or not all(isinstance(g, np.random.Generator) for g in generators):
        raise ValueError(
            f"rng must be a numpy.random.Generator or a sequence of {searches}, one per search, "
            f"got {len(generators)} items"
        )
    return generators


def angles_have_no_bound(problems: Problems, moments: SymbolMoments, weight: float) -> bool:
    """Whether no beam both determines the angles and carries symbols, as the objective asks."""
    if weight == 1:
        return False
    if not np.any(moments.factor):
        return True
    variances, symbol_model = problems.link.variances, problems.symbol_model
    if symbol_model == "complex":  # the user's own aperture is all there is
        return weight > 0 and min(variances) == 0.0
    collinear = bool(moments.factor[1, 1] == 0)  # exactly: `symbol_moments` has set to zero what is rounding
    return symbol_model == "real" and weight > 0 and max(variances) == 0 and collinear
