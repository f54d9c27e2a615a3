"""memcached's binary protocol: all that is left of it where SASL is on."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.length import told

VERSION, STAT = 0x0B, 0x10


def request(opcode: int) -> bytes:
    """A request without key, extras or value: 24 bytes (memcached, BinaryProtocol, "Packet Structure")."""
    return b"\x80" + bytes([opcode]) + bytes(22)


def status(data: bytes, opcode: int) -> int | None:
    """The status of a reply to `opcode`: 0 is no error, 0x20 an authentication error; None for anything else."""
    if len(data) < 24 or data[0] != 0x81 or data[1] != opcode:
        return None
    return int.from_bytes(data[6:8], "big")


def question(host: str) -> bytes:
    """The version: asked by clients before they log in."""
    return request(VERSION)


def recognise(data: bytes) -> Identity | None:
    """Any well-formed reply header to it."""
    if status(data, VERSION) is None:
        return None
    length = min(int.from_bytes(data[8:12], "big"), 64)
    version = data[24 : 24 + length].decode("ascii", "replace")
    return named("memcached", f"VERSION {version}", "memcached", version, demanded=True)


DIALOGUE = Dialogue(
    "memcached", recognise, ports=(11211,), question=question, complete=told(8, 4, beyond=24), form="binary"
)
