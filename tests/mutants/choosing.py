"""Which tests are run against a mutant, and in which order."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.mutants.settings import BUDGET, SLOW, WORK


class Reach:
    """The tests that reach a line, from the measurement."""

    def __init__(self, file: str) -> None:
        content = json.loads((WORK / "coverage.json").read_text())
        self.seconds: dict[str, float] = content["seconds"]
        self._lines = {int(line): set(tests) for line, tests in content["lines"].get(file, {}).items()}
        self._by_file: dict[str, list[str]] = defaultdict(list)
        for test in self.seconds:
            self._by_file[test.split("::")[0]].append(test)

    def tests(self, first: int, last: int) -> list[str]:
        """Tests that reach one of the lines, quickest first, the slow ones left out."""
        contexts = set().union(*(self._lines.get(line, set()) for line in range(first, last + 1)))
        return self._sorted(contexts)

    def all_tests(self) -> list[str]:
        return self._sorted(set().union(*self._lines.values()))

    def _sorted(self, contexts: set[str]) -> list[str]:
        found = {name for name in contexts if name in self.seconds}
        for file in contexts - found:
            found.update(self._by_file.get(file, ()))
        return sorted((t for t in found if self.seconds[t] <= SLOW), key=lambda t: (self.seconds[t], t))


class Order:
    """Puts first the tests that have killed most per second among the mutants so far."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._kills: Counter[str] = Counter()

    def __call__(self, tests: Iterable[str]) -> list[str]:
        # Which tests are run does not depend on what happened before: the cheapest, while the budget lasts.
        spent, chosen = 0.0, []
        for test in sorted(tests, key=lambda test: (self._seconds[test], test)):
            spent += self._seconds[test]
            if spent > BUDGET:
                break
            chosen.append(test)
        return sorted(chosen, key=lambda test: -self._kills[test] / (self._seconds[test] + 0.003))

    def killed_by(self, test: str) -> None:
        self._kills[test] += 1
