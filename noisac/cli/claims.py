"""``python -m noisac claims``: the ledger of claims, compared with the verdicts that the book has stored."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from noisac.cli.arguments import Commands, integer, jobs
from noisac.experiments.paper import DEFAULT_DRAWS, DEFAULT_SEED
from noisac.verdicts.judge import claims
from noisac.verdicts.records import RECORD, differences, format_ledger, recorded_verdicts


def add_command(subparsers: Commands) -> None:
    """Add the command ``claims`` to a command line; its handler, the default ``run``, returns the exit code.

    The code is 0 if all verdicts are those recorded, 1 if any differs or is missing on either side, and 2 if the
    record cannot be read.

    Parameters
    ----------
    subparsers : argparse action
        From ``ArgumentParser.add_subparsers``.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add_command(parser.add_subparsers())
    >>> parser.parse_args(["claims", "--draws", "100"]).draws
    100
    """
    parser = subparsers.add_parser(
        "claims",
        help="test every claim of the paper",
        description="Print every claim of the paper with its verdict, and compare the verdicts with those that "
        "the book has stored. Exit code 1 if any differs or is missing on either side, 2 without a record.",
    )
    parser.add_argument(
        "--draws",
        type=integer("draws", 1),
        default=DEFAULT_DRAWS,
        help="draws a point; default: %(default)s",
    )
    parser.add_argument(
        "--seed",
        type=integer("seed", 0),
        default=DEFAULT_SEED,
        help="of all draws; default: %(default)s",
    )
    parser.add_argument("--jobs", type=jobs, help="processes, -1 for one per core; default: 1")
    parser.add_argument(
        "--recorded", type=Path, default=RECORD, metavar="PATH", help="executed notebook; default: %(default)s"
    )
    parser.set_defaults(run=_run_command, parser=parser)


def _run_command(arguments: argparse.Namespace) -> int:
    recorded = None
    try:
        recorded = recorded_verdicts(arguments.recorded)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"noisac: cannot read verdicts from {arguments.recorded}: {reason}", file=sys.stderr)
        print("noisac: nothing to compare with; --recorded names an executed claims.ipynb", file=sys.stderr)
    records = claims(draws=arguments.draws, seed=arguments.seed, jobs=arguments.jobs, progress=True)
    print(format_ledger(records))
    if recorded is None:
        return 2
    found = differences(records, recorded)
    print()
    if not found:
        print(f"all verdicts are those recorded in {arguments.recorded}")
        return 0
    print(f"{len(found)} verdicts differ from those recorded in {arguments.recorded}:")
    for difference in found:
        print(f"  {difference}")
    return 1
