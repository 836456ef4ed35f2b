"""All claims in `noisac.verdicts.ledger` with their verdicts, and how much hangs on the thresholds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import xarray as xr

from noisac import _validate
from noisac.experiments.paper import DEFAULT_SEED, EXPERIMENTS, run_experiment
from noisac.verdicts.ledger import CLAIMS, FACTS
from noisac.verdicts.margins import UNDECIDED, Claim, Data, Limits
from noisac.verdicts.records import Record

#: Draws a point that the verdicts are found with.
CLAIM_DRAWS = 400


def claims(
    *,
    draws: int = CLAIM_DRAWS,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    data: Mapping[str, xr.Dataset] | None = None,
    progress: bool = False,
) -> tuple[Record, ...]:
    """Test every claim of the paper; one record each, in the order of the paper.

    Parameters
    ----------
    draws, seed, jobs, progress
        As for `noisac.run_experiment`, errors included. With few draws more claims are undecided.
    data : mapping, optional
        Datasets of `noisac.run_experiment` that are there already, by name; the others are run.

    Examples
    --------
    >>> records = claims(draws=2)
    >>> records[0].id, records[0].fact
    ('abstract-better-than-td', 'all slots')
    """
    draws = _validate.integer("draws", draws, at_least=1)
    seed = _validate.integer("seed", seed, at_least=0)
    given = checked_data(data or {})
    for name in EXPERIMENTS:
        if name not in given:
            given[name] = run_experiment(name, draws=draws, seed=seed, jobs=jobs, progress=progress)
    return judge_data(given)


def judge_data(
    data: Mapping[str, xr.Dataset], limits: Limits | None = None, ledger: Iterable[Claim] = CLAIMS
) -> tuple[Record, ...]:
    """Test the claims whose experiments are among the data, by name, and those that need none."""
    given, limits = checked_data(data), limits or Limits()
    return tuple(_judge(claim, given, limits) for claim in ledger if given.keys() >= set(claim.experiments))


def _judge(claim: Claim, data: Data, limits: Limits) -> Record:
    outcome = claim.judge(data, limits)
    verdict, draws = outcome.verdict, max((data[name].sizes["draw"] for name in claim.experiments), default=0)
    why = " ".join(filter(None, (FACTS[claim.fact], claim.note)))
    if verdict == UNDECIDED:
        why = f"With {draws} draws the margin lies within four standard errors."
    elif verdict != claim.found:
        why = "Not explained: this is not the outcome that was found with the book's parameters."
    return Record(
        claim.id,
        claim.section,
        claim.fact,
        claim.statement,
        claim.test.format_map(dataclasses.asdict(limits)),
        claim.expected,
        outcome.measured,
        verdict,
        why,
        draws,
    )


def checked_data(data: Mapping[str, xr.Dataset]) -> dict[str, xr.Dataset]:
    """Return datasets by name, each of the experiment that its name says."""
    for name, dataset in data.items():
        _validate.choice("data", name, tuple(EXPERIMENTS))
        if dataset.attrs.get("experiment") != name or "seed" not in dataset.attrs:
            raise ValueError(f"data[{name!r}] must come from run_experiment({name!r}), got {dataset.attrs}")
    return dict(data)
