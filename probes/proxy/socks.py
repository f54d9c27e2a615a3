"""Whether a SOCKS server relays for anybody, without a log-in (RFC 1928, SOCKS 4): to a place of our own alone."""

from dataclasses import dataclass
from ipaddress import ip_address

from probes.proxy.relayed import Way, looked, together
from probes.services.where import spoken_or_silent
from scanner.model.errors import Malformed, NetworkError
from scanner.model.network import Callback, Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (1080,)
NO_LOGIN, LOGIN, NO_WAY = 0, 2, 0xFF
SUCCEEDED, FORBIDDEN, NOT_SUPPORTED = 0, 2, 7
GRANTED, REJECTED = 0x5A, (0x5B, 0x5C, 0x5D)
USER = b"yuanjian"


@dataclass(frozen=True, slots=True)
class SocksFacts:
    """`relays`: our own word came back to us, twice. `way` is how ("SOCKS 5", "SOCKS 4"); `answers` the refusals."""

    relays: bool | None
    way: str = ""
    answers: str = ""


async def observe(target: Target, net: Network) -> Seen[SocksFacts]:
    """SOCKS 5, then SOCKS 4; the one that relays is asked twice, and ends it."""
    ways = [await looked(net, "SOCKS 5", _socks5, tls=target.tls is True)]
    if not ways[0].relays:
        ways.append(await looked(net, "SOCKS 4", _socks4, tls=target.tls is True))
    return describe(ways)


async def _socks5(stream: Stream, callback: Callback) -> str | None:
    await stream.send(b"\x05\x01\x00")
    if method(await stream.receive_exactly(2)) != NO_LOGIN:
        return "a log-in is wanted"
    address = ip_address(callback.address)
    kind = b"\x01" if address.version == 4 else b"\x04"
    await stream.send(b"\x05\x01\x00" + kind + address.packed + callback.port.to_bytes(2, "big"))
    refusal = refused5(await stream.receive_exactly(4))
    if refusal is None:
        await stream.send(callback.nonce.encode() + b"\r\n")
    return refusal


async def _socks4(stream: Stream, callback: Callback) -> str | None:
    address = ip_address(callback.address)
    if address.version == 6:
        return "SOCKS 4 knows no IPv6"
    await stream.send(b"\x04\x01" + callback.port.to_bytes(2, "big") + address.packed + USER + b"\x00")
    refusal = refused4(await stream.receive_exactly(8))
    if refusal is None:
        await stream.send(callback.nonce.encode() + b"\r\n")
    return refusal


def method(answer: bytes) -> int:
    """The method chosen of the one that was offered; Malformed for anything else."""
    if answer[0] != 5 or answer[1] not in (NO_LOGIN, LOGIN, NO_WAY):
        raise Malformed("not an answer of SOCKS 5")
    return answer[1]


def refused5(answer: bytes) -> str | None:
    """The refusal in words; a failure on the way raises, as it says nothing of whether it would relay."""
    if answer[0] != 5 or answer[2] != 0 or answer[3] not in (1, 3, 4):
        raise Malformed("not an answer of SOCKS 5")
    if answer[1] == SUCCEEDED:
        return None
    if answer[1] in (FORBIDDEN, NOT_SUPPORTED):
        return "forbidden by rule" if answer[1] == FORBIDDEN else "CONNECT is not supported"
    raise NetworkError(f"SOCKS 5 answer {answer[1]}", Reason.UNREACHABLE)


def refused4(answer: bytes) -> str | None:
    if answer[0] != 0 or answer[1] not in (GRANTED, *REJECTED):
        raise Malformed("not an answer of SOCKS 4")
    return None if answer[1] == GRANTED else "rejected"


def describe(ways: list[Way]) -> Seen[SocksFacts]:
    """The facts of both versions."""
    relays, reason = together(ways)
    way = next((one.name for one in ways if one.relays), "")
    answers = ", ".join(f"{one.name}: {one.answer}" for one in ways if not one.relays)
    facts = SocksFacts(relays, way, answers[:200])
    if relays is None:
        return Seen(facts, {"relays": reason or Reason.MALFORMED})
    told = f"{way}: our own word arrived at our own place, twice" if relays else facts.answers
    return Seen(facts, evidence=(Evidence(f"SOCKS proxy, {told}", told.encode(), "relays"),))


def wants(target: Target) -> bool:
    """SOCKS; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "socks", PORTS)


PROBE = Probe(
    "proxy.socks",
    TargetKind.SERVICE,
    Impact.MARKED,
    SocksFacts,
    observe,
    cost=Cost(connections=4, seconds=90),
    profile=Profile.THOROUGH,
    wants=wants,
    address_bound=True,
)
