"""Facts about the repository that a build relies on."""

import re
import tomllib
import warnings
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_jupyter_book_is_pinned_below_2_which_does_not_read_config_yml():
    book = PROJECT["optional-dependencies"]["book"]
    assert any(re.fullmatch(r"jupyter-book>=1[^,]*,<2", requirement) for requirement in book)
    assert re.search(r"^jupyter-book==1\.", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def test_lock_file_has_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text()
    assert lock.count("--hash=sha256:") > 100
    assert "://" not in lock
    assert "index-url" not in lock


#: Groups that are not installed with the others: they bring much with them that nothing else needs.
APART = {"bench", "mutants"}


def test_lock_file_covers_every_declared_dependency_but_those_of_groups_apart():
    lock = (ROOT / "requirements.lock").read_text()
    declared = list(PROJECT["dependencies"])
    for name, group in PROJECT["optional-dependencies"].items():
        declared += [] if name in APART else group
    for requirement in declared:
        name = re.match(r"[A-Za-z0-9-]+", requirement).group().lower()
        assert re.search(rf"^{name}==", lock, re.MULTILINE), name


def test_make_lock_names_every_group_but_those_of_benchmarks():
    makefile = (ROOT / "Makefile").read_text()
    assert set(re.findall(r"--extra (\w+)", makefile)) == set(PROJECT["optional-dependencies"]) - APART
    assert "--all-extras" not in makefile


def test_book_renders_notebooks_that_it_has_executed_and_fails_on_stderr():
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert config["execute"] == {"execute_notebooks": "off", "stderr_output": "error"}
    rule = re.search(r"^book: .*\n((\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert re.search(r"EXECUTE.* --copies .*NOTEBOOKS.*\n.*--config _config_executed\.yml --all", rule)


def test_every_notebook_is_in_the_table_of_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    listed = {toc["root"]} | {chapter["file"] for part in toc["parts"] for chapter in part["chapters"]}
    assert listed >= {f"book/{path.stem}" for path in (ROOT / "book").glob("*.ipynb")}


def test_make_targets_for_building_fail_on_warnings():
    makefile = (ROOT / "Makefile").read_text()
    builds = [line for line in makefile.splitlines() if "jupyter-book build" in line]
    assert len(builds) >= 2
    assert all(" -W " in line and " -n " in line for line in builds)


def test_nothing_in_the_makefile_has_a_time_limit_below_a_day():
    makefile = (ROOT / "Makefile").read_text()
    limits = re.findall(r"timeout[ =](\S+)", makefile)
    assert len(limits) == 2
    assert all(float(limit) >= 24 * 3600 for limit in limits)


def test_make_test_compares_a_fresh_execution_of_every_notebook():
    rule = re.search(r"^nbval: .*\n((\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert re.fullmatch(
        r"\t\$\(EXECUTE\) --stale \$\(NOTEBOOKS\)\n\t.*--nbval-replay _build/executed book\n", rule
    )


@pytest.mark.parametrize("path", [".ci/run", "README.md"])
def test_the_two_commands_are_what_ci_and_the_readme_run(path):
    text = (ROOT / path).read_text()
    assert "make book" in text
    assert "make test" in text


def test_the_workflow_runs_what_ci_runs_and_the_arithmetic_of_other_processors():
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    commands = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert commands == {
        "build": [".ci/run"],
        "arithmetic": ['make kernels ARGUMENTS="--numeric --threads 1"'],
    }


def test_ci_runs_the_numeric_tests_under_an_old_kernel_and_a_common_one():
    assert re.search(r"^make kernels-ci$", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    assert re.search(r"^kernels-ci:.*\n.*--only Prescott Haswell ", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("category", [DeprecationWarning, PendingDeprecationWarning, FutureWarning])
@pytest.mark.parametrize("module", ["noisac", "noisac.beamforming.certified", "tests.strategies"])
def test_what_will_be_removed_from_a_dependency_is_an_error_where_our_own_code_uses_it(category, module):
    with pytest.raises(category, match="going away"):
        warnings.warn_explicit("going away", category, "a_file.py", 1, module=module)


def test_what_other_packages_use_among_themselves_does_not_fail_our_tests():
    with warnings.catch_warnings(record=True) as seen:
        warnings.warn_explicit("going away", DeprecationWarning, "a_file.py", 1, module="numpy.lib")
    assert len(seen) <= 1


@pytest.mark.parametrize("group", ["dependencies", "book", "test"])
def test_every_dependency_names_the_lowest_version_that_was_tested(group):
    declared = PROJECT["dependencies"] if group == "dependencies" else PROJECT["optional-dependencies"][group]
    assert all(re.search(r">=\d", requirement) for requirement in declared)


def test_ci_fails_where_the_tests_in_a_browser_cannot_run():
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"^make browser$", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    assert re.search(r"^browser: offline .*\n\tNOISAC_REQUIRE_BROWSER=1 .* tests/browser$", makefile, re.MULTILINE)
