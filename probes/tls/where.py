"""Which services are asked for TLS, and how sparingly, from the target alone."""

from probes.tls.starttls.table import before, speaks_tls
from scanner.model.target import Target

COUNTED = ("mysql",)
"""Their servers count every unfinished handshake against our address and shut it out in the end (R6)."""


def wants(target: Target) -> bool:
    """Services that speak TLS from the first byte, or after their protocol's own words."""
    return speaks_tls(target)


def counted(target: Target) -> bool:
    """Whether every hello must be spared."""
    dialogue = before(target)
    return dialogue is not None and dialogue.protocol in COUNTED
