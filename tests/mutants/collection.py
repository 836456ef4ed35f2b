"""Tests as pytest collects them: which files, how many examples, and running some of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.mutants.settings import EXAMPLES, LEFT_OUT

#: Arguments of pytest by which all tests are collected.
EVERYTHING = ("--doctest-modules", "--ignore=noisac/symbolic", "noisac", "tests")


def run_pytest(arguments: Sequence[str], *plugins: object) -> int:
    """Collect the tests and leave the rest to the plugins."""
    ignored = ["--ignore=tests/browser", *(f"--ignore=tests/{name}.py" for name in LEFT_OUT)]
    options = ["-q", "--capture=no", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:nbval"]
    return pytest.main([*options, *ignored, *arguments], plugins=[Profile(), *plugins])


class Profile:
    """Fewer examples of properties and none shrunk, for one is enough; and no processes beside this one."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        import joblib
        from hypothesis import HealthCheck, Phase, settings

        joblib.parallel_config("sequential")

        settings.register_profile(
            "mutants",
            deadline=None,
            derandomize=True,
            max_examples=EXAMPLES,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutants")


def run_items(items: Sequence[pytest.Item]) -> str | None:
    """Name of the first test that fails."""
    from _pytest.runner import runtestprotocol

    for item, following in zip(items, [*items[1:], None], strict=True):
        reports = runtestprotocol(item, nextitem=following, log=False)
        if any(report.failed for report in reports):
            return item.nodeid
    return None
