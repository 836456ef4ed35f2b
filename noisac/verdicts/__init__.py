"""What becomes of the paper's claims, and of its formulas at their word."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
