"""Whether PostgreSQL lets a stranger in as postgres without a password. Nothing is asked of it then: it is left."""

from probes.services.dialogues.postgresql import SSL_REQUEST
from probes.services.hearing import farewell
from probes.services.openness import Answer, open_probe
from scanner.model.errors import Malformed
from scanner.model.network import Network, Stream
from scanner.model.target import Target

PORTS = (5432, 5433, 26000, 26257, 54321)
"""PostgreSQL's own, and those of its kin: openGauss, CockroachDB, Kingbase."""
VERSION = (3 << 16).to_bytes(4, "big")
ADMITTED = b"R\x00\x00\x00\x08\x00\x00\x00\x00"
"""AuthenticationOk."""
TERMINATE = b"X\x00\x00\x00\x04"
MOST = 1 << 14
WANTED = {2: "Kerberos", 3: "a password", 5: "a password (MD5)", 7: "GSSAPI", 9: "SSPI", 10: "a password (SASL)"}
"""What AuthenticationXXX asks for (PostgreSQL, "Message Formats")."""
NOT_ADMITTED = b"\x00C28000\x00"
"""invalid_authorization_specification: no line of pg_hba.conf lets us in this way."""


async def ask(target: Target, net: Network) -> Answer:
    """In TLS where the server offers it; in the clear where it does not, or does not let us in by TLS."""
    async with net.connect(tls=target.tls is True) as stream:
        offered = target.tls is not True and await _stepped_into_tls(stream)
        first = await _begun(stream)
    if not offered or not _turned_away(first):
        return describe(first)
    async with net.connect() as stream:
        return describe(await _begun(stream))


async def _stepped_into_tls(stream: Stream) -> bool:
    await stream.send(SSL_REQUEST)
    if await stream.receive_exactly(1) != b"S":
        return False
    await stream.start_tls()
    return True


async def _begun(stream: Stream) -> bytes:
    """The start-up packet, the first message that answers it, and the farewell."""
    words = b"user\x00postgres\x00database\x00postgres\x00application_name\x00Yuanjian\x00\x00"
    await stream.send((8 + len(words)).to_bytes(4, "big") + VERSION + words)
    head = await stream.receive_exactly(5)
    length = int.from_bytes(head[1:], "big")
    if not 4 <= length <= MOST:
        raise Malformed(f"a message of {length} bytes")
    message = head + await stream.receive_exactly(length - 4)
    if message == ADMITTED:  # who is asked for a password may just leave, and no line is written of it
        await farewell(stream, TERMINATE)
    return message


def _turned_away(message: bytes) -> bool:
    return message[:1] == b"E" and NOT_ADMITTED in message


def describe(message: bytes) -> Answer:
    """AuthenticationOk, another demand, or an error."""
    if message == ADMITTED:
        return Answer(True, "start-up packet for postgres: AuthenticationOk")
    if message[:1] == b"R" and (wanted := int.from_bytes(message[5:9], "big")) in WANTED:
        return Answer(False, f"start-up packet for postgres: {WANTED[wanted]} is wanted")
    if _turned_away(message):
        return Answer(False, "start-up packet for postgres: not admitted from here (28000)")
    return Answer(None, "start-up packet for postgres: neither admitted nor asked for a password")


PROBE = open_probe("postgresql", PORTS, ask, connections=4)
