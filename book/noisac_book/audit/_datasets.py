"""What the audit's datasets carry besides their numbers: labels, units, and what determines them."""

from __future__ import annotations

import dataclasses
import json
from importlib.metadata import version
from typing import Any

import xarray as xr

from noisac_book.audit.quoted import QUOTED

DEFAULT_SEED = 20221
#: Long names and units of all variables.
LABELS: dict[str, tuple[str, str]] = {
    "error_db": ("error", "dB"),
    "score": ("root mean square error over the quoted numbers", "dB"),
    "score_error": ("standard error of the score", "dB"),
    "met": ("quoted numbers met within their tolerance", "1"),
    "offset_db": ("fitted offset", "dB"),
    "fitted_score": ("score after the fitted offset", "dB"),
    "fitted_error_db": ("error after the fitted offset", "dB"),
    "fitted_met": ("quoted numbers met after the fitted offset", "1"),
    "redundant": ("says the same as another combination", "1"),
    "rate": ("average mutual information", "bit/symbol"),
    "symbol_crlb": ("CRLB of the symbols", "1"),
    "angle_crlb": ("CRLB of the angles", "rad^2"),
    "rate_error": ("standard error of the average mutual information", "bit/symbol"),
    "symbol_crlb_error": ("standard error of the CRLB of the symbols", "1"),
    "angle_crlb_error": ("standard error of the CRLB of the angles", "rad^2"),
    "rate_range": ("range of the average mutual information over zeta", "bit/symbol"),
    "angle_range": ("range of the CRLB of the angles over zeta", "dB"),
    "fig04_rate": ("average mutual information in Fig. 4", "bit/symbol"),
    "fig04_ratio": ("CRLB of the angles over that of pilots in Fig. 4", "1"),
}


def with_labels(data: xr.Dataset) -> xr.Dataset:
    """Write long names and units into the attributes of the variables, in place."""
    for name in data.data_vars:
        long_name, units = LABELS[str(name)]
        data[name].attrs.update(long_name=long_name, units=units)
    return data


def provenance(title: str, draws: int, seed: int) -> dict[str, Any]:
    """Attributes: title, draws, seed, the quoted numbers as JSON, version."""
    return {
        "title": title,
        "draws": draws,
        "seed": seed,
        "quoted": json.dumps([dataclasses.asdict(quoted) for quoted in QUOTED]),
        "noisac_version": version("noisac"),
    }
