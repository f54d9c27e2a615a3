"""ZooKeeper as it answers the four-letter word `srvr`, or says that the word is not on its list."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

WORD = b"srvr\n"
VERSION = re.compile(rb"Zookeeper version: (\d+(?:\.\d+)+)[^\r\n]{0,200}\n")
UNLISTED = b"srvr is not executed because it is not in the whitelist."
NOT_SERVING = b"This ZooKeeper instance is not currently serving requests"
LAST = re.compile(rb"\nNode count: \d+\n")


def question(host: str) -> bytes:
    """ZooKeeper Administrator's Guide, "The Four Letter Words": srvr lists no client, as stat would."""
    return WORD


def recognise(data: bytes) -> Identity | None:
    """The version stands in answer to a command made for it; a refusal names the command."""
    if found := VERSION.match(data[:512]):
        text = found[0].decode("utf-8", "replace")
        return named("zookeeper", text, "ZooKeeper", found[1].decode("ascii"), demanded=True)
    refusals = (UNLISTED, NOT_SERVING)
    return next((named("zookeeper", words, "ZooKeeper") for words in refusals if data.startswith(words)), None)


def complete(data: bytes) -> bool:
    """The list ends with the count of nodes."""
    return LAST.search(data) is not None or data.startswith((UNLISTED, NOT_SERVING))


DIALOGUE = Dialogue(
    "zookeeper", recognise, ports=(2181, 2281), tls_ports=(2281,), question=question, elsewhere=85, complete=complete
)
