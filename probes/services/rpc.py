"""ONC RPC: a call without credentials, its reply, and XDR as far as lists need it (RFC 5531, RFC 4506). Pure."""

from dataclasses import dataclass

from scanner.model.errors import Malformed

PORTMAPPER, NFS, MOUNT = 100000, 100003, 100005
TCP, UDP = 6, 17
CALL, REPLY, RPC_VERSION = 0, 1, 2
ACCEPTED, SUCCESS = 0, 0
LAST = 0x80000000
"""The bit of a record mark that says: no fragment follows (RFC 5531 section 11)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one call. `success` is False where the server refuses it or does not know it."""

    success: bool
    results: bytes = b""


def call(transaction: bytes, program: int, version: int, procedure: int, *arguments: int) -> bytes:
    """AUTH_NONE twice, and whole numbers as arguments; `transaction` is four bytes."""
    numbers = (CALL, RPC_VERSION, program, version, procedure, 0, 0, 0, 0, *arguments)
    return transaction + b"".join(number.to_bytes(4, "big") for number in numbers)


def record(message: bytes) -> bytes:
    """A message as TCP carries it: in one fragment."""
    return (LAST | len(message)).to_bytes(4, "big") + message


def reply(data: bytes, transaction: bytes) -> Reply | None:
    """What a message answers to the call of this number; None for anything else."""
    try:
        xdr = Xdr(data)
        if xdr.take(4) != transaction or xdr.number() != REPLY:
            return None
        if xdr.number() != ACCEPTED:
            return Reply(False)
        xdr.number()  # the verifier's kind
        xdr.opaque(400)
        return Reply(True, xdr.rest()) if xdr.number() == SUCCESS else Reply(False)
    except Malformed:
        return None


class Xdr:
    """Reads a message from its start; Malformed where it ends too early or says more than may be."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """Just so many bytes."""
        if self._at + count > len(self._data):
            raise Malformed("XDR: the message ends too early")
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def number(self) -> int:
        """An unsigned integer."""
        return int.from_bytes(self.take(4), "big")

    def opaque(self, most: int) -> bytes:
        """Bytes with their length before, and zeros to a multiple of four after."""
        length = self.number()
        if length > most:
            raise Malformed(f"XDR: {length} bytes where {most} may be")
        value = self.take(length)
        self.take(-length % 4)
        return value

    def more(self) -> bool:
        """Whether a list goes on."""
        match self.number():
            case 0:
                return False
            case 1:
                return True
            case other:
                raise Malformed(f"XDR: {other} where 0 or 1 is due")

    def rest(self) -> bytes:
        return self._data[self._at :]
