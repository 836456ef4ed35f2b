import pytest
from hypothesis import HealthCheck, settings

#: Folders and modules whose tests no rounding reaches: they are about files, texts, refusals and programs. All
#: others, docstrings' examples and whatever comes new, are marked `numeric`, and run under several kernels of the
#: linear algebra library (`make kernels`).
NOT_NUMERIC = {
    *("browser", "cli", "mutants"),
    *("architecture", "assets", "bad_input", "benchmarks", "cluster", "command_line", "equation_index"),
    *("execute_notebooks", "exercises", "kernels", "launch", "mutation_testing", "notation", "notebooks"),
    *("optimise_command", "print", "repository", "storage", "style"),
}

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
settings.register_profile("quick", settings.get_profile("noisac"), max_examples=20)  # beside a run with all
settings.load_profile("noisac")


@pytest.fixture
def complaint_about(capsys, tmp_path, monkeypatch):
    """What the command line says of words that it refuses, printing and writing nothing else."""
    # Not above: `make mutants` changes what is imported, from when the tests are collected.
    from noisac.__main__ import main

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


def is_numeric(item: pytest.Item) -> bool:
    """Whether another processor's last bits could change what a test finds."""
    parts = item.path.relative_to(item.config.rootpath).with_suffix("").parts
    names = {part.removeprefix("test_") for part in parts}
    return not names & NOT_NUMERIC and item.get_closest_marker("bad_input") is None


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as a property what draws its examples, and nothing else: the marks are counted (README.md)."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("property")
        if is_numeric(item):
            item.add_marker("numeric")
