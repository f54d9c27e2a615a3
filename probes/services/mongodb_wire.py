"""MongoDB's messages (MongoDB Wire Protocol): one command out, one document back. Which commands, others say."""

from probes.services.bson import Value, fields
from probes.services.length import told

REQUEST_ID = 0x596A
REPLY, QUERY, MESSAGE = 1, 2004, 2013
SECONDARY_TOO = 4
"""SlaveOk: a secondary answers as well."""
FIRST_WITH_MESSAGES = 6
"""The wire version of 3.6."""

whole_reply = told(0, 4, "little")


def command(name: str, *, message: bool, more: bytes = b"") -> bytes:
    """`{name: 1, more...}` on admin: by OP_MSG, or by OP_QUERY, which old releases know (and new ones for isMaster)."""
    body = b"\x10" + name.encode() + b"\x00" + _number(1) + more
    if message:
        body += b"\x02$db\x00" + _number(6) + b"admin\x00" + b"\x03$readPreference\x00" + _document(PREFERENCE)
        return _framed(MESSAGE, _number(0) + b"\x00" + _document(body))
    return _framed(QUERY, _number(SECONDARY_TOO) + b"admin.$cmd\x00" + _number(0) + _number(1) + _document(body))


def document(reply: bytes) -> dict[str, Value] | None:
    """The fields of the document that answers our number; None for anything else."""
    if len(reply) < 21 or int.from_bytes(reply[8:12], "little") != REQUEST_ID:
        return None
    match int.from_bytes(reply[12:16], "little"):
        case 2013 if reply[20] == 0:
            return fields(reply[21:])
        case 1 if len(reply) > 36:
            return fields(reply[36:])
        case _:
            return None


def _number(value: int) -> bytes:
    return value.to_bytes(4, "little")


def _document(elements: bytes) -> bytes:
    return _number(len(elements) + 5) + elements + b"\x00"


def _framed(code: int, body: bytes) -> bytes:
    return b"".join(_number(one) for one in (16 + len(body), REQUEST_ID, 0, code)) + body


PREFERENCE = b"\x02mode\x00" + _number(19) + b"secondaryPreferred\x00"
