"""Pictures to move: what a beam, a geometry or a search looks like as a few controls change.

Needs ipywidgets, which comes with the extra ``book``; `noisac` itself does not import it.
"""

from noisac.explorers._core import Control, Explorer
from noisac.explorers.geometry import geometry

__all__ = ["Control", "Explorer", "geometry"]
