"""The command line: ``python -m noisac figures|claims|optimise``, also installed as ``noisac``."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from typing import NoReturn, TextIO

from noisac.cli.interruption import interruptible


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, with the arguments of the process unless others are given; returns the exit code.

    It is 0 for success; 1, after a line on stderr, if something cannot be written or does not fit in memory; 2 for
    arguments that make no sense (raised as SystemExit); 130 or 143 if interrupted or terminated; 141, in silence,
    if what reads the output has ended. The command ``claims`` has 1 and 2 for differing and missing verdicts too.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as out:
    ...     code = main(["figures", "fig09a", "--draws", "2", "--out", out])  # doctest: +ELLIPSIS
    fig09a  computed ...
    >>> code
    0
    """
    return _main(argv)


def program() -> NoReturn:
    """Be the process of a command: as `main`, and what signals come after its end change nothing."""
    raise SystemExit(_main(None, restore=False))


def _main(argv: Sequence[str] | None, *, restore: bool = True) -> int:
    """Run a command and say what ended it; returns the exit code."""
    arguments = argparse.Namespace(resumes=False)
    came: list[int] = []  # signals
    try:
        with interruptible(came, restore=restore):
            _mend_streams()
            try:
                return _run(argv, arguments)
            finally:
                sys.stdout.flush()
    except BaseException as error:
        if came or isinstance(error, KeyboardInterrupt):
            how = "; the same command goes on from here" * arguments.resumes
            print(f"noisac: interrupted{how}", file=sys.stderr)
            return 128 + (came or [signal.SIGINT])[0]
        if isinstance(error, BrokenPipeError):
            _discard(sys.stdout, sys.stderr)
            return 128 + signal.SIGPIPE
        if not isinstance(error, OSError):
            raise
        print(f"noisac: cannot write the output: {error.strerror}", file=sys.stderr)  # standard output is full
        _discard(sys.stdout)
        return 1


def _run(argv: Sequence[str] | None, arguments: argparse.Namespace) -> int:
    """Run a command, with its arguments put into a namespace; returns the exit code."""
    # Here, because a signal can come while they load.
    from noisac.cli import claims, figures, optimise

    parser = argparse.ArgumentParser(
        prog="noisac", description="Research companion to a paper on IRS-aided NO-ISAC."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in (figures, claims, optimise):
        command.add_command(commands)
    try:
        parser.parse_args(argv, arguments)
        run: Callable[[argparse.Namespace], int] = arguments.run
        return run(arguments)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"noisac: cannot write {error.filename}: {error.strerror}", file=sys.stderr)
    except MemoryError as error:
        print(f"noisac: not enough memory: {error}", file=sys.stderr)
    except BrokenExecutor as error:
        print(f"noisac: a worker process died: {str(error).splitlines()[0]}", file=sys.stderr)
    return 1


def _mend_streams() -> None:
    """Give what is printed a place if it has none, and question marks where its encoding lacks characters."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started the process
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _discard(*streams: TextIO) -> None:
    """Send nowhere what streams still hold, which Python writes when it exits."""
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
