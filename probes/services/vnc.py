"""Which ways of logging in a VNC server offers (RFC 6143 section 7.1.2). None is taken: no session begins."""

import re
from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.twice import asked_twice
from probes.services.where import spoken_or_silent
from scanner.model.errors import Malformed, NetworkError
from scanner.model.network import Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (5900, 5901, 5902)
VERSION = re.compile(rb"RFB (\d{3})\.(\d{3})\n")
NONE = 1
NAMES = {1: "None", 2: "VNC Authentication", 5: "RA2", 6: "RA2ne", 13: "RA2-256", 16: "Tight", 18: "TLS", 19: "VeNCrypt",
         20: "SASL", 22: "xvp", 30: "Apple", 113: "MS-Logon II", 129: "RSA-AES-256"}  # fmt: skip
MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class VncFacts:
    """`types` are the security types offered, by number; `none` whether None (1) is among them: no log-in at all.

    `protocol` is the version that the server wrote ("003.008"), `ways` the types by name.
    """

    none: bool | None
    types: tuple[int, ...] | None
    ways: str = ""
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    protocol: str
    types: tuple[int, ...]


async def observe(target: Target, net: Network) -> Seen[VncFacts]:
    """One connection; a second one where None was offered."""

    async def ask() -> Offer:
        async with net.connect(tls=target.tls is True) as stream:
            return await _offer(stream)

    told = await asked_twice(ask, lambda answer: NONE in answer.types)
    return describe(told.answer, told.reason)


async def _offer(stream: Stream) -> Offer:
    """Up to the list of types; there the connection ends."""
    major, minor = version(await stream.receive_exactly(12))
    ours = 3 if minor < 7 else 7 if minor == 7 else 8
    await stream.send(b"RFB 003.%03d\n" % ours)
    protocol = f"{major:03d}.{minor:03d}"
    if ours == 3:
        chosen = int.from_bytes(await stream.receive_exactly(4), "big")
        return Offer(protocol, (chosen,) if chosen else await _refused(stream))
    count = (await stream.receive_exactly(1))[0]
    return Offer(protocol, tuple(await stream.receive_exactly(count)) if count else await _refused(stream))


async def _refused(stream: Stream) -> tuple[int, ...]:
    """No type, but a reason in words: it does not speak with us now, and has said nothing of its ways."""
    length = int.from_bytes(await stream.receive_exactly(4), "big")
    words = printable(await stream.receive_exactly(min(length, MOST_REASON)))
    raise NetworkError(f"the VNC server refuses: {words}", Reason.REFUSED)


def version(greeting: bytes) -> tuple[int, int]:
    """Both numbers of the protocol's version; Malformed for anything else."""
    found = VERSION.fullmatch(greeting)
    if found is None:
        raise Malformed("not a greeting of VNC")
    return int(found[1]), int(found[2])


def describe(offer: Offer | None, reason: Reason | None) -> Seen[VncFacts]:
    """The facts of the offer, or why there was none."""
    if offer is None:
        return Seen(VncFacts(None, None), dict.fromkeys(("none", "types"), reason or Reason.MALFORMED))
    ways = ", ".join(NAMES.get(kind, str(kind)) for kind in offer.types)
    evidence = Evidence(f"RFB {offer.protocol}, security types: {ways}", bytes(kind % 256 for kind in offer.types))
    return Seen(VncFacts(NONE in offer.types, offer.types, ways, offer.protocol), evidence=(evidence,))


def wants(target: Target) -> bool:
    """VNC; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "vnc", PORTS)


PROBE = Probe(
    "services.vnc",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    VncFacts,
    observe,
    cost=Cost(connections=2, seconds=60),
    wants=wants,
    address_bound=True,
)
