"""NFS as it answers its null procedure over TCP (RFC 5531, RFC 7530 section 15.1). Nothing is mounted or listed."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

TRANSACTION = b"\x59\x6a\x00\x01"
PROGRAM, VERSION = 100003, 3
LAST = 0x80000000
REPLY, ACCEPTED = 1, 0


def question(host: str) -> bytes:
    """A call of procedure 0 without credentials, in one record."""
    numbers = (0, 2, PROGRAM, VERSION, 0, 0, 0, 0, 0)
    call = TRANSACTION + b"".join(number.to_bytes(4, "big") for number in numbers)
    return (LAST | len(call)).to_bytes(4, "big") + call


def recognise(data: bytes) -> Identity | None:
    """Accepted, with success (0) or another version (2): the program is there."""
    if len(data) < 28 or data[4:8] != TRANSACTION or int.from_bytes(data[:4], "big") & ~LAST != len(data) - 4:
        return None
    numbers = [int.from_bytes(data[at : at + 4], "big") for at in range(8, 28, 4)]
    if numbers[0] != REPLY or numbers[1] != ACCEPTED or numbers[3] != 0 or numbers[4] not in (0, 2):
        return None
    return named("nfs", f"RPC program {PROGRAM}: accepted, status {numbers[4]}")


DIALOGUE = Dialogue("nfs", recognise, ports=(2049,), question=question)
