"""The RPC port mapper as it answers its null procedure over TCP (RFC 1833). Nothing is listed."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.rpc import LAST, PORTMAPPER, call, record, reply

TRANSACTION = b"\x59\x6a\x00\x02"
VERSION, NULL = 2, 0


def question(host: str) -> bytes:
    """A call of procedure 0 without credentials, in one record."""
    return record(call(TRANSACTION, PORTMAPPER, VERSION, NULL))


def recognise(data: bytes) -> Identity | None:
    """A reply to our number in one record, accepted or refused."""
    if len(data) < 4 or int.from_bytes(data[:4], "big") & ~LAST != len(data) - 4:
        return None
    told = reply(data[4:], TRANSACTION)
    if told is None:
        return None
    return named("rpcbind", f"RPC program {PORTMAPPER}: {'accepted' if told.success else 'refused'}")


DIALOGUE = Dialogue("rpcbind", recognise, ports=(111,), question=question)
