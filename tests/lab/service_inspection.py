"""One port, inspected as the engine would: identified, asked what its protocol allows, and judged."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from probes.ldap import anonymous
from probes.services import (
    beanstalkd,
    cassandra,
    dicom,
    dubbo,
    ftp,
    gearman,
    http_login,
    identify,
    jdwp,
    kafka,
    memcached,
    mongodb,
    mqtt,
    nats,
    postgresql,
    rdp,
    redis,
    rservices,
    rsync,
    rtsp,
    telnet,
    vnc,
    weblogic_t3,
    x11,
    zookeeper,
)  # fmt: skip
from probes.smb import dialects, null_session
from probes.ssh import algorithms
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.judging.judgement import Judgement
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask

STORES = (memcached, redis, mongodb, cassandra, postgresql, zookeeper, kafka, mqtt, nats, beanstalkd, gearman)
ACCESS = (algorithms, anonymous, dialects, null_session, ftp, http_login, rdp, rservices, rsync, telnet, vnc, x11)
OTHERS = (jdwp, weblogic_t3, dubbo, rtsp, dicom)
ASKING = tuple(module.PROBE for module in (*STORES, *ACCESS, *OTHERS))
FUNCTIONS = ("database_exposed", "cleartext_login")


@dataclass(frozen=True, slots=True)
class Inspected:
    """What one port told: by probe, and by check."""

    observations: Mapping[str, Observation]
    judgements: Mapping[str, Judgement]

    @property
    def identity(self) -> Mapping[str, Any]:
        return self.observations["services.identify"].facts

    @property
    def failed(self) -> set[str]:
        return self._with(Verdict.FAIL)

    @property
    def passed(self) -> set[str]:
        return self._with(Verdict.PASS)

    @property
    def untested(self) -> dict[str, Reason | None]:
        return {check: self.judgements[check].reason for check in self._with(Verdict.NOT_TESTED)}

    def _with(self, verdict: Verdict) -> set[str]:
        return {check for check, judgement in self.judgements.items() if judgement.verdict is verdict}


def inspect(address: str, port: int, *, name: str | None = None, kind: str = "routine") -> Inspected:
    """Ask over the real wire."""
    return asyncio.run(inspected(address, port, name=name, kind=kind))


async def inspected(
    address: str, port: int, *, name: str | None = None, kind: str = "routine", chosen: Collection[str] = ()
) -> Inspected:
    """The same, within a loop; `chosen` are the checks beside which a probe asks more."""
    target = Target(TargetKind.SERVICE, "self", address=address, port=port, name=name)
    seen = {identify.PROBE.name: await ask(identify.PROBE, target)}
    found = seen[identify.PROBE.name]
    if found.observed:
        target = next(iter(identify.leads(target, found.facts)))
        for probe in ASKING:
            if probe.wants(target):
                seen[probe.name] = await ask(probe, target, chosen=chosen)
    judgements = {}
    for check in load().checks.values():
        if (check.probe in seen and check.function is None) or check.function in FUNCTIONS:
            (judgements[check.id],) = judge(check, target, seen, {"kind": kind})
    return Inspected(seen, judgements)
