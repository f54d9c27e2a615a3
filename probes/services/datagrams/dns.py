"""DNS over UDP as it answers the question for the root's SOA, recursion not desired (RFC 1035)."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.dns_reply import is_reply, question
from probes.services.identity import Identity, named

RCODE = 0x0F


def soa() -> Asked[Identity]:
    """A well-formed question that costs nobody anything."""
    identity = secrets.randbelow(1 << 16)

    def recognise(data: bytes) -> Identity | None:
        return named("dns", f"response, rcode {data[3] & RCODE}") if is_reply(data, identity) else None

    return Asked(question(identity), recognise)


DATAGRAM = Datagram("dns", 53, (soa,))
