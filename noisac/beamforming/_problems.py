"""Problems (P3) that are solved together: what all searches make of their arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, SymbolMoments, as_moments


class Problems(NamedTuple):
    """Blocks of symbols with a weight each.

    Attributes
    ----------
    batch : tuple of int
        Shape of the batch; N is its size.
    moments : SymbolMoments
        With a factor of shape (N, 2, 2).
    weight : (N,) array
        zeta.
    """

    batch: tuple[int, ...]
    moments: SymbolMoments
    weight: FloatArray

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        symbols: ArrayLike | SymbolMoments,
        weight: ArrayLike,
        symbol_model: SymbolModel,
    ) -> Problems:
        """Check the arguments of a search, and broadcast symbols and weights against each other."""
        _validate.instance("scenario", scenario, Scenario)
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
        return cls(batch, SymbolMoments(moments.slots, factors), np.broadcast_to(zeta, batch).reshape(-1))

    def each(self) -> Iterator[tuple[SymbolMoments, float]]:
        """Moments and weight of one problem after the other."""
        for factor, zeta in zip(self.moments.factor, self.weight, strict=True):
            yield SymbolMoments(self.moments.slots, factor), float(zeta)
