"""How one protocol is recognised: where it usually lives, what asks it, and what its words look like."""

from collections.abc import Callable
from dataclasses import dataclass

from probes.services.identity import Identity


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A protocol's line in the table.

    `recognise` reads what came, whoever spoke first, and returns None for what it does not know; it raises
    nothing and reads any bytes. `question` makes what is sent, from the host as the client would write it; None
    where the server speaks first. `own_reply_only` marks replies too short to mean anything but after this
    question. `general` dialogues are tried on ports where they do not usually live.
    `tls_ports` are those of `ports` where TLS is spoken from the first byte.
    """

    protocol: str
    recognise: Callable[[bytes], Identity | None]
    ports: tuple[int, ...] = ()
    tls_ports: tuple[int, ...] = ()
    question: Callable[[str], bytes] | None = None
    own_reply_only: bool = False
    general: bool = False

    @property
    def speaks_first(self) -> bool:
        """Whether the server greets without being asked."""
        return self.question is None
