"""The audit: its score, its closed form against the package's, its stored sweep, and what its chapter states."""

import math

import numpy as np
import pytest

from noisac import Scenario, crlb, crlb_per_symbol, draw_symbols, mutual_information, random_beams
from noisac.bounds import information_ceiling, quantised_gain
from noisac_book import audit
from noisac_book.audit import DECIBELS_PER_BIT, FACTORS, HALF_OVER_TURN, LEVELS, QUOTED, READINGS, Curves, Variant
from noisac_book.audit.__main__ import main
from noisac_book.audit.prediction import evaluate
from noisac_book.audit.scores import CEILING_DB, distance_to_curve, errors_db, met_by, score_of
from noisac_book.audit.variants import PRINTED_ARRAYS

SEVENTEEN = Variant(information="expected")


@pytest.fixture(scope="module")
def sweep():
    return audit.read_sweep()


@pytest.fixture(scope="module")
def pool(sweep):
    return audit.pooled(sweep)


def curves_as_quoted():
    """Curves that have all quoted properties: straight lines through the quoted points."""
    points = [q for q in QUOTED if q.kind == "point" and q.slots == 2]
    at = sorted((q.at_rate - q.snr_db / DECIBELS_PER_BIT, q.value * 10 ** (q.snr_db / 10)) for q in points)
    (block,) = [q for q in QUOTED if q.kind == "point" and q.slots == 4]
    rate, angle = np.empty((2, 2, 4))
    rate[0], angle[0] = zip(*at, strict=True)
    rate[1], angle[1] = block.at_rate, block.value
    return Curves(rate, angle, np.array([1.0, 3.0]), np.array([5.7, 14.1]), np.array(7.0), np.array(2.0))


# The score


def test_an_outcome_equal_to_the_quoted_numbers_has_score_zero_and_meets_all():
    errors = errors_db(curves_as_quoted())
    np.testing.assert_allclose(errors, 0, atol=1e-9)
    assert met_by(errors) == len(QUOTED) == 11


@pytest.mark.parametrize("field", Curves._fields)
def test_the_score_grows_with_the_distance_from_the_quoted_numbers(field):
    exact, scores = curves_as_quoted(), []
    for step in (0.0, 0.1, 0.5, 2.0):
        value = getattr(exact, field)
        moved = value * 10**step if field in ("angle", "fig04_ratio") else value + step
        scores.append(float(score_of(errors_db(exact._replace(**{field: moved})))))
    assert np.all(np.diff(scores) > 0)


def test_shifted_numbers_are_met_by_shifted_curves():
    exact = curves_as_quoted()
    louder = exact._replace(angle=exact.angle * 10**0.3, angle_range=exact.angle_range + 3)
    shift = [3.0 if q.kind in ("point", "angle range") else 0.0 for q in QUOTED]
    np.testing.assert_allclose(errors_db(louder, shift), 0, atol=1e-9)


def test_a_bound_that_does_not_exist_counts_as_the_ceiling():
    none, two = np.array(np.nan), np.full(2, np.nan)
    nowhere = Curves(np.full((2, 2), -np.inf), np.full((2, 2), np.inf), two, two, none, none)
    np.testing.assert_array_equal(errors_db(nowhere), CEILING_DB)


def test_distance_to_a_polyline_by_hand():
    corner = np.array([-3.0, 1.0, 1.0]), np.array([-1.0, -1.0, 3.0])
    assert distance_to_curve(*corner) == 1
    assert distance_to_curve([3.0, 6.0], [4.0, 8.0]) == 5  # the nearest point is an end
    assert distance_to_curve([3.0, 3.0], [4.0, 4.0]) == 5  # a segment without length
    assert distance_to_curve([-1.0, 1.0, 5.0], [np.inf, 0.0, 0.0]) == 1  # no segment towards infinity
    assert distance_to_curve([np.nan], [1.0]) == np.inf


# The closed form


@pytest.mark.parametrize("convention", ["difference", "sum"])
@pytest.mark.parametrize("model", ["real", "complex"])
def test_with_the_cross_terms_of_each_draw_the_bounds_are_those_of_the_package(model, convention):
    rng = np.random.default_rng(0)
    variant = Variant(symbol_model=model, phase_convention=convention, user_spacing=0.13, irs_spacing=0.4)
    scenario, symbols = variant.scenario(9), draw_symbols(rng, 3, size=(5,))
    beams = random_beams(scenario, (5,), rng)
    found = evaluate([variant], beams[None, :, None], 3, symbols, 1.0)
    bounds = crlb(scenario, beams, symbols, model)
    rate = np.mean(mutual_information(crlb_per_symbol(scenario, beams, symbols, model), 1.0), axis=-1)
    np.testing.assert_allclose(found.angle[0, 0], bounds.angle, rtol=1e-10)
    np.testing.assert_allclose(found.rate[0, 0], rate, rtol=1e-10)


def test_with_the_expectation_taken_the_angles_have_the_bound_of_known_symbols_of_mean_energy():
    rng = np.random.default_rng(0)
    scenario = SEVENTEEN.scenario(16)
    beams = random_beams(scenario, (5,), rng)
    found = evaluate([SEVENTEEN], beams[None, :, None], 4, np.ones((5, 4)), 1.0)
    known = crlb(scenario, beams, np.ones(4), "known").angle
    np.testing.assert_allclose(found.angle[0, 0], known, rtol=1e-10)
    dropped = evaluate([Variant(information="dropped")], beams[None, :, None], 4, np.ones((5, 4)), 1.0)
    np.testing.assert_allclose(dropped.angle[0, 0] / known, 4 / 3, rtol=1e-10)  # E[1 / P] = 1 / (T - 1)


def test_with_a_mean_of_the_symbols_the_expectation_keeps_its_cross_terms():
    """(17) at mu_x: (22) for T equal symbols mu_x, but with the energy T in the angles' own information."""
    rng = np.random.default_rng(0)
    half = SEVENTEEN.replace(variance=0.5)
    beams = random_beams(half.scenario(16), (3,), rng)
    found = evaluate([half], beams[None, :, None], 2, np.ones((3, 2)), 0.5)
    known, constant = (crlb(half.scenario(16), beams, np.ones(2), model) for model in ("known", "real"))
    assert np.all(found.angle[0, 0] > known.angle)
    assert np.all(found.angle[0, 0] < constant.angle)


def test_indices_from_the_centres_change_nothing_between_equal_arrays():
    both = SEVENTEEN.replace(irs_centred=True, user_centred=True)
    one, other = (audit.predict([variant]) for variant in (SEVENTEEN, both))
    np.testing.assert_allclose(one.angle, other.angle, rtol=1e-9)
    assert not np.allclose(one.angle_range, other.angle_range)  # other sizes of the surface


def test_a_variant_does_not_depend_on_the_batch_that_it_is_in():
    variants = [SEVENTEEN, Variant(user_spacing=0.1), SEVENTEEN.replace(phases="continuous", user_spacing=0.05)]
    together = audit.predict(variants, draws=2)
    for number, variant in enumerate(variants):
        for mine, all_of_them in zip(audit.predict([variant], draws=2), together, strict=True):
            np.testing.assert_allclose(mine[0], all_of_them[number], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("average", ["mean", "median"])
def test_inverse_energy_is_that_of_drawn_symbols(average):
    energy = np.sum(np.abs(draw_symbols(np.random.default_rng(0), 5, 0.5, size=(200_000,))) ** 2, axis=-1)
    take = np.mean if average == "mean" else np.median
    assert audit.inverse_energy(5, 0.5, average) == pytest.approx(take(1 / energy), rel=0.01)


# Variants and the sample


def test_the_factors_cover_readings_r1_to_r7_and_start_at_the_defaults():
    assert sorted(READINGS.values()) == [f"R{i}" for i in range(1, 8)]
    for name, levels in LEVELS.items():
        assert levels[0] == getattr(Variant(), name)
        for level in levels:
            Variant(**{name: level})
    assert Variant().summary() == "as printed"
    assert Variant().departures == ()


@pytest.mark.parametrize("wrong", [{"information": "all"}, {"variance": 0.0}, {"spread_divisor": 0.0}])
def test_bad_variants_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Variant(**wrong)


def test_the_sample_can_be_continued_and_visits_all_levels():
    whole = audit.sample(256)
    assert audit.sample(128) + audit.sample(128, 128) == whole
    for name, levels in LEVELS.items():
        assert {getattr(variant, name) for variant in whole} == set(levels)
    assert 0.3 < np.mean([variant.irs_spacing == 0.5 for variant in whole]) < 0.7


def test_a_local_search_never_ends_above_its_start_and_keeps_what_is_fixed():
    starts = audit.sample(3, near={"information": ("expected", "dropped"), "user_spacing": (0.02, 0.2)})
    fixed = {"irs_spacing": 0.5}
    before, _ = audit.summary_of(audit.predict([v.replace(**fixed) for v in starts]))
    found, curves = audit.local_search(starts, steps=3, rng=np.random.default_rng(0), fixed=fixed)
    assert audit.summary_of(curves)[0].min() <= before.min() + 1e-9
    assert {variant.irs_spacing for variant in found} == {0.5}


# The stored sweep


def test_stored_rows_are_what_the_code_gives(pool):
    variants, curves = pool
    rows = np.arange(11, len(variants), 601)
    fresh = audit.predict([variants[i] for i in rows])
    ours, theirs = (audit.summary_of(c)[0] for c in (fresh, curves.take(rows)))
    np.testing.assert_allclose(ours, theirs, atol=0.05)


def test_the_stored_file_is_small():
    assert audit.stored.STORED.stat().st_size < 1_000_000


def test_the_command_goes_on_from_what_an_interrupted_run_has_left(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(audit.stored, "SAMPLES", {"everywhere": 4, "near": 4})
    monkeypatch.setattr(audit.stored, "_CHUNK", 2)

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(audit.stored, "_closest", interrupted)
    out = tmp_path / "sweep.nc"
    assert main(["--out", str(out)]) == 130
    assert {name: data.sizes["row"] for name, data in audit.read_sweep(out).items()} == {
        "everywhere": 4,
        "near": 4,
    }
    capsys.readouterr()
    assert main(["--out", str(out)]) == 130
    assert "everywhere" not in capsys.readouterr().out  # nothing is made twice
    variants, curves = audit.pooled(audit.read_sweep(out))
    assert variants[:4] == [v.replace(**_rounded(v)) for v in audit.sample(4)]
    np.testing.assert_allclose(curves.rate[:4], audit.predict(variants[:4]).rate, atol=0.006)


def _rounded(variant):
    names = ("user_spacing", "irs_spacing", "user_azimuth", "bs_azimuth", "spread_divisor", "variance")
    return {name: float(np.float32(getattr(variant, name))) for name in names}


# What the chapter states


def test_with_the_printed_arrays_nothing_comes_near(sweep, pool):
    variants, curves = pool
    score, _ = audit.summary_of(curves)
    printed = [all(getattr(v, name) == level for name, level in PRINTED_ARRAYS.items()) for v in variants]
    assert min(score[printed], default=9.0) > 6
    _, found = audit.from_dataset(sweep["best"])
    labels = sweep["best"]["label"].to_numpy()
    score, _ = audit.summary_of(found)
    assert score[np.isin(labels, ["printed arrays", "readings R1-R7", "printed arrays, cross terms"])].min() > 5.5
    assert score[labels == "cross terms"].min() > 2.5


def test_a_small_user_array_without_cross_terms_comes_near(sweep):
    descent = sweep["descent"]
    assert float(descent.score.min()) < 1.4
    assert int(descent.met.max()) >= 9
    assert descent.attrs["draws"] == sweep["algorithm 1"].attrs["draws"] == 1000
    assert descent.sizes["variant"] == len(audit.LISTED)
    best = audit.variants_of(descent)[int(np.argmin(descent.score.to_numpy()))]
    assert best.information != "theorem"
    assert float(audit.confirm([best]).score.item()) == pytest.approx(float(descent.score.min()), abs=0.01)


def test_spacing_and_cross_terms_have_to_go_together():
    near = SEVENTEEN.replace(irs_centred=True, user_spacing=HALF_OVER_TURN)
    variants = [near, near.replace(user_spacing=0.5), near.replace(information="theorem")]
    score, _ = audit.summary_of(audit.predict(variants, draws=20, restarts=8))
    assert score[0] < 4
    assert score[1:].min() > 6


def test_few_sets_of_other_numbers_are_met_as_closely_but_all_within_a_few_decibels(pool):
    _, curves = pool
    own = audit.closest(curves, np.zeros((1, 11))).score[0]
    moved = audit.closest(curves, audit.shifted(60, 2.0, np.random.default_rng(1))).score
    assert own + 0.3 < np.median(moved) < own + 1.5
    assert np.mean(moved < own) < 0.25
    assert np.median(audit.closest(curves, audit.permuted()).score) > own + 1


def test_permuted_numbers_are_the_quoted_ones_in_another_order():
    orders = audit.permuted()
    np.testing.assert_allclose(orders.sum(axis=1), 0, atol=1e-6)
    assert len({tuple(order) for order in orders}) == len(orders) == 5 * 4 * 2 * 2 - 1


def test_fitting_all_of_the_variants_predicts_as_all_of_them_do(pool):
    _, curves = pool
    one = audit.predict_figures(curves, ["12", "13"], ["14"], CEILING_DB)
    np.testing.assert_array_equal(one.predicted, one.unfitted)
    with pytest.raises(ValueError, match="limit_db"):
        audit.predict_figures(curves, ["12"], ["14"], 0.0)


@pytest.mark.parametrize(
    ("changes", "ceiling", "tolerance"),
    [
        ({}, 8.71, 0.01),
        ({"phase_convention": "sum"}, 8.39, 0.05),
        ({"symbol_model": "complex"}, 8.21, 0.01),
        ({"information": "expected"}, 8.71, 0.01),
        ({"information": "expected", "user_spacing": 0.05}, 8.71, 0.01),
    ],
)
def test_the_ceiling_of_the_rate(changes, ceiling, tolerance):
    found = audit.rate_ceiling(Variant(**changes))
    assert found.mean == pytest.approx(ceiling, abs=tolerance)
    assert found.error < tolerance / 3
    if "phase_convention" in changes:  # between them lies what a few draws may give
        assert found.median == pytest.approx(8.49, abs=0.05)


def test_beams_that_stopped_short_look_closer_than_the_best_ones_do():
    """Azimuths tuned with one start of the descent, and what these variants score with beams searched well."""
    pairs = np.random.default_rng(1).uniform((0, -80), (80, 80), (99, 2)).tolist()
    centred = SEVENTEEN.replace(irs_centred=True, user_spacing=0.0644)
    tuned = [centred.replace(user_azimuth=user, bs_azimuth=base) for user, base in pairs]
    once, well = (audit.summary_of(audit.predict(tuned, restarts=starts)) for starts in (1, 8))
    best = np.argmin(once[0])
    assert once[0][best] < 1.25
    assert well[0][best] > once[0][best] + 0.1
    assert well[0].min() > 1.3
    assert well[1].max() == 9


@pytest.mark.parametrize("information", ["expected", "dropped"])
@pytest.mark.parametrize("variance", [1.0, 0.5])
def test_equal_arrays_have_no_trade_off_without_cross_terms_either(information, variance):
    free = Variant(information=information, variance=variance, phases="continuous", user_azimuth=23.0)
    curves = audit.predict([free], restarts=8)
    assert np.ptp(10 * np.log10(curves.angle), axis=-1).max() < 0.05
    assert np.ptp(curves.rate, axis=-1).max() < 0.01


@pytest.mark.parametrize(("column", "side"), [(0, 3), (1, 5)])
def test_the_bound_on_the_range_holds_without_cross_terms(column, side):
    rng = np.random.default_rng(side)
    limit = 10 * math.log10(information_ceiling(Scenario(irs_shape=(side, side))) / quantised_gain(2))
    azimuths = [(float(user), float(base)) for user, base in rng.uniform(-75, 75, (12, 2))]
    variants = [SEVENTEEN.replace(user_azimuth=user, bs_azimuth=base) for user, base in azimuths]
    spans = audit.predict(variants, restarts=8).angle_range[:, column]
    assert spans.max() <= limit
    assert limit < {3: 5.7, 5: 14.1}[side]  # so that no azimuth brings the paper's range


def test_both_spacings_together_are_a_level_of_the_angles_bound():
    own = SEVENTEEN.replace(user_spacing=0.04, phases="continuous")
    pair = audit.predict([own, own.replace(user_spacing=0.02, irs_spacing=0.25)], restarts=8)
    np.testing.assert_allclose(10 * np.log10(pair.angle[1] / pair.angle[0]), 20 * math.log10(2), atol=0.5)


def test_the_figures_show_what_they_are_given(pool):
    figures = pytest.importorskip("noisac_book.audit.figures")
    drawn = figures.draw_tradeoff(audit.tradeoff_curves(SEVENTEEN))
    assert [len(axes.get_legend().get_texts()) for axes in drawn.axes] == [3, 3, 3]
    null = {"as quoted": audit.closest(pool[1], np.zeros((1, 11)))}
    assert len(figures.draw_null(null).axes) == 1
    assert set(FACTORS) >= set(READINGS)
