"""How one protocol is recognised: where it usually lives, what asks it, and what its words look like.

A file of `probes/services/dialogues/` with a DIALOGUE is in the table by being there: nothing else names it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from probes.services.hearing import Heard
from probes.services.identity import Identity


@dataclass(frozen=True, slots=True)
class Further:
    """What is asked on the same connection once the protocol is known: product and version, and no more.

    `question` may be None for an identity that needs none. `read` gives the identity with what the answer adds, or
    the same one; it raises nothing and reads any bytes. `complete` says that an answer is at its end.
    """

    question: Callable[[Identity], bytes | None]
    read: Callable[[Identity, bytes], Identity]
    complete: Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A protocol's line in the table.

    `recognise` reads what came, whoever spoke first, and returns None for what it does not know; it raises
    nothing and reads any bytes. `question` makes what is sent, from the host as the client would write it; None
    where the server speaks first. `own_reply_only` marks replies too short to mean anything but after this
    question, and greetings that mean nothing but on their own port. `tls_ports` are those of `ports` where TLS is spoken from the first byte.

    `elsewhere` is how soon it is tried on a port where it does not usually live (10 before 20; None: never);
    `inside_tls` says that it is tried so inside TLS too. `suspects` says of what came after another's question
    that it smells of this protocol (a closed door too): it is asked next then, though that proves nothing. `complete` says that a reply (or a
    greeting) is surely at its end, so that nobody waits for silence; None where silence alone tells.
    `further` follows on the same connection. `form` tells a protocol's dialogues apart where it has several.
    `goodbye` is said before the connection is closed, so that the other side sees no client that died;
    `steps_into_tls` says that TLS, where it was offered, is begun for the same reason.
    """

    protocol: str
    recognise: Callable[[bytes], Identity | None]
    ports: tuple[int, ...] = ()
    tls_ports: tuple[int, ...] = ()
    question: Callable[[str], bytes] | None = None
    own_reply_only: bool = False
    elsewhere: int | None = None
    inside_tls: bool = False
    suspects: Callable[[Heard], bool] | None = None
    complete: Callable[[bytes], bool] | None = None
    further: Further | None = None
    form: str = ""
    goodbye: bytes = b""
    steps_into_tls: bool = False

    @property
    def speaks_first(self) -> bool:
        """Whether the server greets without being asked."""
        return self.question is None
