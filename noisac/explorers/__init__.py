"""Pictures to move: what a beam, a geometry or a search looks like as a few controls change.

Needs ipywidgets, which comes with the extra ``book``; `noisac` itself does not import it.
"""

from noisac.explorers._beam_pattern import beam_pattern
from noisac.explorers._core import Control, Explorer
from noisac.explorers._cross_entropy_steps import cross_entropy_steps
from noisac.explorers._geometry import geometry

__all__ = ["Control", "Explorer", "beam_pattern", "cross_entropy_steps", "geometry"]
