"""Places and information that tests of positions share."""

import numpy as np
from hypothesis import strategies as st

from noisac import Geometry
from noisac.positioning.blocks import block_information, block_scenarios
from tests.strategies import seeds

GEOMETRY = Geometry.section_v()

ANCHORS, USER = np.array(GEOMETRY.irs_positions), np.array(GEOMETRY.user_position)

MODELS = ("real", "complex", "known")


def section_v(symbol_model="real", **changes):
    return block_information(block_scenarios(GEOMETRY, **changes), None, symbol_model)


@st.composite
def places(draw):
    """Two anchors, a user well off the line through them, and information on the pairs of angles."""
    rng = np.random.default_rng(draw(seeds))
    while True:
        anchors, user = rng.uniform(-5, 5, (2, 3)), rng.uniform(-5, 5, 3)
        offsets = anchors - user
        lines = offsets / np.linalg.norm(offsets, axis=1, keepdims=True)
        level = np.hypot(offsets[:, 0], offsets[:, 1])
        if np.linalg.norm(np.cross(*lines)) > 0.2 and level.min() > 1:
            break
    roots = rng.standard_normal((2, 2, 2)) + 2 * np.eye(2)
    return anchors, user, 1e6 * roots @ np.swapaxes(roots, 1, 2)
