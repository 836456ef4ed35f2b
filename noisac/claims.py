"""Every claim of the paper that can be checked, with its verdict, and the command that prints them.

The claims are declared in `noisac._ledger`. One whose margin lies inside the Monte Carlo error is run with more
draws, not rounded to a verdict.
"""

from __future__ import annotations

import argparse
import html
import itertools
import json
import math
import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import xarray as xr

from noisac import _validate
from noisac._claim_outcomes import NOT_REPRODUCED, REPRODUCED, SHAPE_ONLY, Limits, Outcome
from noisac._ledger import CLAIMS, Claim
from noisac._margins import SIGNIFICANT
from noisac.experiments import DEFAULT_DRAWS, DEFAULT_SEED, EXPERIMENTS, run_experiment, sweep_of
from noisac.sweeps import provenance

VERDICTS = (REPRODUCED, SHAPE_ONLY, NOT_REPRODUCED)
#: Largest multiple of the draws asked for that a claim inside the error is run with.
MOST_DRAWS = 16
#: Where `claims` as a command looks for the verdicts that it should find again.
RECORD = Path("book/claims.ipynb")

Run: TypeAlias = Callable[[str, int], xr.Dataset]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_ROW = re.compile(rf"([a-z0-9]+(?:-[a-z0-9]+)+) +({'|'.join(VERDICTS)})\s*")
#: Spaces within "1.0 ± 0.1" or "L = 4", at which no line is broken.
_TIE = re.compile(r" (?=[±=])|(?<=[±=]) ")
_NO_BREAK = "\N{NO-BREAK SPACE}"
_MARKS = {REPRODUCED: "●", SHAPE_ONLY: "◐", NOT_REPRODUCED: "○"}


@dataclass(frozen=True)
class Record:
    """A claim of the paper and what came of it.

    Attributes
    ----------
    id : str
        Short name, which stays.
    section : str
        Where the paper makes the claim.
    statement : str
        The claim, in words of this book's own.
    test : str
        The criterion that decides.
    expected, measured : str
        What the paper says and what came out, with plus or minus two standard errors.
    verdict : {"reproduced", "shape only", "not reproduced"}
        "reproduced": the test passes, and so does the paper's number if it gives one. "shape only": the
        qualitative part passes and the number does not. "not reproduced": the qualitative part fails.
    why : str
        Explanation of this verdict.
    draws : int
        Draws a point that decided; 0 for a claim that needs none.
    decided : bool
        Whether the margin lies outside the error. Otherwise the claim counts as not shown.
    """

    id: str
    section: str
    statement: str
    test: str
    expected: str
    measured: str
    verdict: str
    why: str
    draws: int
    decided: bool


def claims(
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    data: Mapping[str, xr.Dataset] | None = None,
    progress: bool = False,
    most_draws: int = MOST_DRAWS,
    scale: float = 1.0,
) -> tuple[Record, ...]:
    """Test every claim of the paper.

    Parameters
    ----------
    draws, seed, jobs, progress
        As for `noisac.run_experiment`. Each experiment is run at most once with these draws.
    data : mapping, optional
        Datasets of experiments that have been run already, by name; the others are run. Data with other than the
        default parameters and readings decide as they are, however close: no draws are added to them.
    most_draws : int
        A claim whose margin lies within four standard errors is run again with twice the draws, or that power of
        two that its margin asks for, up to this multiple. A claim that is still inside counts as not shown.
    scale : float
        Factor on all thresholds that the claims share, to see how much the verdicts hang on them. The texts of the
        tests are for 1.

    Returns
    -------
    tuple of Record
        In the order of the paper.

    Raises
    ------
    ValueError
        For draws, seed, a multiple or a factor out of range, or data of another experiment than their name says.

    Examples
    --------
    >>> records = claims(draws=2, most_draws=1)
    >>> len(records) >= 30, records[0].id
    (True, 'abstract-better-than-td')
    """
    draws = _validate.integer("draws", draws, at_least=1)
    seed = _validate.integer("seed", seed, at_least=0)
    most_draws = _validate.integer("most_draws", most_draws, at_least=1)
    limits = Limits().scaled(_validate.real("scale", scale, positive=True))
    given = dict(data or {})
    for name, dataset in given.items():
        _validate.choice("data", name, tuple(EXPERIMENTS))
        if dataset.attrs.get("experiment", name) != name:
            raise ValueError(f"data[{name!r}] must come from run_experiment({name!r}), got {dataset.attrs}")
    seeds = {name: int(dataset.attrs.get("seed", seed)) for name, dataset in given.items()}

    def run(name: str, count: int) -> xr.Dataset:
        return run_experiment(name, draws=count, seed=seeds.get(name, seed), jobs=jobs, progress=progress)

    laboratory = Laboratory(run, draws, given)
    return tuple(judge(claim, laboratory, most_draws, limits) for claim in CLAIMS)


class Laboratory:
    """Datasets of experiments, run when they are asked for, once for each number of draws.

    Parameters
    ----------
    run : callable
        From the name of an experiment and a number of draws to its dataset. The first draws are the same whatever
        their number.
    draws : int
        Draws to begin with.
    given : mapping, optional
        Datasets to begin with.

    Examples
    --------
    >>> laboratory = Laboratory(lambda name, draws: xr.Dataset(coords={"draw": range(draws)}), 10)
    >>> laboratory.data(["fig08"], 4)["fig08"].sizes["draw"]
    40
    """

    def __init__(self, run: Run, draws: int, given: Mapping[str, xr.Dataset] | None = None) -> None:
        self._run = run
        self._draws = draws
        self._shelf: dict[str, dict[int, xr.Dataset]] = {
            name: {1: dataset} for name, dataset in (given or {}).items()
        }
        self._fixed = {
            name for name, dataset in (given or {}).items() if not _has_default_parameters(name, dataset)
        }

    def data(self, names: Iterable[str], multiple: int) -> dict[str, xr.Dataset]:
        """Datasets with at least a multiple of the draws to begin with."""
        return {name: self._dataset(name, multiple) for name in names}

    def can_extend(self, names: Iterable[str]) -> bool:
        """Whether there are experiments among the names, and draws can be added to all of them."""
        names = set(names)
        return bool(names) and not names & self._fixed

    def _dataset(self, name: str, multiple: int) -> xr.Dataset:
        shelf = self._shelf.setdefault(name, {})
        there = [m for m in sorted(shelf) if m >= multiple]
        if not there:
            begin = shelf[1].sizes["draw"] if 1 in shelf else self._draws
            shelf[multiple] = self._run(name, begin * multiple)
            there = [multiple]
        return shelf[there[0]]


def judge(
    claim: Claim, laboratory: Laboratory, most_draws: int = MOST_DRAWS, limits: Limits | None = None
) -> Record:
    """Test one claim, with more draws as long as its margin lies inside the error.

    Parameters
    ----------
    claim : Claim
    laboratory : Laboratory
    most_draws : int
        Largest multiple of the draws.
    limits : Limits, optional
        Thresholds.

    Returns
    -------
    Record

    Examples
    --------
    >>> from noisac._ledger import CLAIMS
    >>> (claim,) = (claim for claim in CLAIMS if claim.id == "eq41-optimal")
    >>> judge(claim, Laboratory(lambda name, draws: xr.Dataset(), 1)).verdict
    'reproduced'
    """
    multiple = 1
    while True:
        data = laboratory.data(claim.experiments, multiple)
        outcome = claim.judge(data, limits or Limits())
        if outcome.pending is None or multiple >= most_draws or not laboratory.can_extend(claim.experiments):
            break
        multiple = min(most_draws, multiple * _wanted(outcome))
    draws = max((dataset.sizes["draw"] for dataset in data.values()), default=0)
    return Record(
        id=claim.id,
        section=claim.section,
        statement=claim.statement,
        test=claim.test,
        expected=claim.expected,
        measured=outcome.measured + (f" ({draws} draws)" if multiple > 1 else ""),
        verdict=outcome.verdict,
        why=_why(claim, outcome, draws),
        draws=draws,
        decided=outcome.pending is None,
    )


def count_verdicts(records: Iterable[Record]) -> dict[str, int]:
    """Count the records by verdict, all three verdicts included.

    Examples
    --------
    >>> count_verdicts([])
    {'reproduced': 0, 'shape only': 0, 'not reproduced': 0}
    """
    verdicts = [record.verdict for record in records]
    return {verdict: verdicts.count(verdict) for verdict in VERDICTS}


def format_ledger(records: Sequence[Record]) -> str:
    """Write the ledger as text: a line with id and verdict for each claim, details below, counts at the end.

    Parameters
    ----------
    records : sequence of Record

    Returns
    -------
    str
        Lines of at most 72 characters. `recorded_verdicts` reads the verdicts back.

    Examples
    --------
    >>> row = Record("fig00-it-holds", "V", "It holds.", "Look.", "yes", "yes", "reproduced", "So.", 10, True)
    >>> print(format_ledger([row]))
    fig00-it-holds  reproduced
        V; expected: yes
        measured: yes
    <BLANKLINE>
    1 claims: 1 reproduced, 0 shape only, 0 not reproduced
    """
    width = max((len(record.id) for record in records), default=0)
    lines = []
    for record in records:
        lines.append(f"{record.id:<{width}}  {record.verdict}")
        for detail in (f"{record.section}; expected: {record.expected}", f"measured: {record.measured}"):
            wrapped = textwrap.wrap(
                _TIE.sub(_NO_BREAK, detail), 72, initial_indent="    ", subsequent_indent="        "
            )
            lines += [line.replace(_NO_BREAK, " ") for line in wrapped]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in count_verdicts(records).items())
    return "\n".join([*lines, "", f"{len(records)} claims: {counts}"])


def ledger_html(records: Iterable[Record]) -> str:
    """Write the ledger for reading, section by section, as HTML that needs no width.

    Parameters
    ----------
    records : iterable of Record

    Returns
    -------
    str

    Examples
    --------
    >>> row = Record("fig00-it-holds", "V", "It holds.", "Look.", "yes", "yes", "reproduced", "So.", 10, True)
    >>> "● reproduced" in ledger_html([row])
    True
    """
    parts = []
    for section, group in itertools.groupby(records, key=lambda record: record.section):
        parts.append(f"<p><strong>{html.escape(section)}</strong></p>\n<dl>")
        for record in group:
            verdict = f"{_MARKS[record.verdict]} {record.verdict}"
            parts.append(f"<dt>{html.escape(record.statement)} <em>{verdict}</em> <code>{record.id}</code></dt>")
            about = {
                "Test": record.test,
                "Expected": record.expected,
                "Measured": record.measured,
                "Why": record.why,
            }
            parts += [f"<dd>{label}: {html.escape(text)}</dd>" for label, text in about.items()]
        parts.append("</dl>")
    return "\n".join(parts)


def verdict_table_html(records: Iterable[Record]) -> str:
    """Write the number of claims by verdict for each part of the paper as an HTML table.

    Parameters
    ----------
    records : iterable of Record

    Returns
    -------
    str

    Examples
    --------
    >>> row = Record("fig08-it-holds", "V", "It holds.", "Look.", "yes", "yes", "reproduced", "So.", 10, True)
    >>> "<th>Fig. 8</th>" in verdict_table_html([row])
    True
    """
    parts: dict[str, list[Record]] = {}
    for record in records:
        prefix = record.id.split("-")[0]
        part = "Abstract" if prefix == "abstract" else "Theory, Sections I to IV"
        if prefix.startswith("fig"):
            part = f"Fig. {int(prefix.removeprefix('fig'))}"
        parts.setdefault(part, []).append(record)
    everything = [record for group in parts.values() for record in group]
    lines = [
        '<table class="table">',
        f"<tr><th></th>{''.join(f'<th>{verdict}</th>' for verdict in VERDICTS)}</tr>",
    ]
    for part, group in {**parts, "All": everything}.items():
        cells = "".join(f"<td>{count or '·'}</td>" for count in count_verdicts(group).values())
        lines.append(f"<tr><th>{part}</th>{cells}</tr>")
    return "\n".join([*lines, "</table>"])


def recorded_verdicts(path: str | os.PathLike[str] = RECORD) -> dict[str, str]:
    r"""Read verdicts by id from the stored outputs of a notebook that has printed `format_ledger`.

    Parameters
    ----------
    path : path

    Returns
    -------
    dict

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no notebook, holds no verdicts, or holds two for the same claim.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> output = {"text": ["fig00-it-holds  reproduced\n", "    V; expected: yes\n"]}
    >>> with TemporaryDirectory() as directory:
    ...     path = Path(directory, "claims.ipynb")
    ...     _ = path.write_text(json.dumps({"cells": [{"outputs": [output]}]}))
    ...     recorded_verdicts(path)
    {'fig00-it-holds': 'reproduced'}
    """
    try:
        texts = list(_output_texts(json.loads(Path(path).read_text(encoding="utf-8"))))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a notebook") from error
    found: dict[str, str] = {}
    for line in itertools.chain.from_iterable(text.splitlines() for text in texts):
        row = _ROW.fullmatch(line)
        if row and found.setdefault(row[1], row[2]) != row[2]:
            raise ValueError(f"two verdicts on {row[1]}")
    if not found:
        raise ValueError("no verdicts in its stored outputs; execute it first")
    return found


def differences(records: Iterable[Record], recorded: Mapping[str, str]) -> list[str]:
    """Say where verdicts differ from recorded ones, or are missing on either side.

    Parameters
    ----------
    records : iterable of Record
    recorded : mapping
        From `recorded_verdicts`.

    Returns
    -------
    list of str
        Empty if there are none.

    Examples
    --------
    >>> differences([], {"fig00-it-holds": "reproduced"})
    ['fig00-it-holds: recorded as reproduced, but no longer in the ledger']
    """
    verdicts = {record.id: record.verdict for record in records}
    found = []
    for name, verdict in verdicts.items():
        if name not in recorded:
            found.append(f"{name}: {verdict}, but not recorded")
        elif recorded[name] != verdict:
            found.append(f"{name}: {verdict}, but recorded as {recorded[name]}")
    gone = [name for name in recorded if name not in verdicts]
    return found + [f"{name}: recorded as {recorded[name]}, but no longer in the ledger" for name in gone]


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
        "--draws", type=_at_least("draws", 1), default=DEFAULT_DRAWS, help="draws a point; default: %(default)s"
    )
    parser.add_argument(
        "--seed", type=_at_least("seed", 0), default=DEFAULT_SEED, help="of all draws; default: %(default)s"
    )
    parser.add_argument("--jobs", type=int, help="processes, -1 for one per core; default: 1")
    parser.add_argument(
        "--recorded", type=Path, default=RECORD, metavar="PATH", help="executed notebook; default: %(default)s"
    )
    parser.set_defaults(run=_run_command, parser=parser)


def _run_command(arguments: argparse.Namespace) -> int:
    if arguments.jobs == 0:
        arguments.parser.error("argument --jobs: must not be 0; -1 is one process per core")
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


def _at_least(name: str, limit: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            return _validate.integer(name, int(text), at_least=limit)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse


def _wanted(outcome: Outcome) -> int:
    """Power of two by which more draws would decide, if the margin stays what it is."""
    assert outcome.pending is not None
    distance = max(abs(outcome.pending.score), 1e-3)
    return 1 << max(1, math.ceil(2 * math.log2(SIGNIFICANT / distance)))


def _why(claim: Claim, outcome: Outcome, draws: int) -> str:
    why = claim.why.get(outcome.verdict)
    if outcome.pending is not None:
        why = (
            f"With {draws} draws the margin is inside four standard errors, so that the claim counts as not shown."
        )
    return why or "Not explained: this is not the outcome that was found with the book's parameters."


def _has_default_parameters(name: str, data: xr.Dataset) -> bool:
    parameters = provenance(sweep_of(name), 1, 0)["parameters"]
    return "seed" in data.attrs and data.attrs.get("parameters") == parameters


def _output_texts(notebook: Any) -> Iterator[str]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            for text in (output.get("text"), output.get("data", {}).get("text/plain")):
                if text is not None:
                    yield text if isinstance(text, str) else "".join(text)
