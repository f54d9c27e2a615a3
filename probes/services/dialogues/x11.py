"""An X server as it answers a connection set-up (X Window System Protocol, section 8). No cookie is sent."""

from probes.services.banner import printable
from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

SETUP = bytes.fromhex("6c000b000000000000000000")
"""Least significant byte first, protocol 11.0, no authorisation."""
PORTS = tuple(range(6000, 6010))
FIRST_WITHOUT_1 = 21
FAILED, SUCCESS, AUTHENTICATE = 0, 1, 2


def question(host: str) -> bytes:
    return SETUP


def recognise(data: bytes) -> Identity | None:
    """One of three answers, of version 11 and of the length that it says."""
    if len(data) < 8:
        return None
    major, length = int.from_bytes(data[2:4], "little"), 4 * int.from_bytes(data[6:8], "little")
    if data[0] == SUCCESS and major == 11 and length >= 32 and len(data) >= 40:
        size = int.from_bytes(data[24:26], "little")
        vendor = printable(data[40 : 40 + min(size, 100)])
        release = int.from_bytes(data[8:12], "little")
        return named("x11", f"X11 connection set-up: {vendor} {release}", *product(vendor, release), demanded=True)
    if data[0] == FAILED and major == 11 and len(data) == 8 + length and data[1] <= length:
        return named("x11", f"X11 connection set-up refused: {printable(data[8 : 8 + data[1]])}")
    if data[0] == AUTHENTICATE and data[1:6] == bytes(5) and len(data) == 8 + length and length:
        return named("x11", f"X11 connection set-up wants more: {printable(data[8:])}")
    return None


def product(vendor: str, release: int) -> tuple[str, str]:
    """X.Org writes its version as one number: 12013000 is 1.20.13, and 12101007 is 21.1.7, without the 1 of old."""
    if vendor != "The X.Org Foundation" or release < 10_000_000:
        return vendor, str(release)
    digits = (release // 10_000_000, release // 100_000 % 100, release // 1000 % 100, release % 1000)
    shown = digits[1:] if digits[1] >= FIRST_WITHOUT_1 else digits[:3]
    return "X.Org", ".".join(str(part) for part in shown)


DIALOGUE = Dialogue("x11", recognise, ports=PORTS, question=question, own_reply_only=True)
