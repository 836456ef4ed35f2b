"""``python -m noisac claims``: the ledger of claims, compared with recorded verdicts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from noisac.cli.arguments import Commands, check_file, integer, jobs
from noisac.experiments.paper import DEFAULT_SEED


def add_command(subparsers: Commands) -> None:
    """Add the command ``claims``: exit code 0 if all verdicts are those recorded, 1 if not, 2 without a record."""
    parser = subparsers.add_parser(
        "claims",
        help="test every claim of the paper",
        description="Print every claim of the paper with its verdict, and compare the verdicts with recorded "
        "ones. Exit code 1 if any differs or is missing on either side, 2 if the record cannot be read.",
    )
    draws, seed = integer("draws", 1), integer("seed", 0)
    parser.add_argument("--draws", type=draws, help="draws a point; default: those of the book")
    parser.add_argument("--seed", type=seed, default=DEFAULT_SEED, help="of all draws; default: %(default)s")
    parser.add_argument("--jobs", type=jobs, help="processes, -1 for one per core; default: 1")
    parser.add_argument(
        "--recorded", type=Path, metavar="FILE", help="verdicts to compare with; default: those of the book"
    )
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the verdicts to this file")
    parser.set_defaults(run=_run_command, parser=parser)


def _run_command(arguments: argparse.Namespace) -> int:
    # SciPy's statistics take a second to load.
    from noisac.verdicts.judge import CLAIM_DRAWS, claims
    from noisac.verdicts.records import differences, format_ledger, record_verdicts, recorded_verdicts

    try:
        recorded = recorded_verdicts(arguments.recorded)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"noisac: cannot read verdicts from {arguments.recorded}: {reason}", file=sys.stderr)
        return 2
    if arguments.record is not None:
        check_file(arguments.parser, "--record", arguments.record)
    records = claims(draws=arguments.draws or CLAIM_DRAWS, seed=arguments.seed, jobs=arguments.jobs, progress=True)
    print(f"{format_ledger(records)}\n")
    if arguments.record is not None:
        record_verdicts(records, arguments.record)
    found, name = differences(records, recorded), arguments.recorded or "the book"
    if not found:
        print(f"all verdicts are those recorded in {name}")
        return 0
    print(f"{len(found)} verdicts differ from those recorded in {name}:")
    for difference in found:
        print(f"  {difference}")
    return 1
