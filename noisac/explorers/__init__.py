"""Pictures to move: what a beam, a geometry or a search looks like as a few controls change.

Needs ipywidgets, which comes with the extra ``book``; `noisac` itself does not import it.
"""

from noisac.explorers._beam_pattern import BeamView, beam_pattern, beam_view
from noisac.explorers._core import Control, Explorer
from noisac.explorers._cross_entropy_steps import TracedSearch, cross_entropy_steps, traced_search
from noisac.explorers._geometry import geometry, user_at

__all__ = [
    "BeamView",
    "Control",
    "Explorer",
    "TracedSearch",
    "beam_pattern",
    "beam_view",
    "cross_entropy_steps",
    "geometry",
    "traced_search",
    "user_at",
]
