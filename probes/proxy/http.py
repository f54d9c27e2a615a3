"""Whether an HTTP service relays for anybody: CONNECT and GET of a whole URL (RFC 9110 section 9.3.6, RFC 9112
section 3.2.2), to a place of our own and nowhere else."""

import re
from dataclasses import dataclass

from probes.proxy.relayed import Way, looked, together
from probes.services.banner import printable
from probes.services.where import spoken_or_silent
from scanner.model.errors import Malformed, NetworkError
from scanner.model.network import Callback, Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (3128, 8080)
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b[^\r\n]*")
MOST_HEAD = 16 * 1024
GATEWAY = (502, 503, 504)
"""It may have tried and not got through: that says nothing of whether it would relay."""


@dataclass(frozen=True, slots=True)
class HttpProxyFacts:
    """`relays`: our own word came back to us, twice. `way` is how ("CONNECT", "GET"); `answers` are the refusals."""

    relays: bool | None
    way: str = ""
    answers: str = ""


async def observe(target: Target, net: Network) -> Seen[HttpProxyFacts]:
    """GET, then CONNECT; the one that relays is asked twice, and ends it."""
    ways = [await looked(net, "GET", _get, tls=target.tls is True)]
    if not ways[0].relays:
        ways.append(await looked(net, "CONNECT", _connect, tls=target.tls is True))
    return describe(ways)


async def _get(stream: Stream, callback: Callback) -> str | None:
    place = where(callback)
    await stream.send(_head(f"GET http://{place}/{callback.nonce}", place))
    code, line = await _status(stream)
    if code in GATEWAY:
        raise NetworkError(line, Reason.UNREACHABLE)
    # A page of its own, an error, a redirect: whatever it is, only our own place can tell that it relays.
    return line


async def _connect(stream: Stream, callback: Callback) -> str | None:
    place = where(callback)
    await stream.send(_head(f"CONNECT {place}", place))
    code, line = await _status(stream)
    if code in GATEWAY:
        raise NetworkError(line, Reason.UNREACHABLE)
    if not 200 <= code < 300:
        return line
    await stream.send(callback.nonce.encode() + b"\r\n")
    return None


def where(callback: Callback) -> str:
    """As a URL names it."""
    return f"[{callback.address}]:{callback.port}" if ":" in callback.address else f"{callback.address}:{callback.port}"


def _head(first: str, host: str) -> bytes:
    lines = (f"{first} HTTP/1.1", f"Host: {host}", "User-Agent: Yuanjian", "Accept: */*", "Connection: close", "", "")
    return "\r\n".join(lines).encode("ascii")


async def _status(stream: Stream) -> tuple[int, str]:
    return status(await stream.receive_until(b"\r\n\r\n", MOST_HEAD))


def status(head: bytes) -> tuple[int, str]:
    """The code and the line; Malformed for what is no answer of HTTP."""
    found = STATUS.match(head)
    if found is None:
        raise Malformed("not an answer of HTTP")
    return int(found[1]), printable(found[0], 80)


def describe(ways: list[Way]) -> Seen[HttpProxyFacts]:
    """The facts of both ways."""
    relays, reason = together(ways)
    way = next((one.name for one in ways if one.relays), "")
    answers = ", ".join(f"{one.name}: {one.answer}" for one in ways if not one.relays)
    facts = HttpProxyFacts(relays, way, printable(answers))
    if relays is None:
        return Seen(facts, {"relays": reason or Reason.MALFORMED})
    told = f"{way}: our own word arrived at our own place, twice" if relays else facts.answers
    return Seen(facts, evidence=(Evidence(f"HTTP proxy, {told}", told.encode(), "relays"),))


def wants(target: Target) -> bool:
    """HTTP; and what says nothing where proxies usually live."""
    return spoken_or_silent(target, "http", PORTS)


PROBE = Probe(
    "proxy.http",
    TargetKind.SERVICE,
    Impact.MARKED,
    HttpProxyFacts,
    observe,
    cost=Cost(connections=4, seconds=90),
    profile=Profile.THOROUGH,
    wants=wants,
    address_bound=True,
)
