"""Errors beside the bounds of each receiver's own symbol model, thresholds, and what is refused."""

import functools
import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import xarray as xr

from noisac import (
    Scenario,
    crlb,
    draw_symbols,
    random_beams,
    received_mean,
    symbol_crlb_known_angles,
)
from noisac.estimation import (
    Estimates,
    maximum_likelihood,
    nearest_symbols,
    qam,
    simulate_error_rates,
    simulate_errors,
    simulate_received,
    squared_errors,
    symbol_error_rate,
    what_is_known,
)
from noisac_book.bound_met import draw_error_rates, draw_errors, ratio_to_bound, threshold_snr
from tests.estimation.cases import CLEAN, LARGE_SURFACE, SECTION_V, SYMBOLS, designed, estimate, noisy
from tests.strategies import SYMBOL_MODELS

DRAWS = 16_000


@functools.cache
def at_high_snr(scenario):
    """Errors of all receivers at 10 dB, with the beam of Theorem 1."""
    rng = np.random.default_rng(1)
    return simulate_errors(scenario, designed(scenario, "real"), SYMBOLS, [10.0], draws=DRAWS, rng=rng).isel(
        snr_db=0
    )


# Bounds met and missed
CASES = [
    (model, quantity)
    for model in SYMBOL_MODELS
    for quantity in ("angle", "elevation", "azimuth", "symbol")
    if (model, quantity) != ("known", "symbol")
]


@pytest.mark.parametrize(("model", "quantity"), CASES)
@pytest.mark.parametrize("scenario", [SECTION_V, LARGE_SURFACE], ids=["Section V", "large surface"])
def test_at_high_snr_each_receiver_meets_the_bound_of_its_model_within_five_percent(scenario, model, quantity):
    ratio = ratio_to_bound(at_high_snr(scenario)).sel(model=model, quantity=quantity)
    assert ratio.lower > 0.95  # the whole 95 % interval lies within 5 % of the bound
    assert ratio.upper < 1.05


@pytest.mark.parametrize("quantity", ["angle", "elevation", "azimuth", "symbol"])
def test_a_receiver_that_knows_nothing_misses_the_bound_of_theorem_1(quantity):
    data = at_high_snr(LARGE_SURFACE)
    theorem_1 = data.bound.sel(model="real")
    ratio = ratio_to_bound(data.sel(model="complex"), theorem_1).sel(quantity=quantity)
    assert ratio.lower > 20


def test_a_receiver_told_im_x_misses_the_bound_of_pilots_and_beats_that_without_knowledge():
    data = at_high_snr(LARGE_SURFACE).sel(quantity="angle")
    real = data.sel(model="real")
    assert ratio_to_bound(real, data.bound.sel(model="known")).lower > 1.5
    assert ratio_to_bound(real, data.bound.sel(model="complex")).upper < 0.05


def test_at_section_v_the_three_receivers_cannot_be_told_apart_by_their_angles():
    data = at_high_snr(SECTION_V).sel(quantity="angle")
    for model in SYMBOL_MODELS:
        ratio = ratio_to_bound(data.sel(model=model), data.bound.sel(model="real"))
        assert ratio.lower > 0.95
        assert ratio.upper < 1.05


def test_a_beam_of_theorem_1_costs_a_receiver_that_knows_nothing_more_than_five_decibels():
    errors = {}
    for model in ("real", "complex"):
        beam = designed(LARGE_SURFACE, model)
        data = simulate_errors(
            LARGE_SURFACE,
            beam,
            SYMBOLS,
            [10.0],
            draws=2000,
            rng=np.random.default_rng(2),
            symbol_models=["complex"],
        )
        errors[model] = float(data.mse.sel(quantity="angle").squeeze())
        promised = float(crlb(LARGE_SURFACE.replace(snr_db=10.0), beam, SYMBOLS, model).angle)
        if model == "real":
            assert errors[model] > 20 * promised
        else:
            assert errors[model] == pytest.approx(promised, rel=0.1)
    assert 10 * math.log10(errors["real"] / errors["complex"]) > 5


def test_a_receiver_that_takes_im_x_for_zero_errs_by_degrees_without_any_noise():
    beam = designed(LARGE_SURFACE, "real")
    clean = received_mean(LARGE_SURFACE, beam, SYMBOLS)
    found = maximum_likelihood(LARGE_SURFACE, beam, clean, "real", known=np.zeros(2))
    assert math.degrees(math.sqrt(squared_errors(found, LARGE_SURFACE, SYMBOLS).angle)) > 2


# Errors beside bounds, by hand
def test_squared_errors_are_those_of_both_angles_and_the_mean_over_the_symbols():
    (elevation, azimuth), x = SECTION_V.user_aoa, np.array([1.0, 1j, -1.0, -1j])
    wrong = np.array([1.3, 1.4j, -1.0, -1j])
    off = Estimates(np.array([elevation + 0.1]), np.array([azimuth - 0.2]), wrong[None], wrong[None], np.zeros(1))
    errors = squared_errors(off, SECTION_V, x)
    for found, expected in zip((*errors, errors.angle), (0.01, 0.04, 0.25 / 4, 0.025), strict=True):
        np.testing.assert_allclose(found, [expected])


@functools.cache
def few_draws():
    return simulate_errors(LARGE_SURFACE, np.ones(64), SYMBOLS, [0.0, 5.0], draws=2, rng=np.random.default_rng(0))


def test_each_receiver_stands_beside_the_bound_of_its_own_symbol_model():
    for model in SYMBOL_MODELS:
        for level in (0.0, 5.0):
            bounds = crlb(LARGE_SURFACE.replace(snr_db=level), np.ones(64), SYMBOLS, model)
            for quantity in ("angle", "elevation", "azimuth", "symbol"):
                found = few_draws().bound.sel(model=model, snr_db=level, quantity=quantity)
                np.testing.assert_array_equal(found, getattr(bounds, quantity))


def test_known_symbols_have_no_error_and_everything_else_has():
    data = few_draws()
    nothing = (data.model == "known") & (data["quantity"] == "symbol")
    for name in ("mse", "mse_error"):
        xr.testing.assert_equal(
            np.isnan(data[name]), nothing.broadcast_like(data[name]).transpose(*data[name].dims)
        )


def test_runs_say_of_how_many_draws_slots_and_points_they_are():
    assert few_draws().attrs == {"draws": 2, "slots": 2}
    assert one_slot().attrs == {"draws": 40, "slots": 1, "order": 16}


@functools.cache
def one_slot():
    return simulate_error_rates(SECTION_V, np.ones(16), 16, 1, [-30.0], draws=40, rng=np.random.default_rng(0))


def test_in_blocks_of_one_slot_the_error_rate_has_the_standard_error_of_a_proportion():
    rate = one_slot().error_rate
    assert np.all((rate > 0) & (rate < 1))
    np.testing.assert_allclose(one_slot().error_rate_error, np.sqrt(rate * (1 - rate) / (40 - 1)))


def test_two_draws_are_enough_for_error_rates():
    data = simulate_error_rates(SECTION_V, np.ones(16), 4, 2, [10.0], draws=2, rng=np.random.default_rng(0))
    assert np.all(data.error_rate == 0)


def table_of(ratios, levels):
    """What `simulate_errors` returns, with these ratios of error and bound: rows per model, two quantities."""
    mse = np.repeat(np.array(ratios)[..., None], 2, axis=-1)
    dims = ("model", "snr_db", "quantity")
    coordinates = {"model": list("abcdefgh")[: len(mse)], "snr_db": levels, "quantity": ["angle", "symbol"]}
    return xr.Dataset(
        {"mse": (dims, mse), "mse_error": (dims, 0.1 * mse), "bound": (dims, 0 * mse + 1)}, coordinates
    )


def test_the_threshold_is_where_the_error_last_crosses_the_limit_on_logarithmic_axes():
    table = table_of(
        [
            [8.0, 8.0, 4.0, 1.0],  # halfway, in decibels of the error, from 4 to 1
            [8.0, 1.0, 8.0, 0.5],  # again above after it was below
            [8.0, 4.0, 4.0, 2.0],  # at the limit itself
            [2.0, 1.0, 1.0, 1.0],  # never above
            [8.0, 8.0, 8.0, 2.1],  # always
        ],
        [-20.0, -10.0, 0.0, 8.0],
    )
    edge = threshold_snr(table)
    assert edge.dims == ("model", "quantity")
    assert set(edge.coords) == {"model", "quantity"}
    for quantity in ("angle", "symbol"):
        np.testing.assert_allclose(edge.sel(quantity=quantity), [4.0, 4.0, 8.0, np.nan, np.nan], atol=1e-12)
    xr.testing.assert_allclose(threshold_snr(table.transpose("quantity", "snr_db", "model")), edge.T)
    xr.testing.assert_allclose(threshold_snr(table.isel(quantity=0)), edge.isel(quantity=0))
    np.testing.assert_allclose(threshold_snr(table, factor=4.0).isel(quantity=0)[:2], [0.0, 2.0], atol=1e-12)


def test_one_snr_has_no_threshold():
    assert np.all(np.isnan(threshold_snr(table_of([[1.0], [8.0]], [0.0]))))


def test_the_interval_is_one_of_95_percent_on_a_logarithmic_axis():
    ratio = ratio_to_bound(table_of([[3.0, 2.0]], [0.0, 10.0]))
    np.testing.assert_allclose(np.log(ratio.upper / ratio.ratio) / 0.1, scipy.stats.norm.ppf(0.975), atol=1e-4)
    np.testing.assert_allclose(ratio.upper * ratio.lower, ratio.ratio**2)
    np.testing.assert_allclose(ratio.ratio.squeeze().isel(quantity=0), [3.0, 2.0])


# Threshold, long blocks
def test_below_the_threshold_the_errors_leave_the_bound():
    levels = [-45.0, -40.0, -35.0, -30.0, -25.0, -20.0]
    data = simulate_errors(
        SECTION_V,
        designed(SECTION_V, "real"),
        SYMBOLS,
        levels,
        draws=1000,
        rng=np.random.default_rng(3),
        symbol_models=["known", "complex"],
    )
    ratio = ratio_to_bound(data).sel(quantity="angle", model="complex")
    assert ratio.lower.sel(snr_db=-40.0) > 5
    assert ratio.upper.sel(snr_db=-20.0) < 1.3
    edge = threshold_snr(data).sel(quantity="angle")
    assert -36 < edge.sel(model="complex") < -30
    assert edge.sel(model="known") < edge.sel(model="complex")
    assert np.isnan(threshold_snr(data.sel(snr_db=[-45.0, -40.0])).sel(quantity="angle", model="complex"))


def test_in_a_long_block_of_noisy_slots_unknown_symbols_cost_the_known_factor():
    # One source: 1 + sigma^2 / (|p|^2 mean |x|^2), however large T is; Stoica and Nehorai (1990).
    slots = 50
    beam, x = designed(SECTION_V, "complex"), draw_symbols(np.random.default_rng(4), slots)
    snr_db = 10 * math.log10(4 * 2 * symbol_crlb_known_angles(SECTION_V, beam))
    data = simulate_errors(
        SECTION_V,
        beam,
        x,
        [snr_db],
        draws=1000,
        rng=np.random.default_rng(5),
        symbol_models=["complex", "known"],
    )
    ratio = ratio_to_bound(data).isel(snr_db=0).sel(quantity="elevation")
    expected = 1 + 1 / (4 * np.mean(np.abs(x) ** 2))
    assert ratio.lower.sel(model="complex") > 1.05
    error = float(np.log(ratio.upper / ratio.ratio).sel(model="complex")) / 1.96
    assert abs(math.log(ratio.ratio.sel(model="complex") / expected)) < 4 * error
    assert abs(math.log(ratio.ratio.sel(model="known"))) < 4 * error


# Drivers and bad input
def test_a_run_is_repeatable_and_longer_lists_of_snr_begin_with_the_shorter():
    beam = designed(SECTION_V, "real")

    def run(levels):
        return simulate_errors(SECTION_V, beam, SYMBOLS, levels, draws=30, rng=np.random.default_rng(0))

    once, again, longer = run([-10.0]), run([-10.0]), run([-10.0, 0.0])
    assert once.identical(again)
    assert once.mse.equals(longer.mse.sel(snr_db=[-10.0]))


def test_means_are_drawn_only_above_the_snr_where_a_few_draws_decide():
    data = simulate_errors(
        SECTION_V, np.ones(16), SYMBOLS, [-20.0, 0.0, 10.0], draws=50, rng=np.random.default_rng(0)
    )
    data.mse_error.loc[{"snr_db": 0.0, "quantity": "symbol"}] = np.inf
    figure = draw_errors(data)
    markers = [line for line in figure.axes[1].lines if line.get_marker() == "s"]
    np.testing.assert_array_equal(np.isfinite(markers[0].get_ydata()), [False, False, True])


def test_figures_label_their_axes():
    data = simulate_error_rates(SECTION_V, np.ones(16), 4, 2, [-20.0], draws=10, rng=np.random.default_rng(0))
    figure = draw_error_rates({"one": [data], "two": [data]})
    assert [axes.get_ylabel() for axes in figure.axes] == ["symbol error rate"] * 2
    with pytest.raises(ValueError, match="quantities"):
        draw_errors(data, ["phase"])


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((SECTION_V, np.ones(16), CLEAN, "imaginary"), {}, "symbol_model"),
        ((SECTION_V, np.ones(9), CLEAN), {}, "beam"),
        ((SECTION_V, 2 * np.ones(16), CLEAN), {}, "unit modulus"),
        ((SECTION_V, np.ones(16), CLEAN[:, :9]), {}, "received must have shape"),
        ((SECTION_V, np.ones(16), CLEAN[0]), {}, "received must have shape"),
        ((SECTION_V, np.ones(16), CLEAN[:0]), {}, "received must have shape"),
        ((SECTION_V, np.ones(16), np.full((2, 16), np.nan)), {}, "received must be finite"),
        ((SECTION_V, np.ones(16), np.full((2, 16), "y")), {}, "numeric"),
        ((SECTION_V, np.ones(16), CLEAN, "complex"), {"known": SYMBOLS}, "known must be None"),
        ((SECTION_V, np.ones(16), CLEAN, "known"), {}, "known must hold x"),
        ((SECTION_V, np.ones(16), CLEAN, "real"), {}, "known must hold Im x"),
        ((SECTION_V, np.ones(16), CLEAN, "real"), {"known": SYMBOLS}, "real numbers"),
        ((SECTION_V, np.ones(16), CLEAN, "known"), {"known": np.ones(3)}, "known must have shape"),
        ((SECTION_V, np.ones(16), CLEAN, "known"), {"known": np.ones(1)}, "known must have shape"),
        ((SECTION_V, np.ones(16), CLEAN, "known"), {"known": np.ones((4, 2))}, "known must have shape"),
        ((SECTION_V, np.ones(16), CLEAN), {"bs_beam": np.ones(3)}, "bs_beam"),
        ((SECTION_V, np.ones(16), CLEAN), {"bs_beam": np.zeros(8)}, "sends nothing"),
        ((SECTION_V, np.ones(16), CLEAN), {"oversampling": 0.0}, "oversampling"),
        ((SECTION_V.replace(user_shape=(1, 16)), np.ones(16), CLEAN), {}, "along y"),
        (
            (SECTION_V.replace(user_shape=(16, 1), irs_shape=(16, 1)), np.ones(16), CLEAN, "known"),
            {"known": SYMBOLS},
            "along z",
        ),
    ],
)
def test_bad_arguments_of_the_receiver_are_named(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        maximum_likelihood(*arguments, **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: qam(8), "power of 4"),
        (lambda: qam(36), "power of 4"),
        (lambda: nearest_symbols([1.0], 2), "order"),
        (lambda: symbol_error_rate(4, 0.0), "snr"),
        (lambda: noisy(SECTION_V, np.ones(16), 0), "draws"),
        (lambda: noisy(SECTION_V, np.ones(16), 3, symbols=np.ones((2, 2))), "symbols must have shape"),
        (lambda: noisy(SECTION_V, np.ones(16), 3, symbols=np.ones((1, 3, 2))), "symbols must have shape"),
        (lambda: simulate_received(SECTION_V, np.ones(16), [1.0], draws=2, rng=0), "rng"),
        (lambda: what_is_known([1.0], "none"), "symbol_model"),
        (
            lambda: simulate_errors(SECTION_V, np.ones(16), [1.0], [], draws=2, rng=np.random.default_rng(0)),
            "snr_db",
        ),
        (
            lambda: simulate_errors(SECTION_V, np.ones(16), [1.0], [0.0], draws=1, rng=np.random.default_rng(0)),
            "draws",
        ),
        (
            lambda: simulate_error_rates(
                SECTION_V, np.ones(16), 4, 2, [0.0], draws=1, rng=np.random.default_rng(0)
            ),
            "draws must be an integer of at least 2",
        ),
        (
            lambda: simulate_errors(
                SECTION_V, np.ones(16), [1.0], [0.0, np.nan], draws=2, rng=np.random.default_rng(0)
            ),
            r"snr_db\[1\] must be a finite number",
        ),
        (lambda: threshold_snr(few_draws(), 0.0), "factor must be a finite positive number"),
        (
            lambda: simulate_error_rates(
                SECTION_V, np.ones(16), 4, 0, [0.0], draws=2, rng=np.random.default_rng(0)
            ),
            "slots",
        ),
    ],
)
def test_other_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_one_row_of_antennas_is_enough_where_something_of_the_symbols_is_known():
    for shape in ((4, 4), (2, 4)):
        scenario = Scenario(irs_shape=shape, user_shape=(1, 4), user_aoa=(0.3, 0.5))
        beam = random_beams(scenario, (), np.random.default_rng(12))
        clean = received_mean(scenario, beam, SYMBOLS)
        for model in ("known", "real"):
            found = estimate(scenario, beam, clean, model)
            np.testing.assert_allclose([found.elevation, found.azimuth], scenario.user_aoa, atol=1e-6)


def test_what_is_no_scenario_is_named():
    with pytest.raises(TypeError, match=r"scenario must be a noisac\.Scenario"):
        maximum_likelihood("Section V", np.ones(16), CLEAN)
