"""DICOM's upper layer (PS3.8 section 9.3) and the C-ECHO (PS3.7 section 9.3.5), in bytes. It opens nothing itself."""

from probes.services.length import told

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)
VERIFICATION, APPLICATION = b"1.2.840.10008.1.1", b"1.2.840.10008.3.1.1.1"
IMPLICIT_LITTLE_ENDIAN = b"1.2.840.10008.1.2"
IMPLEMENTATION = b"2.25.269846375172041967343418264135087140147"
"""A class of our own, derived from a UUID (PS3.5 annex B.2)."""
OURS = b"YUANJIAN"
MOST = 1 << 14
CONTEXT, COMMAND_AND_LAST = 1, 3
ECHO_RQ, ECHO_RSP, NO_DATA_SET = 0x0030, 0x8030, 0x0101
RELEASE = bytes([RELEASE_RQ, 0]) + (4).to_bytes(4, "big") + bytes(4)

whole = told(2, 4, beyond=6)


def associate(title: bytes) -> bytes:
    """A request for an association with `title`, for verification alone."""
    context = bytes([CONTEXT, 0, 0, 0]) + _item(0x30, VERIFICATION) + _item(0x40, IMPLICIT_LITTLE_ENDIAN)
    user = _item(0x51, MOST.to_bytes(4, "big")) + _item(0x52, IMPLEMENTATION)
    body = b"\x00\x01\x00\x00" + title.ljust(16) + OURS.ljust(16) + bytes(32)
    return _pdu(ASSOCIATE_RQ, body + _item(0x10, APPLICATION) + _item(0x20, context) + _item(0x50, user))


def echo() -> bytes:
    """C-ECHO-RQ: a command without a data set."""
    elements = _element(0x0002, VERIFICATION + b"\x00") + _element(0x0100, _short(ECHO_RQ))
    elements += _element(0x0110, _short(1)) + _element(0x0800, _short(NO_DATA_SET))
    command = _element(0x0000, len(elements).to_bytes(4, "little")) + elements
    value = bytes([CONTEXT, COMMAND_AND_LAST]) + command
    return _pdu(DATA, len(value).to_bytes(4, "big") + value)


def kind(pdu: bytes) -> int | None:
    """What a whole PDU is, where its form is right; None for anything else."""
    if len(pdu) < 10 or pdu[1] != 0 or int.from_bytes(pdu[2:6], "big") != len(pdu) - 6:
        return None
    match pdu[0]:
        case 2:
            return ASSOCIATE_AC if len(pdu) >= 74 and pdu[6:8] == b"\x00\x01" and APPLICATION in pdu else None
        case 3:
            return ASSOCIATE_RJ if len(pdu) == 10 and pdu[7] in (1, 2) and pdu[8] in (1, 2, 3) else None
        case 4 | 6 | 7 as known:
            return known
        case _:
            return None


def accepts_context(pdu: bytes) -> bool:
    """Whether an A-ASSOCIATE-AC takes our presentation context: item 21H, its result 0."""
    at = 74
    while at + 4 <= len(pdu):
        length = int.from_bytes(pdu[at + 2 : at + 4], "big")
        if pdu[at] == 0x21 and length >= 4 and at + 8 <= len(pdu):
            return pdu[at + 4] == CONTEXT and pdu[at + 6] == 0
        at += 4 + length
    return False


def implementation(pdu: bytes) -> str:
    """The name that an A-ASSOCIATE-AC gives its implementation (PS3.7 annex D.3.3.2): sub-item 55H, if it is there."""
    at = 74
    while at + 4 <= len(pdu):
        length = int.from_bytes(pdu[at + 2 : at + 4], "big")
        if pdu[at] == 0x55:
            return pdu[at + 4 : at + 4 + min(length, 16)].decode("ascii", "replace").strip()
        at += 4 if pdu[at] == 0x50 else 4 + length  # the user's information holds sub-items
    return ""


def echo_status(pdu: bytes) -> int | None:
    """The status of a C-ECHO-RSP (0: success); None for anything else."""
    if len(pdu) < 12 or pdu[10] != CONTEXT or pdu[11] != COMMAND_AND_LAST:
        return None
    found = _elements(pdu[12:])
    field, status = found.get(0x0100), found.get(0x0900)
    return status if field == ECHO_RSP else None


def _elements(command: bytes) -> dict[int, int]:
    """Two-octet elements of group 0000 by their element number."""
    found: dict[int, int] = {}
    at = 0
    while at + 8 <= len(command) and command[at : at + 2] == b"\0\0":
        length = int.from_bytes(command[at + 4 : at + 8], "little")
        if length == 2 and at + 10 <= len(command):
            number = int.from_bytes(command[at + 2 : at + 4], "little")
            found[number] = int.from_bytes(command[at + 8 : at + 10], "little")
        at += 8 + length
    return found


def _pdu(number: int, body: bytes) -> bytes:
    return bytes([number, 0]) + len(body).to_bytes(4, "big") + body


def _item(number: int, content: bytes) -> bytes:
    return bytes([number, 0]) + len(content).to_bytes(2, "big") + content


def _element(number: int, content: bytes) -> bytes:
    return b"\0\0" + _short(number) + len(content).to_bytes(4, "little") + content


def _short(number: int) -> bytes:
    return number.to_bytes(2, "little")
