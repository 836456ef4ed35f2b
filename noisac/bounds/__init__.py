"""Section III: Theorem 1 as printed, its closed form, and what other knowledge changes."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
