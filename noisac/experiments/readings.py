"""How the paper is read where it is silent or contradicts itself, as options with a default."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict

from noisac import _validate
from noisac.beamforming._problems import Metric
from noisac.beamforming.cross_entropy_method import Output
from noisac.bounds.closed_form import printed_objective, weighted_logarithms
from noisac.experiments.systems import PILOT_SHARE, Design
from noisac.model.symbols import SymbolModel

#: Whether a fifth of a block that is no number of slots stays a fraction or is rounded up (reading R13).
PilotSlots: TypeAlias = Literal["fraction", "whole"]


class SystemOptions(TypedDict):
    """What `Readings.options` passes on to `noisac.noisac_system`."""

    symbol_model: SymbolModel
    design: Design
    metric: Metric
    output: Output


@dataclass(frozen=True)
class Readings:
    """The readings that an experiment uses, besides those that are fields of `noisac.Scenario`.

    R1 (the sign in (58)) and R6 (the azimuths) are fields of the scenario, R4 (mean or median) is a choice of the
    reader of the data, and R5 (the variance of the symbols) is a parameter of each experiment.

    Parameters
    ----------
    symbol_model : {"real", "complex"}
        R2: how many real unknowns a symbol has.
    design : {"draw", "distribution"}
        R3: what a beam is designed for.
    weight_symbols : bool
        R7: whether the symbols' term of the objective has its weight, as in (31), or has lost it, as in (38).
    output : {"best", "last"}
        R11: which beam Algorithm 1 returns.
    pilot_slots : {"fraction", "whole"}
        R13: whether TD-ISAC's pilots have the energy of T / 5 slots, or fill the next whole number of slots. The
        two differ where T is no multiple of five, as at the default T = 2 of Figs. 9 and 10.

    Examples
    --------
    >>> Readings().symbol_model
    'real'
    """

    symbol_model: SymbolModel = "real"
    design: Design = "draw"
    weight_symbols: bool = True
    output: Output = "best"
    pilot_slots: PilotSlots = "fraction"

    def __post_init__(self) -> None:
        _validate.choice("symbol_model", self.symbol_model, ("real", "complex"))
        _validate.choice("design", self.design, ("draw", "distribution"))
        _validate.choice("output", self.output, ("best", "last"))
        _validate.choice("pilot_slots", self.pilot_slots, ("fraction", "whole"))
        if not isinstance(self.weight_symbols, bool):
            raise ValueError(f"weight_symbols must be True or False, got {self.weight_symbols!r}")

    @property
    def options(self) -> SystemOptions:
        """Keyword arguments for `noisac.noisac_system`."""
        metric = weighted_logarithms if self.weight_symbols else printed_objective
        return {"symbol_model": self.symbol_model, "design": self.design, "metric": metric, "output": self.output}

    def pilot_share(self, slots: int) -> float:
        """Share of a block of T slots that TD-ISAC spends on pilots (R13), as `noisac.tdisac_system` takes it.

        It is 1 for a block of one whole slot, which leaves none for data.

        Examples
        --------
        >>> [Readings(pilot_slots=kind).pilot_share(2) for kind in ("fraction", "whole")]
        [0.2, 0.5]
        """
        slots = _validate.integer("slots", slots, at_least=1)
        if self.pilot_slots == "fraction":
            return PILOT_SHARE
        return math.ceil(round(slots * PILOT_SHARE, 9)) / slots
