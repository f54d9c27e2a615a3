"""Which ways of logging in a VNC server offers (RFC 6143 section 7.1.2). None is taken: no session begins.

VeNCrypt has ways of its own (the RFB protocol's community edition, section 7.2.4), told once it is chosen.
"""

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
VENCRYPT, VENCRYPT_VERSION = 19, b"\x00\x02"
INSIDE = {256: "Plain", 257: "TLS None", 258: "TLS VNC Authentication", 259: "TLS Plain", 260: "X.509 None",
          261: "X.509 VNC Authentication", 262: "X.509 Plain", 263: "TLS SASL", 264: "X.509 SASL"}  # fmt: skip
INSIDE_NONE = frozenset({257, 260})
"""Encrypted, and nobody is asked who he is."""
MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class VncFacts:
    """`types` are the security types offered, by number, VeNCrypt's own (from 256) among them; `none` whether one of
    them is None, in the clear or inside TLS: no log-in at all.

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

    @property
    def none(self) -> bool:
        return NONE in self.types or not INSIDE_NONE.isdisjoint(self.types)


async def observe(target: Target, net: Network) -> Seen[VncFacts]:
    """One connection; a second one where None was offered."""

    async def ask() -> Offer:
        async with net.connect(tls=target.tls is True) as stream:
            return await _offer(stream)

    told = await asked_twice(ask, lambda answer: answer.none)
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
    types = tuple(await stream.receive_exactly(count)) if count else await _refused(stream)
    if VENCRYPT in types and NONE not in types:
        types += await _inside_vencrypt(stream)
    return Offer(protocol, types)


async def _inside_vencrypt(stream: Stream) -> tuple[int, ...]:
    """Choose it, agree on its version, read its list; the connection ends there."""
    await stream.send(bytes([VENCRYPT]))
    if await stream.receive_exactly(2) < VENCRYPT_VERSION:
        raise Malformed("a VeNCrypt of before its version 0.2")
    await stream.send(VENCRYPT_VERSION)
    accepted, count = await stream.receive_exactly(2)
    if accepted != 0:
        raise Malformed("VeNCrypt does not accept its own version")
    listed = await stream.receive_exactly(4 * count)
    return tuple(int.from_bytes(listed[at : at + 4], "big") for at in range(0, len(listed), 4))


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
    ways = printable(", ".join({**NAMES, **INSIDE}.get(kind, str(kind)) for kind in offer.types))
    evidence = Evidence(f"RFB {offer.protocol}, security types: {ways}", ways.encode())
    return Seen(VncFacts(offer.none, offer.types, ways, offer.protocol), evidence=(evidence,))


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
