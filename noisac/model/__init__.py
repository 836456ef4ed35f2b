"""Section II: who stands where, what is sent, and what arrives at the user's antennas."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
