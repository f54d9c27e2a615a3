"""Whether a TURN server relays for strangers: one allocation asked for, and released at once. Nothing is relayed."""

import secrets
from dataclasses import dataclass

from probes.services.datagram import Asked
from probes.services.stun_message import ALLOCATE, REFRESH, Reply, allocate, release, reply
from probes.services.telling import PATIENCE, lives
from probes.services.where import answering
from scanner.model.errors import Malformed, TimedOut
from scanner.model.network import Datagrams, Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

BUSY = frozenset({486, 508})
"""Allocation quota reached, insufficient capacity (RFC 8656 section 15): who else might have been served is open."""

RELEASES = 3
"""Times that a release is asked for until it is confirmed."""


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """`relays`: an allocation was granted without credentials, and its release was confirmed: two answers.
    `released` is False where the release was never confirmed; the allocation then lapses by itself. `error` is
    the number of a refusal (401), 0 without one."""

    relays: bool | None
    released: bool | None = None
    error: int = 0


async def observe(target: Target, net: Network) -> Seen[TurnFacts]:
    """Allocate; where that is granted, release from the same port."""
    try:
        async with net.datagrams() as datagrams:
            answer = await _allocation(datagrams)
            released = await _released(datagrams) if answer.success else None
    except (TimedOut, Malformed) as error:
        if error.reason is Reason.TIMED_OUT and await lives(target, net):
            return Seen(TurnFacts(False))
        raise
    return describe(answer, released)


async def _allocation(datagrams: Datagrams) -> Reply:
    """The answer to one allocation; the same transaction sent twice is one request (RFC 8489 section 6.3.1)."""
    transaction = secrets.token_bytes(12)
    asked = Asked(allocate(transaction), lambda data: reply(data, ALLOCATE, transaction))
    try:
        return await datagrams.ask(asked.payload, asked.recognise, timeout=PATIENCE)
    except TimedOut:
        return await datagrams.ask(asked.payload, asked.recognise, timeout=PATIENCE)


async def _released(datagrams: Datagrams) -> bool:
    """Whether the release was confirmed; asked for until it is answered."""
    for _ in range(RELEASES):
        asked = _release()
        try:
            return (await datagrams.ask(asked.payload, asked.recognise, timeout=PATIENCE)).success
        except (TimedOut, Malformed):
            continue
    return False


def _release() -> Asked[Reply]:
    transaction = secrets.token_bytes(12)
    return Asked(release(transaction), lambda data: reply(data, REFRESH, transaction))


def describe(answer: Reply, released: bool | None) -> Seen[TurnFacts]:
    """The facts of an allocation's answer and, where it was granted, of its release."""
    if not answer.success:
        relays = None if answer.error in BUSY else False
        return Seen(TurnFacts(relays, error=answer.error), {} if relays is not None else {"relays": Reason.REFUSED})
    if not released:
        return Seen(TurnFacts(None, released), {"relays": Reason.TIMED_OUT})
    evidence = Evidence("TURN Allocate without credentials: success; Refresh with lifetime 0: success", about="relays")
    return Seen(TurnFacts(True, released), evidence=(evidence,))


def wants(target: Target) -> bool:
    return answering(target, "stun")


PROBE = Probe(
    "services.turn",
    TargetKind.SERVICE,
    Impact.MARKED,
    TurnFacts,
    observe,
    cost=Cost(connections=5, seconds=60),
    profile=Profile.THOROUGH,
    wants=wants,
    address_bound=True,
)
