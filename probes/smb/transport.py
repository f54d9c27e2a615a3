"""SMB's messages over one stream (MS-SMB2 section 2.1): length and content. It knows no command."""

from scanner.model.errors import Malformed
from scanner.model.network import Stream

LEAST, MOST = 32, 64 * 1024


async def exchange(stream: Stream, message: bytes) -> bytes:
    """Send one message and read the next; Malformed for what is no session message or of no length that can be."""
    await stream.send(b"\x00" + len(message).to_bytes(3, "big") + message)
    return await stream.receive_exactly(length_of(await stream.receive_exactly(4)))


def length_of(head: bytes) -> int:
    length = int.from_bytes(head[1:4], "big")
    if head[0] != 0 or not LEAST <= length <= MOST:
        raise Malformed("not a session message of SMB")
    return length
