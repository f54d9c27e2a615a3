"""SMB as it answers a negotiation (MS-SMB2 section 3.3.5.3, MS-CIFS section 2.2.4.52). No session is set up."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.length import told

DIALECTS = (b"NT LM 0.12", b"SMB 2.002", b"SMB 2.???")
SMB_1 = "SMB 1"
SERVER_GUID = slice(4 + 64 + 8, 4 + 64 + 24)
NETBIOS_NAME = re.compile(rb"[a-z0-9_-]{1,15}\x00{1,15}")
"""Samba writes its own name where the others have a random number; the name is not kept."""
MAGIC = {b"\xffSMB": SMB_1, b"\xfeSMB": "SMB 2 or 3"}


def question(host: str) -> bytes:
    """The negotiation of many dialects, to which old and new servers answer."""
    words = b"".join(b"\x02" + dialect + b"\x00" for dialect in DIALECTS)
    header = b"\xffSMB\x72" + bytes(4) + b"\x18\x53\xc8" + bytes(12) + b"\xff\xff\xfe\xff" + bytes(4)
    packet = header + b"\x00" + len(words).to_bytes(2, "little") + words
    return b"\x00" + len(packet).to_bytes(3, "big") + packet


def recognise(data: bytes) -> Identity | None:
    """A session message with one of the two magics, marked as the server's (an echo is none)."""
    family = MAGIC.get(data[4:8])
    if family is None or len(data) < 36 or data[0] != 0 or int.from_bytes(data[1:4], "big") < 32:
        return None
    from_server = data[13] & 0x80 if family == SMB_1 else data[20] & 0x01
    return named("smb", family, "Samba" if NETBIOS_NAME.fullmatch(data[SERVER_GUID]) else "") if from_server else None


DIALOGUE = Dialogue("smb", recognise, ports=(445, 139), question=question, complete=told(1, 3, beyond=4), elsewhere=75)
