"""Apple Filing Protocol as it answers DSIGetStatus (Apple, "Data Stream Interface"). No session is opened."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.length import told

GET_STATUS = 3
REQUEST = bytes([0, GET_STATUS]) + b"\x00\x01" + bytes(12)


def question(host: str) -> bytes:
    """The status, which clients ask before they log in."""
    return REQUEST


def recognise(data: bytes) -> Identity | None:
    """A DSI reply to our number without an error, and with something to say."""
    if len(data) < 26 or data[:4] != b"\x01\x03\x00\x01" or data[4:8] != bytes(4):
        return None
    length = int.from_bytes(data[8:12], "big")
    return named("afp", "DSIGetStatus reply") if 10 <= length == len(data) - 16 else None


DIALOGUE = Dialogue("afp", recognise, ports=(548,), question=question, complete=told(8, 4, beyond=16))
