"""IPMI over LAN as it answers a presence ping, or else the question how to log in. Nobody logs in."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named
from probes.services.ipmi_message import Capabilities, capabilities, is_pong, ping, told


def presence() -> Asked[Identity]:
    """ASF's ping: management controllers answer it before anything else."""
    tag = secrets.randbelow(255)

    def recognise(data: bytes) -> Identity | None:
        return named("ipmi", "ASF presence pong") if is_pong(data, tag) else None

    return Asked(ping(tag), recognise)


def authentication() -> Asked[Identity]:
    """For controllers that do not answer pings."""
    sequence = secrets.randbelow(64)

    def recognise(data: bytes) -> Identity | None:
        answer = told(data, sequence)
        if answer is None:
            return None
        version = answer.version if isinstance(answer, Capabilities) else ""
        return named("ipmi", f"channel authentication capabilities {version}".strip(), version=version, demanded=True)

    return Asked(capabilities(sequence), recognise)


DATAGRAM = Datagram("ipmi", 623, (presence, authentication))
