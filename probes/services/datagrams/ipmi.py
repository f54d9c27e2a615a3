"""IPMI over LAN as it answers the question how to log in, or else a presence ping. Nobody logs in."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named
from probes.services.ipmi_message import Capabilities, capabilities, is_pong, ping, told


def authentication() -> Asked[Identity]:
    """The question that every client begins with; its answer tells the version."""
    sequence = secrets.randbelow(64)

    def recognise(data: bytes) -> Identity | None:
        answer = told(data, sequence)
        if answer is None:
            return None
        version = answer.version if isinstance(answer, Capabilities) else ""
        return named("ipmi", f"channel authentication capabilities {version}".strip(), version=version, demanded=True)

    return Asked(capabilities(sequence), recognise)


def presence() -> Asked[Identity]:
    """ASF's ping, which controllers without IPMI answer too."""
    tag = secrets.randbelow(255)

    def recognise(data: bytes) -> Identity | None:
        return named("ipmi", "ASF presence pong") if is_pong(data, tag) else None

    return Asked(ping(tag), recognise)


DATAGRAM = Datagram("ipmi", 623, (authentication, presence))
