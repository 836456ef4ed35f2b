"""The benchmark script runs; what it measures is for its reader to judge."""

import runpy
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "bounds.py"


def test_the_benchmark_prints_every_cost_and_ratio(capsys):
    runpy.run_path(str(SCRIPT))["main"](["--repeats", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"{'L = 16':>12}{'L = 64':>12}{'L = 256':>12}")
    for label in (
        "(a) Theorem",
        "(b) closed",
        "(c) floor",
        "(d) Algorithm",
        "(a) / (b)",
        "(b) / (c)",
        "(d) / (c)",
    ):
        (line,) = [line for line in lines if line.startswith(label)]
        assert all(float(number) > 0 for number in line.split()[-3:])
    assert "200 symbols" in lines[-2]
