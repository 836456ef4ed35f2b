"""The closed form of `bounds.py` against the dense matrix of `fisher.py`, for beams of every kind."""

import numpy as np
import pytest

from noisac import crlb, crlb_per_symbol, draw_symbols, random_beams, symbol_crlb_known_angles
from noisac.bounds.fisher import fisher_information
from tests.references import EPS, bounds_by_inversion
from tests.strategies import SYMBOL_MODELS, random_scenario

SCENARIOS = 1000


def random_case(rng):
    scenario = random_scenario(rng)
    if rng.random() < 0.5:
        beam = random_beams(scenario, (), rng)
    else:
        beam = np.exp(2j * np.pi * rng.random(scenario.irs_elements))
    return scenario, beam, draw_symbols(rng, int(rng.integers(1, 9)), rng.uniform(0.05, 1.0))


def largest_error(scenario, beam, symbols, model, reference, bs_beam=None):
    per_symbol, elevation, azimuth = reference
    bounds = crlb(scenario, beam, symbols, model, bs_beam=bs_beam)
    got, wanted = [bounds.elevation, bounds.azimuth], [elevation, azimuth]
    if model == "known":
        assert np.isnan(bounds.symbol)
    else:
        got.append(bounds.symbol)
        wanted.append(per_symbol.mean())
        got.extend(crlb_per_symbol(scenario, beam, symbols, model, bs_beam=bs_beam))
        wanted.extend(per_symbol)
    return np.max(np.abs(np.array(got) / np.array(wanted) - 1))


def regular_cases(rng, model, count, with_bs_beam=False):
    """Random cases until `count` of them have an information matrix that can be inverted.

    Most of the others are users with a single row of antennas: test_singular_information.py.
    """
    while count:
        scenario, beam, symbols = random_case(rng)
        parts = rng.standard_normal((scenario.bs_antennas, 2))
        bs_beam = parts[:, 0] + 1j * parts[:, 1] if with_bs_beam else None
        reference, condition = bounds_by_inversion(scenario, beam, symbols, model, bs_beam)
        if reference is not None:
            count -= 1
            yield scenario, beam, symbols, bs_beam, reference, condition


@pytest.mark.paper(16, 28, 29, 30)
@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_closed_form_equals_the_inverse_of_the_dense_matrix(model):
    to_nine_digits = 0
    cases = regular_cases(np.random.default_rng(20), model, SCENARIOS)
    for scenario, beam, symbols, bs_beam, reference, condition in cases:
        # The inverse of the reference, not the closed form, loses the digits of an ill-conditioned matrix.
        allowed = max(1e-9, 100 * EPS * condition)
        error = largest_error(scenario, beam, symbols, model, reference, bs_beam)
        assert error <= allowed, f"{error:.1e} with condition {condition:.1e} for {scenario}"
        to_nine_digits += allowed == 1e-9
    assert to_nine_digits >= 0.95 * SCENARIOS


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_closed_form_equals_the_inverse_with_any_bs_beam(model):
    cases = regular_cases(np.random.default_rng(21), model, 200, with_bs_beam=True)
    for scenario, beam, symbols, bs_beam, reference, condition in cases:
        error = largest_error(scenario, beam, symbols, model, reference, bs_beam)
        assert error <= max(1e-9, 100 * EPS * condition)


def test_known_angles_leave_the_inverse_of_the_diagonal_element():
    rng = np.random.default_rng(22)
    for _ in range(200):
        scenario, beam, symbols = random_case(rng)
        expected = 1 / fisher_information(scenario, beam, symbols)[0, 0]
        np.testing.assert_allclose(symbol_crlb_known_angles(scenario, beam), expected, rtol=1e-9)
