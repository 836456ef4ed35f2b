"""Records of claims and their verdicts: as text, as HTML, and as the file that later runs are compared with."""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from noisac.experiments.stored_tasks import write_whole
from noisac.verdicts.margins import NOT_REPRODUCED, REPRODUCED, VERDICTS

#: Outcomes of a fact: all of its claims are reproduced, some, or none, not even in shape.
OUTCOMES = ("holds", "in part", "fails")

#: Spaces within "1.0 ± 0.1" or "L = 4", at which no line is broken.
_TIE = re.compile(r" (?=[±=])|(?<=[±=]) ")
_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Record:
    """A claim of the paper, in this book's own words, and its verdict."""

    id: str
    section: str
    fact: str
    statement: str
    test: str  # the criterion
    expected: str  # by the paper
    measured: str  # with plus or minus two standard errors
    verdict: str  # one of `noisac.verdicts.VERDICTS`
    why: str
    draws: int  # a point; 0 for a claim that needs none


def count_verdicts(records: Iterable[Record]) -> dict[str, int]:
    """Count the records by verdict, all verdicts included."""
    verdicts = [record.verdict for record in records]
    return {verdict: verdicts.count(verdict) for verdict in VERDICTS}


def facts_of(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Group the records by the fact that decides them."""
    facts: dict[str, list[Record]] = {}
    for record in records:
        facts.setdefault(record.fact, []).append(record)
    return facts


def outcome_of(records: Iterable[Record]) -> str:
    """Outcome of a fact, from the records that it decides: one of `OUTCOMES`."""
    verdicts = {record.verdict for record in records}
    return "holds" if verdicts == {REPRODUCED} else "fails" if verdicts == {NOT_REPRODUCED} else "in part"


def count_outcomes(records: Iterable[Record]) -> dict[str, int]:
    """Count the facts behind the records by outcome."""
    found = [outcome_of(group) for group in facts_of(records).values()]
    return {outcome: found.count(outcome) for outcome in OUTCOMES}


def summary(records: Sequence[Record]) -> str:
    """Facts first, claims second, in two lines."""
    facts, claims = count_outcomes(records), count_verdicts(records)
    by_outcome = ", ".join(f"{outcome} {count}" for outcome, count in facts.items())
    by_verdict = ", ".join(f"{count} {verdict}" for verdict, count in claims.items() if count)
    return f"{sum(facts.values())} facts: {by_outcome}\n{len(records)} claims that they decide: {by_verdict}"


def format_ledger(records: Sequence[Record]) -> str:
    """Write the ledger as text: counts, then each claim with details; lines of at most 72 characters."""
    width = max((len(record.id) for record in records), default=0)
    lines = [summary(records), ""]
    for record in records:
        lines.append(f"{record.id:<{width}}  {record.verdict}")
        about = f"{record.section}; fact: {record.fact}; expected: {record.expected}"
        for detail in (about, f"measured: {record.measured}"):
            wrapped = textwrap.wrap(
                _TIE.sub(_NO_BREAK, detail), 72, initial_indent="    ", subsequent_indent="        "
            )
            lines += [line.replace(_NO_BREAK, " ") for line in wrapped]
    return "\n".join(lines)


def record_verdicts(records: Iterable[Record], path: str | os.PathLike[str]) -> None:
    """Write the verdicts by id as JSON, for `recorded_verdicts` to read."""
    verdicts = {record.id: record.verdict for record in records}
    write_whole(Path(path), f"{json.dumps(verdicts, indent=1)}\n".encode())


def recorded_verdicts(path: str | os.PathLike[str] | None = None) -> dict[str, str]:
    """Read verdicts by id from a file, or those that come with the package; errors are OSError and ValueError."""
    file = resources.files("noisac.verdicts") / "claims.json" if path is None else Path(path)
    found = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not found or not set(found.values()) <= set(VERDICTS):
        raise ValueError(f"{file} must hold one of {', '.join(VERDICTS)} for each id of a claim")
    return found


def differences(records: Iterable[Record], recorded: Mapping[str, str]) -> list[str]:
    """Say where verdicts differ from recorded ones, or are missing on either side."""
    verdicts = {record.id: record.verdict for record in records}
    found = []
    for name, verdict in verdicts.items():
        if name not in recorded:
            found.append(f"{name}: {verdict}, but not recorded")
        elif recorded[name] != verdict:
            found.append(f"{name}: {verdict}, but recorded as {recorded[name]}")
    gone = [name for name in recorded if name not in verdicts]
    return found + [f"{name}: recorded as {recorded[name]}, but no longer in the ledger" for name in gone]
