"""The ledger of claims as HTML, and which verdicts hang on a threshold."""

from __future__ import annotations

import dataclasses
import html
import itertools
from collections.abc import Iterable, Mapping, Sequence

import xarray as xr

from noisac.verdicts.judge import checked_data
from noisac.verdicts.ledger import CLAIMS, FACTS
from noisac.verdicts.margins import NOT_REPRODUCED, REPRODUCED, SHAPE_ONLY, UNDECIDED, VERDICTS, Limits
from noisac.verdicts.records import Record, count_verdicts, facts_of, outcome_of

_MARKS = {REPRODUCED: "●", SHAPE_ONLY: "◐", NOT_REPRODUCED: "○", UNDECIDED: "?"}


def ledger_html(records: Iterable[Record]) -> str:
    """Write the ledger for reading, section by section, as HTML that needs no width."""
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
                f"Fact ({record.fact})": record.why,
            }
            parts += [f"<dd>{label}: {html.escape(text)}</dd>" for label, text in about.items()]
        parts.append("</dl>")
    return "\n".join(parts)


def verdict_table_html(records: Iterable[Record]) -> str:
    """Write facts and claims by verdict for each part of the paper as an HTML table."""
    parts: dict[str, list[Record]] = {}
    for record in records:
        prefix = record.id.split("-")[0]
        part = "Theory, Sections I to IV"
        if prefix in ("abstract", "sec6"):
            part = "Abstract and conclusion"
        elif prefix.startswith("fig"):
            part = f"Fig. {int(prefix.removeprefix('fig'))}"
        parts.setdefault(part, []).append(record)
    parts["All"] = [record for group in parts.values() for record in group]
    return _table("facts", {part: (str(len(facts_of(group))), group) for part, group in parts.items()})


def fact_table_html(records: Iterable[Record]) -> str:
    """Write the outcome of each fact, and of the claims that it decides, as an HTML table."""
    return _table("", {FACTS[fact]: (outcome_of(group), group) for fact, group in facts_of(records).items()})


def _table(first: str, rows: Mapping[str, tuple[str, list[Record]]]) -> str:
    """Write a name, a text and the number of records by verdict a row; "undecided" only if any is."""
    counts = {name: count_verdicts(group) for name, (_, group) in rows.items()}
    shown = [v for v in VERDICTS if v != UNDECIDED or any(count[v] for count in counts.values())]
    lines = ['<table class="table">', f"<tr>{''.join(f'<th>{name}</th>' for name in ('', first, *shown))}</tr>"]
    for name, (text, _) in rows.items():
        cells = "".join(f"<td>{cell}</td>" for cell in (text, *(counts[name][v] or "·" for v in shown)))
        lines.append(f"<tr><th>{html.escape(name, quote=False)}</th>{cells}</tr>")
    return "\n".join([*lines, "</table>"])


def fragile(
    data: Mapping[str, xr.Dataset], factors: Sequence[float] = (0.5, 2.0)
) -> dict[tuple[str, float], dict[str, str]]:
    """Verdicts by id that turn when one threshold is multiplied by a factor: a dict by threshold and factor."""
    given, limits = checked_data(data), Limits()
    ledger = [claim for claim in CLAIMS if given.keys() >= set(claim.experiments)]
    watched = {claim.id: _Watched(limits) for claim in ledger}
    before = {claim.id: claim.judge(given, watched[claim.id]).verdict for claim in ledger}
    turned = {}
    for name, value in dataclasses.asdict(limits).items():
        for factor in factors:
            other = dataclasses.replace(limits, **{name: factor * value})
            after = {c.id: c.judge(given, other).verdict for c in ledger if name in watched[c.id].read}
            turned[name, factor] = {claim: new for claim, new in after.items() if new != before[claim]}
    return turned


class _Watched(Limits):
    """Thresholds that know which of them were asked for."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(**dataclasses.asdict(limits))
        object.__setattr__(self, "read", set())

    def __getattribute__(self, name: str) -> object:
        if name in Limits.__dataclass_fields__:
            self.read.add(name)
        return super().__getattribute__(name)

    read: set[str]
