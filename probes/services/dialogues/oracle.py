"""Oracle's listener as it answers the ping of its own client tools. No service is named, no session opened."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.length import told

DATA = b"(CONNECT_DATA=(COMMAND=ping))"
FIXED = bytes.fromhex("013a012c00000800 7fff4f980000 0001".replace(" ", ""))
"""Version 314, compatible 300, no options, session data unit 2048, transport data unit 32767, and the byte order."""
HEADER = 58
ANSWERS = {2: "accept", 4: "refuse", 5: "redirect", 11: "resend"}


def question(host: str) -> bytes:
    """A TNS CONNECT packet: eight bytes of header, fixed fields, connect data at offset 58."""
    fields = FIXED + len(DATA).to_bytes(2, "big") + HEADER.to_bytes(2, "big")
    body = fields.ljust(HEADER - 8, b"\x00") + DATA
    return (8 + len(body)).to_bytes(2, "big") + b"\x00\x00\x01\x00\x00\x00" + body


def recognise(data: bytes) -> Identity | None:
    """A TNS packet that answers CONNECT, its length right and its check sums absent."""
    if len(data) < 8 or int.from_bytes(data[:2], "big") != len(data) or data[2:4] != b"\x00\x00":
        return None
    if data[4] not in ANSWERS or data[6:8] != b"\x00\x00":
        return None
    words = data[12:] if data[4] == 4 else b""
    return named("oracle", f"TNS {ANSWERS[data[4]]} " + words.decode("ascii", "replace"), "Oracle Net")


DIALOGUE = Dialogue("oracle", recognise, ports=(1521, 1522, 1526), question=question, complete=told(0, 2))
