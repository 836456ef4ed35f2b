"""Every claim of the paper that can be checked, with its verdict.

The claims are declared in `noisac.verdicts.ledger`. One whose margin lies inside the Monte Carlo error is run with
more draws, not rounded to a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import xarray as xr

from noisac import _validate
from noisac.experiments.paper import DEFAULT_DRAWS, DEFAULT_SEED, EXPERIMENTS, run_experiment, sweep_of
from noisac.experiments.sweeps import provenance
from noisac.verdicts.ledger import CLAIMS, Claim
from noisac.verdicts.margins import SIGNIFICANT, Limits, Outcome
from noisac.verdicts.records import Record

#: Largest multiple of the draws asked for that a claim inside the error is run with.
MOST_DRAWS = 16

Run: TypeAlias = Callable[[str, int], xr.Dataset]


def claims(
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    data: Mapping[str, xr.Dataset] | None = None,
    progress: bool = False,
    most_draws: int = MOST_DRAWS,
    scale: float = 1.0,
) -> tuple[Record, ...]:
    """Test every claim of the paper.

    Parameters
    ----------
    draws, seed, jobs, progress
        As for `noisac.run_experiment`. Each experiment is run at most once with these draws.
    data : mapping, optional
        Datasets of experiments that have been run already, by name; the others are run. Data with other than the
        default parameters and readings decide as they are, however close: no draws are added to them.
    most_draws : int
        A claim whose margin lies within four standard errors is run again with twice the draws, or that power of
        two that its margin asks for, up to this multiple. A claim that is still inside counts as not shown.
    scale : float
        Factor on all thresholds that the claims share, to see how much the verdicts hang on them. The texts of the
        tests are for 1.

    Returns
    -------
    tuple of Record
        In the order of the paper.

    Raises
    ------
    ValueError
        For draws, seed, a multiple or a factor out of range, or data of another experiment than their name says.

    Examples
    --------
    >>> records = claims(draws=2, most_draws=1)
    >>> len(records) >= 30, records[0].id
    (True, 'abstract-better-than-td')
    """
    draws = _validate.integer("draws", draws, at_least=1)
    seed = _validate.integer("seed", seed, at_least=0)
    most_draws = _validate.integer("most_draws", most_draws, at_least=1)
    limits = Limits().scaled(_validate.real("scale", scale, positive=True))
    given = dict(data or {})
    for name, dataset in given.items():
        _validate.choice("data", name, tuple(EXPERIMENTS))
        if dataset.attrs.get("experiment", name) != name:
            raise ValueError(f"data[{name!r}] must come from run_experiment({name!r}), got {dataset.attrs}")
    seeds = {name: int(dataset.attrs.get("seed", seed)) for name, dataset in given.items()}

    def run(name: str, count: int) -> xr.Dataset:
        return run_experiment(name, draws=count, seed=seeds.get(name, seed), jobs=jobs, progress=progress)

    laboratory = Laboratory(run, draws, given)
    return tuple(judge(claim, laboratory, most_draws, limits) for claim in CLAIMS)


class Laboratory:
    """Datasets of experiments, run when they are asked for, once for each number of draws.

    Parameters
    ----------
    run : callable
        From the name of an experiment and a number of draws to its dataset. The first draws are the same whatever
        their number.
    draws : int
        Draws to begin with.
    given : mapping, optional
        Datasets to begin with.

    Examples
    --------
    >>> laboratory = Laboratory(lambda name, draws: xr.Dataset(coords={"draw": range(draws)}), 10)
    >>> laboratory.data(["fig08"], 4)["fig08"].sizes["draw"]
    40
    """

    def __init__(self, run: Run, draws: int, given: Mapping[str, xr.Dataset] | None = None) -> None:
        self._run = run
        self._draws = draws
        self._shelf: dict[str, dict[int, xr.Dataset]] = {
            name: {1: dataset} for name, dataset in (given or {}).items()
        }
        self._fixed = {
            name for name, dataset in (given or {}).items() if not _has_default_parameters(name, dataset)
        }

    def data(self, names: Iterable[str], multiple: int) -> dict[str, xr.Dataset]:
        """Datasets with at least a multiple of the draws to begin with."""
        return {name: self._dataset(name, multiple) for name in names}

    def can_extend(self, names: Iterable[str]) -> bool:
        """Whether there are experiments among the names, and draws can be added to all of them."""
        names = set(names)
        return bool(names) and not names & self._fixed

    def _dataset(self, name: str, multiple: int) -> xr.Dataset:
        shelf = self._shelf.setdefault(name, {})
        there = [m for m in sorted(shelf) if m >= multiple]
        if not there:
            begin = shelf[1].sizes["draw"] if 1 in shelf else self._draws
            shelf[multiple] = self._run(name, begin * multiple)
            there = [multiple]
        return shelf[there[0]]


def judge(
    claim: Claim, laboratory: Laboratory, most_draws: int = MOST_DRAWS, limits: Limits | None = None
) -> Record:
    """Test one claim, with more draws as long as its margin lies inside the error.

    Parameters
    ----------
    claim : Claim
    laboratory : Laboratory
    most_draws : int
        Largest multiple of the draws.
    limits : Limits, optional
        Thresholds.

    Returns
    -------
    Record

    Examples
    --------
    >>> from noisac.verdicts.ledger import CLAIMS
    >>> (claim,) = (claim for claim in CLAIMS if claim.id == "eq41-optimal")
    >>> judge(claim, Laboratory(lambda name, draws: xr.Dataset(), 1)).verdict
    'reproduced'
    """
    multiple = 1
    while True:
        data = laboratory.data(claim.experiments, multiple)
        outcome = claim.judge(data, limits or Limits())
        if outcome.pending is None or multiple >= most_draws or not laboratory.can_extend(claim.experiments):
            break
        multiple = min(most_draws, multiple * _wanted(outcome))
    draws = max((dataset.sizes["draw"] for dataset in data.values()), default=0)
    return Record(
        id=claim.id,
        section=claim.section,
        statement=claim.statement,
        test=claim.test,
        expected=claim.expected,
        measured=outcome.measured + (f" ({draws} draws)" if multiple > 1 else ""),
        verdict=outcome.verdict,
        why=_why(claim, outcome, draws),
        draws=draws,
        decided=outcome.pending is None,
    )


def _wanted(outcome: Outcome) -> int:
    """Power of two by which more draws would decide, if the margin stays what it is."""
    assert outcome.pending is not None
    distance = max(abs(outcome.pending.score), 1e-3)
    return 1 << max(1, math.ceil(2 * math.log2(SIGNIFICANT / distance)))


def _why(claim: Claim, outcome: Outcome, draws: int) -> str:
    why = claim.why.get(outcome.verdict)
    if outcome.pending is not None:
        why = (
            f"With {draws} draws the margin is inside four standard errors, so that the claim counts as not shown."
        )
    return why or "Not explained: this is not the outcome that was found with the book's parameters."


def _has_default_parameters(name: str, data: xr.Dataset) -> bool:
    parameters = provenance(sweep_of(name), 1, 0)["parameters"]
    return "seed" in data.attrs and data.attrs.get("parameters") == parameters
