"""Is the bound met? Receivers that estimate angles and symbols, simulated and held against the bounds.

`maximum_likelihood` is the joint receiver of each symbol model, `simulate_errors` runs it over many draws of the
noise, `simulate_error_rates` counts the symbols that it gets wrong.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
