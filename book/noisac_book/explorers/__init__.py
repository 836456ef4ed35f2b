"""Interactive pictures: how a beam, a geometry or a search changes with a few controls.

Needs ipywidgets, which comes with the extra ``book``; `noisac` itself does not import it.
"""

from noisac_book.explorers._beam_pattern import BeamView, beam_pattern, beam_view
from noisac_book.explorers._core import Control, Explorer
from noisac_book.explorers._cross_entropy_steps import TracedSearch, cross_entropy_steps, traced_search
from noisac_book.explorers._geometry import geometry, user_at
from noisac_book.explorers._position import PositionView, bound_map, position, position_view
from noisac_book.explorers._slots import SlotCurves, slot_curves, slots
from noisac_book.explorers._tradeoff import TradeoffCurve, no_tradeoff_with_free_phases, tradeoff, tradeoff_curve

__all__ = [
    "BeamView",
    "Control",
    "Explorer",
    "PositionView",
    "SlotCurves",
    "TracedSearch",
    "TradeoffCurve",
    "beam_pattern",
    "beam_view",
    "bound_map",
    "cross_entropy_steps",
    "geometry",
    "no_tradeoff_with_free_phases",
    "position",
    "position_view",
    "slot_curves",
    "slots",
    "traced_search",
    "tradeoff",
    "tradeoff_curve",
    "user_at",
]
