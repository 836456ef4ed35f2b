"""The reproduction audit: its score, its shortcuts, and that it searches with the package's own systems."""

import dataclasses
import math

import numpy as np
import pytest
import xarray as xr

from noisac import Scenario, crlb, cross_entropy, draw_symbols, noisac_system, random_beams, symbol_moments
from noisac.bounds.closed_form import printed_objective, sum_weights
from noisac.experiments.sweeps import Streams
from noisac_book.audit import (
    CEILING_DB,
    CURVES,
    DECIBELS_PER_BIT,
    FACTORS,
    QUOTED,
    READINGS,
    Curves,
    Variant,
    best_variants,
    combine,
    confirm,
    distance_to_curve,
    effective_weight,
    errors_db,
    fit_offset,
    inverse_energy,
    level_effects,
    met_by,
    refine_phases,
    run_audit,
    score_of,
    tradeoff_data,
)
from noisac_book.audit.figures import draw_scores, draw_tradeoff, draw_weights
from noisac_book.audit.search import Search

ONE = {name: levels[:1] for name, levels in FACTORS.items()}
#: A factorial with two levels of everything that needs a search, small enough for a test.
SMALL = ONE | {
    "phase_convention": ("difference", "sum"),
    "average": ("mean", "median"),
    "weight_symbols": (True, False),
    "user_side": (4, 1),
    "user_spacing": (0.5, 0.1),
    "array_gain": ("own", "kept"),
}


@pytest.fixture(scope="module")
def small():
    return run_audit(draws=3, seed=1, levels=SMALL)


def curves_as_quoted():
    """Curves that have all quoted properties: straight lines through the quoted points."""
    points = [q for q in QUOTED if q.kind == "point" and q.slots == 2]
    at = sorted((q.at_rate - q.snr_db / DECIBELS_PER_BIT, q.value * 10 ** (q.snr_db / 10)) for q in points)
    (block,) = [q for q in QUOTED if q.kind == "point" and q.slots == 4]
    ranges = {(q.kind, q.irs_elements): q.value for q in QUOTED if "range" in q.kind}
    rate, angle = np.empty((2, len(CURVES), 4))
    rate[0], angle[0] = zip(*at, strict=True)
    rate[1], angle[1] = block.at_rate, block.value
    for curve, elements in ((2, 9), (3, 25)):
        rate[curve] = 6 + np.array([0, 0.2, 0.7, 1]) * ranges["rate range", elements]
        angle[curve] = 1e-6 * 10 ** (np.array([0, 0.5, 0.9, 1]) * ranges["angle range", elements] / 10)
    return Curves(rate, angle, np.array(7.0), np.array(2.0))


# The score


def test_an_outcome_equal_to_the_quoted_numbers_has_score_zero_and_meets_all():
    errors = errors_db(curves_as_quoted())
    np.testing.assert_allclose(errors, 0, atol=1e-9)
    assert score_of(errors) < 1e-9
    assert met_by(errors) == len(QUOTED) == 11


@pytest.mark.parametrize("field", ["rate", "angle", "fig04_rate", "fig04_ratio"])
def test_the_score_grows_with_the_distance_from_the_quoted_numbers(field):
    exact = curves_as_quoted()
    scores = []
    for step in (0.0, 0.1, 0.5, 2.0):
        value = getattr(exact, field)
        moved = value + step if "rate" in field else value * 10**step
        scores.append(float(score_of(errors_db(exact._replace(**{field: moved})))))
    assert np.all(np.diff(scores) > 0)


def test_errors_worked_out_by_hand():
    exact = curves_as_quoted()
    flat = Curves(np.full((4, 3), 7.5), np.full((4, 3), 6e-6), np.array(6.5), np.array(8.0))
    errors = dict(zip((q.name for q in QUOTED), errors_db(flat), strict=True))
    assert errors["4: ratio"] == pytest.approx(10 * math.log10(4))
    assert errors["4: rate"] == pytest.approx(0.5 * 20 * math.log10(2))
    assert errors["12: 7.5 bit"] == pytest.approx(0, abs=1e-9)
    assert errors["12: 6.5 bit"] == pytest.approx(math.hypot(20 * math.log10(2), 10 * math.log10(3)))
    assert errors["13: T = 4"] == pytest.approx(10 * math.log10(3))
    assert errors["14: 25, rate"] == pytest.approx(3 * 20 * math.log10(2))
    assert errors["14: 9, angle"] == pytest.approx(5.7)
    # Half a bit and half a unit of the last digit are the tolerances.
    assert met_by(errors_db(exact._replace(fig04_rate=np.array(7.49)))) == 11
    assert met_by(errors_db(exact._replace(fig04_rate=np.array(7.51)))) == 10


def test_a_bound_that_does_not_exist_counts_as_the_ceiling():
    nowhere = Curves(np.full((4, 2), -np.inf), np.full((4, 2), np.inf), np.array(-np.inf), np.array(np.inf))
    np.testing.assert_array_equal(errors_db(nowhere), CEILING_DB)


def test_distance_to_a_polyline_by_hand():
    corner = np.array([-3.0, 1.0, 1.0]), np.array([-1.0, -1.0, 3.0])
    assert distance_to_curve(*corner) == 1
    assert distance_to_curve([3.0, 6.0], [4.0, 8.0]) == 5  # the nearest point is an end
    assert distance_to_curve([3.0, 3.0], [4.0, 4.0]) == 5  # a segment without length
    assert distance_to_curve([-1.0, 1.0, 5.0], [np.inf, 0.0, 0.0]) == 1  # no segment towards infinity
    assert distance_to_curve([np.nan], [1.0]) == np.inf
    batch = distance_to_curve(np.stack([corner[0], corner[0] + 9]), np.stack([corner[1]] * 2))
    np.testing.assert_allclose(batch, [1, math.hypot(6, 1)])


def test_a_fitted_offset_undoes_an_offset():
    exact = curves_as_quoted()
    for fit in ("all", "angles"):
        offset, score = fit_offset(exact.offset(-7.0, fit), fit)
        assert offset == 7
        assert score < 1e-9


# The shortcuts


def test_another_snr_moves_the_curve_as_a_real_run_at_that_snr_does():
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(5,))
    at_0, at_5 = (
        noisac_system(Scenario(snr_db=snr), symbols, 0.3, rng=np.random.default_rng(1)) for snr in (0.0, 5.0)
    )
    moved = Curves(at_0.rate[:, None, None], at_0.angle_crlb[:, None, None], at_0.rate, at_0.rate).offset(5.0)
    np.testing.assert_allclose(moved.rate[:, 0, 0], at_5.rate, rtol=1e-12)
    np.testing.assert_allclose(moved.angle[:, 0, 0], at_5.angle_crlb, rtol=1e-12)
    np.testing.assert_array_equal(at_0.iterations, at_5.iterations)


@pytest.mark.parametrize("zeta", [0.0, 0.3, 1.0])
def test_the_printed_objective_finds_the_beams_of_its_effective_weight(zeta):
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(6,))
    scenario, weight = Scenario(user_spacing=0.1), float(effective_weight(zeta, False))
    printed = cross_entropy(
        scenario,
        symbols,
        zeta,
        rng=np.random.default_rng(1),
        metric=printed_objective,
        tolerance=1e-3 * (2 - zeta),
    )
    equal = cross_entropy(scenario, symbols, weight, rng=np.random.default_rng(1), tolerance=1e-3)
    np.testing.assert_array_equal(printed.beam, equal.beam)


def test_a_gain_that_is_kept_is_an_offset():
    own, kept = (Variant(user_side=2, array_gain=gain) for gain in ("own", "kept"))
    data = confirm([own, kept], draws=3, seed=1)
    gain = 10 * math.log10(4)
    difference = (data.rate.isel(variant=1) - data.rate.isel(variant=0)) * DECIBELS_PER_BIT
    np.testing.assert_allclose(difference, gain, rtol=1e-9)
    for name in ("angle_crlb", "symbol_crlb"):
        ratio = data[name].isel(variant=0) / data[name].isel(variant=1)
        np.testing.assert_allclose(10 * np.log10(ratio), gain, rtol=1e-9)


@pytest.mark.parametrize("variance", [1.0, 0.5])
@pytest.mark.parametrize("average", ["mean", "median"])
def test_inverse_energy_is_that_of_drawn_symbols(variance, average):
    energy = np.sum(np.abs(draw_symbols(np.random.default_rng(0), 5, variance, size=(200_000,))) ** 2, axis=-1)
    take = np.mean if average == "mean" else np.median
    assert inverse_energy(5, variance, average) == pytest.approx(take(1 / energy), rel=0.01)


def test_combining_draws_estimates_the_plain_average():
    scenario = Scenario(user_spacing=0.1)
    symbols = draw_symbols(np.random.default_rng(0), 5, size=(20_000,))
    beam = cross_entropy(scenario, symbols[0], 0.3, rng=np.random.default_rng(1)).beam
    angle, power = crlb(scenario, beam, symbols).angle, symbol_moments(symbols).power
    for average, take in (("mean", np.mean), ("median", np.median)):
        combined = combine(angle, power, average, inverse_energy(5, 1.0, average))
        assert combined == pytest.approx(take(angle), rel=0.03)


def test_refined_phases_are_never_worse_and_reach_the_aligned_beam_between_equal_arrays():
    scenario, symbols = Scenario(), draw_symbols(np.random.default_rng(0), 2, size=(20,))
    zeta = np.linspace(0, 1, 5)[:, None]
    moments = symbol_moments(symbols)
    start = cross_entropy(scenario, moments, zeta, rng=np.random.default_rng(1)).beam
    refined = refine_phases(scenario, start, moments, zeta)
    np.testing.assert_allclose(np.abs(refined), 1, rtol=1e-12)
    before, after = (crlb(scenario, beams, moments) for beams in (start, refined))
    value = [zeta * np.log10(b.symbol) + (1 - zeta) * np.log10(b.angle) for b in (before, after)]
    assert np.all(value[1] <= value[0] + 1e-8)
    # With equal arrays the aligned beam is best on both counts, whatever the weight.
    aligned = crlb(scenario, np.exp(-1j * np.angle(sum_weights(scenario)[:, 0])), moments)
    assert np.max(np.abs(10 * np.log10(after.symbol / aligned.symbol))) < 0.2
    assert np.max(np.abs(10 * np.log10(after.angle / aligned.angle))) < 0.2


def test_phases_are_refined_by_an_eighth_of_a_turn_and_then_by_halves_of_it_once_each_unless_asked_otherwise():
    block = np.array([0.9 - 0.2j, -0.4 + 1.2j])
    start = random_beams(Scenario(), (6,), np.random.default_rng(0))

    def turns(**options):
        """Of each element, in 64ths of a whole one."""
        turned = np.angle(refine_phases(Scenario(), start, block, 0.5, **options) / start) * 32 / np.pi
        np.testing.assert_allclose(turned, turned.round(), atol=1e-9)
        return {int(turn) for turn in turned.round().ravel()}

    assert turns(halvings=1) == {-8, 0, 8}
    assert turns(halvings=1, rounds=2) == {-16, -8, 0, 8, 16}
    assert {1, -1, 15, -15} <= turns() <= set(range(-15, 16))


# The searches


@pytest.mark.parametrize(
    "reading", [{}, {"symbol_model": "complex"}, {"design": "distribution"}, {"variance": 0.5}]
)
def test_a_variant_is_the_system_of_the_package(reading):
    variant = Variant(**reading)
    options = ((variant.symbol_model,), (variant.design,), ("quantised",), (variant.variance,))
    search = Search(variant, (0, 1, 2), 7, *options)
    outcome = search._outcome(2, 16, (0.2, 0.5), (variant.variance,))
    labels = (2, 16, variant.symbol_model, variant.design, variant.variance)
    for number, zeta in enumerate((0.2, 0.5)):
        expected = noisac_system(
            variant.scenario(16),
            Streams(7, (0, 1, 2), ()).symbols(2, variant.variance),
            zeta,
            rng=search._streams(*labels, zeta),
            symbol_variance=variant.variance,
            symbol_model=variant.symbol_model,
            design=variant.design,
        )
        for mine, system in (
            (outcome.rate, expected.rate),
            (outcome.symbol, expected.symbol_crlb),
            (outcome.angle, expected.angle_crlb),
        ):
            np.testing.assert_allclose(mine[0, 0, 0, 0, number], system, rtol=1e-12)


def test_the_default_variant_is_section_v():
    ours, printed = dataclasses.asdict(Variant().scenario(16)), dataclasses.asdict(Scenario())
    for name, value in printed.items():
        assert ours[name] == (value if isinstance(value, str) else pytest.approx(value)), name


def test_a_single_antenna_cannot_tell_angles_from_complex_symbols():
    variant = Variant(user_side=1, symbol_model="complex")
    symbols = draw_symbols(np.random.default_rng(0), 2)
    assert crlb(variant.scenario(16), np.ones(16), symbols, "complex").angle == np.inf
    data = confirm([variant], draws=2)
    assert np.all(data.angle_crlb == np.inf)
    assert data.score.item() == pytest.approx(CEILING_DB)
    assert data.met.item() == 0


# The factorial


def test_the_factors_cover_readings_r1_to_r7_and_start_at_the_defaults():
    assert sorted(READINGS.values()) == [f"R{i}" for i in range(1, 8)]
    assert set(READINGS) < set(FACTORS)
    assert {"user_side", "user_spacing", "phases"} < set(FACTORS)
    for name, levels in FACTORS.items():
        assert len(levels) == len(set(levels)) >= 2
        assert levels[0] == getattr(Variant(), name)
        for level in levels:
            Variant(**{name: level})


def test_the_factorial_is_the_same_for_any_number_of_jobs(small):
    xr.testing.assert_identical(small, run_audit(draws=3, seed=1, levels=SMALL, jobs=2))


def test_a_combination_does_not_depend_on_the_grid_that_it_is_part_of(small):
    variant = Variant("sum", average="median", weight_symbols=False, user_spacing=0.1)
    where = {name: getattr(variant, name) for name in FACTORS}
    alone = run_audit(draws=3, seed=1, levels={name: (level,) for name, level in where.items()})
    np.testing.assert_array_equal(alone.error_db.squeeze(), small.error_db.sel(where))


def test_a_combination_scores_as_its_variant_does_on_the_same_draws(small):
    # Only the grids of weights differ, and with them the searches.
    variant = Variant(user_spacing=0.1, average="median")
    in_factorial = float(small.score.sel({name: getattr(variant, name) for name in FACTORS}))
    data = confirm([variant], draws=3, start=0, seed=1)
    assert data.score.item() == pytest.approx(in_factorial, abs=1.5)


def test_another_seed_gives_another_factorial(small):
    assert not np.array_equal(small.score, run_audit(draws=3, seed=2, levels=SMALL).score)


def test_the_best_variants_are_sorted_and_say_different_things(small):
    best = best_variants(small, 100)
    scores = [float(small.score.sel({name: getattr(v, name) for name in FACTORS})) for v in best]
    assert np.all(np.diff(np.round(scores, 2)) >= 0)
    assert len(best) == len({variant.canonical for variant in best}) == int((~small.redundant).sum()) * 8
    assert all(variant == variant.canonical for variant in best)
    assert best_variants(small, 2) == best[:2]
    assert min(scores) == float(small.score.where(~small.redundant).min())


def test_variants_can_be_sorted_by_the_numbers_that_they_meet(small):
    best = best_variants(small, 100, by="met")
    found = [small[["met", "score"]].sel({name: getattr(v, name) for name in FACTORS}) for v in best]
    keys = [(-int(one.met), round(float(one.score), 2)) for one in found]
    assert keys == sorted(keys)
    assert set(best) == set(best_variants(small, 100))


@pytest.mark.parametrize("fit", ["all", "angles"])
def test_variants_can_be_sorted_by_what_a_fitted_offset_leaves(small, fit):
    best = best_variants(small, 100, by=fit)
    left = small.fitted_score.sel(fit=fit)
    scores = [float(left.sel({name: getattr(v, name) for name in FACTORS})) for v in best]
    assert np.all(np.diff(np.round(scores, 2)) >= 0)
    assert np.all(small.fitted_score <= small.score + 1e-9)


def test_redundant_combinations_have_the_score_of_those_that_they_repeat(small):
    twice = small.score.sel(user_side=4)
    np.testing.assert_allclose(twice.sel(array_gain="kept"), twice.sel(array_gain="own"), rtol=1e-12)
    single = small.score.sel(user_side=1)
    np.testing.assert_array_equal(single.sel(user_spacing=0.1), single.sel(user_spacing=0.5))


def test_level_effects_change_one_factor_only(small):
    start = Variant(average="median")
    effects = {(e.factor, e.level): e for e in level_effects(small, [start])}
    assert len(effects) == sum(len(levels) for levels in SMALL.values())
    own = float(small.score.sel({name: getattr(start, name) for name in FACTORS}))
    assert effects["average", "median"].alone == (own,)
    changed = start.replace(user_spacing=0.1)
    expected = float(small.score.sel({name: getattr(changed, name) for name in FACTORS}))
    assert effects["user_spacing", 0.1].alone == (expected,)
    assert effects["user_side", 4].best == float(small.score.sel(user_side=4).min())


def test_provenance_is_kept(small):
    assert small.attrs["draws"] == 3
    assert small.attrs["seed"] == 1
    assert small.score.attrs["units"] == "dB"
    assert '"12: 7.5 bit"' in small.attrs["quoted"]


# The second stage


def test_confirming_keeps_the_order_and_does_not_depend_on_jobs_or_company():
    variants = [Variant(average="median"), Variant(), Variant(weight_symbols=False)]
    data = confirm(variants, draws=3, seed=1)
    xr.testing.assert_identical(data, confirm(variants, draws=3, seed=1, jobs=2))
    alone = confirm(variants[2:], draws=3, seed=1)
    np.testing.assert_array_equal(alone.error_db[0], data.error_db[2])
    assert data.score_error.min() > 0


def test_scaling_all_spacings_is_an_offset_of_the_angles_bound():
    # With phases that can follow, that is; so a wider surface is no reading of its own.
    scenario = Variant(user_spacing=0.1).scenario(9)
    wide = scenario.replace(user_spacing=0.2, irs_spacing=1.0)
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(5,))
    beams = np.exp(2j * np.pi * np.random.default_rng(1).random((5, 9)))
    turned = beams * np.exp(1j * np.angle(sum_weights(scenario)[:, 0] * sum_weights(wide)[:, 0].conj()))
    narrow, wider = crlb(scenario, beams, symbols), crlb(wide, turned, symbols)
    np.testing.assert_allclose(narrow.symbol, wider.symbol, rtol=1e-9)
    np.testing.assert_allclose(narrow.angle, 4 * wider.angle, rtol=1e-9)


def test_drawn_curves_begin_with_those_that_are_scored():
    data = tradeoff_data(Variant(), draws=2)
    np.testing.assert_array_equal(data.rate[: len(CURVES)], confirm([Variant()], draws=2).rate[0])
    assert data.sizes["curve"] == 5


def test_the_closest_combination_is_closer_than_the_printed_one_and_still_far():
    # Measured at 100 draws: 8.0 dB as printed, 4.2 dB with a standard error of 0.3 dB, two or three numbers of 11.
    closest = Variant("sum", average="median", user_azimuth=0.0, user_side=2, user_spacing=0.1)
    closest = closest.replace(array_gain="kept", phases="continuous")
    data = confirm([Variant(), closest], draws=40)
    printed, best = data.score.to_numpy()
    assert 7.5 < printed < 8.5
    assert 3.0 < best < 6.5
    assert np.all(data.met <= 5)


# Errors and figures


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Variant(average="mode"), "average"),
        (lambda: Variant(variance=0.0), "variance"),
        (lambda: Variant(user_side=0), "user_side"),
        (lambda: Variant(user_spacing=-1.0), "user_spacing"),
        (lambda: Variant(user_azimuth=90.0), "user_aoa"),
        (lambda: Variant(weight_symbols="yes"), "weight_symbols"),
        (lambda: Variant(tolerance=0.0), "tolerance"),
        (lambda: run_audit(draws=0), "draws"),
        (lambda: run_audit(levels={"colour": ("red",)}), "levels"),
        (lambda: confirm([]), "variants"),
        (lambda: confirm([Variant()], curves=((2, 16),)), "curves"),
        (lambda: inverse_energy(1, 1.0, "mean"), "slots"),
        (lambda: fit_offset(curves_as_quoted(), "rates"), "fit"),
        (lambda: draw_tradeoff("fig11", {}), "name"),
        (lambda: best_variants(None, 0), "count"),
        (lambda: best_variants(None, 1, by="luck"), "by"),
    ],
)
def test_errors_name_the_argument(make, name):
    with pytest.raises(ValueError, match=name):
        make()


def test_figures_show_every_curve_and_every_quoted_point(small):
    data = tradeoff_data(Variant(), draws=2)
    stars = {"fig12": 4, "fig13": 2, "fig14": 0}
    for name, count in stars.items():
        figure = draw_tradeoff(name, {"as printed": data, "again": data})
        assert len(figure.axes) == 2
        points = [line for line in figure.axes[1].lines if line.get_marker() == "*"]
        assert len(points) == count
        assert len(figure.axes[1].containers) == 3
    assert [axes.get_yscale() for axes in draw_weights({"as printed": data}).axes] == ["log", "log"]
    histogram = draw_scores(small, {"as printed": Variant()})
    drawn = sum(patch.get_height() for patch in histogram.axes[0].patches)
    assert drawn == int((~small.redundant).broadcast_like(small.score).sum())
