"""SMB 2 and 3, the few messages that are needed (MS-SMB2 section 2.2): written, and read from a stranger."""

import secrets
from dataclasses import dataclass

from scanner.model.errors import Malformed

MAGIC = b"\xfeSMB"
HEADER = 64
NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_DISCONNECT = 0, 1, 2, 3, 4
RESPONSE = 1
DIALECTS = (0x0202, 0x0210, 0x0300, 0x0302, 0x0311)
NAMES = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}
SIGNING_ENABLED, SIGNING_REQUIRED = 1, 2
SUCCESS, MORE_PROCESSING = 0, 0xC0000016
IS_GUEST, IS_NULL = 1, 2
PIPE = 2


@dataclass(frozen=True, slots=True)
class Message:
    """A response's header and body; `status` is an NTSTATUS."""

    command: int
    status: int
    session: int
    tree: int
    body: bytes
    whole: bytes


@dataclass(frozen=True, slots=True)
class Negotiated:
    """`dialect` by name; whether the server wants every session signed."""

    dialect: str
    signing_required: bool


def negotiate() -> bytes:
    """Every dialect, with the contexts that 3.1.1 demands (section 2.2.3)."""
    preauth = _context(1, b"\x01\x00\x20\x00\x01\x00" + secrets.token_bytes(32))
    ciphers = _context(2, b"\x02\x00\x02\x00\x01\x00")
    contexts = preauth + bytes(-len(preauth) % 8) + ciphers
    dialects = b"".join(number.to_bytes(2, "little") for number in DIALECTS)
    start = HEADER + 36 + len(dialects)
    padding = -start % 8
    body = (
        (36).to_bytes(2, "little")
        + len(DIALECTS).to_bytes(2, "little")
        + SIGNING_ENABLED.to_bytes(2, "little")
        + bytes(2)
        + bytes(4)
        + secrets.token_bytes(16)
        + (start + padding).to_bytes(4, "little")
        + (2).to_bytes(2, "little")
        + bytes(2)
        + dialects
        + bytes(padding)
        + contexts
    )
    return header(NEGOTIATE, 0) + body


def session_setup(number: int, session: int, token: bytes) -> bytes:
    """A step of a session's set-up with a security token (section 2.2.5)."""
    body = (25).to_bytes(2, "little") + bytes([0, SIGNING_ENABLED]) + bytes(8)
    body += (HEADER + 24).to_bytes(2, "little") + len(token).to_bytes(2, "little") + bytes(8) + token
    return header(SESSION_SETUP, number, session) + body


def tree_connect(number: int, session: int, path: str) -> bytes:
    words = path.encode("utf-16-le")
    body = (9).to_bytes(2, "little") + bytes(2) + (HEADER + 8).to_bytes(2, "little")
    return header(TREE_CONNECT, number, session) + body + len(words).to_bytes(2, "little") + words


def goodbye(command: int, number: int, session: int, tree: int = 0) -> bytes:
    """Tree disconnect or logoff: both have the same empty body."""
    return header(command, number, session, tree) + (4).to_bytes(2, "little") + bytes(2)


def header(command: int, number: int, session: int = 0, tree: int = 0) -> bytes:
    """Section 2.2.1.2: one credit is used, and some are asked for."""
    return (
        MAGIC
        + HEADER.to_bytes(2, "little")
        + (0 if command == NEGOTIATE else 1).to_bytes(2, "little")
        + bytes(4)
        + command.to_bytes(2, "little")
        + (31).to_bytes(2, "little")
        + bytes(8)
        + number.to_bytes(8, "little")
        + bytes(4)
        + tree.to_bytes(4, "little")
        + session.to_bytes(8, "little")
        + bytes(16)
    )


def response(message: bytes, command: int) -> Message:
    """The server's answer to a command; Malformed for anything else."""
    if len(message) < HEADER + 8 or message[:4] != MAGIC or int.from_bytes(message[4:6], "little") != HEADER:
        raise Malformed("not a message of SMB 2")
    told = int.from_bytes(message[12:14], "little")
    if told != command or not message[16] & RESPONSE:
        raise Malformed(f"command {told} of SMB 2 where an answer to {command} was due")
    return Message(
        told,
        int.from_bytes(message[8:12], "little"),
        int.from_bytes(message[40:48], "little"),
        int.from_bytes(message[36:40], "little"),
        message[HEADER:],
        message,
    )


def negotiated(answer: Message) -> Negotiated:
    """What a negotiation came to (section 2.2.4)."""
    dialect = int.from_bytes(answer.body[4:6], "little")
    if answer.status != SUCCESS or len(answer.body) < 64 or dialect not in NAMES:
        raise Malformed(f"SMB 2 negotiates nothing ({answer.status:#010x})")
    return Negotiated(NAMES[dialect], bool(answer.body[2] & SIGNING_REQUIRED))


def token(answer: Message) -> bytes:
    """The security token of a session's set-up; empty where it lies outside its message."""
    at, length = int.from_bytes(answer.body[4:6], "little"), int.from_bytes(answer.body[6:8], "little")
    return answer.whole[at : at + length] if at >= HEADER else b""


def session_flags(answer: Message) -> int:
    return int.from_bytes(answer.body[2:4], "little")


def share_kind(answer: Message) -> int:
    """1 for a disk, 2 for a pipe, 3 for a printer (section 2.2.10)."""
    return answer.body[2]


def _context(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "little") + len(content).to_bytes(2, "little") + bytes(4) + content
