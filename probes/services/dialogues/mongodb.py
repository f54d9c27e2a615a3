"""MongoDB as it answers `hello`; it asks for no database and no user."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.length import told

REQUEST_ID = 0x596A
OP_MSG = 2013
HINT = "It looks like you are trying to access MongoDB over HTTP"


def question(host: str) -> bytes:
    """OP_MSG with {isMaster: 1, $db: "admin"}, which every release since 3.6 knows (MongoDB Wire Protocol)."""
    document = _document(b"\x10isMaster\x00" + (1).to_bytes(4, "little") + b"\x02$db\x00\x06\x00\x00\x00admin\x00")
    body = bytes(4) + b"\x00" + document
    header = (16 + len(body), REQUEST_ID, 0, OP_MSG)
    return b"".join(number.to_bytes(4, "little") for number in header) + body


def is_hint(data: bytes) -> bool:
    """The whole of what MongoDB tells a browser: HTTP in form alone."""
    return data[:1024].partition(b"\r\n\r\n")[2].startswith(HINT.encode())


def recognise(data: bytes) -> Identity | None:
    """A reply to our number with a wire version in it, or the hint that browsers get."""
    if data.startswith(b"HTTP/1.0 200 ") and is_hint(data):
        return named("mongodb", HINT, "MongoDB")
    if len(data) < 21 or int.from_bytes(data[8:12], "little") != REQUEST_ID:
        return None
    code = int.from_bytes(data[12:16], "little")
    return named("mongodb", f"reply, opcode {code}", "MongoDB") if code in (1, OP_MSG) else None


def _document(elements: bytes) -> bytes:
    return (len(elements) + 5).to_bytes(4, "little") + elements + b"\x00"


DIALOGUE = Dialogue(
    "mongodb",
    recognise,
    ports=(27017, 27018, 27019),
    question=question,
    complete=told(0, 4, "little"),
    elsewhere=50,
    inside_tls=True,
)
