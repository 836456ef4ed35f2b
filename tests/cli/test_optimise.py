"""``python -m noisac optimise`` and the pattern that it draws."""

import re

import numpy as np
import pytest
from hypothesis import given
from matplotlib.image import imread

from noisac import (
    Scenario,
    complete_search,
    crlb,
    cross_entropy,
    draw_symbols,
    modified_crlb,
    phase_codebook,
    random_beams,
)
from noisac.beamforming.pattern import FLOOR_DB, array_gain, draw_pattern, user_direction
from noisac.bounds.closed_form import beam_sums
from noisac.cli import main
from noisac.cli import optimise as _optimise_command
from tests import strategies as own


def run(capsys, *arguments):
    assert main(["optimise", *arguments]) == 0
    return capsys.readouterr().out


def printed_beam(output, shape, bits=2):
    """The beam, from the rows of its phases."""
    along_y, along_z = shape
    rows = [line.split() for line in output.splitlines() if re.fullmatch(r"  [ \d]+", line)]
    index = np.array(rows, dtype=int)
    assert index.shape == (along_z, along_y)
    return phase_codebook(bits)[index[::-1].T.ravel()]


def printed_number(output, label):
    (line,) = [line for line in output.splitlines() if line.startswith(label + "  ")]
    return float(line[len(label) :].split()[0])


def symbols_of(seed, slots=2, variance=1.0):
    return draw_symbols(np.random.default_rng(seed).spawn(3)[0], slots, variance)


def test_the_printed_beam_has_the_printed_bounds_and_is_the_best_of_all(capsys):
    output = run(capsys, "--irs", "3x2", "--snr", "5", "--weight", "0.3", "--slots", "3", "--seed", "4")
    scenario, symbols = Scenario(irs_shape=(3, 2), snr_db=5.0), symbols_of(4, 3)
    bounds = crlb(scenario, printed_beam(output, (3, 2)), symbols)
    assert printed_number(output, "modified CRLB") == pytest.approx(modified_crlb(bounds, 0.3), abs=1e-4)
    assert printed_number(output, "CRLB of the symbols") == pytest.approx(bounds.symbol, rel=1e-3)
    deviation = np.degrees(np.sqrt(bounds.azimuth))
    assert printed_number(output, "standard deviation, azimuth") == pytest.approx(deviation, rel=1e-3)
    best = complete_search(scenario, symbols, 0.3)
    assert "proven best of 1.02e+03" in output
    assert printed_number(output, "modified CRLB") == pytest.approx(best.objective, abs=1e-4)


def test_a_larger_surface_gets_coordinate_descent_and_the_gap_of_algorithm_1(capsys):
    output = run(capsys, "--irs", "5x4", "--bits", "3", "--snr", "-3")
    scenario = Scenario(irs_shape=(5, 4), phase_bits=3, snr_db=-3.0)
    assert "coordinate descents" in output
    assert "not proven" in output
    assert "optimum" not in output
    _, _, stream = np.random.default_rng(0).spawn(3)
    reference = float(cross_entropy(scenario, symbols_of(0), 0.5, rng=stream).objective)
    gap = 10 * (reference - modified_crlb(crlb(scenario, printed_beam(output, (5, 4), 3), symbols_of(0)), 0.5))
    assert gap > 1e-3
    assert f"{reference:.4f}, {gap:.3f} dB above\n" in output


def test_algorithm_1_is_left_out_where_it_takes_minutes(capsys, monkeypatch):
    monkeypatch.setattr(_optimise_command, "COMPARED", 5)
    output = run(capsys, "--irs", "2x3")
    assert "not computed for L above 5" in output
    assert "iterations" in run(capsys, "--irs", "2x3", "--method", "cross-entropy")


@pytest.mark.parametrize("method", ["certificate", "coordinate-descent", "cross-entropy"])
def test_every_method_gives_the_same_beam_again_and_none_beats_the_certificate(capsys, method):
    arguments = ("--irs", "3x3", "--method", method)
    output = run(capsys, *arguments)
    assert run(capsys, *arguments) == output
    proven = run(capsys, "--irs", "3x3")
    assert printed_number(output, "modified CRLB") >= printed_number(proven, "modified CRLB")


def test_known_symbols_get_weight_zero_and_no_rate(capsys):
    output = run(capsys, "--irs", "2x2", "--symbol-model", "known", "--variance", "0")
    assert "zeta = 0," in output
    assert "none: the symbols are known" in output
    assert "nan" not in output


def test_where_no_beam_has_a_bound_the_output_says_so(capsys):
    output = run(capsys, "--irs", "2x2", "--user", "1x1", "--slots", "1")
    assert "no beam has a bound" in output
    assert printed_number(output, "modified CRLB") == np.inf
    assert "nan" not in output


def test_the_picture_is_written_and_named(capsys, tmp_path):
    path = tmp_path / "new" / "beam.png"
    assert f"pattern: {path}" in run(capsys, "--irs", "2x2", "--out", str(path))
    assert imread(path).std() > 0.1


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--irs", "8"], "irs must be two positive integers (along y, along z)"),
        (["--irs", "8x0"], "irs[1] must be an integer of at least 1, got 0; write irs such as 8x4"),
        (["--user", "4x-1"], "user[1] must be an integer of at least 1, got -1"),
        (["--snr", "loud"], "snr_db must be a finite number, got 'loud'"),
        (["--weight", "1.5"], "weight (zeta) must lie in [0, 1], got 1.5"),
        (["--weight", "nan"], "weight (zeta) must lie in [0, 1], got nan"),
        (["--bits", "9"], "bits must be an integer of at least 1 and at most 8, got 9"),
        (["--slots", "0"], "slots must be an integer of at least 1 and at most 1000000, got 0"),
        (["--seed", "x"], "seed must be an integer of at least 0, got 'x'"),
        (["--symbol-model", "known", "--weight", "0.5"], "argument --weight: must be 0 with --symbol-model known"),
        (["--variance", "0"], "argument --variance: must be above 0"),
        (["--method", "luck"], "argument --method: invalid choice: 'luck'"),
        (["--irs", "2x99999999999999"], "argument --irs: 199999999999998 elements take about 1.91e+08 GiB"),
        (["--out", "beam.gif"], "argument --out: must end in one of .png, .svg, .pdf, got 'beam.gif'"),
    ],
)
def test_arguments_without_sense_exit_with_2_and_name_the_argument(complaint_about, arguments, message):
    assert message in complaint_about(["optimise", *arguments])


def test_a_picture_below_a_file_is_refused_before_the_search(capsys, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit):
        main(["optimise", "--out", str(tmp_path / "file" / "beam.png")])
    output = capsys.readouterr()
    assert "argument --out" in output.err
    assert output.out == ""


@given(own.setups())
def test_the_gain_towards_the_user_is_that_of_the_bounds(setup):
    scenario, beam, _ = setup
    expected = abs(beam_sums(scenario, beam)[0]) ** 2 / scenario.irs_elements**2
    assert array_gain(scenario, beam, *user_direction(scenario)) == pytest.approx(expected, abs=1e-12)


def test_the_mean_gain_over_a_period_of_the_cosines_is_one_over_l():
    scenario = Scenario(irs_shape=(5, 3))  # half a wavelength: the pattern has a period of 2 in each cosine
    beam = random_beams(scenario, (), np.random.default_rng(0))
    grid = np.linspace(-1, 1, 16, endpoint=False)
    gain = array_gain(scenario, beam, grid[:, None], grid)
    assert np.mean(gain) == pytest.approx(1 / 15)


def test_the_picture_marks_the_user_and_hides_what_is_not_in_the_half_space():
    scenario = Scenario()
    figure = draw_pattern(scenario, np.ones(16))
    axes = figure.axes[0]
    for mark in axes.lines:
        np.testing.assert_allclose(mark.get_xydata(), [user_direction(scenario)])
    image = axes.images[0].get_array()
    assert np.ma.getmaskarray(np.ma.masked_invalid(image))[0, 0]
    assert np.nanmin(image) >= FLOOR_DB
    assert np.nanmax(image) <= 1e-9
