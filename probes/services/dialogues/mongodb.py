"""MongoDB as it answers `isMaster`, and which build it is; it asks for no database and no user."""

from dataclasses import replace

from probes.services.banner import printable
from probes.services.dialogue import Dialogue, Further
from probes.services.identity import Identity, named
from probes.services.mongodb_wire import FIRST_WITH_MESSAGES, command, document, whole_reply

HINT = "It looks like you are trying to access MongoDB over HTTP"
WIRE_VERSION = "maxWireVersion"


def question(host: str) -> bytes:
    """By OP_QUERY, which every release answers for this command."""
    return command("isMaster", message=False)


def is_hint(data: bytes) -> bool:
    """The whole of what MongoDB tells a browser: HTTP in form alone."""
    return data[:1024].partition(b"\r\n\r\n")[2].startswith(HINT.encode())


def recognise(data: bytes) -> Identity | None:
    """A reply to our number with a document that says ok, or an error; or the hint that browsers get."""
    if data.startswith(b"HTTP/1.0 200 ") and is_hint(data):
        return named("mongodb", HINT, "MongoDB")
    told = document(data[:4096])
    if told is None or not {"ok", "errmsg", "$err"} & told.keys():
        return None
    version = told.get(WIRE_VERSION)
    return named("mongodb", f"isMaster: {WIRE_VERSION} {version if isinstance(version, int) else 0}", "MongoDB")


def ask_version(known: Identity) -> bytes | None:
    """buildInfo needs no login; in the form that this release reads."""
    number = known.banner.rpartition(" ")[2]
    return command("buildInfo", message=number.isdigit() and int(number) >= FIRST_WITH_MESSAGES)


def read_version(known: Identity, answer: bytes) -> Identity:
    """The version is what the command is for, so the protocol demands it."""
    version = (document(answer) or {}).get("version")
    return replace(known, version=printable(version)) if isinstance(version, str) else known


DIALOGUE = Dialogue(
    "mongodb",
    recognise,
    ports=(27017, 27018, 27019),
    question=question,
    complete=whole_reply,
    further=Further(ask_version, read_version, whole_reply),
)
