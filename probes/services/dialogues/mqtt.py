"""MQTT as it answers a CONNECT without a name: taken or refused, by a CONNACK (MQTT 3.1.1, section 3.2)."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

CLEAN_SESSION, KEEP_ALIVE = 0x02, 30
DISCONNECT = b"\xe0\x00"
CONNACK = b"\x20\x02"
CODES = {
    0: "accepted",
    1: "unacceptable protocol version",
    2: "identifier rejected",
    3: "server unavailable",
    4: "bad user name or password",
    5: "not authorized",
}


def connect(client: bytes = b"") -> bytes:
    """CONNECT (section 3.1) of a clean session; the server makes up the client's identifier where it is empty."""
    variable = b"\x00\x04MQTT\x04" + bytes([CLEAN_SESSION]) + KEEP_ALIVE.to_bytes(2, "big")
    packet = variable + len(client).to_bytes(2, "big") + client
    return bytes([0x10, len(packet)]) + packet


def question(host: str) -> bytes:
    """Neither a user nor a will."""
    return connect()


def code(data: bytes) -> int | None:
    """The return code of a CONNACK; None for anything else."""
    return data[3] if len(data) == 4 and data[:2] == CONNACK and data[2] in (0, 1) and data[3] in CODES else None


def recognise(data: bytes) -> Identity | None:
    """Four bytes, and no product among them."""
    told = code(data)
    return named("mqtt", f"CONNACK {told}: {CODES[told]}") if told is not None else None


DIALOGUE = Dialogue(
    "mqtt",
    recognise,
    ports=(1883, 8883),
    tls_ports=(8883,),
    question=question,
    own_reply_only=True,
    elsewhere=55,
    inside_tls=True,
    complete=lambda data: len(data) >= 4,
    goodbye=DISCONNECT,
)
