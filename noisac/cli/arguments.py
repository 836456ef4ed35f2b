"""Parsers of the command line's arguments: `noisac._validate` checks them, and its errors name the argument."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from noisac import _validate
from noisac.experiments.stored_tasks import check_writable

#: What ``ArgumentParser.add_subparsers`` returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def checked(check: Callable[[Any], Any]) -> Callable[[str], Any]:
    """Make a parser of numbers, or words, from a check that returns its argument, or nothing if it may stay."""

    def parse(text: str) -> Any:
        value = number(text)
        try:
            result = check(value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return value if result is None else result

    return parse


def integer(name: str, at_least: int, at_most: int | None = None) -> Callable[[str], int]:
    """Make a parser of integers within limits."""
    return checked(partial(_validate.integer, name, at_least=at_least, at_most=at_most))


def shape(name: str) -> Callable[[str], tuple[int, int]]:
    """Make a parser of the shape of a rectangular array, such as 8x4: eight elements along y, four along z."""

    def check(text: object) -> tuple[int, int]:
        try:
            return _validate.shape_2d(name, [number(side) for side in str(text).lower().split("x")])
        except ValueError as error:
            raise ValueError(f"{error}; write {name} such as 8x4") from None

    return checked(check)


def check_file(parser: argparse.ArgumentParser, option: str, path: Path) -> None:
    """Refuse a file that cannot be written, before anything is computed."""
    try:
        check_writable(path)
    except OSError as error:
        parser.error(f"argument {option}: {error.strerror}: {error.filename}")


@checked
def jobs(processes: object) -> int:
    """Return a number of processes, or -1."""
    if not isinstance(processes, int) or processes == 0:
        raise ValueError(f"jobs must be a number of processes, or -1 for one per core, got {processes!r}")
    return processes


def number(text: str) -> float | str:
    """Return an integer or a real number if the text is one, else the text, for an error to quote."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
