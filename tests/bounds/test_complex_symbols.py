"""Symbols of which both parts are unknown: the information that is left, and the trade-off."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st

from noisac import (
    Scenario,
    crlb,
    draw_symbols,
    finite_difference_information,
    fisher_information,
    pilots,
    random_beams,
    received_mean,
    run_experiment,
)
from noisac.beamforming.tradeoff_ranges import design_beams, tradeoff_range
from noisac.bounds.aperture import aligned_beam, apertures
from noisac.bounds.closed_form import beam_sums
from noisac.bounds.priors import (
    bayesian_crlb,
    bayesian_information,
    marginal_crlb,
    marginal_information,
    prior_information,
)
from noisac.bounds.tradeoff import aligned_beam_suffices, angle_gradients_by_cosines, angle_range_bound
from noisac.bounds.unknown_gain import crlb_unknown_gain, fisher_information_unknown_gain
from noisac.experiments.summaries import median_interval
from noisac_book.complex_symbols import MODELS, mismatch_db
from noisac_book.when_tradeoff import draw_models_beside
from tests.bounds.cases import close, fewer
from tests.references import bounds_by_range_check
from tests.strategies import (
    SYMBOL_MODELS,
    scenarios,
    seeds,
    setups,
    shapes,
    symbol_blocks,
    wide_setups,
    wide_users,
)


# The information that is left
@given(wide_setups)
def test_eliminating_complex_symbols_from_the_dense_matrix_leaves_the_users_aperture_alone(setup):
    scenario, beam, symbols = setup
    gain = np.abs(beam_sums(scenario, beam)[0]) ** 2
    assume(gain > 1e-3)
    information = fisher_information(scenario, beam, symbols, "complex")
    data, cross, angles = information[:-2, :-2], information[:-2, -2:], information[-2:, -2:]
    left = angles - cross.T @ np.linalg.solve(data, cross)
    gradients = angle_gradients_by_cosines(scenario)
    scale = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    expected = scale * gain * np.sum(np.abs(symbols) ** 2) * np.diag(apertures(scenario).user)
    # Cosines to angles: J = G^-T J_cosines G^-1, with G's rows the gradients of the angles.
    inverse = np.linalg.inv(gradients)
    np.testing.assert_allclose(left, inverse.T @ expected @ inverse, rtol=1e-6, atol=1e-9 * np.max(np.abs(angles)))


@given(setups(scenarios(user_shapes=st.sampled_from([(1, 1)]))))
def test_with_one_antenna_complex_symbols_tell_nothing_of_the_angles(setup):
    scenario, beam, _symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 1e-3)
    bounds = crlb(*setup, "complex")
    assert np.isinf(bounds.elevation)
    assert np.isinf(bounds.azimuth)


@fewer
@given(wide_setups)
def test_it_is_the_conditional_bound_of_stoica_and_nehorai(setup):
    """{2 / sigma^2 sum_t Re[X^H D^H P_perp D X]}^-1, from the array response and its numerical derivatives."""
    scenario, beam, symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 0.1)
    unit = np.ones(1)

    def response(elevation, azimuth):
        return received_mean(scenario.replace(user_aoa=(elevation, azimuth)), beam, unit)[0]

    elevation, azimuth = scenario.user_aoa
    a, step = response(elevation, azimuth), 1e-5
    derivatives = np.stack(
        [
            (response(elevation + step, azimuth) - response(elevation - step, azimuth)) / (2 * step),
            (response(elevation, azimuth + step) - response(elevation, azimuth - step)) / (2 * step),
        ],
        axis=-1,
    )
    projector = np.eye(len(a)) - np.outer(a, a.conj()) / np.vdot(a, a)
    middle = derivatives.conj().T @ projector @ derivatives
    total = sum((np.conj(x) * middle * x).real for x in symbols)
    information = 2 / scenario.noise_variance * total
    size = np.sqrt(np.diag(information))
    bound = np.diag(np.linalg.inv(information / np.outer(size, size))) / size**2
    bounds = crlb(*setup, "complex")
    close([bounds.elevation, bounds.azimuth], bound, rtol=1e-4)


# The trade-off
@given(wide_setups)
def test_the_symbols_bound_depends_on_gain_and_centre_of_gravity(setup):
    scenario, beam, symbols = setup
    sums = beam_sums(scenario, beam)
    assume(np.abs(sums[0]) > 1e-2)
    centre = sums[1:] / sums[0]
    scale = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    spread = np.sum(np.abs(centre) ** 2 / apertures(scenario).user) / len(symbols)
    close(crlb(*setup, "complex").symbol, (2 + spread) / (scale * np.abs(sums[0]) ** 2), rtol=1e-7)


@given(scenarios(user_shapes=wide_users), seeds, st.integers(1, 6))
def test_the_aligned_beam_is_best_for_the_angles_for_every_surface(scenario, seed, slots):
    rng = np.random.default_rng(seed)
    symbols = draw_symbols(rng, slots)
    others = np.exp(2j * np.pi * rng.random((20, scenario.irs_elements)))
    best = crlb(scenario, aligned_beam(scenario), symbols, "complex").angle
    assert np.all(crlb(scenario, others, symbols, "complex").angle >= best * (1 - 1e-9))


def test_where_the_aligned_beam_suffices_no_search_finds_a_better_one_for_the_symbols():
    rng = np.random.default_rng(7)
    checked = 0
    while checked < 60:
        scenario = Scenario(
            irs_shape=tuple(rng.integers(2, 5, 2)),
            user_shape=tuple(rng.integers(2, 5, 2)),
            irs_spacing=rng.uniform(0.2, 0.8),
        )
        slots = int(rng.integers(1, 4))
        if not aligned_beam_suffices(scenario, slots):
            continue
        symbols = draw_symbols(rng, slots)
        found = design_beams(scenario, symbols, 1.0, rng=rng, symbol_model="complex")
        best = crlb(scenario, aligned_beam(scenario), symbols, "complex").symbol
        assert crlb(scenario, found, symbols, "complex").symbol >= best * (1 - 1e-9)
        checked += 1


def test_a_small_user_and_a_large_surface_have_a_trade_off_with_complex_symbols_too():
    # The hypothesis that it vanishes for every L and M is false: the symbols' bound also depends on the centre.
    rng = np.random.default_rng(1)
    scenario = Scenario(user_shape=(2, 2), irs_shape=(6, 6))
    symbols = draw_symbols(rng, 2, size=(3,))
    found = tradeoff_range(scenario, symbols, rng=rng, symbol_model="complex")
    assert np.all(found.angle_db > 5)
    assert np.all(found.rate_bits > 0.2)
    assert np.all(found.angle_db <= 10 * np.log10(angle_range_bound(scenario, 2, "complex")) + 1e-9)


@pytest.mark.parametrize("side", [3, 4, 5, 6])
def test_at_the_papers_arrays_complex_symbols_leave_no_trade_off(side):
    rng = np.random.default_rng(side)
    scenario = Scenario(irs_shape=(side, side))
    assert aligned_beam_suffices(scenario, 2)
    symbols = draw_symbols(rng, 2, size=(3,))
    found = tradeoff_range(scenario, symbols, rng=rng, symbol_model="complex")
    assert np.all(np.abs(found.angle_db) < 1e-2)


# The wrong bound
def test_no_beam_judged_under_a_model_beats_the_one_designed_for_it():
    rng = np.random.default_rng(2)
    scenario = Scenario(irs_shape=(3, 3), user_shape=(2, 2))
    symbols = draw_symbols(rng, 2, size=(20,))
    table = mismatch_db(scenario, symbols, rng=rng, phases="codebook")
    assert table.shape == (3, 3, 20)
    for i in range(len(MODELS)):
        np.testing.assert_allclose(table[i, i], 0, atol=1e-9)
    assert np.all(table > -1e-6)
    assert table[MODELS.index("known"), MODELS.index("complex")].mean() > 0.5


def test_between_equal_arrays_the_model_does_not_matter_for_free_phases():
    rng = np.random.default_rng(3)
    symbols = draw_symbols(rng, 2, size=(5,))
    table = mismatch_db(Scenario(irs_shape=(3, 3), user_shape=(3, 3)), symbols, rng=rng)
    assert np.all(np.abs(table) < 1e-2)


# Singular and bad input
@fewer
@given(setups(scenarios(irs_shapes=shapes(1, 3), user_shapes=shapes(1, 3)), symbol_blocks(1, 3)))
def test_known_gain_is_theorem_1(setup):
    for model in SYMBOL_MODELS:
        for one, other in zip(crlb_unknown_gain(*setup, model, "known"), crlb(*setup, model), strict=True):
            np.testing.assert_array_equal(one, other)


def test_the_dense_matrix_without_an_unknown_gain_is_theorem_1():
    scenario, x = Scenario(irs_shape=(2, 2)), [1.0, 0.3 + 1j]
    beam = random_beams(scenario, (), np.random.default_rng(0))
    for model in SYMBOL_MODELS:
        dense = fisher_information_unknown_gain(scenario, beam, x, model, "known")
        close(dense, fisher_information(scenario, beam, x, model), rtol=1e-9)
        size = np.sqrt(np.diag(dense))
        numerical = finite_difference_information(scenario, beam, x, model)
        np.testing.assert_allclose(numerical / np.outer(size, size), dense / np.outer(size, size), atol=1e-7)


@pytest.mark.parametrize("beam", [np.ones(4), np.array([1, -1, 1, -1])])
def test_bounds_that_do_not_exist_are_infinite(beam):
    scenario = Scenario(irs_shape=(2, 2), user_shape=(1, 1))
    _, elevation, azimuth = bounds_by_range_check(scenario, beam, np.array([1.0, 1j]), "complex")
    assert np.isinf([elevation, azimuth]).all()
    bounds = crlb_unknown_gain(scenario, beam, [1.0, 1j], "known", "complex")
    assert not np.isnan(bounds.angle)
    assert np.isinf(crlb_unknown_gain(scenario, beam, [1.0, 2.0], "real", "complex").symbol)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: crlb_unknown_gain(Scenario(), np.ones(16), [1.0], "real", "modulus"), "gain_model must be"),
        (lambda: fisher_information_unknown_gain(Scenario(), np.ones(16), [1.0], "x"), "symbol_model must be"),
        (lambda: prior_information(1.5), "variance"),
        (lambda: bayesian_information(Scenario(), np.ones(16), 2, 0.0), "variance .* above 0"),
        (lambda: bayesian_crlb(Scenario(), np.ones(16), 2, 1.0, "known"), "symbol_model must be"),
        (lambda: marginal_information(Scenario(), np.ones(16), 0, 1.0), "slots must be"),
        (lambda: aligned_beam_suffices(Scenario(), 0), "slots must be"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_figures_of_both_models_draw_every_experiment():
    names = ("fig04", "fig05", "fig06", "fig08", "fig09", "fig10", "fig11", "fig12", "fig13", "fig14")
    data = {name: run_experiment(name, draws=1, seed=1) for name in names}
    figure = draw_models_beside({"real": data, "complex": data})
    titles = [axes.get_title() for axes in figure.axes]
    assert all(any(f"Fig. {int(name[3:])}" in title for title in titles) for name in names)
    assert all(axes.lines for axes in figure.axes)


def test_the_figures_of_both_models_draw_what_is_given_two_panels_in_a_row():
    data = {name: run_experiment(name, draws=1, seed=1) for name in ("fig04", "fig11", "fig12")}
    figure = draw_models_beside({"real": data, "complex": data})
    assert [axes.get_title() for axes in figure.axes] == ["Fig. 4", "Fig. 4", "Fig. 11a", "Fig. 11b", "Fig. 12"]
    assert {axes.get_subplotspec().colspan.start for axes in figure.axes} == {0, 1}
    explained = {name.get_text().split()[0] for name in figure.legends[0].get_texts()}
    assert explained == {"one", "both", "pilots"}
    alone = draw_models_beside({model: {"fig12": data["fig12"]} for model in ("real", "complex")})
    assert {name.get_text().split()[0] for name in alone.legends[0].get_texts()} == {"one", "both"}


def test_the_interval_of_a_median_holds_it_in_95_percent_of_all_cases():
    rng = np.random.default_rng(0)
    values = xr.DataArray(rng.standard_exponential((4000, 100)), dims=("case", "draw"))
    low, high = median_interval(values)
    held = np.mean((low <= np.log(2)) & (np.log(2) <= high))
    assert 0.94 < held < 0.98


def test_a_silent_beam_shows_the_distributions_receiver_the_one_angle_that_it_shows_to_pilots():
    scenario = Scenario(irs_shape=(1, 4), user_shape=(2, 2), user_aoa=(0.0, 0.0), irs_aoa=(0.0, 0.0))
    beam = np.array([1.0, 1.0, -1.0, -1.0])
    known = crlb(scenario, beam, pilots(1), "known")
    found = marginal_crlb(scenario, beam, 1, 0.0)
    assert np.isfinite(known.elevation)
    assert np.isinf(known.azimuth)
    close(found.elevation, known.elevation, rtol=1e-12)
    assert np.isinf(found.azimuth)
    assert np.isinf(marginal_crlb(scenario, beam, 1, 1.0).angle)
