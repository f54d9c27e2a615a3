"""Whether a client may begin a new handshake within a session: asked once, and left off at the server's first word."""

import os
from dataclasses import dataclass

from probes.tls.flaws.ground import find
from probes.tls.flaws.protection import KINDS
from probes.tls.flaws.session import Session, session
from probes.tls.flaws.talk import COMMON_GROUPS, COMMON_SIGNATURES, ENDED
from probes.tls.hello import RENEGOTIATION_INFO, SSL3, TLS12, ClientHello, vector
from probes.tls.record import ALERT, HANDSHAKE
from probes.tls.server_hello import SERVER_HELLO
from probes.tls.where import wants
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

NO_RENEGOTIATION = 100
MOST_WORDS = 32


@dataclass(frozen=True, slots=True)
class RenegotiationFacts:
    """`legacy`: TLS up to 1.2 is spoken at all (TLS 1.3 knows no renegotiation).

    `accepted`: a hello within the session was answered by a ServerHello. `answer` says what came.
    """

    legacy: bool
    accepted: bool | None = False
    answer: str = ""


async def observe(target: Target, net: Network) -> Seen[RenegotiationFacts]:
    """One session, one hello in it."""
    ground = await find(net, target)
    if ground is None:
        return Seen(RenegotiationFacts(False))
    if ground.heard.hello is not None and ground.heard.hello.version == SSL3:
        return _seen(None, "TLS 1.0 to 1.2 are refused, and within SSL 3.0 it is not asked")
    async with session(net, target, version=ground.version) as made:
        return _seen(*await _ask(made, target))


async def _ask(made: Session, target: Target) -> tuple[bool | None, str]:
    secure = made.talk.heard.hello is not None and RENEGOTIATION_INFO in made.talk.heard.hello.extensions
    again = ClientHello(
        TLS12 if made.talk.version == TLS12 else made.talk.version,
        tuple(KINDS),
        os.urandom(32),
        target.name,
        groups=COMMON_GROUPS,
        signatures=COMMON_SIGNATURES,
        extensions=((RENEGOTIATION_INFO, vector(1, made.verify)),) if secure else (),
    )
    await made.send(HANDSHAKE, again.to_bytes()[5:])
    for _ in range(MOST_WORDS):
        word = await made.next()
        if word.kind == HANDSHAKE and word.payload[:1] == bytes([SERVER_HELLO]):
            return True, "ServerHello within the session"
        if word.kind == ENDED:
            return False, "closed"
        if word.kind == ALERT and (word.alert is not None or word.payload[1:2] == bytes([NO_RENEGOTIATION])):
            return False, word.said
    return None, "neither answered nor refused"


def _seen(accepted: bool | None, answer: str) -> Seen[RenegotiationFacts]:
    gaps = {"accepted": Reason.REFUSED} if accepted is None else {}
    return Seen(
        RenegotiationFacts(True, accepted, answer), gaps, (Evidence(f"renegotiation: {answer}", about="accepted"),)
    )


PROBE = Probe(
    "tls.renegotiation",
    TargetKind.SERVICE,
    Impact.MARKED,
    RenegotiationFacts,
    observe,
    cost=Cost(connections=6, requests=0, seconds=120),
    profile=Profile.THOROUGH,
    wants=wants,
)
