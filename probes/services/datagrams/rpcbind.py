"""The RPC port mapper as it answers its null procedure (RFC 1833). Nothing is listed."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named
from probes.services.rpc import PORTMAPPER, call, reply

VERSION, NULL = 2, 0


def nothing() -> Asked[Identity]:
    """A call that does nothing and returns nothing; a refusal is an answer too."""
    transaction = secrets.token_bytes(4)

    def recognise(data: bytes) -> Identity | None:
        told = reply(data, transaction)
        if told is None:
            return None
        return named("rpcbind", f"RPC program {PORTMAPPER}: {'accepted' if told.success else 'refused'}")

    return Asked(call(transaction, PORTMAPPER, VERSION, NULL), recognise)


DATAGRAM = Datagram("rpcbind", 111, (nothing,))
