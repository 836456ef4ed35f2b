"""At every scale of what a bound is a multiple of: the multiple, to the last bit, or a refusal that names it."""

import math

import numpy as np
import pytest

from noisac import (
    Bounds,
    Scenario,
    crlb,
    crlb_of_response,
    crlb_per_symbol,
    finite_difference_information,
    fisher_information,
    modified_crlb,
    mutual_information,
    objective_lower_bound,
    path_gain,
    plane_wave_response,
    received_mean,
    symbol_crlb_known_angles,
    symbol_moments,
)
from noisac.bounds import angle_covariance, crlb_unknown_gain, equivalent_angle_information, least_angle_crlb
from noisac.positioning import error_ellipse, position_error_bound, position_information, root_mean_square
from noisac.positioning.errors import simulate_position_errors
from noisac.positioning.fixes import most_likely_position

S = Scenario(irs_shape=(3, 2), user_shape=(2, 2), bs_antennas=2)
BEAM = np.exp(1j * np.arange(6))
X = np.array([1.0, 0.5 + 1j, -0.75j])
BS = np.array([1.0, 0.5j])
ANCHORS, USER, PAIRS = (
    [[0.0, 0.0, 5.0], [0.0, 2.0, 5.0]],
    [4.0, 7.0, 0.0],
    np.tile([[2.0, 1.0], [1.0, 3.0]], (2, 1, 1)),
)
EXPONENTS = [-1060, -800, -567, -530, -300, -150, -99, -40, 40, 99, 150, 300, 530, 1000]


def of_response(symbols, size=1.0, noise=1.0):
    response = (part * 1e6 * size for part in plane_wave_response(S, BEAM))
    return crlb_of_response(tuple(response), symbols, noise_variance=noise)


#: Results as functions of a factor, and the power of the factor that they are multiples of.
LAWS = {
    "symbols, their bound": (lambda s: crlb(S, BEAM, X * s).symbol, 0),
    "symbols, angles": (lambda s: crlb(S, BEAM, X * s).angle, -2),
    "complex symbols": (lambda s: crlb(S, BEAM, X * s, "complex").elevation, -2),
    "pilots": (lambda s: crlb(S, BEAM, X * s, "known").azimuth, -2),
    "moments": (
        lambda s: crlb(S, BEAM, symbol_moments(X)._replace(factor=symbol_moments(X).factor * s)).angle,
        -2,
    ),
    "each symbol": (lambda s: crlb_per_symbol(S, BEAM, X * s), 0),
    "covariance": (lambda s: angle_covariance(S, BEAM, X * s), -2),
    "equivalent information": (lambda s: equivalent_angle_information(S, BEAM, X * s), 2),
    "unknown gain": (lambda s: crlb_unknown_gain(S, BEAM, X * s).angle, -2),
    "least bound": (lambda s: least_angle_crlb(S, X * s), -2),
    "information": (lambda s: fisher_information(S, BEAM, X * s, "known"), 2),
    "differences": (lambda s: finite_difference_information(S, BEAM, X * s)[:3, :3], 0),
    "the signal": (lambda s: received_mean(S, BEAM, X * s), 1),
    "beam of the base station": (lambda s: crlb(S, BEAM, X, bs_beam=BS * s).symbol, -2),
    "power": (lambda s: crlb(S.replace(transmit_power=s), BEAM, X).symbol, -1),
    "power, known angles": (lambda s: symbol_crlb_known_angles(S.replace(transmit_power=s), BEAM), -1),
    "gain": (lambda s: crlb(S.replace(bs_irs_gain=s), BEAM, X).angle, 0),
    "gain, information": (lambda s: fisher_information(S.replace(irs_user_gain=s), BEAM, X, "known"), 0),
    "response": (lambda s: of_response(X, s).angle, -2),
    "response, symbols": (lambda s: of_response(X * s).symbol, 0),
    "noise": (lambda s: of_response(X, noise=s).angle, 1),
    "response with its noise": (lambda s: of_response(X, s, 1e-20 * s).symbol, -1),
    "mutual information": (lambda s: mutual_information(0.25 * s, s), 0),
    "information of angles": (lambda s: position_information(ANCHORS, USER, PAIRS * s), 1),
    "position": (lambda s: position_error_bound(ANCHORS, USER, PAIRS * s) ** 2, -1),
    "place": (lambda s: position_error_bound(np.multiply(ANCHORS, s), np.multiply(USER, s), PAIRS), 1),
    "ellipse": (lambda s: error_ellipse(s * np.diag([1.0, 4.0]))[0] ** 2, 1),
}


@pytest.mark.parametrize("law", LAWS)
def test_a_multiple_is_the_multiple_at_every_scale_or_is_refused_by_name(law):
    compute, power = LAWS[law]
    wanted, right = compute(1.0), 0
    for exponent in EXPONENTS:
        try:
            found = compute(math.ldexp(1.0, exponent))
        except ValueError as error:
            if " must " not in str(error):
                raise
            continue
        right += 1
        parts = np.frexp(np.stack([np.real(found), np.imag(found)]))
        expected = np.frexp(np.stack([np.real(wanted), np.imag(wanted)]))
        tolerance = 1e-6 if law == "differences" else 1e-12
        np.testing.assert_allclose(parts[0], expected[0], rtol=tolerance, err_msg=str(exponent))
        np.testing.assert_array_equal(parts[1] - expected[1], np.where(expected[0] == 0, 0, power * exponent))
    assert right >= 4


EXTREMES = [
    {"snr_db": sign * 1000.0, "transmit_power": 10.0 ** (sign * power), "bs_irs_gain": gain, "irs_user_gain": gain}
    | {"user_spacing": spacing, "irs_spacing": spacing}
    for sign in (-1, 1)
    for power in (0, 49, 100)
    for gain in (1e-50, 1.0, 1e50)
    for spacing in (1e-30, 0.5)
]


@pytest.mark.parametrize("size", [1e-30, 1.0, 8e29])
def test_at_the_corners_of_what_is_accepted_bounds_are_positive_and_finite_or_refused(size):
    right = 0
    for fields in EXTREMES:
        scenario = S.replace(**fields)
        try:
            bounds, information = crlb(scenario, BEAM, X * size), fisher_information(scenario, BEAM, X * size)
        except ValueError as error:
            if not str(error).startswith("snr_db, with transmit_power or bs_beam,"):
                raise
            continue
        right += 1
        assert all(0 < part < math.inf for part in (bounds.symbol, bounds.elevation, bounds.azimuth))
        assert np.all(np.isfinite(information))
        assert np.all(np.diag(information) > 0)
    assert right >= len(EXTREMES) // 2


#: What would vanish or overflow, and the argument that the refusal names.
VANISHING = {
    "symbols of 1e-90": (lambda: crlb(S, BEAM, X * 1e-90), "symbols"),
    "symbols of 1e-170": (lambda: crlb_per_symbol(S, BEAM, X * 1e-170), "symbols"),
    "one block of two": (lambda: crlb(S, BEAM, [X, X * 1e-160]), "symbols"),
    "a search": (lambda: objective_lower_bound(S, X * 1e-160, 0.5), "symbols"),
    "moments of 1e-90": (
        lambda: crlb(S, BEAM, symbol_moments(X)._replace(factor=1e-90 * np.eye(2))),
        "symbols",
    ),
    "BS beam of 1e-200": (lambda: crlb(S, BEAM, X, bs_beam=BS * 1e-200), "bs_beam"),
    "noise of 1e-320": (lambda: of_response(X, noise=1e-320), "noise_variance"),
    "response of 1e-200": (lambda: of_response(X, 1e-200), "response"),
    "information of 1e-200": (
        lambda: position_error_bound(ANCHORS, USER, PAIRS * 1e-200),
        "angle_information",
    ),
    "places of 1e-70": (
        lambda: position_error_bound(np.multiply(ANCHORS, 1e-70), [1e-70, 0, 0], PAIRS),
        "positions",
    ),
    "gain that vanishes": (lambda: path_gain(1e100, 100), "distance"),
    "gain that vanishes by its loss": (lambda: path_gain(1.0, 2.0, 1e4), "distance"),
    "gain that is no normal number": (lambda: path_gain(1e31, 10.0), "distance"),
    "gain without end": (lambda: path_gain(1e-100, 100), "distance"),
    "loss without end": (lambda: path_gain(1.0, 2.0, -1e4), "distance"),
}


@pytest.mark.bad_input
@pytest.mark.parametrize(("attempt", "name"), VANISHING.values(), ids=VANISHING)
def test_what_would_vanish_or_overflow_is_refused_by_name(attempt, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        attempt()


def test_zero_is_no_small_number():
    assert crlb(S, BEAM, [0.0, 0.0]).angle == np.inf
    assert crlb(S, BEAM, X, bs_beam=[0.0, 0.0]).symbol == np.inf
    assert position_error_bound(ANCHORS, USER, 0 * PAIRS) == np.inf
    assert modified_crlb(Bounds(*np.full(3, 5e-324)), 0.5) == pytest.approx(math.log10(5e-324))


def test_a_mean_of_squares_is_right_at_every_scale():
    wanted = root_mean_square([1.0, 3.0, 8.0])
    for scale in (2.0**-1000, 2.0**-400, 2.0**400, 2.0**1000):
        found = root_mean_square(np.array([1.0, 3.0, 8.0]) * scale)
        np.testing.assert_allclose(np.array(found) / math.sqrt(scale), wanted, rtol=1e-12)


NO_INFORMATION = {
    "not symmetric": [[1.0, 5.0], [0.0, 1.0]],
    "negative": [[-1.0, 0.0], [0.0, 1.0]],
    "indefinite": [[1.0, 2.0], [2.0, 1.0]],
    "not symmetric beyond rounding": [[1e6, 1.0], [1.01, 1e6]],
    "slightly indefinite": [[1.0, 0.0], [0.0, -1e-8]],
}
TAKERS = {
    "position_error_bound": lambda pairs: position_error_bound(ANCHORS, USER, pairs),
    "position_information": lambda pairs: position_information(ANCHORS, USER, pairs),
    "most_likely_position": lambda pairs: most_likely_position(ANCHORS, np.full((2, 2), -0.5), pairs),
    "simulate_position_errors": lambda pairs: simulate_position_errors(
        ANCHORS, USER, pairs, draws=1, rng=np.random.default_rng(0)
    ),
    "error_ellipse": lambda pairs: error_ellipse(pairs[1]),
}


@pytest.mark.bad_input
@pytest.mark.parametrize("scale", [1e-90, 1.0, 1e90])
@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("matrix", NO_INFORMATION)
def test_what_is_no_information_is_refused_by_name(matrix, taker, scale):
    with pytest.raises(
        ValueError, match=r"^(angle_information|covariance) must be symmetric and positive semidefinite"
    ):
        TAKERS[taker]([np.eye(2), scale * np.array(NO_INFORMATION[matrix])])


@pytest.mark.parametrize("taker", ["position_error_bound", "position_information", "error_ellipse"])
def test_rounding_of_information_is_accepted_and_counts_for_nothing(taker):
    exact, rounded = np.array([[4.0, 2.0], [2.0, 1.0]]), np.array([[4.0, 2.0 + 1e-15], [2.0 - 1e-15, 1.0 - 1e-15]])
    found, wanted = (TAKERS[taker]([np.eye(2), matrix]) for matrix in (rounded, exact))
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-7)
