"""The benchmark script runs; what it measures is for its reader to judge."""

import runpy
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "bounds.py"


def test_the_benchmark_prints_every_cost_and_ratio(capsys):
    runpy.run_path(str(SCRIPT))["main"](["--repeats", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"{'L = 16':>12}{'L = 256':>12}")
    for label in ("(a)", "(b)", "(c)", "(d)", "(a) / (b)", "(b) / (c)", "(draw + b) / (c)"):
        (costs,) = [
            line.split()[-2:] for line in lines if line.startswith(label + " ") and "microsec" not in line
        ][:1]
        assert all(float(cost) > 0 for cost in costs)
    assert "200 symbols" in lines[-2]
