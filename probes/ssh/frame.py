"""SSH's packets as they are framed (RFC 4253 section 6), and what a seal of one direction has to do. It seals nothing."""

import secrets
from dataclasses import dataclass
from typing import Protocol

from probes.ssh.kex_init import unpadded
from scanner.model.errors import Malformed

MOST_PACKET = 35000
"""RFC 4253 section 6.1."""


class Seal(Protocol):
    """One direction. `head` bytes are read first; `rest` says how many follow; `open` gives the payload."""

    head: int

    def close(self, number: int, payload: bytes) -> bytes: ...

    def rest(self, number: int, head: bytes) -> int: ...

    def open(self, number: int, head: bytes, rest: bytes) -> bytes: ...


def framed(payload: bytes, block: int = 8, *, length_apart: bool = False) -> bytes:
    """A packet with its length and padding; the length counts into the block unless it is sealed apart."""
    padding = block - (len(payload) + (1 if length_apart else 5)) % block
    padding += block if padding < 4 else 0
    return (len(payload) + 1 + padding).to_bytes(4, "big") + bytes([padding]) + payload + secrets.token_bytes(padding)


def length_of(head: bytes, least: int = 8) -> int:
    """Bytes that follow the first four; Malformed where no packet is so long or so short."""
    length = int.from_bytes(head[:4], "big")
    if len(head) < 4 or not least <= length <= MOST_PACKET:
        raise Malformed("not an SSH packet")
    return length


@dataclass
class Clear:
    """Before keys are agreed."""

    head: int = 4

    def close(self, number: int, payload: bytes) -> bytes:
        return framed(payload)

    def rest(self, number: int, head: bytes) -> int:
        return length_of(head, 12)

    def open(self, number: int, head: bytes, rest: bytes) -> bytes:
        return unpadded(rest)
