"""Margins of tests on draws: what they decide, how they are joined, and how an estimate is written."""

import math

import numpy as np
import pytest
import xarray as xr

from noisac.verdicts.margins import (
    SIGNIFICANT,
    Estimate,
    all_of,
    any_of,
    decibels,
    estimate,
    estimates,
    extremes,
    ratio_of_means_db,
    rising,
)


def test_margins_decide_at_four_standard_errors():
    margins = [Estimate(value, 1.0) for value in (-4.1, -3.9, 3.9, 4.1)]
    assert [margin.fails for margin in margins] == [True, False, False, False]
    assert [margin.passes for margin in margins] == [False, False, False, True]
    assert Estimate(1e-9).passes
    assert Estimate(0.0).fails
    assert not Estimate(np.nan, 0.1).decided
    assert not Estimate(5.0, np.nan).decided


def test_one_undecided_part_leaves_a_test_undecided_only_if_it_matters():
    sure, refuted, open_ = Estimate(9, 1), Estimate(-9, 1), Estimate(1, 1)
    assert all_of([sure, open_]) == open_
    assert all_of([refuted, open_, sure]).fails
    assert any_of([refuted, open_]) == open_
    assert any_of([sure, open_, refuted]).passes


def test_rising_forgives_steps_within_the_error_but_not_beyond():
    def curve(*means):
        noise = np.random.default_rng(0).standard_normal((len(means), 400))
        return xr.DataArray(np.array(means)[:, None] + noise, dims=("slots", "draw"))

    assert rising(curve(0, 3, 2.95, 5), "slots", by=1.0, reversal=0.1).passes
    assert rising(curve(0, 3, 2.0, 5), "slots", by=1.0, reversal=0.1).fails
    assert rising(curve(0, 3, 2.95, 5), "slots", by=9.0, reversal=0.1).fails
    assert not rising(curve(0, 1, 1, 1), "slots", by=1.0, reversal=0.1).decided


def test_the_error_of_a_ratio_of_means_is_that_of_its_spread():
    rng = np.random.default_rng(1)
    common = rng.exponential(size=(300, 200)) + 1
    upper, lower = 2 * common * rng.uniform(0.9, 1.1, common.shape), common * rng.uniform(0.9, 1.1, common.shape)
    found = estimates(ratio_of_means_db(*(xr.DataArray(x, dims=("repetition", "draw")) for x in (upper, lower))))
    assert np.mean([each.value for each in found]) == pytest.approx(10 * np.log10(2), abs=0.01)
    spread = np.std([each.value for each in found], ddof=1)
    assert np.mean([each.error for each in found]) == pytest.approx(spread, rel=0.15)
    assert spread < 0.5 * np.std(10 * np.log10(upper.mean(axis=1)))  # what both share cancels


def test_a_margin_is_counted_in_standard_errors():
    assert SIGNIFICANT == 4.0
    assert Estimate(3.0, 0.5).score == 6.0
    assert Estimate(-3.0, 0.5).score == -6.0
    # Exactly four of them decide nothing yet; what is exact is decided by its sign, and a tie is not shown.
    assert not Estimate(4.0, 1.0).passes
    assert not Estimate(-4.0, 1.0).fails
    assert Estimate(1e-300).score == math.inf
    assert Estimate(0.0).score == Estimate(-1e-300).score == -math.inf
    assert Estimate(math.nan, 1.0).score == Estimate(1.0, math.nan).score == Estimate(math.nan).score == 0.0
    assert [Estimate(value, 1.0).decided for value in (-4.1, -4.0, 4.0, 4.1)] == [True, False, False, True]


def test_margins_of_being_above_below_and_within():
    found = Estimate(2.5, 0.25)
    assert found.above(2.0) == Estimate(0.5, 0.25)
    assert found.below(2.0) == Estimate(-0.5, 0.25)
    assert found.within(2.0, 0.75) == Estimate(0.25, 0.25)
    assert found.within(3.0, 0.25) == Estimate(-0.25, 0.25)


def test_the_ratio_of_a_level_has_the_error_of_its_slope():
    # d 10^(x/10) / dx = ln(10) / 10 * 10^(x/10), here by a central difference.
    value, error, step = 3.0, 0.02, 1e-5
    slope = (10 ** ((value + step) / 10) - 10 ** ((value - step) / 10)) / (2 * step)
    assert Estimate(value, error).ratio() == (pytest.approx(10**0.3), pytest.approx(slope * error))
    assert Estimate(20.0, 0.0).ratio() == (pytest.approx(100.0), 0.0)


@pytest.mark.parametrize(
    ("found", "text", "signed"),
    [
        (Estimate(1.2553, 0.0257), "1.26 ± 0.05", "+1.26 ± 0.05"),
        (Estimate(-1.2553, 0.0257), "-1.26 ± 0.05", "-1.26 ± 0.05"),
        (Estimate(12.44, 0.8), "12 ± 2", "+12 ± 2"),
        (Estimate(123.4, 25.0), "123 ± 50", "+123 ± 50"),  # no digits before the point are left out
        (Estimate(1.25, 0.15), "1.2 ± 0.3", "+1.2 ± 0.3"),
        (Estimate(2.0, 0.6), "2 ± 1", "+2 ± 1"),
        (Estimate(0.5, 0.004), "0.500 ± 0.008", "+0.500 ± 0.008"),
        (Estimate(-0.0004, 0.004), "0.000 ± 0.008", "+0.000 ± 0.008"),  # a zero has no minus sign
        (Estimate(0.123456), "0.123", "+0.123"),
        (Estimate(1234.5), "1.23e+03", "+1.23e+03"),
        (Estimate(0.5, math.nan), "0.5", "+0.5"),
        (Estimate(0.5, math.inf), "0.5", "+0.5"),
        (Estimate(math.inf, 0.1), "inf", "+inf"),
        (Estimate(math.nan, 0.1), "nan", "+nan"),
    ],
)
def test_an_estimate_is_written_with_twice_its_error_to_the_digits_that_these_leave(found, text, signed):
    assert found.text() == text
    assert found.text(sign=True) == signed
    assert found.text(" dB") == f"{text} dB"


def test_extremes_are_those_of_the_values():
    found = [Estimate(2.0, 0.1), Estimate(-1.0, 0.1), Estimate(3.0, 0.1)]
    assert extremes(found, " dB") == "-1.0 ± 0.2 to 3.0 ± 0.2 dB"
    assert extremes(found, " dB", sign=True) == "-1.0 ± 0.2 to +3.0 ± 0.2 dB"
    assert extremes(found[:1]) == "2.0 ± 0.2 to 2.0 ± 0.2"
    assert extremes(found[::2], sign=True) == "+2.0 ± 0.2 to +3.0 ± 0.2"


def test_a_joint_margin_is_that_of_the_worst_and_of_the_best_in_standard_errors():
    near, far = Estimate(0.3, 0.01), Estimate(2.0, 0.5)
    assert all_of([near, far]) == all_of([far, near]) == far
    assert any_of([near, far]) == any_of([far, near]) == near
    assert all_of(iter([near])) == any_of(iter([near])) == near


def draws(*points, dims=("slots", "draw")):
    return xr.DataArray(np.array(points, dtype=float), dims=dims)


def test_the_margin_of_rising_is_that_of_the_ends_or_of_a_step_down():
    # Two draws m + d and m - d have the mean m and the standard error d.
    straight = draws([0.01, -0.01], [1.02, 0.98], [2.04, 1.96])
    assert rising(straight, "slots", by=0.5, reversal=0.1) == (pytest.approx(1.5), pytest.approx(0.03))
    dips = draws([0.01, -0.01], [3.02, 2.98], [2.04, 1.96])
    assert rising(dips, "slots", by=0.5, reversal=0.1) == (pytest.approx(-0.9), pytest.approx(0.02))
    # Within the reversal that is forgiven, and within the error, the ends alone count.
    assert rising(dips, "slots", by=0.5, reversal=1.1) == (pytest.approx(1.5), pytest.approx(0.03))
    assert rising(dips, "slots", by=0.5, reversal=0.95) == (pytest.approx(1.5), pytest.approx(0.03))
    assert rising(straight, "slots", by=2.5, reversal=0.1) == (pytest.approx(-0.5), pytest.approx(0.03))


def test_rising_asks_for_all_curves():
    curves = draws([[0.01, -0.01], [0.02, -0.02]], [[3.02, 2.98], [1.04, 0.96]], dims=("slots", "weight", "draw"))
    assert rising(curves, "slots", by=0.5, reversal=0.1) == (pytest.approx(0.5), pytest.approx(0.02))
    assert rising(curves, "weight", by=0.5, reversal=0.1).fails


def test_levels_are_ten_logarithms():
    with np.errstate(all="raise"):  # so that a warning, of which none is wanted, is an error
        levels = decibels(draws(100.0, 1.0, 0.5, 0.0, np.inf, np.nan, -1.0, dims="draw"))
    np.testing.assert_allclose(levels, [20.0, 0.0, -10 * math.log10(2), -np.inf, np.inf, np.nan, np.nan])


def test_a_ratio_of_means_per_draw():
    # Means 2 and 4; in relative terms the draws deviate by 1/2 in the one and by 1/4, the other way, in the other.
    upper, lower = draws(3.0, 1.0, dims="draw"), draws(3.0, 5.0, dims="draw")
    slope = 10 / math.log(10)
    level = -10 * math.log10(2)
    np.testing.assert_allclose(ratio_of_means_db(upper, lower), [level + 0.75 * slope, level - 0.75 * slope])
    assert estimate(ratio_of_means_db(upper, lower)) == (pytest.approx(level), pytest.approx(0.75 * slope))


def test_estimates_are_means_over_draws_with_their_standard_errors_whatever_the_axes():
    values = draws([1.0, 2.0, 6.0], [0.0, 0.0, 3.0])
    # Squared deviations 4 + 1 + 9 and 1 + 1 + 4, over 2 for the variance and over 3 for that of the mean.
    expected = [(3.0, pytest.approx(math.sqrt(14 / 6))), (1.0, pytest.approx(1.0))]
    assert estimates(values) == expected
    assert estimates(values.transpose("draw", "slots")) == expected
    assert all(type(number) is float for each in estimates(values) for number in each)
    assert estimates(values.astype(int)) == expected
    grid = values.expand_dims(weight=2)
    assert estimates(grid) == expected * 2
    assert estimate(values.isel(slots=1)) == expected[1]
    with pytest.raises(ValueError, match="values to unpack"):
        estimate(values)


def test_one_draw_has_an_unknown_error_and_two_have_one():
    (single,) = estimates(draws([5.0]))
    assert single.value == 5.0
    assert math.isnan(single.error)
    assert estimates(draws([4.0, 6.0])) == [(5.0, 1.0)]


def test_infinite_draws_decide_nothing_and_warn_of_nothing():
    with np.errstate(all="raise"):
        found = estimates(draws([np.inf, 1.0], [np.inf, -np.inf], [np.nan, 1.0]))
    assert found[0].value == np.inf
    assert not any(each.decided for each in found)
