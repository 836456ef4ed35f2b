"""What becomes of the paper's claims, and of its formulas at their word."""

from noisac.verdicts.judge import claims
from noisac.verdicts.margins import Limits
from noisac.verdicts.records import (
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
