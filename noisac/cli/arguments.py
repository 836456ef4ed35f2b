"""Parsers of the command line's arguments; their errors name the argument and say what would do."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeAlias

from noisac import _validate

#: What ``ArgumentParser.add_subparsers`` returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def integer(name: str, at_least: int, at_most: int | None = None) -> Callable[[str], int]:
    """Make a parser of integers within limits."""

    def parse(text: str) -> int:
        try:
            return _validate.integer(name, number(text), at_least=at_least, at_most=at_most)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse


def real(name: str, at_least: float, at_most: float) -> Callable[[str], float]:
    """Make a parser of real numbers within limits."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not at_least <= value <= at_most:
            raise argparse.ArgumentTypeError(
                f"{name} must be a number from {at_least:g} to {at_most:g}, got {text!r}"
            )
        return value

    return parse


def shape(name: str) -> Callable[[str], tuple[int, int]]:
    """Make a parser of the shape of a rectangular array, such as 8x4: eight elements along y, four along z."""

    def parse(text: str) -> tuple[int, int]:
        sides = text.lower().split("x")
        if len(sides) != 2 or not all(side.isdecimal() and int(side) > 0 for side in sides):
            raise argparse.ArgumentTypeError(
                f"{name} must be two positive numbers with an x between, along y and along z, such as 8x4, "
                f"got {text!r}"
            )
        return int(sides[0]), int(sides[1])

    return parse


def jobs(text: str) -> int:
    """Return a number of processes, or -1."""
    processes = number(text)
    if not isinstance(processes, int) or processes == 0:
        raise argparse.ArgumentTypeError(
            f"jobs must be a number of processes, or -1 for one per core, got {processes!r}"
        )
    return processes


def number(text: str) -> int | str:
    """Return an integer if the text is one, else the text, for an error to quote."""
    try:
        return int(text)
    except ValueError:
        return text
