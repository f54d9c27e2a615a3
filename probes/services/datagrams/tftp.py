"""TFTP as it answers a read of a file that cannot exist: by an error, from a port of its own (RFC 1350)."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named

READ, ERROR = b"\x00\x01", b"\x00\x05"
LAST_CODE = 8
"""RFC 2347's; the codes before it are RFC 1350's."""


def read_nothing() -> Asked[Identity]:
    """A random name that stands for no file; nothing is read, nothing goes on."""
    name = f"yuanjian-{secrets.token_hex(8)}".encode("ascii")
    return Asked(READ + name + b"\x00octet\x00", recognise)


def recognise(data: bytes) -> Identity | None:
    """An error message: its code, and text that ends with a zero."""
    if len(data) < 5 or data[:2] != ERROR or data[2] != 0 or data[3] > LAST_CODE or data[-1] != 0:
        return None
    text = data[4:-1]
    if len(text) > 512 or b"\x00" in text:
        return None
    return named("tftp", f"error {data[3]}: {text.decode('utf-8', 'replace')}")


DATAGRAM = Datagram("tftp", 69, (read_nothing,), any_port=True)
