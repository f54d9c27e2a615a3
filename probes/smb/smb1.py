"""The one question of SMB 1 (MS-CIFS section 2.2.4.52): its dialect, and no newer one. Nothing is set up."""

from scanner.model.errors import Malformed

DIALECT = "NT LM 0.12"
MAGIC, NEGOTIATE, NONE_OF_THEM = b"\xffSMB", 0x72, 0xFFFF
FROM_SERVER = 0x80


def negotiate() -> bytes:
    """A server without SMB 1 has nothing to choose here."""
    header = MAGIC + bytes([NEGOTIATE]) + bytes(4) + b"\x18\x53\xc8" + bytes(12) + b"\xff\xff\xfe\xff" + bytes(4)
    dialect = b"\x02" + DIALECT.encode() + b"\x00"
    return header + b"\x00" + len(dialect).to_bytes(2, "little") + dialect


def chosen(message: bytes) -> bool:
    """Whether the dialect was taken. Malformed for what is no answer of SMB 1 to this question."""
    if len(message) < 35 or message[:4] != MAGIC or message[4] != NEGOTIATE or not message[9] & FROM_SERVER:
        raise Malformed("not a negotiation of SMB 1")
    status = int.from_bytes(message[5:9], "little")
    index = int.from_bytes(message[33:35], "little") if message[32] else NONE_OF_THEM
    if index == NONE_OF_THEM or status:
        return False
    if index != 0 or message[32] < 13:
        raise Malformed("a dialect of SMB 1 that was not offered")
    return True
