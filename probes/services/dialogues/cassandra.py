"""Cassandra and its kin as they answer OPTIONS, or an unreadable request; neither begins a session."""

from probes.services.cassandra_wire import HEADER, OPTIONS, frame, operation, whole_frame
from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

PROTOCOL_ERROR, SERVER_ERROR = 0x0A, 0x00


def question(host: str) -> bytes:
    """What the server supports (native_protocol_v4.spec, section 4.1.3)."""
    return frame(OPTIONS)


def recognise(data: bytes) -> Identity | None:
    """SUPPORTED with the query language's version in it, or a protocol error in the frame's form."""
    body = data[HEADER:4096]
    match operation(data):
        case 0x06 if b"CQL_VERSION" in body:
            return named("cassandra", "OPTIONS: SUPPORTED", "ScyllaDB" if b"SCYLLA" in body else "")
        case 0x00 if len(body) >= 6 and int.from_bytes(body[:4], "big") in (PROTOCOL_ERROR, SERVER_ERROR):
            length = int.from_bytes(body[4:6], "big")
            text = body[6 : 6 + length].decode("utf-8", "replace")
            return named("cassandra", f"ERROR: {text}") if "protocol" in text.lower() else None
        case _:
            return None


DIALOGUE = Dialogue(
    "cassandra",
    recognise,
    ports=(9042, 9142),
    tls_ports=(9142,),
    question=question,
    complete=whole_frame,
)
