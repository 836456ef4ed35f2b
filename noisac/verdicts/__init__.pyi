"""Public names of `noisac.verdicts`: what is imported from where, read at run time by the lazy loader."""

from .judge import CLAIM_DRAWS, claims, fragile, judge_data
from .margins import VERDICTS, Limits
from .records import (
    Record,
    count_outcomes,
    count_verdicts,
    differences,
    fact_table_html,
    facts_of,
    format_ledger,
    ledger_html,
    outcome_of,
    record_verdicts,
    recorded_verdicts,
    summary,
    verdict_table_html,
)

__all__ = [
    "CLAIM_DRAWS", "VERDICTS", "Limits", "Record", "claims", "count_outcomes", "count_verdicts", "differences",
    "fact_table_html", "facts_of", "format_ledger", "fragile", "judge_data", "ledger_html", "outcome_of",
    "record_verdicts", "recorded_verdicts", "summary", "verdict_table_html",
]  # fmt: skip
