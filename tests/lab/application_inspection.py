"""One port, asked as the engine would ask about applications: identified, its root read, the likely ones asked, judged."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from probes.services import application, identify
from probes.services.applications.application import Application
from scanner.catalogue.loader import load
from scanner.inspecting.registry import all_probes
from scanner.judging import judge
from scanner.judging.judgement import Judgement
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask_over, ordered, wired

ASKED: Mapping[str, Application] = {f"services.{one.name}": one for one in application.applications()}
PROBES: Mapping[str, Probe] = {probe.name: probe for probe in all_probes() if probe.name in ASKED}
CHECKS = {check.id: check for check in load().checks.values() if check.probe in ASKED}


@dataclass(frozen=True, slots=True)
class Inspected:
    """What one port told; `requests` were sent over HTTP after it was identified."""

    observations: Mapping[str, Observation]
    judgements: Mapping[str, Judgement]
    requests: int

    @property
    def asked(self) -> set[str]:
        """The applications that were asked about."""
        return {ASKED[name].name for name in self.observations if name in ASKED}

    @property
    def failed(self) -> set[str]:
        return self._with(Verdict.FAIL)

    @property
    def passed(self) -> set[str]:
        return self._with(Verdict.PASS)

    @property
    def untested(self) -> dict[str, Reason | None]:
        return {check: self.judgements[check].reason for check in self._with(Verdict.NOT_TESTED)}

    def evidence(self, check: str) -> str:
        """What stands in the report for a failed check."""
        return "\n".join(f"{one.what}\n{one.content.decode()}" for one in self.judgements[check].evidence)

    def _with(self, verdict: Verdict) -> set[str]:
        return {check for check, judgement in self.judgements.items() if judgement.verdict is verdict}


def inspect(address: str, port: int, *, name: str | None = None) -> Inspected:
    """Ask over the real wire."""
    return asyncio.run(inspected(address, port, name=name))


async def inspected(address: str, port: int, *, name: str | None = None, identified: bool = True) -> Inspected:
    """The same, within a loop. Not `identified`: it is taken for granted that plain HTTP is spoken."""
    target = Target(TargetKind.SERVICE, "self", address=address, port=port, name=name)
    seen: dict[str, Observation] = {}
    async with wired(ordered(address, *((name,) if name else ()))) as wire:
        if identified:
            seen[identify.PROBE.name] = found = await ask_over(wire, identify.PROBE, target)
            target = next(iter(identify.leads(target, found.facts))) if found.observed else target
        else:
            target = target.identified("http", tls=False)
        before = wire.traffic().requests
        targets = [target]
        if application.PROBE.wants(target):
            seen[application.PROBE.name] = likely = await ask_over(wire, application.PROBE, target)
            targets += application.leads(target, likely.facts) if likely.observed else ()
        for one in targets:
            for probe in PROBES.values():
                if probe.wants(one) and probe.name not in seen:
                    seen[probe.name] = replace(await ask_over(wire, probe, one), target=target)
        requests = wire.traffic().requests - before
    judgements = {check.id: judge(check, target, seen, {})[0] for check in CHECKS.values()}
    return Inspected(seen, judgements, requests)
