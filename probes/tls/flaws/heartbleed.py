"""Heartbleed (CVE-2014-0160): a heartbeat that claims one octet more than it holds. What comes back is only counted.

RFC 6520 section 4: such a message must be discarded. It goes out together with one in good form, so that no waiting
tells anything: a server that answers the second alone has discarded the first. One octet is all that can leak.
"""

import os
from dataclasses import dataclass, replace

from probes.tls.flaws.ground import Ground, find, offer
from probes.tls.flaws.session import completes
from probes.tls.flaws.talk import CLOSED, ENDED, talking
from probes.tls.hello import HEARTBEAT as EXTENSION
from probes.tls.record import HEARTBEAT, record
from probes.tls.where import wants
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

REQUEST, RESPONSE = 1, 2
MARK, PADDING, CLAIMED_BEYOND = 4096, 16, 1
"""Octets: of the payload that we send, of padding, and claimed above what is sent. The payload is so long because
OpenSSL holds back up to 4096 octets of its own until its next flight."""
MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class HeartbleedFacts:
    """`legacy`: TLS up to 1.2 is spoken at all. `heartbeat`: heartbeats are taken (RFC 6520 section 2).

    `surplus` is how many octets more came back than were sent, in two connections the same way; 0 where none did.
    """

    legacy: bool
    heartbeat: bool = False
    surplus: int | None = 0
    answer: str = ""


async def observe(target: Target, net: Network) -> Seen[HeartbleedFacts]:
    """Ask whether heartbeats are taken, and only then send one; a leak is asked for twice."""
    ground = await find(net, target)
    if ground is None:
        return Seen(HeartbleedFacts(False))
    first = await _once(net, target, ground)
    if first.answer == CLOSED and not await completes(net, target, ground.version):
        return _seen(replace(first, surplus=None, answer=f"{CLOSED}, and so was an ordinary handshake"))
    if not first.surplus:
        return _seen(first)
    second = await _once(net, target, ground)
    if not second.surplus:
        return _seen(replace(first, surplus=None, answer=f"{first.answer}; asked again: {second.answer}"))
    return _seen(first)


async def _once(net: Network, target: Target, ground: Ground) -> HeartbleedFacts:
    extension = ((EXTENSION, bytes([1])),)
    async with talking(net, target, offer(ground.version), version=ground.version, extensions=extension) as talk:
        if talk.heard.hello is None or EXTENSION not in talk.heard.hello.extensions:
            return HeartbleedFacts(True, answer="no heartbeat extension")
        mark, control = os.urandom(MARK), os.urandom(MARK)
        await talk.send_octets(
            record(HEARTBEAT, message(mark, MARK + CLAIMED_BEYOND, 0), talk.version)
            + record(HEARTBEAT, message(control, MARK, PADDING), talk.version)
        )
        for _ in range(MOST_WORDS):
            word = await talk.next()
            if word.kind == HEARTBEAT:
                if found := surplus(word.payload, mark):
                    return HeartbleedFacts(
                        True, True, found, f"a heartbeat was answered with more than was sent, by {found}"
                    )
                if word.payload[3 : 3 + MARK] == control:
                    return HeartbleedFacts(True, True, 0, "discarded, and one in good form answered")
            elif word.kind == ENDED or word.alert is not None:
                return HeartbleedFacts(True, True, 0, word.said)
    return HeartbleedFacts(True, True, None, "neither answered nor refused")


def message(payload: bytes, claimed: int, padding: int) -> bytes:
    """A HeartbeatRequest (RFC 6520 section 4) that claims a length."""
    return bytes([REQUEST]) + claimed.to_bytes(2, "big") + payload + bytes(padding)


def surplus(answer: bytes, mark: bytes) -> int:
    """How many octets a HeartbeatResponse gives back beyond the payload that was sent; 0 where it is no leak.

    Only an answer that begins with what was sent and claims more counts, as far as it is really there.
    """
    claimed = int.from_bytes(answer[1:3], "big")
    if answer[:1] != bytes([RESPONSE]) or answer[3 : 3 + len(mark)] != mark or claimed <= len(mark):
        return 0
    return max(0, min(claimed, len(answer) - 3) - len(mark))


def _seen(facts: HeartbleedFacts) -> Seen[HeartbleedFacts]:
    gaps = {"surplus": Reason.REFUSED if CLOSED in facts.answer else Reason.MALFORMED} if facts.surplus is None else {}
    return Seen(facts, gaps, (Evidence(f"heartbeat: {facts.answer}", about="surplus"),))


PROBE = Probe(
    "tls.heartbleed",
    TargetKind.SERVICE,
    Impact.MARKED,
    HeartbleedFacts,
    observe,
    cost=Cost(connections=7, requests=0, seconds=120),
    profile=Profile.THOROUGH,
    wants=wants,
)
