"""What chapters tabulate and draw, computed in the package: each study against its parts taken one by one."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from noisac import Geometry, Scenario, certified_optimum, crlb, expected_symbol_moments
from noisac.bounds.closed_form import bs_gain
from noisac.bounds.responses import conditional_crlb
from noisac.positioning.errors import root_mean_square
from noisac_book.complex_symbols import bounds_by_variance, numerical_response
from noisac_book.optimum_study import gap_panels, symbols_of_draws
from noisac_book.position import errors_by_snr, peb_by_separation
from tests.strategies import scenarios, setups, wide_users


@settings(max_examples=30)
@given(setups(scenarios(user_shapes=wide_users)))
def test_the_conditional_bound_is_that_of_symbols_with_both_parts_unknown(setup):
    scenario, beam, symbols = setup
    response, derivatives = numerical_response(scenario, beam)
    expected = crlb(scenario, beam, symbols, "complex")
    largest = (
        abs(scenario.bs_irs_gain * scenario.irs_user_gain) * np.sqrt(bs_gain(scenario)) * scenario.irs_elements
    )
    # A beam that all but cancels itself leaves nothing of the response to project on.
    assume(np.abs(response).max() > 1e-3 * largest)
    power = float(np.sum(np.abs(symbols) ** 2))
    bound = conditional_crlb(response, derivatives, power, scenario.noise_variance)
    np.testing.assert_allclose(bound, [expected.elevation, expected.azimuth], rtol=1e-5)


def test_a_silent_response_leaves_nothing_for_unknown_signals_to_imitate():
    derivatives = np.array([[3j, 0], [4, 0], [0, 2]])  # beside a response: 25 and 4, of a silent one
    np.testing.assert_allclose(conditional_crlb(np.zeros(3), derivatives, 0.5, 2.0), [2 / 25, 2 / 4])
    assert conditional_crlb([0, 0, 1e-9], derivatives, 0.5, 2.0)[1] == np.inf


@given(st.integers(0, 2**32 - 1), st.complex_numbers(min_magnitude=0.1, max_magnitude=10))
def test_the_slope_of_a_factor_of_the_response_does_not_matter_and_its_modulus_does(seed, factor):
    parts = np.random.default_rng(seed).standard_normal((2, 7, 4))
    draw = parts[0] + 1j * parts[1]
    h, derivatives, slope = draw[:, 0], draw[:, 1:3], draw[:2, 3]
    before = conditional_crlb(h, derivatives, 1.0, 1.0)
    after = conditional_crlb(factor * h, factor * derivatives + np.outer(h, slope), 1.0, 1.0)
    np.testing.assert_allclose(after * abs(factor) ** 2, before, rtol=1e-6)


@pytest.mark.parametrize(
    ("derivatives", "power", "variance", "name"),
    [(np.ones((3, 1)), 1.0, 1.0, "derivatives"), (np.ones((2, 1)), 0.0, 1.0, "power"),
     (np.ones((2, 1)), 1.0, -1.0, "noise_variance")],
)  # fmt: skip
def test_the_conditional_bound_names_what_is_wrong(derivatives, power, variance, name):
    with pytest.raises(ValueError, match=name):
        conditional_crlb([1.0, 1j], derivatives, power, variance)


def test_bounds_from_pilots_to_data_start_at_the_pilots_and_are_ordered():
    scenario, beam = Scenario(user_shape=(2, 2)), np.exp(1j * np.arange(16))
    found = bounds_by_variance(scenario, beam, 4, [0.0, 1e-3, 1.0])
    for label in (name for name in found if not name.startswith("no prior")):
        np.testing.assert_allclose(found[label][0], found["pilots"][0], rtol=1e-9, err_msg=label)
    both = found["prior, both parts unknown"]
    assert np.all(both >= found["prior, one part unknown"] * (1 - 1e-9))
    assert np.all(both <= found["no prior, both parts unknown"] * (1 + 1e-9))
    data = crlb(scenario, beam, expected_symbol_moments(4, 1.0), "real").angle
    np.testing.assert_allclose(found["no prior, one part unknown"][-1], data)


def test_panels_of_gaps_take_the_certified_minima_and_need_the_middle_weight():
    draws = symbols_of_draws(2, seed=3)
    minima = {weight: certified_optimum(Scenario(), draws, weight).objective for weight in (0.0, 0.5)}
    panels = gap_panels(Scenario(), draws, minima, seed=1)
    assert [list(panel) for panel in panels.values()] == [
        [0.0, 0.5], [4, 6, 9, 12, 16, 18], [1, 2, 3, 4], [2, 5, 10, 20, 50]
    ]  # fmt: skip
    assert all(np.all(gaps.decibels >= -1e-6) for panel in panels.values() for gaps in panel.values())
    with pytest.raises(ValueError, match=r"weight 0\.5"):
        gap_panels(Scenario(), draws, {0.0: minima[0.0]}, seed=1)


def test_errors_by_snr_meet_their_bounds_at_a_high_snr():
    found = errors_by_snr(Geometry.section_v(), [0.0, 20.0], draws=4000, rng=np.random.default_rng(1))
    for reference, measured in found.errors.values():
        np.testing.assert_allclose(measured[0].rmse / measured[1].rmse, 10, rtol=0.1)
        assert measured[1].high > found.bounds[reference][1]
    likelihood = found.errors["ML, height unknown"][1][1]
    assert likelihood.low < 1.02 * found.bounds["PEB, height unknown"][1]


def test_a_single_draw_has_no_interval_and_is_refused():
    with pytest.raises(ValueError, match="draws must be an integer of at least 2, got 1"):
        errors_by_snr(Geometry.section_v(), [0.0], draws=1, rng=np.random.default_rng(0))
    for bad in ([1.0], [], [1.0, -1.0], [1.0, np.nan]):
        with pytest.raises(ValueError, match="squared_errors must be at least two numbers, none below 0"):
            root_mean_square(bad)


def test_an_estimate_that_does_not_exist_makes_the_mean_error_infinite_and_none_leaves_it_zero():
    assert root_mean_square([1.0, np.inf]) == (np.inf, np.inf, np.inf)
    assert root_mean_square([0.0, 0.0]) == (0.0, 0.0, 0.0)


def test_a_known_height_and_a_larger_separation_help_up_to_an_optimum():
    free, floor = (peb_by_separation([0.5, 2.0, 9.0, 16.0], height_known=known) for known in (False, True))
    assert np.all(floor < free)
    assert free[0] > free[1] > free[2] < free[3]


@pytest.mark.parametrize(
    ("derivatives", "bound"),
    [
        ([[0, 0], [1j, 2j]], [np.inf, np.inf]),  # one moves the signal as the other does
        ([[1, 0], [1, 1j]], [np.inf, 1.0]),  # the first moves it as the symbol does
        ([[0, 0], [0, 1j]], [np.inf, 1.0]),  # the first does not move it
    ],
)
def test_the_conditional_bound_is_infinite_for_what_the_signal_does_not_show(derivatives, bound):
    np.testing.assert_allclose(conditional_crlb([1, 1], derivatives, 1.0, 1.0), bound)
