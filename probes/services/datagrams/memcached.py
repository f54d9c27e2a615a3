"""memcached as it answers `version` over UDP (memcached, protocol.txt, "UDP protocol")."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.dialogues.memcached import VERSION
from probes.services.identity import Identity, named

FRAME = b"\x00\x00\x00\x01\x00\x00"
"""The first of one datagram, and two bytes that are reserved."""
OTHER_WORDS = (b"ERROR\r\n", b"CLIENT_ERROR ", b"SERVER_ERROR ")


def version() -> Asked[Identity]:
    """One command that every memcached answers; the frame gives our number back."""
    number = secrets.token_bytes(2)

    def recognise(data: bytes) -> Identity | None:
        if data[:2] != number or data[2:4] != b"\x00\x00" or len(data) > 1400:
            return None
        words = data[8:]
        if (found := VERSION.match(words)) is not None:
            return named("memcached", words, "memcached", found[1].decode("ascii"), demanded=True)
        return named("memcached", words, "memcached") if words.startswith(OTHER_WORDS) else None

    return Asked(number + FRAME + b"version\r\n", recognise)


DATAGRAM = Datagram("memcached", 11211, (version,))
