"""beanstalkd as it answers `stats`, which it does for everybody: it knows no login."""

import re

from probes.services.dialogue import Dialogue
from probes.services.hearing import Heard
from probes.services.identity import Identity, named

STATISTICS = re.compile(rb"OK (\d{1,6})\r\n---\n(?=[^\0]*current-jobs-urgent: \d+\n)")
VERSION = re.compile(rb"\nversion: \"?(\d[\w.+-]{0,30})\"?\n")
UNKNOWN = b"UNKNOWN_COMMAND\r\n"


def question(host: str) -> bytes:
    """beanstalkd, protocol.txt, "stats"."""
    return b"stats\r\n"


def recognise(data: bytes) -> Identity | None:
    """The list begins with the jobs; of what it says only the version is kept."""
    found = STATISTICS.match(data[:4096])
    if found is None:
        return None
    version = VERSION.search(data[:4096])
    told = version[1].decode("ascii") if version else ""
    return named("beanstalkd", f"stats: {found[1].decode('ascii')} bytes", "beanstalkd", told, demanded=True)


def suspects(heard: Heard) -> bool:
    """What it says to a word that is no command of its own."""
    return heard.data.startswith(UNKNOWN)


def complete(data: bytes) -> bool:
    """The answer counts its bytes."""
    found = STATISTICS.match(data[:4096])
    return found is not None and len(data) >= found.end() - 4 + int(found[1]) + 2


DIALOGUE = Dialogue(
    "beanstalkd",
    recognise,
    ports=(11300,),
    question=question,
    suspects=suspects,
    complete=complete,
    goodbye=b"quit\r\n",
)
