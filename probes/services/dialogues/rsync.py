"""The rsync daemon as it greets: @RSYNCD and the protocol's version, which is not the product's."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

GREETING = re.compile(rb"@RSYNCD: \d{1,3}(?:\.\d{1,3})?[^\r\n]*\n")


def recognise(data: bytes) -> Identity | None:
    """One line; digests that the daemon offers may follow the version."""
    found = GREETING.match(data[:512])
    return named("rsync", found[0], "rsync") if found else None


DIALOGUE = Dialogue("rsync", recognise, ports=(873,))
