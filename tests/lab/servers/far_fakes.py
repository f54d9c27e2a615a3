"""Fakes and misbehaving peers over UDP in the laboratory's far namespace; run as a process of its own there.

The fakes stand for what Debian does not have, after the specification: an SNMP agent that knows version 2c alone
(RFC 3416), an ntpd before 4.2.7p26 (mode 7, ntp_request.h), a CoAP node and a management controller that answer
pings and nothing else (RFC 7252 section 4.3, ASF), a port mapper that keeps its list to itself (RFC 5531), a TURN
server that is full (RFC 8656), a quote of the day over UDP (RFC 865).
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import cast

from probes.services import ber
from probes.services.datagrams.table import DATAGRAMS

Address = tuple[str, int]
Answers = Callable[[bytes], Iterable[bytes]]

HUGE = 60_000
ENDLESS = 400
"""Datagrams for each one that comes: more than a question may cost."""


class Peer(asyncio.DatagramProtocol):
    """Answers each datagram by what `answers` makes of it, from its own port or from another one."""

    def __init__(self, answers: Answers, heard: list[str], elsewhere: asyncio.DatagramTransport | None = None) -> None:
        self._answers = answers
        self._heard = heard
        self._elsewhere = elsewhere
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._heard.append(data.hex())
        out = self._elsewhere or self._transport
        for answer in self._answers(data):
            if out is not None:
                out.sendto(answer, addr)


def version_2c_alone(data: bytes) -> Iterable[bytes]:
    """An agent that gives sysDescr to "public", and is silent to version 3."""
    _, content, _ = ber.element(data)
    parts = list(ber.elements(content))
    if ber.number(*parts[0]) != 1 or parts[1][1] != b"public":
        return
    fields = list(ber.elements(parts[2][1]))
    _, bound, _ = ber.element(fields[3][1])
    name, _ = ber.elements(bound)
    text = b"Cisco IOS Software, C2960 Software, Version 15.0(2)SE11, host SECRETHOST"
    found = ber.pack(ber.SEQUENCE, ber.pack(*name), ber.pack(ber.OCTETS, text))
    zero = ber.integer(0)
    response = ber.pack(0xA2, ber.pack(*fields[0]), zero, zero, ber.pack(ber.SEQUENCE, found))
    yield ber.pack(ber.SEQUENCE, ber.integer(1), ber.pack(ber.OCTETS, b"public"), response)


def old_ntpd(data: bytes) -> Iterable[bytes]:
    """Gives the time, and to monlist six clients a datagram, a hundred datagrams in all."""
    if data[:1] == b"\x23":
        yield b"\x24\x02" + bytes(22) + data[40:48] + bytes(16)
    elif data[:4] == b"\x17\x00\x03\x2a":
        for number in range(100):
            yield b"\xd7" + bytes([number & 0x7F]) + b"\x03\x2a\x00\x06\x00\x48" + b"\x0a\x63\x07\x01" * (6 * 18)


def ping_alone_coap(data: bytes) -> Iterable[bytes]:
    if len(data) == 4:
        yield b"\x70\x00" + data[2:4]


def ping_alone_bmc(data: bytes) -> Iterable[bytes]:
    if data[3:4] == b"\x06":
        yield data[:4] + data[4:8] + b"\x40" + data[9:10] + b"\x00\x10" + data[4:8] + bytes(4) + b"\x01" + bytes(7)


def close_portmapper(data: bytes) -> Iterable[bytes]:
    """Accepts the null procedure; answers all others with an authentication error."""
    null = data[20:24] == bytes(4)
    yield data[:4] + bytes.fromhex("00000001" + ("00000000" * 4 if null else "000000010000000100000005"))


def full_turn(data: bytes) -> Iterable[bytes]:
    """Binds; to an allocation it says that its capacity is reached."""
    if data[:2] == b"\x00\x01":
        yield b"\x01\x01\x00\x00" + data[4:20]
    else:
        yield b"\x01\x13\x00\x08" + data[4:20] + b"\x00\x09\x00\x04\x00\x00\x05\x08"


def quote(data: bytes) -> Iterable[bytes]:
    yield b"Well begun is half done.\r\n"


def silent(data: bytes) -> Iterable[bytes]:
    return ()


def garbage(data: bytes) -> Iterable[bytes]:
    yield os.urandom(64)


def echoing(data: bytes) -> Iterable[bytes]:
    yield data


def huge(data: bytes) -> Iterable[bytes]:
    yield os.urandom(HUGE)


def endless(data: bytes) -> Iterable[bytes]:
    return (b"\x00" * 32 for _ in range(ENDLESS))


def plausible(data: bytes) -> Iterable[bytes]:
    """Right answers, whoever asked: for the peer that gives them from another port."""
    yield from old_ntpd(data)
    yield from ping_alone_coap(data)
    if data.endswith(b"version\r\n"):
        yield data[:8] + b"VERSION 1.6.18\r\n"


FAKES: dict[tuple[str, int], Answers] = {
    ("10.53.1.20", 161): version_2c_alone,
    ("10.53.1.21", 123): old_ntpd,
    ("10.53.1.22", 17): quote,
    ("10.53.2.20", 5683): ping_alone_coap,
    ("10.53.2.20", 623): ping_alone_bmc,
    ("10.53.2.20", 111): close_portmapper,
    ("10.53.3.8", 3478): full_turn,
}
PEERS: dict[str, Answers] = {
    "10.53.3.1": silent,
    "10.53.3.2": garbage,
    "10.53.3.3": echoing,
    "10.53.3.4": plausible,
    "10.53.3.5": huge,
    "10.53.3.6": endless,
}
ELSEWHERE = "10.53.3.4"


async def serve(heard_at: Path) -> None:
    """All of them, until killed; what each heard is written down again and again."""
    loop = asyncio.get_running_loop()
    heard: dict[str, list[str]] = {}
    places = {**FAKES, **{(address, port): answers for address, answers in PEERS.items() for port in DATAGRAMS}}
    other, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(ELSEWHERE, 40000))
    for (address, port), answers in places.items():
        log = heard.setdefault(f"{address}:{port}", [])
        out = other if address == ELSEWHERE else None
        peer = Peer(answers, log, out)
        await loop.create_datagram_endpoint(partial(_itself, peer), sock=_bound(address, port))
    while True:
        _write(heard_at, heard)
        await asyncio.sleep(0.5)


def _itself(peer: Peer) -> Peer:
    return peer


def _bound(address: str, port: int) -> socket.socket:
    """Beside servers that listen on every address, as miniupnpd does."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    return sock


def _write(path: Path, heard: dict[str, list[str]]) -> None:
    path.write_text(json.dumps(heard), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
