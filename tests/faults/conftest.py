"""How many commands and calls are tried under how many faults: printed after a run."""

import pytest

COUNTED = pytest.StashKey[str]()
SUBJECTS = ("command", "call")


def pytest_collection_modifyitems(config, items):
    here = [item for item in items if item.path.parent.name == "faults"]
    faults = set()
    for item in here:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        faults.add(
            (item.name.split("[")[0], *(repr(value) for key, value in params.items() if key not in SUBJECTS))
        )
    config.stash[COUNTED] = f"{len(faults)} faults, {len(here)} cases"


def pytest_terminal_summary(terminalreporter, config):
    if COUNTED in config.stash:
        terminalreporter.write_line(f"faults: {config.stash[COUNTED]}")


@pytest.fixture
def counted(pytestconfig):
    """The line that is printed, where everything in this folder is run as `make test` does."""
    if (
        pytestconfig.option.keyword
        or pytestconfig.option.markexpr
        or any("::" in word for word in pytestconfig.args)
    ):
        pytest.skip("a part of the tests")
    return pytestconfig.stash[COUNTED]
