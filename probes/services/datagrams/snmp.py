"""SNMP as it tells a version 3 client which engine it is (RFC 3414 section 4). No community is sent."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named
from probes.services.snmp_message import discovery, engine_of

MOST_NUMBER = 1 << 31


def engine() -> Asked[Identity]:
    """Discovery: of the engine's id only the vendor's number is looked at."""
    number = secrets.randbelow(MOST_NUMBER)

    def recognise(data: bytes) -> Identity | None:
        vendor = engine_of(data, number)
        return None if vendor is None else named("snmp", f"SNMPv3 engine {vendor}".strip(), vendor)

    return Asked(discovery(number), recognise)


DATAGRAM = Datagram("snmp", 161, (engine,), shy=True)
