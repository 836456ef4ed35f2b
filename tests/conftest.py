import pytest
from hypothesis import HealthCheck, settings

from noisac.cli import main

# Derandomised, so that a run of CI can be repeated; no deadline, because shared machines stall.
settings.register_profile(
    "noisac",
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("noisac")


@pytest.fixture
def complaint_about(capsys, tmp_path, monkeypatch):
    """What the command line says of words that it refuses, printing and writing nothing else."""
    monkeypatch.chdir(tmp_path)

    def run(arguments: list[str]) -> str:
        with pytest.raises(SystemExit) as exit_info:
            main(arguments)
        assert exit_info.value.code == 2
        output = capsys.readouterr()
        assert output.out == ""
        assert not list(tmp_path.iterdir())
        return output.err

    return run


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as a property what draws its examples, and nothing else: the marks are counted (README.md)."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("property")
