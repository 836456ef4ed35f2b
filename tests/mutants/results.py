"""What became of the mutants: survivors, those listed as equivalent, and the score."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from tests.mutants.settings import MODULES, WORK

EQUIVALENT = Path(__file__).with_name("equivalent.toml")


def load(name: str) -> list[dict[str, Any]]:
    """What became of the mutants of a module."""
    path = WORK / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else []


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """Reasons by mutant."""
    if not EQUIVALENT.exists():
        return {}
    listed = tomllib.loads(EQUIVALENT.read_text()).get("mutant", [])
    return {(f"noisac.{e['module']}", e["function"], e["before"], e["after"]): e["reason"] for e in listed}


def survivors(name: str) -> list[dict[str, Any]]:
    """Mutants that no test notices and that are not listed as equivalent."""
    listed = equivalents()
    return [
        entry
        for entry in load(name)
        if entry["outcome"] not in ("killed", "timeout") and tuple(entry["key"]) not in listed
    ]


def table() -> str:
    """The score of each module that has been run, in Markdown."""
    lines = [
        "| module | mutants | killed | of these by timeout | equivalent (listed) | survived | score |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    total: Counter[str] = Counter()
    for name in MODULES:
        entries = load(name)
        if not entries:
            lines.append(f"| `{name}` | not yet run | | | | | |")
            continue
        dead = sum(entry["outcome"] in ("killed", "timeout") for entry in entries)
        counts = Counter(
            all=len(entries),
            dead=dead,
            timeout=sum(entry["outcome"] == "timeout" for entry in entries),
            equivalent=len(entries) - dead - len(survivors(name)),
            survived=len(survivors(name)),
        )
        total.update(counts)
        lines.append(_row(f"`{name}`", counts))
    lines.append(_row("all", total))
    return "\n".join(lines)


def _row(name: str, counts: Counter[str]) -> str:
    score = 1000 * counts["dead"] // max(1, counts["dead"] + counts["survived"]) / 10  # 100 only if none survives
    columns = ("all", "dead", "timeout", "equivalent", "survived")
    return f"| {name} | " + " | ".join(str(counts[c]) for c in columns) + f" | {score:.1f} % |"
