"""Public names of `noisac.verdicts`: what is imported from where, read at run time by the lazy loader."""

from .judge import claims
from .margins import Limits
from .records import (
    VERDICTS,
    count_verdicts,
    differences,
    format_ledger,
    ledger_html,
    recorded_verdicts,
    verdict_table_html,
)

__all__ = [
    "VERDICTS",
    "Limits",
    "claims",
    "count_verdicts",
    "differences",
    "format_ledger",
    "ledger_html",
    "recorded_verdicts",
    "verdict_table_html",
]
