"""Research companion to *IRS-Aided Non-Orthogonal ISAC Systems: Performance Analysis and Beamforming Design*.

Equation numbers in the docstrings are those of that paper. Angles are radians, lengths are wavelengths unless
said otherwise, and leading axes of arrays are batch axes. An argument outside the range that is stated for it
raises a ValueError that names it, what came and what would do.
"""

from importlib.metadata import version as _version

import lazy_loader as _lazy

__version__ = _version("noisac")
__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
