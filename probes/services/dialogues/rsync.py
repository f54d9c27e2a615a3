"""The rsync daemon as it greets: @RSYNCD and the protocol's version, which is not the product's."""

import re

from probes.services.dialogue import Dialogue, Further
from probes.services.identity import Identity, named

GREETING = re.compile(rb"@RSYNCD: \d{1,3}(?:\.\d{1,3})?[^\r\n]*\n")


def recognise(data: bytes) -> Identity | None:
    """One line; digests that the daemon offers may follow the version."""
    found = GREETING.match(data[:512])
    return named("rsync", found[0], "rsync") if found else None


def farewell(identity: Identity) -> bytes:
    """A version and a command that no daemon knows: it says so and ends. Who closes instead leaves errors in its log."""
    return b"@RSYNCD: 30.0\n#bye\n"


def unchanged(identity: Identity, data: bytes) -> Identity:
    """Nothing is learnt from the answer."""
    return identity


def complete(data: bytes) -> bool:
    return b"@ERROR" in data


DIALOGUE = Dialogue("rsync", recognise, ports=(873,), further=Further(farewell, unchanged, complete))
