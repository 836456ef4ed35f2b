"""The command line: ``python -m noisac figures|claims|optimise``, also installed as ``noisac``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from noisac.cli.arguments import Commands, integer, jobs
from noisac.cli.claims import add_command as _add_claims
from noisac.cli.optimise import add_command as _add_optimise
from noisac.experiments.paper import DEFAULT_DRAWS, DEFAULT_SEED, FIGURES
from noisac.experiments.storage import FORMATS, LARGEST_SEED, StorageReport, store_figures


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; those of the process unless given.

    Returns
    -------
    int
        Exit code: 0 for success, 130 if interrupted.

    Raises
    ------
    SystemExit
        With code 2 for arguments that make no sense, after a message on stderr.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as out:
    ...     code = main(["figures", "fig09a", "--draws", "2", "--out", out])  # doctest: +ELLIPSIS
    fig09a  computed ...
    >>> code
    0
    """
    parser = argparse.ArgumentParser(
        prog="noisac", description="Research companion to a paper on IRS-aided NO-ISAC."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    _add_figures(commands)
    _add_claims(commands)
    _add_optimise(commands)
    arguments = parser.parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except KeyboardInterrupt:
        resumes = getattr(arguments, "resumes", False)
        print("noisac: interrupted" + "; the same command goes on from here" * resumes, file=sys.stderr)
        return 130


def _add_figures(commands: Commands) -> None:
    parser = commands.add_parser(
        "figures",
        help="compute and draw the paper's figures",
        description="Write each panel as a picture, its data as NAME.nc (every draw) and their summary as "
        "NAME.csv. What is there already with the same parameters is left alone. After an interruption of any "
        "kind the same command goes on where it was.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", type=_figure, help=f"{', '.join(FIGURES)}; default: all"
    )
    parser.add_argument(
        "--draws",
        type=integer("draws", 1),
        default=DEFAULT_DRAWS,
        help="draws a point; default: %(default)s",
    )
    parser.add_argument(
        "--seed",
        type=integer("seed", 0, LARGEST_SEED),
        default=DEFAULT_SEED,
        help="of all draws; default: %(default)s",
    )
    parser.add_argument("--jobs", type=jobs, help="processes, -1 for one per core; default: 1")
    parser.add_argument("--out", type=Path, default=Path("results"), help="directory; default: %(default)s")
    parser.add_argument(
        "--format",
        type=_formats,
        default="png",
        help=f"of {', '.join(FORMATS)}, with commas; default: %(default)s",
    )
    parser.set_defaults(run=_figures, parser=parser, resumes=True)


def _figures(arguments: argparse.Namespace) -> int:
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        arguments.parser.error(f"argument --out: {error}")
    start = time.perf_counter()
    outcomes = list(
        store_figures(
            arguments.names or FIGURES,
            out=arguments.out,
            formats=arguments.format,
            draws=arguments.draws,
            seed=arguments.seed,
            jobs=arguments.jobs,
            progress=True,
        )
    )
    _report(outcomes, time.perf_counter() - start)
    return 0


def _report(outcomes: Sequence[StorageReport], seconds: float) -> None:
    """Print what was done for each experiment and how long it took."""
    width = max(len(" ".join(outcome.figures)) for outcome in outcomes)
    for outcome in outcomes:
        done = "computed" if outcome.computed else "completed" if outcome.written else "was there"
        print(f"{' '.join(outcome.figures):<{width}}  {done:<9}  {outcome.seconds:6.1f} s")
    print(f"{'total':<{width}}  {'':<9}  {seconds:6.1f} s")


def _figure(text: str) -> str:
    if text not in FIGURES:
        raise argparse.ArgumentTypeError(f"no figure {text!r}; the figures are {', '.join(FIGURES)}")
    return text


def _formats(text: str) -> list[str]:
    formats = text.split(",")
    for suffix in formats:
        if suffix not in FORMATS:
            raise argparse.ArgumentTypeError(f"no format {suffix!r}; the formats are {', '.join(FORMATS)}")
    return formats


if __name__ == "__main__":
    sys.exit(main())
