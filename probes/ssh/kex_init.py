"""Reads what an SSH server offers: its identification string and its SSH_MSG_KEXINIT (RFC 4253). Sends nothing."""

import re
from dataclasses import dataclass

from scanner.model.errors import Malformed

STRING = re.compile(rb"SSH-(\d{1,3}\.\d{1,3})-([^\s\r\n\x00]*)([ \t][^\r\n]*)?\r?\n?$")
KEXINIT = 20
MOST_PACKET = 35000
"""RFC 4253 section 6.1."""
COOKIE = 16
MOST_NAMES = 200
NAME = re.compile(r"[!-+\--~]{1,64}")
"""RFC 4251 section 6: printable, no comma, at most 64."""


@dataclass(frozen=True, slots=True)
class Identification:
    """The version of the protocol ("2.0", "1.99", "1.5") and the software's name, as written."""

    protocol: str
    software: str
    line: str


@dataclass(frozen=True, slots=True)
class KexInit:
    """The name lists of RFC 4253 section 7.1, the server's side of those that come in pairs."""

    kex: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    compressions: tuple[str, ...]


def identification(line: bytes) -> Identification | None:
    """One line, or None where it is not the identification string: others may come before it (section 4.2)."""
    found = STRING.match(line[:1024])
    if found is None:
        return None
    return Identification(
        found[1].decode("ascii"), found[2].decode("ascii", "replace"), line.decode("ascii", "replace").strip()
    )


def packet_length(head: bytes) -> int:
    """Bytes that follow the first four; Malformed where no packet is so long or so short."""
    length = int.from_bytes(head[:4], "big")
    if len(head) < 4 or not 12 <= length <= MOST_PACKET:
        raise Malformed("not an SSH packet")
    return length


def kex_init(packet: bytes) -> KexInit | None:
    """Read a packet without its length; None where it is another message, Malformed where it is bent."""
    if len(packet) < 2 or packet[0] < 4 or packet[0] + 2 > len(packet):
        raise Malformed("an SSH packet with a padding that cannot be")
    payload = packet[1 : len(packet) - packet[0]]
    if payload[0] != KEXINIT:
        return None
    lists = []
    at = 1 + COOKIE
    for _ in range(10):
        names, at = _names(payload, at)
        lists.append(names)
    kex, host_keys, _, ciphers, _, macs, _, compressions, _, _ = lists
    return KexInit(kex, host_keys, ciphers, macs, compressions)


def _names(payload: bytes, at: int) -> tuple[tuple[str, ...], int]:
    end = at + 4 + int.from_bytes(payload[at : at + 4], "big")
    if at + 4 > len(payload) or end > len(payload):
        raise Malformed("a name list that ends beyond its packet")
    words = payload[at + 4 : end].decode("latin-1").split(",") if end > at + 4 else []
    if len(words) > MOST_NAMES or not all(NAME.fullmatch(word) for word in words):
        raise Malformed("a name list that holds no names")
    return tuple(words), end
