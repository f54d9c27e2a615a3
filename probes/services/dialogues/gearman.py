"""Gearman as it answers an echo request, and its version by the administrative protocol."""

import re
from dataclasses import replace

from probes.services.dialogue import Dialogue, Further
from probes.services.hearing import Heard
from probes.services.identity import Identity, named
from probes.services.length import told

ECHO_REQUEST, ECHO_RESPONSE = 16, 17
WORDS = b"yuanjian"
VERSION = re.compile(rb"(?:OK )?(\d+\.\d+[\w.+-]{0,20})\r?\n")


def packet(kind: bytes, number: int) -> bytes:
    """Gearman, PROTOCOL, "Binary Packet": a request (REQ) or a response (RES) with our words."""
    return b"\0" + kind + number.to_bytes(4, "big") + len(WORDS).to_bytes(4, "big") + WORDS


def question(host: str) -> bytes:
    """An echo: it opens no job."""
    return packet(b"REQ", ECHO_REQUEST)


def recognise(data: bytes) -> Identity | None:
    """The response with our words; our own packet come back is an echo of another sort."""
    return named("gearman", "ECHO_RES", "gearmand") if data.startswith(packet(b"RES", ECHO_RESPONSE)) else None


def suspects(heard: Heard) -> bool:
    """What the administrative protocol says to a word that is no command of its own."""
    return heard.data.startswith(b"ERR UNKNOWN_COMMAND")


def ask_version(known: Identity) -> bytes | None:
    """Gearman, PROTOCOL, "Administrative Protocol"."""
    return b"version\r\n"


def read_version(known: Identity, answer: bytes) -> Identity:
    """OK and the version, or the version alone."""
    found = VERSION.fullmatch(answer)
    return replace(known, version=found[1].decode("ascii")) if found else known


DIALOGUE = Dialogue(
    "gearman",
    recognise,
    ports=(4730,),
    question=question,
    suspects=suspects,
    complete=told(8, 4, beyond=12),
    further=Further(ask_version, read_version, lambda data: data.endswith(b"\n")),
)
