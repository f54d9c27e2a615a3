"""Dubbo as it answers a heartbeat of its own protocol, or the prompt of its telnet. No service is listed or called."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.length import told

MAGIC = b"\xda\xbb"
NUMBER = b"\x00\x00\x00\x00\x00\x00\x59\x6a"
REQUEST, RESPONSE = 0xE2, 0x22
"""Request, two-way, event, Hessian 2; and the event's response (Dubbo protocol, "Flag")."""
OK = 20
NOTHING = b"N"
"""Null in Hessian 2."""
PROMPT = re.compile(rb"(?:[^\0]{0,3000}\n)?[ \t]*dubbo> ?$")


def heartbeat() -> bytes:
    """What a client sends when it has nothing to say."""
    return MAGIC + bytes([REQUEST, 0]) + NUMBER + len(NOTHING).to_bytes(4, "big") + NOTHING


def question(host: str) -> bytes:
    return heartbeat()


def answers_heartbeat(data: bytes) -> bool:
    """An event's response to our number, with status OK."""
    return len(data) >= 16 and data[:2] == MAGIC and data[2] & 0xE0 == 0x20 and data[3] == OK and data[4:12] == NUMBER


def recognise(data: bytes) -> Identity | None:
    """The heartbeat's answer, or the prompt."""
    if answers_heartbeat(data):
        return named("dubbo", "heartbeat: answered", "Dubbo")
    return named("dubbo", "dubbo>", "Dubbo") if PROMPT.match(data[:4096]) else None


DIALOGUE = Dialogue(
    "dubbo", recognise, ports=(20880, 20881), question=question, elsewhere=95, complete=told(12, 4, beyond=16)
)
