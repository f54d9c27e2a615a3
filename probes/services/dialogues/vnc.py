"""VNC as it greets: the version of the RFB protocol (RFC 6143 section 7.1.1)."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

GREETING = re.compile(rb"RFB \d{3}\.\d{3}\n")


def recognise(data: bytes) -> Identity | None:
    """Twelve bytes, and no product among them."""
    found = GREETING.match(data)
    return named("vnc", found[0]) if found else None


DIALOGUE = Dialogue("vnc", recognise, ports=(5900, 5901, 5902))
