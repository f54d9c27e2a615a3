"""NTP as it answers a client that asks for the time (RFC 5905)."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named
from probes.services.ntp_message import client_request, is_time

LEAP_AND_VERSION = 0x38


def time() -> Asked[Identity]:
    """What every client asks; the stamp is random and gives no clock away."""
    stamp = secrets.token_bytes(8)

    def recognise(data: bytes) -> Identity | None:
        if not is_time(data, stamp):
            return None
        return named("ntp", f"NTP version {(data[0] & LEAP_AND_VERSION) >> 3}, stratum {data[1]}")

    return Asked(client_request(stamp), recognise)


DATAGRAM = Datagram("ntp", 123, (time,))
