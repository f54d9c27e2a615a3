"""What one protocol says before TLS begins: pure steps from what was heard to what is said. It opens nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from probes.services.banner import printable


class End(Enum):
    """How the dialogue before a hello ends."""

    READY = "ready"  # TLS may begin
    NOT_OFFERED = "not offered"  # the server says that it has no TLS here
    NOT_NOW = "not now"  # it refuses for a reason of the moment, or does not say why


@dataclass(frozen=True, slots=True)
class Step:
    """What is said next, and who reads the answer; or the end. What is to be said is said before an end, too."""

    say: bytes = b""
    then: "Reader | None" = None
    end: End | None = None
    what: str = ""


Reader = Callable[[bytes], Step | None]
"""Reads all that came since we spoke last; None where more must come. Malformed where it is another protocol."""


@dataclass(frozen=True, slots=True)
class StartTls:
    """One protocol. `ports` are its own; `opening` is what the client says first, from host and port, b"" where the
    server greets."""

    protocol: str
    ports: tuple[int, ...]
    listen: Reader
    opening: Callable[[str, int], bytes] | None = None


def ready(say: bytes = b"") -> Step:
    return Step(say, end=End.READY)


def not_offered(what: bytes | str) -> Step:
    return Step(end=End.NOT_OFFERED, what=printable(what))


def not_now(what: bytes | str) -> Step:
    return Step(end=End.NOT_NOW, what=printable(what))
