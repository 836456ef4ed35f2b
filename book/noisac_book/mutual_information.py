"""NO-ISAC against TD-ISAC in two counts: by (32), and with both parts of the symbols."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from noisac.beamforming.cross_entropy_method import cross_entropy
from noisac.bounds.closed_form import crlb_per_symbol, mutual_information
from noisac.bounds.rates import gaussian_information
from noisac.experiments.systems import PILOT_SHARE, tdisac_system
from noisac.model.scenario import Scenario
from noisac.model.symbols import draw_symbols


class SystemRates(NamedTuple):
    """Rates of the two systems in the same count, means over the draws in bits per symbol."""

    noisac: float
    tdisac: float

    @property
    def ratio(self) -> float:
        """Rate of NO-ISAC over that of TD-ISAC."""
        return self.noisac / self.tdisac

    @property
    def advantage(self) -> float:
        """Rate of NO-ISAC less that of TD-ISAC, in bits per symbol."""
        return self.noisac - self.tdisac


class RateCounts(NamedTuple):
    """Rates of the two systems, counted in two ways.

    By (32), from the bounds of the model with one real unknown per symbol; and, for NO-ISAC, what an efficient
    unbiased estimate of both parts guarantees, for TD-ISAC log2(1 + SNR) of its data slots with known angles.
    """

    printed: SystemRates
    both_parts: SystemRates


def compare_rates(scenario: Scenario, *, slots: int = 10, draws: int = 200, seed: int = 0) -> RateCounts:
    """Rates of NO-ISAC and TD-ISAC with beams from Algorithm 1, symbols of variance 1 and a weight of 1/2.

    Parameters
    ----------
    scenario : Scenario
    slots, draws : int
        T, and blocks of symbols, with a beam for each.
    seed : int
        Of the symbols; the searches of TD-ISAC and NO-ISAC take the next two.

    Examples
    --------
    >>> counts = compare_rates(Scenario(irs_shape=(2, 2)), draws=5)
    >>> counts.both_parts.noisac > counts.printed.noisac > counts.printed.tdisac
    True
    """
    symbols = draw_symbols(np.random.default_rng(seed), slots, size=(draws,))
    tdisac = tdisac_system(scenario, slots, rng=np.random.default_rng(seed + 1), batch=(draws,))
    bounds = {}
    for model in ("real", "complex"):
        search_rng = np.random.default_rng(seed + 2)
        beams = cross_entropy(scenario, symbols, 0.5, rng=search_rng, symbol_model=model).beam
        bounds[model] = crlb_per_symbol(scenario, beams, symbols, model)
    link_snr = 1 / (2 * tdisac.symbol_crlb)
    return RateCounts(
        SystemRates(float(mutual_information(bounds["real"], 1.0).mean()), float(tdisac.rate.mean())),
        SystemRates(
            float(gaussian_information(bounds["complex"].mean(), 1.0)),
            float((1 - PILOT_SHARE) * np.log2(1 + link_snr).mean()),
        ),
    )
