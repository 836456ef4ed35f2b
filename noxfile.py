"""Unit and property tests with other interpreters and dependencies than those of the lock: ``make versions``."""

import nox

nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # as far as interpreters are at hand; nox names those it skips

#: Each process works with one thread, as in the Makefile.
ENVIRONMENT = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def run_tests(session: nox.Session, resolution: str) -> None:
    """Install the package and run its tests."""
    session.install("--resolution", resolution, "-e", ".[book,test]")
    workers = ["-n", "2", "--dist", "loadfile"]
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:nbval", "--doctest-modules"]
    where = ["noisac", "book/noisac_book", "tests", "--ignore", "tests/browser"]
    session.run("pytest", *workers, *options, *where, *session.posargs, env=ENVIRONMENT)


@nox.session(python="3.11")
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest version of everything that pyproject.toml names, on the oldest Python."""
    run_tests(session, "lowest-direct")


@nox.session(python=["3.11", "3.12", "3.13"])
def newest(session: nox.Session) -> None:
    """Run the tests with the newest versions that pyproject.toml allows."""
    run_tests(session, "highest")
