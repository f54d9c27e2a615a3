"""Which of a host's UDP ports answer their own protocol's question: described by port, not judged."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from probes.ports.ranges import Ranges, ranges, written
from probes.services.datagram import Datagram
from probes.services.datagrams.table import DATAGRAMS
from scanner.model.errors import ConnectionRefused, NetworkError
from scanner.model.network import Network, PortState
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

TRIES = 2
PATIENCE = (2.0, 3.0)
"""Seconds for the answer to each try."""

BETWEEN_REFUSALS = 1.1
"""Seconds between second tries where the host refuses: Linux sends one ICMP message a second to each address
after a burst (net.ipv4.icmp_ratelimit), so that a closed port may have been silent the first time."""

STOPS = frozenset({Reason.INTERRUPTED, Reason.BLOCKED, Reason.NOT_PERMITTED, Reason.OUT_OF_SCOPE, Reason.EXCLUDED})
"""Ends that say nothing of a port, but that we were not let."""


@dataclass(frozen=True, slots=True)
class Answering:
    """One port that answered, and in which protocol."""

    port: int
    protocol: str


@dataclass(frozen=True, slots=True)
class UdpFacts:
    """What each port said to its protocol's questions.

    `states` holds the ports that told something: "open" ones answered, "closed" ones refused (ICMP port
    unreachable). `reasons` holds the others by why they told nothing. `shy` are silent ports whose protocol
    has a question of its own check. `asked` is what was asked, as text. `stopped` is what cut it short, or empty.
    """

    answering: tuple[Answering, ...]
    states: dict[str, Ranges]
    reasons: dict[str, Ranges]
    shy: tuple[int, ...]
    asked: str
    stopped: str


@dataclass(frozen=True, slots=True)
class Told:
    """How one port's last try ended: a banner, a refusal (neither set), or why it told nothing."""

    banner: str | None = None
    reason: Reason | None = None

    @property
    def refused(self) -> bool:
        return self.banner is None and self.reason is None


async def observe(target: Target, net: Network) -> Seen[UdpFacts]:
    """Ask all at once; then again, one after another, what told nothing."""
    chosen = [DATAGRAMS[port] for port in net.udp_ports() if port in DATAGRAMS]
    told = dict(zip(chosen, await asyncio.gather(*(_try(net, one, 0) for one in chosen)), strict=True))
    again = [one for one in chosen if told[one].reason is not None and told[one].reason not in STOPS]
    pause = BETWEEN_REFUSALS if any(one.refused for one in told.values()) else 0.0
    told.update(await _again(net, again, pause))
    return describe(told)


async def _again(net: Network, silent: Sequence[Datagram], pause: float) -> dict[Datagram, Told]:
    """The second tries, with a pause before each: none is waited for once we were told to stop."""
    tries: dict[Datagram, asyncio.Task[Told]] = {}
    async with asyncio.TaskGroup() as group:
        for one in silent:
            if not any(task.done() and task.result().reason in STOPS for task in tries.values()):
                await asyncio.sleep(pause)
            tries[one] = group.create_task(_try(net, one, 1))
    return {one: task.result() for one, task in tries.items()}


async def _try(net: Network, one: Datagram, number: int) -> Told:
    asked = one.questions[number % len(one.questions)]()
    try:
        async with net.datagrams(port=one.port, any_port=one.any_port) as datagrams:
            identity = await datagrams.ask(asked.payload, asked.recognise, timeout=PATIENCE[number])
            return Told(banner=identity.banner)
    except ConnectionRefused:
        return Told()
    except NetworkError as error:
        return Told(reason=error.reason)


def describe(told: Mapping[Datagram, Told]) -> Seen[UdpFacts]:
    """Sort the ports by what they told."""
    opened = [one for one, end in told.items() if end.banner is not None]
    closed = [one.port for one, end in told.items() if end.refused]
    reasons: dict[str, list[int]] = {}
    for one, end in told.items():
        if end.reason is not None:
            reasons.setdefault(str(end.reason), []).append(one.port)
    stopped = next((end.reason for end in told.values() if end.reason in STOPS), None)
    facts = UdpFacts(
        answering=tuple(Answering(one.port, one.protocol) for one in opened),
        states={
            str(PortState.OPEN): ranges(one.port for one in opened),
            str(PortState.CLOSED): ranges(closed),
        },
        reasons={reason: ranges(ports) for reason, ports in reasons.items()},
        shy=tuple(one.port for one, end in told.items() if one.shy and end.reason is Reason.TIMED_OUT),
        asked=written(ranges(one.port for one in told)),
        stopped=str(stopped or ""),
    )
    gaps = {"reasons": stopped} if stopped is not None else {}
    return Seen(facts, gaps, tuple(_evidence(told)))


def _evidence(told: Mapping[Datagram, Told]) -> Iterable[Evidence]:
    for one, end in told.items():
        if end.banner is not None:
            yield Evidence(f"UDP {one.port}: {one.protocol}: {end.banner}", about=f"answering/{one.port}")
        elif end.refused:
            yield Evidence(f"UDP {one.port}: ICMP port unreachable", about=f"states/{one.port}")


def leads(target: Target, facts: Mapping[str, Any]) -> Iterator[Target]:
    """A service for each port that answered; and, as an unknown one, each silent port with a question left."""
    for item in facts["answering"]:
        yield _service(target, item["port"])
    for port in facts["shy"]:
        yield _service(target, port).identified("unknown", tls=False)


def _service(target: Target, port: int) -> Target:
    return Target(TargetKind.SERVICE, target.unit, target.system, address=target.address, port=port, transport="udp")


PROBE = Probe(
    "ports.udp",
    TargetKind.HOST,
    Impact.ORDINARY,
    UdpFacts,
    observe,
    cost=Cost(connections=0, seconds=3600.0),
    profile=Profile.QUICK,
    leads=leads,
    address_bound=True,
)
