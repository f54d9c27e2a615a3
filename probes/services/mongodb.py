"""Whether MongoDB names its databases to a stranger. Their names are counted and not kept; none is opened."""

from probes.services.bson import Value, count
from probes.services.mongodb_wire import FIRST_WITH_MESSAGES, command, document
from probes.services.openness import Answer, open_probe
from scanner.model.errors import Malformed
from scanner.model.network import Network, Stream
from scanner.model.probe import Profile
from scanner.model.target import Target

PORTS = (27017, 27018, 27019)
NAMES_ONLY = b"\x08nameOnly\x00\x01"
UNAUTHORIZED, NOT_AUTHENTICATED = 13, 18
WANTS_LOGIN = ("not authorized", "requires authentication", "unauthorized")
"""How releases before 3.0 say it, without a code."""
MOST = 1 << 20


async def ask(target: Target, net: Network) -> Answer:
    """isMaster to learn the form, then listDatabases with nameOnly."""
    async with net.connect(tls=target.tls is True) as stream:
        hello = document(await _told(stream, command("isMaster", message=False)))
        version = (hello or {}).get("maxWireVersion", 0)
        message = isinstance(version, int) and version >= FIRST_WITH_MESSAGES
        return describe(document(await _told(stream, command("listDatabases", message=message, more=NAMES_ONLY))))


async def _told(stream: Stream, question: bytes) -> bytes:
    await stream.send(question)
    head = await stream.receive_exactly(4)
    length = int.from_bytes(head, "little")
    if not 21 <= length <= MOST:
        raise Malformed(f"a reply of {length} bytes")
    return head + await stream.receive_exactly(length - 4)


def describe(reply: dict[str, Value] | None) -> Answer:
    """Open where the list came; not where a login is wanted; else untold."""
    if reply is None:
        return Answer(None, "listDatabases: no reply in the protocol's form")
    databases, error, code = reply.get("databases"), reply.get("errmsg") or reply.get("$err"), reply.get("code")
    if reply.get("ok") in (1, 1.0) and isinstance(databases, bytes):
        return Answer(True, f"listDatabases: ok, {count(databases)} databases named")
    told = f"code {code}" if isinstance(code, int) else "no code"
    words = error.lower() if isinstance(error, str) else ""
    if code in (UNAUTHORIZED, NOT_AUTHENTICATED) or any(word in words for word in WANTS_LOGIN):
        return Answer(False, f"listDatabases: {told}, a login is wanted")
    return Answer(None, f"listDatabases: neither a list nor a refusal, {told}")


PROBE = open_probe("mongodb", PORTS, ask, profile=Profile.QUICK)
