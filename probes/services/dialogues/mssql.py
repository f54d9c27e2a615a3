"""Microsoft SQL Server as it answers PRELOGIN (MS-TDS section 2.2.6.5). No login follows."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.length import told

PRELOGIN, REPLY = 0x12, 0x04
OPTIONS = ((0, b"\x10\x00\x00\x00\x00\x00"), (1, b"\x02"), (2, b"\x00"), (3, b"\x00\x00\x00\x00"), (4, b"\x00"))
"""VERSION, ENCRYPTION (not supported here: nothing more is said), INSTOPT, THREADID, MARS."""


def question(host: str) -> bytes:
    """One packet with the usual options."""
    offset = 5 * len(OPTIONS) + 1
    table, values = b"", b""
    for token, value in OPTIONS:
        table += bytes([token]) + (offset + len(values)).to_bytes(2, "big") + len(value).to_bytes(2, "big")
        values += value
    body = table + b"\xff" + values
    return bytes([PRELOGIN, 1]) + (8 + len(body)).to_bytes(2, "big") + bytes(4) + body


def recognise(data: bytes) -> Identity | None:
    """A tabular result whose first option is the version, which the protocol demands."""
    if len(data) < 19 or data[0] != REPLY or data[1] != 1 or int.from_bytes(data[2:4], "big") != len(data):
        return None
    offset, length = int.from_bytes(data[9:11], "big"), int.from_bytes(data[11:13], "big")
    if data[8] != 0 or length != 6 or 8 + offset + 6 > len(data):
        return None
    major, minor = data[8 + offset], data[9 + offset]
    version = f"{major}.{minor}.{int.from_bytes(data[10 + offset : 12 + offset], 'big')}"
    return named("mssql", f"PRELOGIN version {version}", "Microsoft SQL Server", version, demanded=True)


DIALOGUE = Dialogue("mssql", recognise, ports=(1433, 1434), question=question, complete=told(2, 2), elsewhere=60)
