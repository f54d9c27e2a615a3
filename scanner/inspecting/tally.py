"""How far a scan is: what was found, what is done, how long the rest may take. Prints nothing."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scanner.judging import judge
from scanner.model.check import Check, Weight
from scanner.model.observation import Observation
from scanner.model.verdict import Verdict
from scanner.store.scan import ScanStore


@dataclass(frozen=True, slots=True)
class Standing:
    """A moment of a scan. `seconds_left` is None while there is nothing to estimate from; `closed_until` says
    when the window opens again, while it is closed."""

    found: int
    done: int
    observations: int
    issues: int
    seconds_left: float | None
    closed_until: datetime | None = None


class Tally:
    """The engine's watcher: judges each observation as it comes, keeps the verdicts, counts."""

    def __init__(
        self, checks: Iterable[Check], store: ScanStore, told: Callable[[Standing], None], seeds: Mapping[str, int]
    ) -> None:
        """`seeds` is how many places the order itself names, by unit; leads add to them."""
        self._by_probe: dict[str, list[Check]] = {}
        for check in checks:
            if check.probe is not None and check.function is None:
                self._by_probe.setdefault(check.probe, []).append(check)
        self._store = store
        self._told = told
        self._seeds = seeds
        self._started = time.monotonic()
        self._found: set[tuple[str, str]] = set()
        self._done: set[tuple[str, str]] = set()
        self._observations = 0
        self._issues: set[tuple[str, str, str]] = set()
        self._closed_until: datetime | None = None

    def lane_found(self, unit: str, lane: str) -> None:
        self._found.add((unit, lane))
        self._done.discard((unit, lane))

    def lane_done(self, unit: str, lane: str) -> None:
        self._done.add((unit, lane))
        self._told(self.standing())

    def observed(self, observation: Observation) -> None:
        self._observations += 1
        for check in self._by_probe.get(observation.probe, ()):
            if check.kind is observation.target.kind:
                self._judge(check, observation)
        self._told(self.standing())

    def standing(self) -> Standing:
        found = max(len(self._found), sum(self._seeds.values()))
        done = len(self._done)
        spent = time.monotonic() - self._started
        left = spent / done * (found - done) if done else None
        return Standing(found, done, self._observations, len(self._issues), left, self._closed_until)

    def waits(self, until: datetime | None) -> None:
        """The window has closed until then, or opened again (None)."""
        self._closed_until = until
        self._told(self.standing())

    def by_unit(self) -> dict[str, dict[str, int]]:
        """Of each unit: how many places there are so far, and how many of them are done."""
        found, done = Counter(unit for unit, _ in self._found), Counter(unit for unit, _ in self._done)
        return {
            unit: {"found": max(found[unit], seeds), "done": done[unit]}
            for unit, seeds in {**dict.fromkeys(found, 0), **self._seeds}.items()
        }

    def _judge(self, check: Check, observation: Observation) -> None:
        """What one observation says by itself; declared facts and other probes come in at the end."""
        for one in judge(check, observation.target, {observation.probe: observation}, {}):
            if one.verdict is Verdict.NOT_APPLICABLE:
                continue
            key = (check.id, observation.target.key, f"{one.port or ''}|{one.discriminator}")
            if one.verdict is Verdict.FAIL and check.weight is Weight.ISSUE:
                self._issues.add(key)
            self._store.add_verdict(
                {
                    "check": key[0],
                    "target_key": key[1],
                    "item": key[2],
                    "verdict": one.verdict.value,
                    "reason": one.reason.value if one.reason else None,
                    "severity": one.severity.value if one.severity else None,
                }
            )
