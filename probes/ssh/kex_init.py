"""Reads what an SSH server offers: its identification string and its SSH_MSG_KEXINIT (RFC 4253). Sends nothing."""

import re
from dataclasses import dataclass

from probes.ssh.field import Fields
from scanner.model.errors import Malformed

STRING = re.compile(rb"SSH-(\d{1,3}\.\d{1,3})-([^\s\r\n\x00]*)([ \t][^\r\n]*)?\r?\n?$")
KEXINIT = 20
COOKIE = 16


@dataclass(frozen=True, slots=True)
class Identification:
    """The version of the protocol ("2.0", "1.99", "1.5") and the software's name, as written.

    `raw` is the line's bytes without its end: the key exchange hashes them (RFC 4253 section 8).
    """

    protocol: str
    software: str
    line: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class KexInit:
    """The name lists of RFC 4253 section 7.1; the first of a pair is what the server takes, the second what it
    sends. `payload` is the whole message, for the hash of the exchange."""

    kex: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers_in: tuple[str, ...]
    ciphers_out: tuple[str, ...]
    macs_in: tuple[str, ...]
    macs_out: tuple[str, ...]
    compressions_in: tuple[str, ...]
    compressions_out: tuple[str, ...]
    payload: bytes = b""

    @property
    def ciphers(self) -> tuple[str, ...]:
        """Of both directions, none twice."""
        return tuple(dict.fromkeys(self.ciphers_out + self.ciphers_in))

    @property
    def macs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.macs_out + self.macs_in))

    @property
    def compressions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.compressions_out + self.compressions_in))


def identification(line: bytes) -> Identification | None:
    """One line, or None where it is not the identification string: others may come before it (section 4.2)."""
    found = STRING.match(line[:1024])
    if found is None:
        return None
    return Identification(
        found[1].decode("ascii"),
        found[2].decode("ascii", "replace"),
        line.decode("ascii", "replace").strip(),
        line.rstrip(b"\r\n"),
    )


def kex_init(payload: bytes) -> KexInit | None:
    """Read a packet's payload; None where it is another message, Malformed where it is bent."""
    if payload[:1] != bytes([KEXINIT]):
        return None
    fields = Fields(payload, 1 + COOKIE)
    kex, host_keys, c_in, c_out, m_in, m_out, z_in, z_out, _, _ = (fields.names() for _ in range(10))
    return KexInit(kex, host_keys, c_in, c_out, m_in, m_out, z_in, z_out, payload)


def unpadded(packet: bytes) -> bytes:
    """The payload of a packet without its length (RFC 4253 section 6); never empty."""
    if len(packet) < 2 or packet[0] < 4 or packet[0] + 2 > len(packet):
        raise Malformed("an SSH packet with a padding that cannot be")
    return packet[1 : len(packet) - packet[0]]
