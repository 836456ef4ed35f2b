"""How the paper is read where it is silent or contradicts itself, as options with a default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from noisac import _validate
from noisac.beamforming.cross_entropy_method import Metric, Output
from noisac.bounds.closed_form import printed_objective, weighted_logarithms
from noisac.experiments.systems import Design
from noisac.model.symbols import SymbolModel


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

    Raises
    ------
    ValueError
        For a value that is not listed.

    Examples
    --------
    >>> Readings().symbol_model
    'real'
    """

    symbol_model: SymbolModel = "real"
    design: Design = "draw"
    weight_symbols: bool = True
    output: Output = "best"

    def __post_init__(self) -> None:
        _validate.choice("symbol_model", self.symbol_model, ("real", "complex"))
        _validate.choice("design", self.design, ("draw", "distribution"))
        _validate.choice("output", self.output, ("best", "last"))
        if not isinstance(self.weight_symbols, bool):
            raise ValueError(f"weight_symbols must be True or False, got {self.weight_symbols!r}")

    @property
    def options(self) -> SystemOptions:
        """Keyword arguments for `noisac.noisac_system`."""
        metric = weighted_logarithms if self.weight_symbols else printed_objective
        return {
            "symbol_model": self.symbol_model,
            "design": self.design,
            "metric": metric,
            "output": self.output,
        }
