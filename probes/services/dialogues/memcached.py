"""memcached as it answers `version` in the text protocol, or a binary header where SASL forbids text."""

import re

from probes.services.dialogue import Dialogue
from probes.services.hearing import Heard
from probes.services.identity import Identity, named

VERSION = re.compile(rb"VERSION (\d[\w.+-]{0,40})\r\n")
UNAUTHENTICATED = b"CLIENT_ERROR unauthenticated\r\n"


def question(host: str) -> bytes:
    """memcached, protocol.txt, "version"."""
    return b"version\r\n"


def suspects(heard: Heard) -> bool:
    """What it says to a word that is no command of its own."""
    return heard.data.startswith(b"ERROR\r\n")


def recognise(data: bytes) -> Identity | None:
    """The version answers a command made for it, so the protocol demands it."""
    if data.startswith(UNAUTHENTICATED):
        return named("memcached", UNAUTHENTICATED, "memcached")
    found = VERSION.match(data[:128])
    return named("memcached", found[0], "memcached", found[1].decode("ascii"), demanded=True) if found else None


DIALOGUE = Dialogue("memcached", recognise, ports=(11211,), question=question, suspects=suspects)
