"""Remote Desktop as it answers a connection request (MS-RDPBCGR section 2.2.1.1). No session begins."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.length import told

REQUEST = bytes.fromhex("030000130ee000000000000100080003000000")
"""TPKT, X.224 connection request, and a negotiation request for TLS or CredSSP."""
CONFIRM = 0xD0


def question(host: str) -> bytes:
    """As every client begins."""
    return REQUEST


def recognise(data: bytes) -> Identity | None:
    """TPKT of the right length with an X.224 connection confirm."""
    if not 11 <= len(data) <= 64 or data[:2] != b"\x03\x00" or int.from_bytes(data[2:4], "big") != len(data):
        return None
    if data[5] != CONFIRM or data[4] != len(data) - 5:
        return None
    return named("rdp", f"X.224 connection confirm {data[11:].hex()}")


DIALOGUE = Dialogue("rdp", recognise, ports=(3389,), question=question, complete=told(2, 2), elsewhere=70)
