import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

# Not tests: the runner of `make mutants` needs mutmut.
collect_ignore = ["mutants"]

# Derandomised, so that a run of CI can be repeated; no deadline, because shared machines stall.
settings.register_profile(
    "noisac",
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("noisac")


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as a property what draws its examples, and nothing else: the marks are counted (README.md)."""
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("property")
