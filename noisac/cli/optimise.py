"""``python -m noisac optimise``: the best beam for a block of symbols, what it achieves, and its pattern."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from noisac import _validate
from noisac._validate import ComplexArray
from noisac.beamforming.certified import certified_optimum
from noisac.beamforming.cross_entropy_method import CANDIDATES_PER_ELEMENT, CrossEntropyResult, cross_entropy
from noisac.beamforming.descent import coordinate_descent, phase_numbers
from noisac.beamforming.pattern import array_gain, draw_pattern, user_direction
from noisac.bounds.closed_form import crlb, crlb_per_symbol, modified_crlb, mutual_information
from noisac.cli.arguments import Commands, check_file, checked, integer, shape
from noisac.experiments.storage import FORMATS, write_picture
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, draw_symbols

#: Bits of all phases but the first's, up to which "auto" proves the optimum, at two bits 16 elements: seconds with
#: the paper's arrays, minutes or more where the user's array is much smaller than the surface.
CERTIFIED_BITS = 30
#: Largest surface for which Algorithm 1 is run beside coordinate descent; for larger ones it takes minutes.
COMPARED = 1024
#: Most slots that are drawn; the cost of a bound does not grow with them, that of drawing and printing does.
LARGEST_SLOTS = 1_000_000
#: Memory that the searches take at least: 32 restarts of a complex number, and as much to work with.
BYTES_PER_ELEMENT = 1024
METHODS = ("auto", "certificate", "coordinate-descent", "cross-entropy")


class Found(NamedTuple):
    """A beam, its modified CRLB, and in words how it was found and what is known of it."""

    beam: ComplexArray
    objective: float
    how: str
    proven: bool


def add_command(subparsers: Commands) -> None:
    """Add the command ``optimise`` to a command line."""
    parser = subparsers.add_parser(
        "optimise",
        help="find the best beam for a block of symbols",
        description="Draw a block of symbols and find the phases of the surface that make the modified CRLB "
        "least: zeta lg CRLB_x + (1 - zeta) lg CRLB_angle. Print the beam, its bounds, and how far Algorithm 1 "
        "is from it; small surfaces get a proof that no beam is better, and on larger ones the beam of "
        "Algorithm 1 is one start of many. A surface of 32x32 takes seconds, one of 64x64 a minute; a proof "
        "takes less than a second with the paper's arrays, but may take many minutes where the user's array is "
        "much smaller than the surface: --method coordinate-descent does without. All else is as in Section V.",
        epilog="example: python -m noisac optimise --irs 8x8 --snr 5 --weight 0.5 --out beam.png",
    )
    snr = checked(lambda value: Scenario(snr_db=value).snr_db)
    default = "; default: %(default)s"
    parser.add_argument(
        "--irs", type=shape("irs"), default=(4, 4), metavar="YxZ", help="elements along y and z; default: 4x4"
    )
    parser.add_argument(
        "--user", type=shape("user"), default=(4, 4), metavar="YxZ", help="antennas of the user; default: 4x4"
    )
    parser.add_argument("--snr", type=snr, default=0.0, metavar="DB", help="in dB" + default)
    parser.add_argument(
        "--bits", type=integer("bits", 1, 8), default=2, help="bits of a phase shifter, 1 to 8" + default
    )
    parser.add_argument(
        "--weight",
        type=checked(lambda value: float(_validate.weights(value))),
        metavar="ZETA",
        help="weight of the symbols' bound, 0 to 1; default: 0.5, or 0 with known symbols",
    )
    parser.add_argument(
        "--slots", type=integer("slots", 1, LARGEST_SLOTS), default=2, metavar="T", help="symbols" + default
    )
    parser.add_argument(
        "--variance",
        type=checked(_validate.symbol_variance),
        default=1.0,
        help="sigma_x^2 of the symbols, 0 to 1" + default,
    )
    parser.add_argument(
        "--symbol-model",
        choices=SYMBOL_MODELS,
        default="real",
        help="what is unknown of a symbol: one real parameter (Theorem 1), its complex value, or nothing"
        + default,
    )
    parser.add_argument("--seed", type=integer("seed", 0), default=0, help="of symbols and searches" + default)
    parser.add_argument(
        "--method",
        choices=METHODS,
        default="auto",
        help="auto is certificate if (L - 1) times the bits is at most "
        f"{CERTIFIED_BITS}, else coordinate-descent" + default,
    )
    parser.add_argument(
        "--out", type=Path, metavar="PATH", help="write the pattern as a picture, such as beam.png"
    )
    parser.set_defaults(run=_run_command, parser=parser)


def _run_command(arguments: argparse.Namespace) -> int:
    known = arguments.symbol_model == "known"
    weight = arguments.weight if arguments.weight is not None else 0.0 if known else 0.5
    if known and weight > 0:
        arguments.parser.error(
            "argument --weight: must be 0 with --symbol-model known, for known symbols have no bound"
        )
    if arguments.variance == 0 and not known:
        arguments.parser.error("argument --variance: must be above 0 unless the symbols are known")
    _check_memory(arguments)
    _check_picture(arguments)
    scenario = Scenario(
        irs_shape=arguments.irs, user_shape=arguments.user, snr_db=arguments.snr, phase_bits=arguments.bits
    )
    draw, search, reference = np.random.default_rng(arguments.seed).spawn(3)
    symbols = draw_symbols(draw, arguments.slots, arguments.variance)
    algorithm_1 = None
    if arguments.method == "cross-entropy" or scenario.irs_elements <= COMPARED:
        algorithm_1 = cross_entropy(scenario, symbols, weight, rng=reference, symbol_model=arguments.symbol_model)
    try:
        found = _find(scenario, symbols, weight, arguments.symbol_model, arguments.method, search, algorithm_1)
    except ValueError as error:
        arguments.parser.error(f"argument --method: {error}")
    print(_header(scenario, arguments, weight))
    print(f"beam: {found.how}")
    print(
        f"phases in steps of {360 / 2**scenario.phase_bits:g} degrees, seen from the front: y to the right, z up"
    )
    print("\n".join(_rows(scenario, found.beam)))
    print("\n".join(_report(scenario, found, symbols, weight, arguments, algorithm_1)))
    if arguments.out is not None:
        write_picture(draw_pattern(scenario, found.beam), arguments.out)
        print(f"pattern: {arguments.out}")
    return 0


def _check_picture(arguments: argparse.Namespace) -> None:
    """Refuse a picture that cannot be written before anything is computed."""
    out: Path | None = arguments.out
    if out is None:
        return
    if out.suffix[1:] not in FORMATS:
        arguments.parser.error(f"argument --out: must end in one of .{', .'.join(FORMATS)}, got {str(out)!r}")
    check_file(arguments.parser, "--out", out)


def _check_memory(arguments: argparse.Namespace) -> None:
    """Refuse arrays of elements for which the machine has too little memory."""
    if not hasattr(os, "sysconf"):
        return
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for name in ("irs", "user"):
        count = math.prod(getattr(arguments, name))
        needed = count * BYTES_PER_ELEMENT
        if needed > machine:
            arguments.parser.error(
                f"argument --{name}: {count} elements take about {needed / 2**30:.3g} GiB of memory, "
                f"more than the {machine / 2**30:.3g} GiB of this machine"
            )


def _find(
    scenario: Scenario,
    symbols: ComplexArray,
    weight: float,
    symbol_model: SymbolModel,
    method: str,
    rng: np.random.Generator,
    algorithm_1: CrossEntropyResult | None,
) -> Found:
    """Find a beam by the method that was asked for, or the best one for the size of the surface."""
    if method == "auto":
        small = scenario.phase_bits * (scenario.irs_elements - 1) <= CERTIFIED_BITS
        method = "certificate" if small else "coordinate-descent"
    if method == "certificate":
        proof = certified_optimum(scenario, symbols, weight, symbol_model=symbol_model)
        how = f"proven best of {proof.beams:.3g}, of which the bound left {int(proof.evaluated)} to evaluate"
        proven = bool(proof.lower_bound == proof.objective)
        if math.isinf(proof.objective):
            how = "any, for no beam " + ("has a bound" if proven else "with a bound was found; not proven")
        elif not proven:
            width = 10 * float(proof.objective - proof.lower_bound)
            how = f"best found, at most {width:.2g} dB above the best of {proof.beams:.3g}; not proven"
        return Found(proof.beam, float(proof.objective), how, proven)
    if method == "coordinate-descent":
        starts = None if algorithm_1 is None else algorithm_1.beam
        local = coordinate_descent(scenario, symbols, weight, rng=rng, symbol_model=symbol_model, starts=starts)
        how = f"best of many coordinate descents, {int(local.evaluations)} evaluated; not proven"
        return Found(local.beam, float(local.objective), how, proven=False)
    assert algorithm_1 is not None
    evaluated = int(algorithm_1.iterations) * CANDIDATES_PER_ELEMENT * scenario.irs_elements
    how = f"Algorithm 1, {int(algorithm_1.iterations)} iterations, {evaluated} evaluated; not proven"
    return Found(algorithm_1.beam, float(algorithm_1.objective), how, proven=False)


def _header(scenario: Scenario, arguments: argparse.Namespace, weight: float) -> str:
    (irs_y, irs_z), (user_y, user_z) = scenario.irs_shape, scenario.user_shape
    return (
        f"surface {irs_y} x {irs_z} with {scenario.phase_bits} bits, user {user_y} x {user_z}, "
        f"SNR {scenario.snr_db:g} dB, T = {arguments.slots}\n"
        f"sigma_x^2 = {arguments.variance:g}, symbols {arguments.symbol_model}, "
        f"zeta = {weight:g}, seed {arguments.seed}"
    )


def _rows(scenario: Scenario, beam: ComplexArray) -> Iterator[str]:
    """Phase indices of the elements, the uppermost row first."""
    index = phase_numbers(beam, 2**scenario.phase_bits).reshape(scenario.irs_shape)
    width = len(str(2**scenario.phase_bits - 1))
    for row in index.T[::-1]:
        yield "  " + " ".join(f"{phase:>{width}}" for phase in row)


def _report(
    scenario: Scenario,
    found: Found,
    symbols: ComplexArray,
    weight: float,
    arguments: argparse.Namespace,
    algorithm_1: CrossEntropyResult | None,
) -> Iterator[str]:
    """What the beam achieves, and how it compares."""
    bounds = crlb(scenario, found.beam, symbols, arguments.symbol_model)
    gain = float(array_gain(scenario, found.beam, *user_direction(scenario)))
    yield f"{'gain towards the user':<34}{_decibels(gain)}"
    if arguments.symbol_model == "known":
        yield f"{'CRLB of the symbols, rate':<34}none: the symbols are known"
    else:
        per_symbol = crlb_per_symbol(scenario, found.beam, symbols, arguments.symbol_model)
        rate = float(np.mean(mutual_information(per_symbol, arguments.variance)))
        yield f"{'CRLB of the symbols':<34}{float(bounds.symbol):.4g}"
        yield f"{'average mutual information':<34}{rate:.3f} bit/symbol"
    for name, bound in (("elevation", bounds.elevation), ("azimuth", bounds.azimuth), ("angles", bounds.angle)):
        deviation = math.degrees(math.sqrt(float(bound)))
        label = f"standard deviation, {name}" + ", root mean square" * (name == "angles")
        yield f"{label:<46}{deviation:.4g} degrees"
    objective = float(modified_crlb(bounds, weight))
    yield f"{'modified CRLB':<34}{objective:.4f}"
    label = f"{'modified CRLB of Algorithm 1':<34}"
    if algorithm_1 is None:
        yield f"{label}not computed for L above {COMPARED}"
    elif arguments.method != "cross-entropy":
        value = float(algorithm_1.objective)
        yield f"{label}{value:.4f}{_gap(value, found)}"


def _gap(algorithm_1: float, found: Found) -> str:
    gap = 10 * (algorithm_1 - found.objective)
    if not math.isfinite(gap):
        return ""
    if abs(gap) < 1e-6:
        return ", the same" + (": Algorithm 1 found the optimum too" if found.proven else "")
    side = "above" if gap > 0 else "below"
    return f", {abs(gap):.3f} dB {side}" + (" the optimum" if found.proven else "")


def _decibels(gain: float) -> str:
    relative = f"{10 * math.log10(gain):.2f} dB" if gain > 1e-24 else "-inf dB"
    return f"{relative} relative to all elements in phase"
