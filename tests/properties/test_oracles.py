"""The closed form against what others have computed: mpmath from the paper's equations, and published numbers."""

import math

import numpy as np
import pytest

from noisac import Scenario, crlb, draw_symbols, max_gain_beam, phase_codebook
from tests import oracle
from tests.strategies import SYMBOL_MODELS, random_scenario

pytestmark = pytest.mark.oracle

#: The largest relative error over 2100 random points was 8e-13, half of all stay below 1e-15.
ACCURACY = 1e-11
NEAR_ENDFIRE = math.pi / 2 - 1e-6
S = Scenario()


def point(number):
    """A scenario, a beam from the codebook or with any phases, and one to three slots."""
    rng = np.random.default_rng([77, number])
    scenario = random_scenario(rng)
    if number % 2:
        beam = np.exp(2j * np.pi * rng.random(scenario.irs_elements))
    else:
        codebook = phase_codebook(scenario.phase_bits)
        beam = codebook[rng.integers(len(codebook), size=scenario.irs_elements)]
    return scenario, beam, draw_symbols(rng, 1 + number % 3)


def errors(scenario, beam, symbols, symbol_model):
    """Relative errors of the three bounds."""
    got = crlb(scenario, beam, symbols, symbol_model)
    exact = oracle.bounds(scenario, beam, symbols, symbol_model)
    return [oracle.relative_error(value, true) for value, true in zip(got, exact, strict=True)]


@pytest.mark.paper(4, 5, 6, 7, 8, 9, 10, 11, 22, 23, 24, 25, 58)
@pytest.mark.parametrize("symbol_model", SYMBOL_MODELS)
@pytest.mark.parametrize("number", range(40))
def test_the_bounds_are_those_of_50_digits(number, symbol_model):
    assert max(errors(*point(number), symbol_model)) < ACCURACY


@pytest.mark.parametrize("symbol_model", SYMBOL_MODELS)
@pytest.mark.parametrize("number", range(4))
def test_the_oracle_eliminates_the_symbols_as_gauss_does(number, symbol_model):
    scenario, beam, symbols = point(number)
    scenario = scenario.replace(user_shape=(2, 3))
    schur = oracle.bounds(scenario, beam, symbols, symbol_model)
    dense = oracle.dense_bounds(scenario, beam, symbols, symbol_model)
    for first, second in zip(schur, dense, strict=True):
        assert oracle.relative_error(first, second) < 1e-15


EXTREMES = {
    "SNR of -100 dB": (S.replace(snr_db=-100.0), 2),
    "SNR of 200 dB": (S.replace(snr_db=200.0), 2),
    "SNR of 200 dB and next to no power": (S.replace(snr_db=200.0, transmit_power=1e-30), 2),
    "one slot": (S, 1),
    "10^4 slots": (S.replace(irs_shape=(2, 2), user_shape=(1, 2)), 10_000),
    "one element": (S.replace(irs_shape=(1, 1)), 2),
    "one antenna": (S.replace(user_shape=(1, 1)), 2),
    "one element and one antenna": (S.replace(irs_shape=(1, 1), user_shape=(1, 1)), 2),
    "one of everything": (S.replace(irs_shape=(1, 1), user_shape=(1, 1), bs_antennas=1), 1),
    "elevation within 1e-6 of endfire": (S.replace(user_aoa=(NEAR_ENDFIRE, 0.3)), 2),
    "azimuth within 1e-6 of endfire": (S.replace(user_aoa=(0.2, NEAR_ENDFIRE)), 2),
    "both hops within 1e-6 of endfire": (S.replace(user_aoa=(0.2, -NEAR_ENDFIRE), irs_aoa=(NEAR_ENDFIRE, 0.3)), 2),
    "a long row of elements": (S.replace(irs_shape=(1, 64), user_shape=(1, 2)), 2),
    "elements a thousandth of a wavelength apart": (S.replace(irs_spacing=1e-3, user_spacing=1e-3), 2),
    "elements a hundred wavelengths apart": (S.replace(irs_spacing=100.0, user_spacing=100.0), 2),
}


@pytest.mark.parametrize("symbol_model", SYMBOL_MODELS)
@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_but_valid_scales_keep_eleven_digits(name, symbol_model):
    scenario, slots = EXTREMES[name]
    rng = np.random.default_rng(8)
    symbols = draw_symbols(rng, slots)
    for beam in (max_gain_beam(scenario), np.exp(2j * np.pi * rng.random(scenario.irs_elements))):
        assert max(errors(scenario, beam, symbols, symbol_model)) < ACCURACY
        if slots > 100:
            break  # fifty digits of ten thousand slots take a while


@pytest.mark.parametrize("symbol_model", SYMBOL_MODELS)
def test_a_beam_whose_gain_is_exactly_zero_has_the_bounds_of_50_digits(symbol_model):
    # At broadside of both hops the elements are in phase, and (1, -1) cancels without rounding.
    scenario = Scenario(irs_shape=(2, 1), user_shape=(2, 2), user_aoa=(0.0, 0.0), irs_aoa=(0.0, 0.0))
    symbols = draw_symbols(np.random.default_rng(8), 3)
    bounds = crlb(scenario, [1.0, -1.0], symbols, symbol_model)
    assert symbol_model == "known" or np.isinf(bounds.symbol)
    assert np.isfinite(bounds.azimuth)
    assert max(errors(scenario, [1.0, -1.0], symbols, symbol_model)) < ACCURACY


# Published numbers. The surface is one element, so that only the user's row of antennas is left.


def row(antennas, azimuth, power_over_noise):
    """A uniform row of antennas half a wavelength apart, and a source on the horizon."""
    snr_db = 10 * math.log10(power_over_noise)
    return Scenario((1, 1), (antennas, 1), 1, snr_db=snr_db, user_aoa=(0.0, azimuth))


def test_a_row_of_16_antennas_and_an_unknown_complex_amplitude_has_the_published_bound():
    """The example of crlbtransform in MathWorks' Phased Array System Toolbox: 1.4900e-06 rad^2.

    Amplitude 2 and phase are unknown, the noise variance is 0.01, the source 60 degrees off broadside: it is the
    conditional bound for one snapshot.
    """
    bounds = crlb(row(16, -math.pi / 3, 1 / 0.01), [1.0], [2.0 * np.exp(1j * np.pi / 4)], "complex")
    assert f"{bounds.azimuth:.4e}" == "1.4900e-06"


def test_a_row_of_5_antennas_and_a_known_signal_has_the_published_bound():
    """The example "CRLB for DOA estimation" of the same documentation: 0.1109 degrees^2 at 45 degrees.

    The signal is known, its phase at the first antenna included, and the noise variance is 0.01.
    """
    bounds = crlb(row(5, math.pi / 4, 1 / 0.01), [1.0], [1.0], "known")
    assert f"{bounds.azimuth * np.degrees(1.0) ** 2:.4f}" == "0.1109"


def conditional_bound(response, derivative, power, noise_variance, snapshots):
    """Stoica and Nehorai's bound on the directions of several sources, in their matrix form."""
    projector = np.eye(len(response)) - response @ np.linalg.pinv(response)
    middle = derivative.conj().T @ projector @ derivative
    return np.linalg.inv((middle * power.T).real) * noise_variance / (2 * snapshots)


def ula(antennas, angles):
    """Steering matrix of a row half a wavelength apart and its derivative by the angles off broadside."""
    index = np.arange(antennas)[:, None]
    response = np.exp(1j * np.pi * index * np.sin(angles))
    return response, 1j * np.pi * index * np.cos(angles) * response


def test_the_formula_of_stoica_and_nehorai_gives_the_numbers_in_the_tests_of_doatools():
    """Ten antennas, three correlated sources, 100 snapshots: numbers of the package doatools.py."""
    power = np.array([[10, 1 + 0.3j, 0.5 - 0.1j], [1 - 0.3j, 11, 0.9 - 0.2j], [0.5 + 0.1j, 0.9 + 0.2j, 9]])
    bound = conditional_bound(*ula(10, np.linspace(-np.pi / 3, np.pi / 4, 3)), power, 1.0, 100)
    np.testing.assert_allclose(np.diag(bound), [2.636339e-06, 5.868361e-07, 1.495266e-06], rtol=1e-6)
    off_diagonal = bound[np.triu_indices(3, 1)]
    np.testing.assert_allclose(off_diagonal, [-2.947961e-08, -2.894480e-08, -1.254243e-08], rtol=1e-6)


@pytest.mark.parametrize("antennas", [2, 3, 10, 40])
@pytest.mark.parametrize("slots", [1, 2, 7])
def test_complex_symbols_give_the_formula_of_stoica_and_nehorai_for_one_source(antennas, slots):
    rng = np.random.default_rng([antennas, slots])
    azimuth, symbols = rng.uniform(-1.3, 1.3), draw_symbols(rng, slots)
    power = np.mean(np.abs(symbols) ** 2, keepdims=True)[None]
    exact = conditional_bound(*ula(antennas, np.array([azimuth])), power, 1 / 3.0, slots)
    bounds = crlb(row(antennas, azimuth, 3.0), [1.0], symbols, "complex")
    np.testing.assert_allclose(bounds.azimuth, exact[0, 0], rtol=1e-10)
    assert np.isinf(bounds.elevation)
