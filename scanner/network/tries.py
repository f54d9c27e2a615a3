"""How ports are tried by our own engine: one address, one patience. Which and when is the course's business."""

from collections.abc import Sequence
from typing import Protocol

from scanner.network.connects import CATCH_UP, SLACK, Connects, Told

FIRST_PATIENCE = LEAST_PATIENCE = 0.95
MOST_PATIENCE = 2.95
"""Seconds of silence in the first try: before any round trip was seen, and the bounds once one was."""

RETRANSMITTED = (1.0, 2.0, 3.0, 4.0)
"""Seconds after which the kernel sends a SYN of its own again, at the soonest (RFC 6298: 1 and 3; Linux since 6.5 each
second): each is a packet that the limit counts."""

SECOND_TRY = 1.5
"""Seconds more in the second try: it outlives the kernel's own second SYN (RFC 6298: after 1 s)."""

GRANT_SECONDS = SLACK + CATCH_UP
"""A grant's second at the pace that is kept."""


class Tries(Protocol):
    """One engine at one address. `twice` says whether one try of it already asks a silent port again."""

    twice: bool

    async def ask(
        self, ports: Sequence[int], *, rate: float | None, half_open: int | None, last: bool, again: bool
    ) -> Told:
        """Try these ports for a second; where they are the `last` ones, hear all of them out."""
        ...

    def end(self) -> None:
        """Nothing more will be asked: close what is open."""
        ...


class Sweeping(Protocol):
    """Who sends the connects: the sweeper's thread, or processes of their own."""

    async def send(
        self,
        connects: Connects,
        ports: Sequence[int],
        *,
        rate: float | None = None,
        half_open: int | None = None,
        seconds: float = 1.0,
        drain: bool = False,
    ) -> Told: ...

    def forget(self, connects: Connects) -> None: ...


class OwnTries:
    """The sweeper's connects to one address."""

    twice = False

    def __init__(self, sweeper: Sweeping, address: str) -> None:
        self._sweeper = sweeper
        self._connects = Connects(address)

    async def ask(
        self, ports: Sequence[int], *, rate: float | None, half_open: int | None, last: bool, again: bool
    ) -> Told:
        self._connects.patience = patience(self._connects) + (SECOND_TRY if again else 0.0)
        if rate is not None:
            rate /= packets(self._connects.patience)
        return await self._sweeper.send(
            self._connects, ports, rate=rate, half_open=half_open, seconds=GRANT_SECONDS, drain=last
        )

    def end(self) -> None:
        self._sweeper.forget(self._connects)


def packets(seconds: float) -> int:
    """How many SYNs a connect costs that stays silent so long: the pace is that of packets, not of calls (R7)."""
    return 1 + sum(seconds > after for after in RETRANSMITTED)


def patience(connects: Connects) -> float:
    """Seconds that a first connect may stay silent: by the round trips seen so far, as RFC 6298 has it."""
    if connects.near:
        return LEAST_PATIENCE
    if connects.round_trip is None:
        return FIRST_PATIENCE
    return min(MOST_PATIENCE, max(LEAST_PATIENCE, connects.round_trip + 4 * connects.deviation))
