"""Section V: systems, readings, sweeps, figures, and the files that they are stored in."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
