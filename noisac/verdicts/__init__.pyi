"""Public names of `noisac.verdicts`: what is imported from where, read at run time by the lazy loader."""

from .judge import CLAIM_DRAWS, claims, judge_data
from .margins import VERDICTS, Limits
from .records import (
    Record,
    count_outcomes,
    count_verdicts,
    differences,
    facts_of,
    format_ledger,
    outcome_of,
    record_verdicts,
    recorded_verdicts,
    summary,
)

__all__ = [
    "CLAIM_DRAWS", "VERDICTS", "Limits", "Record", "claims", "count_outcomes", "count_verdicts", "differences",
    "facts_of", "format_ledger", "judge_data", "outcome_of", "record_verdicts", "recorded_verdicts", "summary",
]  # fmt: skip
