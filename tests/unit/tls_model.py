"""A TLS server of the tests' own, without a network: it reads a ClientHello and answers by a policy (RFC 5246, RFC 8446).

It stands for what no package here can be made to do: intolerance, contradiction, moods. Real servers are in the
laboratory.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from probes.tls import suites
from probes.tls.hello import numbers, vector
from probes.tls.record import ALERT, HANDSHAKE, extensions, message, record
from scanner.model.errors import Malformed, TimedOut
from scanner.model.network import Handshake
from tests.lab.certificates import issue

CHAIN = (issue("a.example").der,)


@dataclass(frozen=True)
class Asked:
    """A ClientHello as the server reads it."""

    version: int
    versions: tuple[int, ...]
    suites: tuple[int, ...]
    groups: tuple[int, ...]
    compressions: bytes
    extensions: dict[int, bytes]
    octets: int


def read(words: bytes) -> Asked:
    body = words[9:]
    at = 35 + body[34]
    count = int.from_bytes(body[at : at + 2], "big")
    offered = _pairs(body[at + 2 : at + 2 + count])
    at += 2 + count
    pressed = body[at + 1 : at + 1 + body[at]]
    at += 1 + body[at]
    told = extensions(body[at:]) if at < len(body) else {}
    return Asked(
        int.from_bytes(body[:2], "big"),
        _pairs(told.get(43, b"\0")[1:]),
        offered,
        _pairs(told.get(10, b"\0\0")[2:]),
        pressed,
        told,
        len(words),
    )


def _pairs(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))


def alert(description: int) -> bytes:
    return record(ALERT, bytes([2, description]))


@dataclass
class Policy:
    """`suites` by version in the server's order; `groups` in its order. `prefers` says whose order counts."""

    suites: dict[int, tuple[int, ...]]
    groups: tuple[int, ...] = (29, 23)
    prefers: bool = True
    secure: bool = True
    compression: int = 0
    prime_bits: int = 2048
    scsv: bool = True
    refusal: bytes = alert(40)
    wrong_version: bytes = alert(70)
    upset: Callable[[Asked], bytes | None] = lambda asked: None
    asked: list[Asked] = field(default_factory=list)

    def answer(self, words: bytes) -> bytes:
        """What the server says to one hello."""
        if words[0] & 0x80:
            return self.wrong_version
        asked = read(words)
        self.asked.append(asked)
        if (said := self.upset(asked)) is not None:
            return said
        can = asked.versions or tuple(one for one in self.suites if one <= asked.version and one != 0x0304)
        version = max(
            (one for one in can if one in self.suites and (one == 0x0101) == (asked.version == 0x0101)), default=None
        )
        if version is None:
            return self.wrong_version
        if self.scsv and suites.FALLBACK_SCSV in asked.suites and version < max(self.suites):
            return alert(86)
        group = next((one for one in self.groups if one in asked.groups or not asked.groups), None)
        own = [code for code in self.suites[version] if code in asked.suites]
        own = own if self.prefers else [code for code in asked.suites if code in own]
        usable = [code for code in own if group is not None or suites.table()[code].exchange not in ("ECDHE", "any")]
        return self._hello(version, usable[0], group or 0, asked) if usable else self.refusal

    def _hello(self, version: int, code: int, group: int, asked: Asked) -> bytes:
        told = b"\xff\x01\x00\x01\x00" if self.secure and suites.RENEGOTIATION_SCSV in asked.suites else b""
        random = bytes(32)
        if version == 0x0304:
            random = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
            told = b"\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02" + group.to_bytes(2, "big")
        pressed = self.compression if self.compression in asked.compressions else 0
        body = min(version, 0x0303).to_bytes(2, "big") + random + b"\0" + numbers([code]) + bytes([pressed])
        said = message(2, body + (vector(2, told) if told else b""))
        if version != 0x0304:
            said += message(11, vector(3, b"".join(vector(3, each) for each in CHAIN)))
            said += self._exchange(version, code, group) + message(14, b"")
        return record(HANDSHAKE, said)

    def _exchange(self, version: int, code: int, group: int) -> bytes:
        signed = b"\x08\x04" + vector(2, b"s") if version == 0x0303 else vector(2, b"s")
        match suites.table()[code].exchange:
            case "ECDHE":
                return message(12, b"\x03" + group.to_bytes(2, "big") + vector(1, b"point") + signed)
            case "DHE":
                prime = (1 << self.prime_bits - 1 | 1).to_bytes(self.prime_bits // 8, "big")
                return message(12, vector(2, prime) + vector(2, b"\x02") + vector(2, b"\x05") + signed)
            case _:
                return b""


class ModelNetwork:
    """`scanner.model.network.Network` as far as these probes use it, with one policy behind every connection."""

    def __init__(self, policy: Policy, before: Sequence[bytes] = ()) -> None:
        self.policy = policy
        self.before = list(before)
        self.connections = 0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def names(self) -> tuple[str, ...]:
        return ()

    async def handshake(self, **_: Any) -> Handshake:
        self.connections += 1
        raise Malformed("the model finishes no handshake")

    @contextlib.asynccontextmanager
    async def connect(self, **_: Any) -> AsyncIterator["ModelStream"]:
        self.connections += 1
        yield ModelStream(self.policy, list(self.before))


class ModelStream:
    """One connection: what must be said before, then one hello and its answer, then the end."""

    def __init__(self, policy: Policy, before: list[bytes]) -> None:
        self._policy = policy
        self._before = before
        self._waiting = self._before.pop(0) if self._before else b""

    async def send(self, data: bytes) -> None:
        if self._before:
            self._waiting += self._before.pop(0)
        else:
            self._waiting += self._policy.answer(data)

    async def receive(self, most: int = 4096, *, timeout: float | None = None) -> bytes:
        if self._waiting == b"silence":
            raise TimedOut("silent")
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        return taken
