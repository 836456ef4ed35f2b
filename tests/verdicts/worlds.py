"""Data made up so that all claims hold, so that none does, and so that the numbers alone are wrong."""

from pathlib import Path

from noisac.verdicts.records import (
    VERDICTS,
    Record,
    format_ledger,
)

RECORD = Path(__file__).parents[2] / "book" / "claims.ipynb"


def record_of(name, verdict):
    return Record(name, "V, Fig. 0", "It holds.", "Look.", "yes", "yes & <no>", verdict, "So.", 10, True)


FAKE = tuple(record_of(f"fig0{i}-claim", verdict) for i, verdict in enumerate(VERDICTS))


def notebook_of(records):
    """A notebook that has printed the ledger, in pieces as a kernel may cut it."""
    text = format_ledger(records)
    pieces = [text[:40], text[40:]]
    cells = [
        {"cell_type": "markdown", "source": ["fig00-claim  not reproduced"]},
        {"cell_type": "code", "outputs": [{"output_type": "stream", "name": "stdout", "text": pieces}]},
        {"cell_type": "code", "outputs": [{"output_type": "display_data", "data": {"text/plain": "'29'"}}]},
    ]
    return {"cells": cells, "nbformat": 4}
