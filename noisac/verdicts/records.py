"""What came of the paper's claims, one record each: as text, as tables, and read back from a notebook."""

from __future__ import annotations

import html
import itertools
import json
import os
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noisac.verdicts.margins import NOT_REPRODUCED, REPRODUCED, SHAPE_ONLY

VERDICTS = (REPRODUCED, SHAPE_ONLY, NOT_REPRODUCED)
#: Where `claims` as a command looks for the verdicts that it should find again.
RECORD = Path("book/claims.ipynb")

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
        texts = list(_output_texts(json.loads(Path(path).read_bytes())))
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


def _output_texts(notebook: Any) -> Iterator[str]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            for text in (output.get("text"), output.get("data", {}).get("text/plain")):
                if text is not None:
                    yield "".join(text)  # a text or its lines
