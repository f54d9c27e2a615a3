"""NTP datagrams: the client's request, mode 6 (control) and mode 7 (private), as far as one answer tells. Pure.

RFC 5905 section 7.3; RFC 9327 (mode 6); ntpd's ntp_request.h (mode 7), as its documentation of ntpdc describes it.
"""

import re
import struct
from dataclasses import dataclass

CLIENT, SERVER, CONTROL, PRIVATE = 3, 4, 6, 7
MODE = 0x07
READVAR = 2
RESPONSE, ERROR, OPERATION = 0x80, 0x40, 0x1F
XNTPD, MON_GETLIST_1 = 3, 42
CONTROL_HEADER = struct.Struct("!BBHHHHH")
PRIVATE_HEADER = struct.Struct("!BBBBHH")
VERSION = re.compile(r'version\s*=\s*"([^"]{1,120})"')
NTPSEC = re.compile(r"\bntpsec-(\d[\w.+-]*)")
NTPD = re.compile(r"\bntpd (\d[\w.]*)")


@dataclass(frozen=True, slots=True)
class Listed:
    """What a mode 7 answer says: its error (0: none), and how many clients the datagram names."""

    error: int
    items: int


def client_request(stamp: bytes) -> bytes:
    """Version 4, mode 3; `stamp` are the 8 bytes of the transmit timestamp, which the answer gives back."""
    return b"\x23" + bytes(39) + stamp


def is_time(data: bytes, stamp: bytes) -> bool:
    """Whether it is a server's answer to the request with this stamp; a kiss of death is one too."""
    return len(data) >= 48 and data[0] & MODE == SERVER and data[24:32] == stamp


def readvar(sequence: int) -> bytes:
    """Version 2, mode 6: the system's variables, all of them, as `ntpq -c rv` asks."""
    return CONTROL_HEADER.pack(0x16, READVAR, sequence, 0, 0, 0, 0)


def variables(data: bytes, sequence: int) -> str | None:
    """The text of an answer to `readvar(sequence)`: "" where the server refuses; None for anything else."""
    if len(data) < CONTROL_HEADER.size:
        return None
    first, operation, answered, _, _, _, count = CONTROL_HEADER.unpack_from(data)
    if first & MODE != CONTROL or not operation & RESPONSE or operation & OPERATION != READVAR:
        return None
    if answered != sequence:
        return None
    if operation & ERROR:
        return ""
    return data[CONTROL_HEADER.size : CONTROL_HEADER.size + count].decode("ascii", "replace")


def product(text: str) -> tuple[str, str]:
    """Product and version from the variables; "" for what they do not tell."""
    told = VERSION.search(text)
    if told is None:
        return "", ""
    if (sec := NTPSEC.search(told[1])) is not None:
        return "ntpsec", sec[1]
    daemon = NTPD.search(told[1])
    return ("ntpd", daemon[1]) if daemon else ("", "")


def monlist() -> bytes:
    """Version 2, mode 7: the clients the server remembers (MON_GETLIST_1), as `ntpdc -c monlist` asks."""
    return PRIVATE_HEADER.pack(0x17, 0, XNTPD, MON_GETLIST_1, 0, 0)


def listed(data: bytes) -> Listed | None:
    """What an answer to `monlist` says; None for anything else, our own bytes included."""
    if len(data) < PRIVATE_HEADER.size:
        return None
    first, _, implementation, request, error_items, size = PRIVATE_HEADER.unpack_from(data)
    if not first & RESPONSE or first & MODE != PRIVATE or (implementation, request) != (XNTPD, MON_GETLIST_1):
        return None
    items = error_items & 0x0FFF
    if len(data) < PRIVATE_HEADER.size + items * (size & 0x0FFF):
        return None
    return Listed(error_items >> 12, items)
