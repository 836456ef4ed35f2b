"""When there is a trade-off: each theorem of the book's chapter, on random problems."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from noisac import (
    Scenario,
    certified_optimum,
    coordinate_descent,
    crlb,
    crlb_per_symbol,
    draw_symbols,
    fisher_information,
    phase_codebook,
    random_beams,
    run_experiment,
    symbol_moments,
)
from noisac.beamforming.tradeoff_ranges import design_beams, tradeoff_range
from noisac.bounds.aperture import (
    aligned_beam,
    aperture_ratio,
    apertures,
    direction_form,
    information_ceiling,
    largest_eigenvalue,
)
from noisac.bounds.closed_form import beam_sums
from noisac.bounds.tradeoff import (
    angle_gradients_by_cosines,
    angle_range_bound,
    imaginary_share,
    least_angle_crlb,
    quantised_gain,
    rate_range_bound,
)
from noisac_book.when_tradeoff import exact_changes, regime_map
from tests.strategies import directions, scenarios, seeds, setups, shapes, wide_users

turns = st.floats(-math.pi, math.pi)
PROBLEMS = 240


def random_problem(rng, largest=3):
    """A small surface in front of a user whose array reaches along both axes, and a block of symbols."""
    scenario = Scenario(
        irs_shape=tuple(rng.integers(1, largest, 2) + 1) if largest > 2 else (2, 2),
        user_shape=tuple(rng.integers(2, 5, 2)),
        user_aoa=(rng.uniform(-1.3, 1.3), rng.uniform(-1.3, 1.3)),
        irs_aoa=(rng.uniform(-1.3, 1.3), rng.uniform(-1.3, 1.3)),
        irs_spacing=rng.uniform(0.1, 1.0),
        user_spacing=rng.uniform(0.1, 1.0),
        phase_bits=int(rng.integers(1, 3)),
        phase_convention=str(rng.choice(["difference", "sum"])),
    )
    return scenario, draw_symbols(rng, int(rng.integers(1, 6)), rng.uniform(0.1, 1.0))


def small_problems(count=PROBLEMS, limit=1024):
    """Problems with few enough beams to look at each; the beams come with them."""
    rng = np.random.default_rng(6)
    while count:
        scenario, symbols = random_problem(rng)
        free = scenario.irs_elements - 1
        if 2 ** (scenario.phase_bits * free) <= limit:
            index = np.indices((2**scenario.phase_bits,) * free).reshape(free, -1).T
            codebook = phase_codebook(scenario.phase_bits)
            yield scenario, symbols, np.concatenate([np.ones((len(index), 1)), codebook[index]], axis=1)
            count -= 1


@pytest.fixture(scope="module")
def searched():
    """Bounds of all beams of each problem, with known, real and complex symbols."""
    return [
        (scenario, x, {model: crlb(scenario, every, x, model) for model in ("known", "real", "complex")})
        for scenario, x, every in small_problems()
    ]


# The form and its eigenvalues


@given(setups(), turns)
def test_the_quadratic_form_is_the_information_of_known_symbols_along_a_direction(setup, turn):
    scenario, beam, symbols = setup
    n = np.array([math.cos(turn), math.sin(turn)])
    gradients = angle_gradients_by_cosines(scenario)  # J of the angles = G^-T J of the cosines G^-1
    of_angles = fisher_information(scenario, beam, symbols, "known")
    of_cosines = gradients.T @ of_angles @ gradients
    eta = beam * aligned_beam(scenario).conj()
    form = (eta.conj() @ direction_form(scenario, n) @ eta).real
    scale = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    scale *= np.sum(np.abs(symbols) ** 2)
    largest = scale * scenario.irs_elements**2 * largest_eigenvalue(scenario, n)
    np.testing.assert_allclose(n @ of_cosines @ n, scale * form, rtol=1e-6, atol=1e-9 * largest + 1e-12)


@given(scenarios(), turns)
def test_the_largest_eigenvalue_follows_from_variances_and_centres(scenario, turn):
    n = np.array([math.cos(turn), math.sin(turn)])
    exact = np.linalg.eigvalsh(direction_form(scenario, n))[-1]
    expected = scenario.irs_elements * largest_eigenvalue(scenario, n)
    np.testing.assert_allclose(expected, exact, rtol=1e-9, atol=1e-12)


@given(scenarios(user_shapes=wide_users))
def test_the_ceiling_is_the_supremum_over_all_directions(scenario):
    angles = np.linspace(0, math.pi, 2001)
    n = np.stack([np.cos(angles), np.sin(angles)], axis=-1) / np.sqrt(apertures(scenario).user)
    ratios = largest_eigenvalue(scenario, n) / (np.square(n) @ apertures(scenario).user)
    ceiling = information_ceiling(scenario)
    assert ratios.max() <= ceiling * (1 + 1e-9)
    assert ratios.max() >= ceiling * (1 - 1e-3)


def test_the_ceiling_of_a_large_surface_is_up_to_seven_times_the_quotient_of_squares():
    # Hypothesis (b) says once. The phase is known at the first element, half a surface away from the centre.
    for side in (20, 40, 400):
        simple = (side**2 - 1) / (4**2 - 1)
        offset = 6 * (side - 4) ** 2 / (4**2 - 1)
        ceiling = information_ceiling(Scenario(irs_shape=(side, side)))
        assert simple + offset < ceiling < simple + offset + 1
    assert 6.8 < ceiling / simple < 7
    np.testing.assert_allclose(apertures(Scenario(irs_shape=(5, 5))).ratio, 24 / 15)


# (a) Equal widths


@st.composite
def equal_widths(draw):
    """Surfaces as wide as the user's array, end to end, with at least as many elements as it has antennas."""
    user = draw(shapes(2, 4))
    factor = draw(st.sampled_from([1, 2]))
    irs = tuple((m - 1) * factor + 1 for m in user)
    spacing = draw(st.floats(0.1, 1.0))
    free = {"user_aoa": directions(), "irs_aoa": directions(), "snr_db": st.floats(-20, 30)}
    angles = {name: draw(strategy) for name, strategy in free.items()}
    return Scenario(irs_shape=irs, user_shape=user, irs_spacing=spacing / factor, user_spacing=spacing, **angles)


@given(equal_widths(), st.integers(1, 6), seeds, st.sampled_from(["known", "real", "complex"]))
def test_between_equal_widths_no_beam_beats_the_aligned_one_in_anything(scenario, slots, seed, model):
    rng = np.random.default_rng(seed)
    symbols = draw_symbols(rng, slots)
    near = aligned_beam(scenario) * np.exp(
        1j * rng.uniform(0.01, 3) * rng.standard_normal((40, scenario.irs_elements))
    )
    best, others = (crlb(scenario, beams, symbols, model) for beams in (aligned_beam(scenario), near))
    assert np.all(others.elevation >= best.elevation * (1 - 1e-9))
    assert np.all(others.azimuth >= best.azimuth * (1 - 1e-9))
    if model != "known":
        assert np.all(others.symbol >= best.symbol * (1 - 1e-9))


@given(equal_widths(), st.integers(1, 6), seeds)
def test_between_equal_widths_the_aligned_beam_meets_the_eigenvalue_bound_with_unknown_symbols(
    scenario, slots, seed
):
    symbols = draw_symbols(np.random.default_rng(seed), slots)
    assert information_ceiling(scenario) == 1.0
    angle = crlb(scenario, aligned_beam(scenario), symbols, "real").angle
    np.testing.assert_allclose(angle, least_angle_crlb(scenario, symbols), rtol=1e-9)
    assert angle_range_bound(scenario, slots) == 1.0
    assert rate_range_bound(scenario, slots) == 0.0


def test_with_the_sum_convention_equal_arrays_do_have_a_trade_off():
    # Proposition (a) rests on (58): centres that add up in place of cancelling leave an offset.
    rng = np.random.default_rng(2)
    symbols = draw_symbols(rng, 2, size=(12,))
    equal = Scenario(irs_shape=(3, 3), user_shape=(3, 3))
    ranges = [
        tradeoff_range(equal.replace(phase_convention=c), symbols, rng=rng).angle_db for c in ("difference", "sum")
    ]
    assert np.max(np.abs(ranges[0])) < 1e-3
    assert np.mean(ranges[1]) > 0.05
    assert information_ceiling(equal.replace(phase_convention="sum")) > 1


# (b) The bounds hold for every beam of 240 random problems


def test_no_beam_of_any_problem_is_below_the_eigenvalue_bound(searched):
    assert len(searched) >= 200
    margins = []
    for scenario, symbols, bounds in searched:
        least = least_angle_crlb(scenario, symbols)
        for model in bounds:
            assert np.min(bounds[model].angle) >= least * (1 - 1e-9)
        margins.append(np.min(bounds["known"].angle) / least)
    assert np.median(margins) < 2  # not an empty bound: half of the problems come within 3 dB of it


@pytest.mark.parametrize("model", ["real", "complex"])
def test_the_range_of_the_codebooks_optima_is_within_its_bound(searched, model):
    for scenario, symbols, bounds in searched:
        of_model = bounds[model]
        least = np.min(of_model.angle)
        at_symbols = np.max(of_model.angle[of_model.symbol <= np.min(of_model.symbol) * (1 + 1e-9)])
        limit = angle_range_bound(scenario, len(symbols), model, phases="codebook")
        assert at_symbols / least <= limit * (1 + 1e-9)


def test_the_range_with_free_phases_is_within_its_bound_on_200_problems():
    rng = np.random.default_rng(8)
    largest = 0.0
    for _ in range(100):
        scenario, _ = random_problem(rng)
        slots = int(rng.integers(1, 5))
        symbols = draw_symbols(rng, slots, size=(2,))
        found = tradeoff_range(scenario, symbols, rng=rng)
        limit = 10 * np.log10(angle_range_bound(scenario, slots, share=imaginary_share(symbols)))
        assert np.all(found.angle_db <= limit + 1e-6)
        assert np.all(found.rate_bits <= rate_range_bound(scenario, slots) + 1e-6)
        largest = max(largest, float(found.angle_db.max()))
    assert largest > 1.0  # there were ranges to be bounded


@given(scenarios(user_shapes=wide_users), seeds, st.integers(1, 4))
def test_the_spread_of_the_aligned_beam_is_at_most_that_of_its_offset(scenario, seed, slots):
    symbols = draw_symbols(np.random.default_rng(seed), slots)
    bounds = crlb(scenario, aligned_beam(scenario), symbols)
    scale = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    spread = slots * (bounds.symbol * scale * scenario.irs_elements**2 - 1)
    share, kappa = imaginary_share(symbols), apertures(scenario).eccentricity
    np.testing.assert_allclose(spread, share * kappa / (1 + (1 - share) * kappa), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_some_beam_of_a_codebook_reaches_the_quantised_gain(bits):
    rng = np.random.default_rng(bits)
    for _ in range(20):
        phases = rng.uniform(0, 2 * np.pi, 16)
        rotations = np.linspace(0, 2 * np.pi / 2**bits, 400)[:, None]
        step = 2 * np.pi / 2**bits
        left = phases + rotations
        left -= step * np.round(left / step)
        gains = np.abs(np.exp(1j * left).sum(axis=1)) ** 2 / 16**2
        assert gains.max() >= quantised_gain(bits) * (1 - 1e-4)


# (c) Figure 14


def test_figure_14s_ranges_cannot_come_from_theorem_1_whatever_the_geometry():
    for phases in ("continuous", "codebook"):
        for elements, printed in ((9, 5.7), (25, 14.1)):
            side = math.isqrt(elements)
            bound = angle_range_bound(Scenario(irs_shape=(side, side)), 2, phases=phases)
            assert 10 * np.log10(bound) < printed - 0.5


@given(directions(), directions(), st.sampled_from([3, 4, 5]))
def test_the_bound_on_the_range_does_not_depend_on_the_geometry_and_holds_in_each(user_aoa, irs_aoa, side):
    scenario = Scenario(irs_shape=(side, side), user_aoa=user_aoa, irs_aoa=irs_aoa)
    assert angle_range_bound(scenario, 2) == angle_range_bound(Scenario(irs_shape=(side, side)), 2)
    symbols = np.array([0.3 + 0.8j, -0.9 + 0.5j])
    user_alone = crlb(scenario, aligned_beam(scenario), symbols, "complex").angle
    ratio = user_alone / least_angle_crlb(scenario, symbols)
    assert 1 - 1e-9 <= ratio <= information_ceiling(scenario) * (1 + 1e-9)


# (d) One antenna


@given(scenarios(irs_shapes=shapes(2, 4), user_shapes=st.just((1, 1))), st.integers(2, 6), seeds)
def test_with_one_antenna_every_beam_that_localises_has_the_same_loss_for_the_symbols(scenario, slots, seed):
    rng = np.random.default_rng(seed)
    symbols = draw_symbols(rng, slots)
    beams = random_beams(scenario, (8,), rng)
    bounds = crlb(scenario, beams, symbols)
    gain = np.abs(beam_sums(scenario, beams)[:, 0]) ** 2
    scale = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power
    localise = np.isfinite(bounds.angle) & (gain > 1e-3)
    assume(np.any(localise))
    factor = symbol_moments(symbols).factor
    low, high = np.linalg.eigvalsh(factor @ factor.T)
    assume(low > 1e-3 * high)
    loss = slots * (bounds.symbol[localise] * scale * gain[localise] - 1)
    np.testing.assert_allclose(loss, low / high + high / low, rtol=1e-5)


@given(scenarios(irs_shapes=shapes(2, 4), user_shapes=st.just((1, 1))), st.integers(2, 6), seeds)
def test_with_one_antenna_the_aligned_beam_beats_all_that_localise_and_does_not_localise(scenario, slots, seed):
    rng = np.random.default_rng(seed)
    symbols = draw_symbols(rng, slots)
    aligned = crlb(scenario, aligned_beam(scenario), symbols)
    assert np.isinf(aligned.angle)
    assert np.isfinite(aligned.symbol)
    beams = aligned_beam(scenario) * np.exp(
        1j * rng.uniform(0.01, 2) * rng.standard_normal((30, scenario.irs_elements))
    )
    others = crlb(scenario, beams, symbols)
    finite = np.isfinite(others.angle)
    assert np.all(others.symbol[finite] > aligned.symbol)
    assert angle_range_bound(scenario, slots) == np.inf


def test_with_one_antenna_a_codebooks_range_is_above_10_db():
    rng = np.random.default_rng(4)
    symbols = draw_symbols(rng, 2, size=(30,))
    found = tradeoff_range(Scenario(user_shape=(1, 1)), symbols, rng=rng, phases="codebook")
    assert np.median(found.angle_db) > 10
    assert np.median(found.rate_bits) > 1


# Measurement


def test_more_width_of_the_surface_opens_the_range_and_more_of_the_user_closes_it():
    data = regime_map([2, 4, 6], [2, 4], draws=6, rng=np.random.default_rng(5))
    mean = data.angle_db.sel(phases="continuous").mean("draw")
    assert np.all(np.diff(mean.sel(user_side=2)) > 0.5)
    assert np.all(mean.sel(user_side=2, irs_side=[4, 6]) > mean.sel(user_side=4, irs_side=[4, 6]) + 0.5)
    assert np.all(mean.where(data.aperture_ratio <= 1, 0) < 0.05)
    worst = data.angle_db.sel(phases="continuous").max("draw")
    assert np.all(worst <= data.angle_bound + 1e-3)
    assert np.all(data.angle_bound <= data.angle_bound_all)


def test_spacing_and_number_count_through_the_width():
    np.testing.assert_allclose(aperture_ratio(Scenario(irs_shape=(4, 2), irs_spacing=1.0)), [2, 1])
    rng = np.random.default_rng(1)
    symbols = draw_symbols(rng, 2, size=(6,))
    wide = [
        tradeoff_range(Scenario(irs_spacing=d, user_shape=(4, 4)), symbols, rng=rng).angle_db.mean()
        for d in (0.25, 0.5, 0.75, 1.0)
    ]
    assert wide[0] < 0.05
    assert abs(wide[1]) < 1e-3
    assert wide[2] > 0.02
    assert wide[3] > wide[2]


def test_designed_beams_are_no_worse_than_what_a_plain_descent_finds():
    rng = np.random.default_rng(3)
    scenario = Scenario(irs_shape=(3, 3), user_shape=(2, 2))
    symbols = draw_symbols(rng, 2, size=(5,))
    free = crlb(scenario, design_beams(scenario, symbols, 0.0, rng=rng), symbols).angle
    coarse = coordinate_descent(scenario, symbols, 0.0, rng=rng)
    assert np.all(free <= crlb(scenario, coarse.beam, symbols).angle * (1 + 1e-9))
    quantised = design_beams(scenario, symbols, 0.0, rng=rng, phases="codebook")
    index = np.angle(quantised) / (np.pi / 2)
    np.testing.assert_allclose(index, np.round(index), atol=1e-9)


def test_the_rates_range_is_that_of_the_mutual_information_per_slot():
    rng = np.random.default_rng(9)
    scenario = Scenario(irs_shape=(3, 3), user_shape=(2, 2))
    symbols = draw_symbols(rng, 3)
    found = tradeoff_range(scenario, symbols, rng=np.random.default_rng(0))
    rng = np.random.default_rng(0)
    ends = [design_beams(scenario, symbols, weight, rng=rng) for weight in (0.0, 1.0)]
    rates = [np.mean(-np.log2(crlb_per_symbol(scenario, beam, symbols)) / 2) for beam in ends]
    np.testing.assert_allclose(found.rate_bits, rates[1] - rates[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: direction_form(Scenario(), [1.0, 2.0, 3.0]), "direction must have shape"),
        (lambda: largest_eigenvalue(Scenario(), [np.nan, 1.0]), "direction must be finite"),
        (lambda: angle_range_bound(Scenario(), 0), "slots must be"),
        (lambda: angle_range_bound(Scenario(), 2, share=1.5), "share of the imaginary parts"),
        (lambda: angle_range_bound(Scenario(), 2, phases="free"), "phases must be one of"),
        (lambda: angle_range_bound(Scenario(), 2, "known"), "symbol_model must be one of"),
        (lambda: rate_range_bound(Scenario(), -1), "slots must be"),
        (lambda: design_beams(Scenario(), [1.0], 0.5, rng=np.random.default_rng(0), phases="x"), "phases must be"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_every_beam_of_a_tiny_surface_obeys_the_bound_by_theorem_1_as_printed():
    scenario = Scenario(irs_shape=(2, 2), user_shape=(2, 3), irs_spacing=0.8)
    symbols = np.array([0.9 - 0.2j, -0.4 + 1.2j])
    least = least_angle_crlb(scenario, symbols)
    for beam in itertools.product([1, 1j, -1, -1j], repeat=3):
        information = fisher_information(scenario, np.array([1, *beam]), symbols, "known")
        if np.linalg.cond(information) < 1e10:
            assert np.mean(np.diag(np.linalg.inv(information))) >= least * (1 - 1e-9)


def test_certified_optima_of_16_elements_are_within_the_bounds():
    rng = np.random.default_rng(12)
    symbols = draw_symbols(rng, 2, size=(3,))
    for side in (3, 4):
        scenario = Scenario(user_shape=(side, side))
        ends = [
            crlb(scenario, certified_optimum(scenario, symbols, weight).beam, symbols).angle
            for weight in (0.0, 1.0)
        ]
        assert np.all(ends[0] >= least_angle_crlb(scenario, symbols) * (1 - 1e-9))
        assert np.all(ends[1] / ends[0] <= angle_range_bound(scenario, 2, phases="codebook"))
        if side == 4:  # not empty with coarse phases, but tiny
            assert np.all(ends[1] / ends[0] < 10**0.03)


def test_the_three_regions_appear_for_a_user_of_little_aperture():
    data = run_experiment("fig12", draws=100, seed=1, scenario=Scenario(user_shape=(1, 2))).sel(snr_db=0)
    gain = (data.rate - data.rate.sel(weight=0.0)).mean("draw")
    cost = 10 * np.log10(data.angle_crlb / data.angle_crlb.sel(weight=0.0)).mean("draw")
    assert gain[-1] > 0.8
    assert cost[-1] > 2
    assert float(gain.sel(weight=0.3) / gain[-1]) > 0.55  # most of the rate ...
    assert float(cost.sel(weight=0.3) / cost[-1]) < 0.4  # ... for little of the cost
    assert float(gain.sel(weight=0.7) / gain[-1]) > 0.9  # and the last of the rate ...
    assert float(cost.sel(weight=0.7) / cost[-1]) < 0.9  # ... for much of it


@given(
    scenarios(irs_shapes=st.sampled_from([(1, 2), (2, 2), (1, 4)]), user_shapes=wide_users),
    seeds,
    st.sampled_from(["real", "complex"]),
)
def test_exact_changes_are_those_between_the_best_beams_for_symbols_and_for_angles(scenario, seed, model):
    assume(scenario.phase_bits * scenario.irs_elements <= 8)
    symbols = draw_symbols(np.random.default_rng(seed), 2)
    phases = itertools.product(phase_codebook(scenario.phase_bits), repeat=scenario.irs_elements)
    every = crlb(scenario, np.array(list(phases)), symbols, model)
    changes = exact_changes(scenario, symbols, symbol_model=model)
    least_symbol, least_angle = every.symbol.min(), every.angle.min()
    assume(np.isfinite(least_symbol) and np.isfinite(least_angle))
    # Of the beams that tie for one bound any may be chosen, so that the other bound is known up to an interval.
    for values, least, others, change, sign in (
        (every.angle, least_angle, every.symbol, changes.symbol_db, -1),
        (every.symbol, least_symbol, every.angle, changes.angle_db, 1),
    ):
        tied = others[values <= least * (1 + 1e-8)]
        possible = sign * 10 * np.log10(np.array([tied.min(), tied.max()]) / others.min())
        assert min(possible) - 1e-6 <= change <= max(possible) + 1e-6
