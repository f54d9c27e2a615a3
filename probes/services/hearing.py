"""Listens to a stranger, and takes leave, within bounds of time and bytes. It reads nothing but where a reply ends."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from scanner.model.errors import NetworkError, TimedOut
from scanner.model.network import Stream
from scanner.model.verdict import Reason

MOST = 4096
"""Bytes that are listened to."""
QUIET = 1.0
"""Seconds of silence that end what has begun."""
LONGEST = 6.0
"""Seconds that an answer may take once it has begun."""
OURS = frozenset({Reason.TIMED_OUT, Reason.REFUSED, Reason.UNREACHABLE, Reason.MALFORMED, Reason.BUDGET})
"""Ends that tell something of the service; every other end is the gate's and passes on."""

ONE_LINE = re.compile(rb"(?:RFB |@RSYNCD:|\* |\+|-|VERSION |ERROR|CLIENT_ERROR).*\r?\n|RFB \d{3}\.\d{3}\n", re.S)
LAST_LINE = re.compile(rb"(?:^|\n)\d{3} [^\n]*\r?\n$|^\d{3}\r?\n$")


@dataclass(frozen=True, slots=True)
class Heard:
    """What came, and why there was no more: None where it was whole or fell quiet."""

    data: bytes = b""
    closed: bool = False
    reason: Reason | None = None


def whole(data: bytes) -> bool:
    """Whether a reply is surely at its end; False where only silence can tell."""
    if data.startswith(b"HTTP/"):
        return b"\r\n\r\n" in data or b"\n\n" in data
    if data[:1].isdigit() and LAST_LINE.search(data):
        return True
    if data.endswith(b"\n") and ONE_LINE.match(data):
        return True
    if data.startswith(b"SSH-"):
        return b"\n" in data  # the server may go on with its key exchange at once
    return _counted(data)


def _counted(data: bytes) -> bool:
    """Packets that say their own length: TLS records, MySQL's greeting."""
    if data[:2] in (b"\x16\x03", b"\x15\x03") and len(data) >= 5:
        return len(data) >= 5 + int.from_bytes(data[3:5], "big")
    if len(data) > 5 and data[3] == 0 and data[4] in (9, 10, 255):
        return len(data) == 4 + int.from_bytes(data[:3], "little")
    return False


async def hear(stream: Stream, patience: float, complete: Callable[[bytes], bool] = whole) -> Heard:
    """Listen `patience` seconds for the first byte, then until a reply is `complete`, or quiet."""
    data = b""
    end = time.monotonic() + patience + LONGEST
    while not (data and complete(data)):
        left = end - time.monotonic()
        if len(data) >= MOST or left <= 0:
            return Heard(data, reason=Reason.BUDGET)
        try:
            part = await stream.receive(MOST - len(data), timeout=min(QUIET if data else patience, left))
        except TimedOut:
            return Heard(data, reason=None if data else Reason.TIMED_OUT)
        except NetworkError as error:
            if error.reason not in OURS:
                raise
            return Heard(data, closed=True, reason=error.reason)
        if not part:
            return Heard(data, closed=True, reason=None if data else Reason.MALFORMED)
        data += part
    return Heard(data)


async def farewell(stream: Stream, words: bytes) -> None:
    """The last words on a connection; what becomes of them tells nothing any more."""
    try:
        await stream.send(words)
    except NetworkError as error:
        if error.reason not in OURS:
            raise
