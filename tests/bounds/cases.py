"""What tests of bounds beyond Theorem 1 share."""

import numpy as np
from hypothesis import settings

fewer = settings(max_examples=40)


def close(first, second, rtol=1e-7):
    np.testing.assert_allclose(first, second, rtol=rtol)
