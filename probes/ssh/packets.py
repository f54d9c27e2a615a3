"""SSH's packets over one stream, in clear at first and sealed later. It knows no message."""

from probes.ssh.field import string
from probes.ssh.frame import Clear, Seal
from scanner.model.errors import ConnectionRefused, Malformed
from scanner.model.network import Stream

DISCONNECT, IGNORE, UNIMPLEMENTED, DEBUG, EXT_INFO = 1, 2, 3, 4, 7
BY_APPLICATION = 11
BESIDE = (IGNORE, UNIMPLEMENTED, DEBUG, EXT_INFO)
"""Messages that may come at any time and mean nothing to us (RFC 4253 section 11, RFC 8308)."""
MOST_BESIDE = 8


def goodbye() -> bytes:
    """SSH_MSG_DISCONNECT (RFC 4253 section 11.1)."""
    return bytes([DISCONNECT]) + BY_APPLICATION.to_bytes(4, "big") + string(b"inspection done") + string(b"")


class Packets:
    """Both directions with their sequence numbers, which every packet counts into (RFC 4253 section 6.4)."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._sent = self._received = 0
        self.outward: Seal = Clear()
        self.inward: Seal = Clear()

    async def send(self, payload: bytes) -> None:
        await self._stream.send(self.outward.close(self._sent, payload))
        self._sent = (self._sent + 1) % 2**32

    async def receive(self) -> bytes:
        """The next payload that means something; ConnectionRefused where the server says goodbye."""
        for _ in range(MOST_BESIDE):
            payload = await self._next()
            if payload[0] == DISCONNECT:
                raise ConnectionRefused("the SSH server ended the connection")
            if payload[0] not in BESIDE:
                return payload
        raise Malformed(f"more than {MOST_BESIDE} SSH messages that say nothing")

    async def leave(self) -> None:
        """Say goodbye, as a client does that was told to stop."""
        await self.send(goodbye())

    async def _next(self) -> bytes:
        head = await self._stream.receive_exactly(self.inward.head)
        rest = await self._stream.receive_exactly(self.inward.rest(self._received, head))
        payload = self.inward.open(self._received, head, rest)
        self._received = (self._received + 1) % 2**32
        return payload
