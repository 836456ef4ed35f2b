"""``python -m noisac figures``: the paper's figures, their data and summaries, as files."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from noisac import _validate
from noisac.cli.arguments import Commands, checked, integer, jobs
from noisac.experiments.paper import DEFAULT_DRAWS, DEFAULT_SEED, FIGURES
from noisac.experiments.storage import FORMATS, LARGEST_SEED, StorageReport, store_figures


def add_command(subparsers: Commands) -> None:
    """Add the command ``figures`` to a command line."""
    parser = subparsers.add_parser(
        "figures",
        help="compute and draw the paper's figures",
        description="Write each panel as a picture, its data as NAME.nc (every draw) and their summary as "
        "NAME.csv. What is there already with the same parameters is left alone. After an interruption of any "
        "kind the same command goes on where it was.",
    )
    default = "; default: %(default)s"
    figure = checked(partial(_validate.choice, "NAME", allowed=tuple(FIGURES)))
    draws, seed = integer("draws", 1), integer("seed", 0, LARGEST_SEED)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", type=figure, help=f"{', '.join(FIGURES)}; default: all"
    )
    parser.add_argument("--draws", type=draws, default=DEFAULT_DRAWS, help="draws a point" + default)
    parser.add_argument("--seed", type=seed, default=DEFAULT_SEED, help="of all draws" + default)
    parser.add_argument("--jobs", type=jobs, help="processes, -1 for one per core; default: 1")
    parser.add_argument("--out", type=Path, default=Path("results"), help="directory" + default)
    parser.add_argument(
        "--format", type=_formats, default="png", help=f"of {', '.join(FORMATS)}, with commas" + default
    )
    parser.set_defaults(run=_run_command, parser=parser, resumes=True)


def _run_command(arguments: argparse.Namespace) -> int:
    start = time.perf_counter()
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        reports = store_figures(
            arguments.names or FIGURES,
            out=arguments.out,
            formats=arguments.format,
            draws=arguments.draws,
            seed=arguments.seed,
            jobs=arguments.jobs,
            progress=True,
        )
    except OSError as error:
        arguments.parser.error(f"argument --out: {error.strerror}: {error.filename}")
    _print(list(reports), time.perf_counter() - start)
    return 0


def _print(reports: Sequence[StorageReport], seconds: float) -> None:
    """Print what was done for each experiment and how long it took."""
    width = max(len(" ".join(report.figures)) for report in reports)
    for report in reports:
        for path in report.unreadable:
            print(f"noisac: {path} could not be read and was computed again", file=sys.stderr)
        done = "computed" if report.computed else "completed" if report.written else "was there"
        print(f"{' '.join(report.figures):<{width}}  {done:<9}  {report.seconds:6.1f} s")
    print(f"{'total':<{width}}  {'':<9}  {seconds:6.1f} s")


def _formats(text: str) -> list[str]:
    formats = text.split(",")
    for suffix in formats:
        checked(partial(_validate.choice, "format", allowed=tuple(FORMATS)))(suffix)
    return formats
