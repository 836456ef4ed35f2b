"""What is refused by scenarios, beams, symbols and searches, with a message that names the argument."""

import math

import numpy as np
import pytest

from noisac import (
    Geometry,
    Scenario,
    complete_search,
    crlb,
    crlb_per_symbol,
    draw_symbols,
    expected_symbol_moments,
    finite_difference_information,
    fisher_information,
    localisation_system,
    minimise_over_phases,
    modified_crlb,
    mutual_information,
    noisac_system,
    path_gain,
    phase_codebook,
    pilots,
    received_mean,
    symbol_crlb_known_angles,
    symbol_moments,
    tdisac_system,
)
from tests.properties.bad_cases import INF, NAN, ONES, G, S, X, rng, search
from tests.properties.test_wrong_kinds import WITHOUT_A_GEOMETRY, WITHOUT_A_SCENARIO, WRONG_KINDS


def with_element(value, length=16):
    array = np.ones(length, dtype=complex)
    array[1] = value
    return array


# (what is tried, what the message says)
BAD = {
    # Scenario
    "flat IRS shape": (lambda: Scenario(irs_shape=16), r"^irs_shape must be two positive integers"),
    "IRS shape of three": (lambda: Scenario(irs_shape=(4, 4, 1)), r"^irs_shape must be two positive integers"),
    "IRS shape as text": (lambda: Scenario(irs_shape="44"), r"^irs_shape must be two positive integers"),
    "empty IRS": (lambda: Scenario(irs_shape=(0, 4)), r"^irs_shape\[0\] must be an integer of at least 1"),
    "negative user shape": (lambda: Scenario(user_shape=(4, -1)), r"^user_shape\[1\] must be an integer"),
    "fractional user shape": (lambda: Scenario(user_shape=(4, 2.5)), r"^user_shape\[1\] must be an integer"),
    "whole float in a shape": (lambda: Scenario(user_shape=(4.0, 2)), r"^user_shape\[0\] must be an integer"),
    "no BS antennas": (lambda: Scenario(bs_antennas=0), r"^bs_antennas must be an integer of at least 1"),
    "fractional BS antennas": (lambda: Scenario(bs_antennas=7.5), r"^bs_antennas must be an integer"),
    "zero power": (lambda: Scenario(transmit_power=0), r"^transmit_power must be a finite positive number"),
    "negative power": (lambda: Scenario(transmit_power=-1.0), r"^transmit_power must be a finite positive"),
    "NaN power": (lambda: Scenario(transmit_power=NAN), r"^transmit_power must be a finite positive number"),
    "infinite power": (lambda: Scenario(transmit_power=INF), r"^transmit_power must be a finite positive"),
    "NaN SNR": (lambda: Scenario(snr_db=NAN), r"^snr_db must be a finite number"),
    "infinite SNR": (lambda: Scenario(snr_db=-INF), r"^snr_db must be a finite number"),
    "SNR in words": (lambda: Scenario(snr_db="loud"), r"^snr_db must be a finite number, got 'loud'"),
    "complex SNR": (lambda: Scenario(snr_db=1j), r"^snr_db must be a finite number"),
    "no SNR": (lambda: Scenario(snr_db=None), r"^snr_db must be a finite number"),
    "zero bits": (lambda: Scenario(phase_bits=0), r"^phase_bits must be an integer of at least 1 and at most 8"),
    "nine bits": (lambda: Scenario(phase_bits=9), r"^phase_bits must be an integer of at least 1 and at most 8"),
    "fractional bits": (lambda: Scenario(phase_bits=2.0), r"^phase_bits must be an integer"),
    "bits as a truth value": (lambda: Scenario(phase_bits=True), r"^phase_bits must be an integer.*got True"),
    "bits in words": (lambda: Scenario(phase_bits="two"), r"^phase_bits must be an integer"),
    "zero spacing": (lambda: Scenario(irs_spacing=0.0), r"^irs_spacing must be a finite positive number"),
    "negative spacing": (lambda: Scenario(user_spacing=-0.5), r"^user_spacing must be a finite positive"),
    "NaN spacing": (lambda: Scenario(user_spacing=NAN), r"^user_spacing must be a finite positive number"),
    "one angle": (lambda: Scenario(user_aoa=0.1), r"^user_aoa must be an \(elevation, azimuth\) pair"),
    "three angles": (lambda: Scenario(irs_aoa=(0.1, 0.2, 0.3)), r"^irs_aoa must be an \(elevation, azimuth\)"),
    "NaN elevation": (lambda: Scenario(user_aoa=(NAN, 0.1)), r"^user_aoa\[0\] must be a finite number"),
    "infinite azimuth": (lambda: Scenario(irs_aoa=(0.1, INF)), r"^irs_aoa\[1\] must be a finite number"),
    "angle in words": (lambda: Scenario(user_aoa=("up", 0.0)), r"^user_aoa\[0\] must be a finite number"),
    "elevation beyond the zenith": (lambda: Scenario(user_aoa=(1.6, 0.0)), r"^user_aoa\[0\], an elevation"),
    "elevation in degrees": (lambda: Scenario(irs_aoa=(30.0, 0.0)), r"^irs_aoa\[0\], an elevation.*radians"),
    "zenith": (lambda: Scenario(user_aoa=(math.pi / 2, 0.1)), r"^user_aoa = .* is at endfire"),
    "azimuth at endfire": (lambda: Scenario(user_aoa=(0.1, math.pi / 2)), r"^user_aoa = .* is at endfire"),
    "IRS angle at endfire": (lambda: Scenario(irs_aoa=(0.1, -math.pi / 2)), r"^irs_aoa = .* is at endfire"),
    "NaN angle at the BS": (lambda: Scenario(bs_aod=NAN), r"^bs_aod must be a finite number"),
    "zero path gain": (lambda: Scenario(bs_irs_gain=0), r"^bs_irs_gain must be a finite non-zero complex"),
    "NaN path gain": (lambda: Scenario(irs_user_gain=complex(NAN, 0)), r"^irs_user_gain must be a finite"),
    "infinite path gain": (lambda: Scenario(irs_user_gain=INF), r"^irs_user_gain must be a finite non-zero"),
    "path gain in words": (lambda: Scenario(bs_irs_gain="weak"), r"^bs_irs_gain must be a finite non-zero"),
    "unknown convention": (
        lambda: Scenario(phase_convention="m+l"),
        r"^phase_convention must be one of 'difference', 'sum', got 'm\+l'",
    ),
    "unknown field": (lambda: S.replace(bits=3, snr=1.0), r"^Scenario has no field bits, snr$"),
    "bad value in replace": (lambda: S.replace(phase_bits=0), r"^phase_bits must be"),
    # Geometry and paths
    "user on the IRS": (
        lambda: Geometry((0, 0, 9), ((1, 0, 5), (2, 0, 5)), (2, 0, 5)),
        r"^irs_positions\[1\] coincides with the base station or the user",
    ),
    "BS on the IRS": (lambda: Geometry((1, 0, 5), ((1, 0, 5), (2, 0, 5)), (9, 0, 0)), r"^irs_positions\[0\] coin"),
    "three sub-IRSs": (
        lambda: Geometry((0, 0, 9), ((1, 0, 5),) * 3, (2, 0, 0)),
        r"^irs_positions must hold two points",
    ),
    "one sub-IRS": (lambda: Geometry((0, 0, 9), ((1, 0, 5),), (2, 0, 0)), r"^irs_positions must hold two points"),
    "NaN position": (lambda: Geometry((0, NAN, 9), ((1, 0, 5),) * 2, (2, 0, 0)), r"^bs_position\[1\] must be"),
    "infinite position": (lambda: Geometry((0, 0, 9), ((1, 0, 5),) * 2, (INF, 0, 0)), r"^user_position\[0\] must"),
    "position in a plane": (
        lambda: Geometry((0, 9), ((1, 0, 5),) * 2, (2, 0, 0)),
        r"^bs_position must be a point",
    ),
    "sub-IRS in a plane": (
        lambda: Geometry((0, 0, 9), ((1, 0), (1, 0, 5)), (2, 0, 0)),
        r"^irs_positions\[0\] must",
    ),
    "third sub-IRS": (lambda: G.distances(2), r"^sub_irs must be an integer of at least 0 and at most 1, got 2"),
    "NaN exponent": (lambda: Geometry((0, 0, 9), ((1, 0, 5),) * 2, (2, 0, 0), NAN), r"^bs_irs_exponent must be"),
    "user straight to the side": (lambda: Geometry.section_v(math.pi / 2).scenario(), r"^user_aoa .* endfire"),
    "zero distance": (lambda: path_gain(0.0, 2.0), r"^distance must be a finite positive number"),
    # Beams
    "short beam": (lambda: crlb(S, np.ones(15), X), r"^beams must have shape \(\.\.\., 16\).*got \(15,\)"),
    "scalar beam": (lambda: crlb(S, 1.0, X), r"^beams must have shape \(\.\.\., 16\)"),
    "transposed beams": (lambda: crlb(S, np.ones((16, 3)), X), r"^beams must have shape"),
    "loud element": (lambda: crlb(S, with_element(2.0), X), r"^beams must have elements of unit modulus"),
    "dark element": (lambda: crlb(S, with_element(0.0), X), r"^beams must have elements of unit modulus"),
    "modulus off by a millionth": (lambda: crlb(S, ONES * (1 + 1e-6), X), r"^beams must have elements of unit"),
    "NaN in a beam": (lambda: crlb(S, with_element(NAN), X), r"^beams must have elements of unit modulus"),
    "infinity in a beam": (lambda: crlb(S, with_element(INF), X), r"^beams must have elements of unit modulus"),
    "beam in words": (lambda: crlb(S, ["on"] * 16, X), r"^beams must be a numeric array"),
    "phases as a beam": (lambda: crlb_per_symbol(S, np.zeros(16), X), r"^beams must have elements of unit"),
    "short beam, known angles": (lambda: symbol_crlb_known_angles(S, np.ones(9)), r"^beams must have shape"),
    "two beams at once": (lambda: fisher_information(S, np.ones((2, 16)), X), r"^beam must be a single beam"),
    "two beams for one signal": (lambda: received_mean(S, np.ones((2, 16)), X), r"^beam must be a single beam"),
    "short BS beam": (
        lambda: crlb(S, ONES, X, bs_beam=np.ones(7)),
        r"^bs_beam must have shape \(8,\), got \(7,\)",
    ),
    "NaN in the BS beam": (lambda: crlb(S, ONES, X, bs_beam=with_element(NAN, 8)), r"^bs_beam must be finite"),
    "BS beam, dense": (lambda: fisher_information(S, ONES, X, bs_beam=[1.0]), r"^bs_beam must have shape"),
    "BS beam in words": (
        lambda: received_mean(S, ONES, X, bs_beam=["a"] * 8),
        r"^bs_beam must be a numeric array",
    ),
    # Symbols
    "no symbols": (lambda: crlb(S, ONES, []), r"^symbols must have shape \(\.\.\., T\) with T of at least 1"),
    "no slots": (lambda: symbol_moments(np.ones((3, 0))), r"^symbols must have shape .* got shape \(3, 0\)"),
    "scalar symbol": (lambda: crlb(S, ONES, 1.0), r"^symbols must have shape \(\.\.\., T\)"),
    "NaN symbol": (lambda: crlb(S, ONES, [1.0, NAN]), r"^symbols must be finite"),
    "infinite symbol": (lambda: crlb_per_symbol(S, ONES, [1.0, INF]), r"^symbols must be finite"),
    "symbols in words": (lambda: crlb(S, ONES, ["one"]), r"^symbols must be a numeric array"),
    "two blocks, dense": (lambda: fisher_information(S, ONES, np.ones((2, 3))), r"^symbols must be those of one"),
    "NaN symbol in a search": (lambda: search(symbols=[NAN, 1.0]), r"^symbols must be finite"),
    "zero pilots": (lambda: pilots(0), r"^slots must be an integer of at least 1"),
    "zero drawn symbols": (lambda: draw_symbols(rng(), 0), r"^slots must be an integer of at least 1"),
    "negative variance": (lambda: draw_symbols(rng(), 2, -0.1), r"^variance \(sigma_x\^2\) must lie in \[0, 1\]"),
    "variance above one": (lambda: draw_symbols(rng(), 2, 1.1), r"^variance \(sigma_x\^2\) must lie in \[0, 1\]"),
    "NaN variance": (lambda: expected_symbol_moments(2, NAN), r"^variance must be a finite number"),
    # Models and weights
    "unknown symbol model": (lambda: crlb(S, ONES, X, "reel"), r"^symbol_model must be one of .* got 'reel'"),
    "unknown model, dense": (lambda: fisher_information(S, ONES, X, "qam"), r"^symbol_model must be one of"),
    "unknown model in a search": (lambda: search(symbol_model=None), r"^symbol_model must be one of"),
    "unknown model, differences": (
        lambda: finite_difference_information(S, ONES, X, "QAM"),
        r"^symbol_model must be one of 'real', 'complex', 'known', got 'QAM'",
    ),
    "known symbols have no bound": (lambda: crlb_per_symbol(S, ONES, X, "known"), r"^symbol_model must be one of"),
    "negative weight": (lambda: search(weight=-0.1), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "weight above one": (lambda: search(weight=1.1), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "NaN weight": (lambda: search(weight=NAN), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "one bad weight of many": (lambda: search(weight=[0.5, 2.0]), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "no weight": (lambda: modified_crlb(crlb(S, ONES, X), []), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "weight in words": (
        lambda: modified_crlb(crlb(S, ONES, X), "half"),
        r"^weight must be an array of real numbers",
    ),
    "weight on known symbols": (
        lambda: modified_crlb(crlb(S, ONES, X, "known"), 0.5),
        r"^weight \(zeta\) must be 0 when the symbols are known",
    ),
    "weight on known symbols in a search": (
        lambda: search(symbol_model="known"),
        r"^weight \(zeta\) must be 0 when the symbols are known",
    ),
    "weight on known symbols, complete": (
        lambda: complete_search(S.replace(irs_shape=(2, 2)), X, 0.1, "known"),
        r"^weight \(zeta\) must be 0 when the symbols are known",
    ),
    "weight outside, complete": (
        lambda: complete_search(S.replace(irs_shape=(2, 2)), X, 2.0),
        r"^weight \(zeta\)",
    ),
    # Algorithm 1
    "no candidates": (lambda: search(candidates=0), r"^candidates must be an integer of at least 1"),
    "fractional candidates": (lambda: search(candidates=80.0), r"^candidates must be an integer"),
    "no elites": (lambda: search(elites=0), r"^elites must be an integer of at least 1 and at most 80"),
    "more elites than candidates": (lambda: search(candidates=10, elites=11), r"^elites must be .* at most 10"),
    "zero tolerance": (lambda: search(tolerance=0.0), r"^tolerance must be a finite positive number"),
    "NaN tolerance": (lambda: search(tolerance=NAN), r"^tolerance must be a finite positive number"),
    "no iterations": (lambda: search(max_iterations=0), r"^max_iterations must be an integer of at least 1"),
    "unknown output": (lambda: search(output="first"), r"^output must be one of 'best', 'last', got 'first'"),
    "too few generators": (lambda: search(weight=[0.1, 0.2], rng=[rng()]), r"^rng must be .* sequence of 2"),
    "seeds for generators": (lambda: search(rng=[1]), r"^rng must be a numpy.random.Generator"),
    "objective of one's own": (
        lambda: minimise_over_phases(lambda b, s: 0, S, rng=rng(), elites=-1),
        r"^elites must be an integer",
    ),
    "too many beams": (lambda: complete_search(S, X, 0.5), r"2\*\*30 beams, too many .* at most 24"),
    "zero bits of a codebook": (
        lambda: phase_codebook(0),
        r"^bits must be an integer of at least 1 and at most 8",
    ),
    # Systems
    "pilots only": (lambda: tdisac_system(S, 5, rng=rng(), pilot_share=1), r"^pilot_share must lie strictly"),
    "no pilots": (
        lambda: tdisac_system(S, 5, rng=rng(), pilot_share=0),
        r"^pilot_share must be a finite positive",
    ),
    "NaN share": (lambda: tdisac_system(S, 5, rng=rng(), pilot_share=NAN), r"^pilot_share must be a finite"),
    "no slots for TD-ISAC": (lambda: tdisac_system(S, 0, rng=rng()), r"^slots must be an integer of at least 1"),
    "fractional slots for TD-ISAC": (lambda: tdisac_system(S, 2.5, rng=rng()), r"^slots must be an integer"),
    "no slots for localisation": (
        lambda: localisation_system(S, 0, rng=rng()),
        r"^slots must be a finite positive",
    ),
    "pilots for NO-ISAC": (lambda: noisac_system(S, X, 0, rng=rng(), symbol_model="known"), r"^symbol_model must"),
    "no variance for NO-ISAC": (lambda: noisac_system(S, X, 0, rng=rng(), symbol_variance=0), r"^symbol_variance"),
    "no variance for TD-ISAC": (lambda: tdisac_system(S, 5, rng=rng(), symbol_variance=0), r"^symbol_variance"),
    "unknown design": (lambda: noisac_system(S, X, 0, rng=rng(), design="mean"), r"^design must be one of"),
    "bound of zero": (lambda: mutual_information(0.0, 1.0), r"^symbol_crlb must be above 0"),
    "negative bound": (lambda: mutual_information([1.0, -1.0], 1.0), r"^symbol_crlb must be above 0"),
    "NaN bound": (lambda: mutual_information(NAN, 1.0), r"^symbol_crlb must be above 0"),
    "zero variance": (lambda: mutual_information(1.0, 0.0), r"^symbol_variance \(sigma_x\^2\) must be finite"),
    "infinite variance": (lambda: mutual_information(1.0, INF), r"^symbol_variance \(sigma_x\^2\) must be finite"),
}


WRONG_KINDS |= {
    f"no {name}, {function}": (attempt, f"^{name} must be a noisac.{name.title()}, got None")
    for name, attempts in (("scenario", WITHOUT_A_SCENARIO), ("geometry", WITHOUT_A_GEOMETRY))
    for function, attempt in attempts.items()
}


@pytest.mark.bad_input
@pytest.mark.parametrize(("attempt", "message"), BAD.values(), ids=BAD.keys())
def test_it_is_refused_with_a_message_that_names_the_argument(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt()
