"""How one protocol is recognised over UDP: where it usually lives, what asks it, and what its answer looks like."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from probes.services.identity import Identity

Told = TypeVar("Told", covariant=True)


@dataclass(frozen=True)
class Asked(Generic[Told]):
    """One datagram, made afresh with numbers of its own, and how its answer is known.

    `recognise` returns None for everything that does not answer this very datagram, its own bytes sent back
    included (but for the echo service, whose answer that is); it raises nothing and reads any bytes.
    """

    payload: bytes
    recognise: Callable[[bytes], Told | None]


@dataclass(frozen=True, slots=True)
class Datagram:
    """A protocol's line in the table.

    `questions` are asked in turn, one datagram each: who is silent to one may answer the next. `any_port`:
    the protocol lets the answer come from another port. `shy`: a silent port may yet answer a question that
    only a check of its own may ask, so that it is told to that check.
    """

    protocol: str
    port: int
    questions: tuple[Callable[[], Asked[Identity]], ...]
    any_port: bool = False
    shy: bool = False
