"""Beams for a user whose direction is known in part: priors of the angles, aims that miss, expected bounds."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
