"""Java RMI as it acknowledges the stream protocol (RMI specification, section 10.2). No object is named or called."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

STREAM_PROTOCOL = b"JRMI\x00\x02\x4b"
ACKNOWLEDGES = 0x4E


def question(host: str) -> bytes:
    """Magic, version 2, StreamProtocol."""
    return STREAM_PROTOCOL


def _length(data: bytes) -> int:
    """Octets of a whole acknowledgement: ProtocolAck, the host that it sees us as, and a port."""
    return 3 + int.from_bytes(data[1:3], "big") + 4


def recognise(data: bytes) -> Identity | None:
    """ProtocolAck and an endpoint in form; what it says is our own address, and not kept."""
    if len(data) < 10 or data[0] != ACKNOWLEDGES or _length(data) != len(data) or len(data) > 300:
        return None
    host, port = data[3:-4], int.from_bytes(data[-4:], "big")
    return named("java-rmi", "JRMI: ProtocolAck", "Java RMI") if host.isascii() and port < 1 << 16 else None


def complete(data: bytes) -> bool:
    """The host says its length."""
    return len(data) >= 3 and len(data) >= _length(data)


DIALOGUE = Dialogue("java-rmi", recognise, ports=(1098, 1099, 1100), question=question, elsewhere=87, complete=complete)
