"""STUN as it tells a client its own address (RFC 8489). Nothing is allocated."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named
from probes.services.stun_message import BINDING, product, reply, request


def binding() -> Asked[Identity]:
    """A binding request; an error is an answer too."""
    transaction = secrets.token_bytes(12)

    def recognise(data: bytes) -> Identity | None:
        told = reply(data, BINDING, transaction)
        if told is None:
            return None
        how = "binding success" if told.success else f"binding error {told.error}"
        return named("stun", f"{how}, SOFTWARE: {told.software}" if told.software else how, *product(told.software))

    return Asked(request(BINDING, transaction), recognise)


DATAGRAM = Datagram("stun", 3478, (binding,))
