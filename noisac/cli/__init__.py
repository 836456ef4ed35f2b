"""The command line: ``python -m noisac figures|claims|optimise``, also installed as ``noisac``."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from typing import TextIO

from noisac.cli import claims, figures, optimise


class _Terminated(KeyboardInterrupt):
    """SIGTERM came, which stops a run as Ctrl-C does."""


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
    parser = argparse.ArgumentParser(
        prog="noisac", description="Research companion to a paper on IRS-aided NO-ISAC."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in (figures, claims, optimise):
        command.add_command(commands)
    _mend_streams()
    try:
        try:
            with _terminated_like_interrupted():
                return _run(parser, argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _discard(sys.stdout, sys.stderr)
        return 128 + signal.SIGPIPE
    except OSError as error:  # standard output is full
        print(f"noisac: cannot write the output: {error.strerror}", file=sys.stderr)
        _discard(sys.stdout)
        return 1


def _run(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Run a command; returns the exit code."""
    resumes = False
    try:
        arguments = parser.parse_args(argv)
        resumes = getattr(arguments, "resumes", False)
        run: Callable[[argparse.Namespace], int] = arguments.run
        return run(arguments)
    except KeyboardInterrupt as error:
        print("noisac: interrupted" + "; the same command goes on from here" * resumes, file=sys.stderr)
        return 128 + (signal.SIGTERM if isinstance(error, _Terminated) else signal.SIGINT)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"noisac: cannot write {error.filename}: {error.strerror}", file=sys.stderr)
    except MemoryError as error:
        print(f"noisac: not enough memory: {error}", file=sys.stderr)
    except BrokenExecutor as error:
        print(f"noisac: a worker process died: {str(error).splitlines()[0]}", file=sys.stderr)
    return 1


@contextlib.contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM raise an exception inside the block, so that workers are stopped and no file is left behind."""

    def terminate(*_: object) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
