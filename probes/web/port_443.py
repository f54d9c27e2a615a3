"""Whether 443 beside an http site speaks TLS: one hello, told by the first octets of the answer."""

import os

from probes.tls.hello import FEW_GROUPS, FEW_SIGNATURES, TLS12, ClientHello
from scanner.model.errors import ConnectionRefused, Malformed, NetworkError, TimedOut
from scanner.model.network import Network

PORT = 443
SUITES = (0xC02F, 0xC02B, 0xC030, 0xC02C, 0xCCA8, 0xCCA9, 0xC013, 0xC014, 0x009C, 0x009D, 0x002F, 0x0035, 0x000A)
"""What clients of the last twenty years offer; a server that wants none of it answers with an alert, in TLS."""
HANDSHAKE, ALERT = 0x16, 0x15


async def said_at_443(net: Network, name: str | None) -> str:
    """ "tls", "refused" (a reset, before or after the hello) or "plain" (other octets).

    Raises NetworkError where it said neither: TimedOut in silence, Malformed where it hung up without a word.
    """
    try:
        return read(await _first_words(net, _hello(name)))
    except ConnectionRefused:
        return "refused"
    except TimedOut:
        if await _answers_in_the_open(net, name):
            return "plain"
        raise


async def _first_words(net: Network, words: bytes) -> bytes:
    async with net.connect(port=PORT) as stream:
        await stream.send(words)
        return await stream.receive(64)


async def _answers_in_the_open(net: Network, name: str | None) -> bool:
    """Whether 443 speaks HTTP without TLS. A 400 is no proof: TLS servers tell plain clients so in the open."""
    host = f"Host: {name}\r\n" if name else "Host:\r\n"
    try:
        first = await _first_words(
            net, f"HEAD / HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode("ascii", "replace")
        )
    except NetworkError:
        return False
    return first.startswith(b"HTTP/1.") and b" 400" not in first[:16]


def read(first: bytes) -> str:
    """What the first octets after a ClientHello are: a TLS record (RFC 8446 section 5.1), or something else."""
    if not first:
        raise Malformed("443 hung up without a word after the hello")
    if first[0] in (HANDSHAKE, ALERT) and (len(first) < 2 or first[1] == 3):
        return "tls"
    return "plain"


def _hello(name: str | None) -> bytes:
    return ClientHello(TLS12, SUITES, os.urandom(32), name, FEW_GROUPS, FEW_SIGNATURES).to_bytes()
