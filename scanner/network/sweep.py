"""Which TCP ports of one address accept: asked by grants of the gate, told in two tries. Opens no socket itself."""

import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from secrets import SystemRandom
from typing import Protocol

from scanner.model.errors import NetworkError, NotAdmitted, Unreachable
from scanner.model.network import PortState, Sweep
from scanner.model.verdict import Reason
from scanner.network.connects import SHORTAGES, Connects, Told
from scanner.network.sweeper import Sweeper

CANARIES = 3
"""Ports that nobody uses: where all of them accept, something in between answers for every port."""

HIGH_PORTS = range(20000, 65536)

AT_ONCE = 8192
"""Ports that one grant is asked for at most."""

FIRST_PATIENCE = 1.5
LEAST_PATIENCE = 1.0
MOST_PATIENCE = 3.0
"""Seconds of silence in the first try: before any round trip was seen, and the bounds once one was."""

SECOND_TRY = 1.5
"""Seconds more in the second try: it outlives the kernel's own second SYN (RFC 6298: after 1 s)."""


class Grant(Protocol):
    """Leave to ask some ports of one address, for one second at most; None lifts a limit."""

    @property
    def ports(self) -> Sequence[int]: ...

    @property
    def rate(self) -> float | None: ...

    @property
    def half_open(self) -> int | None: ...

    def report(self, opened: Sequence[int], closed: Sequence[int], filtered: Sequence[int]) -> None: ...


class Granting(Protocol):
    """Who gives such leave. Raises a NetworkError with the reason where it gives none."""

    def grant(
        self, unit: str, address: str, ports: Sequence[int], probe: str
    ) -> AbstractAsyncContextManager[Grant]: ...


async def sweep(gate: Granting, sweeper: Sweeper, unit: str, address: str, ports: Sequence[int], probe: str) -> Sweep:
    """Ask every port with a TCP connect; those that stay silent once more at the end.

    A reset is closed; an ICMP prohibition, or silence twice, is filtered; what was not asked twice where it had
    to be is untold, with the reason that stopped us. Where the canaries accept, nothing else is asked. Raises
    the gate's NetworkError where not one port was told.
    """
    course = _Course(gate, sweeper, unit, address, probe)
    wanted = list(dict.fromkeys(ports))
    canaries = choose_canaries(wanted)
    stopped = None
    try:
        await course.ask(canaries)
        if len(course.opened.intersection(canaries)) == CANARIES:
            stopped = Reason.MIDDLEBOX
        else:
            await course.ask([port for port in wanted if port not in canaries])
            await course.ask_again()
    except NetworkError as error:
        if not course.told_any:
            raise
        stopped = error.reason
    finally:
        sweeper.forget(course.connects)
    accepted = len(course.opened.intersection(canaries))
    return Sweep(course.states(wanted, stopped), accepted, len(canaries), stopped)


def choose_canaries(ports: Sequence[int]) -> list[int]:
    """Three high ports at random, outside the list where it leaves three."""
    outside = sorted(set(HIGH_PORTS).difference(ports))
    return SystemRandom().sample(outside if len(outside) >= CANARIES else HIGH_PORTS, CANARIES)


def patience(connects: Connects) -> float:
    """Seconds that a first connect may stay silent: by the round trips seen so far, as RFC 6298 has it."""
    if connects.near:
        return LEAST_PATIENCE
    if connects.round_trip is None:
        return FIRST_PATIENCE
    return min(MOST_PATIENCE, max(LEAST_PATIENCE, connects.round_trip + 4 * connects.deviation))


class _Course:
    """One address's sweep under way: what was told so far, and what to ask again."""

    def __init__(self, gate: Granting, sweeper: Sweeper, unit: str, address: str, probe: str) -> None:
        self.gate = gate
        self.sweeper = sweeper
        self.unit = unit
        self.address = address
        self.probe = probe
        self.connects = Connects(address)
        self.opened: set[int] = set()
        self.closed: list[int] = []
        self.filtered: list[int] = []
        self.silent: list[int] = []

    @property
    def told_any(self) -> bool:
        return bool(self.opened or self.closed or self.filtered or self.silent)

    async def ask(self, ports: Sequence[int], patience_more: float = 0.0) -> None:
        """One try of each port, by as many grants as it takes."""
        left = list(ports)
        while left:
            self.connects.patience = patience(self.connects) + patience_more
            left = await self._ask_by_grant(left[:AT_ONCE], len(left) <= AT_ONCE) + left[AT_ONCE:]

    async def ask_again(self) -> None:
        """The second try of all that was silent in the first: what stays so is filtered."""
        again, self.silent = self.silent, []
        try:
            await self.ask(again, SECOND_TRY)
        finally:
            self.filtered += self.silent
            self.silent = []

    async def _ask_by_grant(self, ports: Sequence[int], last: bool) -> list[int]:
        """What could not be sent within this grant; all else is heard by the next one, or now where it is the last."""
        async with self.gate.grant(self.unit, self.address, ports, self.probe) as grant:
            if not grant.ports:
                raise NotAdmitted("the gate grants none of the ports", Reason.NOT_PERMITTED)
            granted = list(grant.ports)
            told = await self.sweeper.send(
                self.connects,
                granted,
                rate=grant.rate,
                half_open=grant.half_open,
                drain=last and len(granted) == len(ports),
            )
            grant.report(told.opened, told.closed, told.prohibited + told.silent)
        self._keep(told)
        held_back = set(ports).difference(granted) if len(granted) < len(ports) else ()
        return told.unsent + [port for port in ports if port in held_back]

    def _keep(self, told: Told) -> None:
        self.opened.update(told.opened)
        self.closed += told.closed
        self.filtered += told.prohibited
        self.silent += told.silent
        if told.local is not None:
            reason = Reason.OWN_LAG if told.local in SHORTAGES else Reason.UNREACHABLE
            raise Unreachable(f"cannot send: {os.strerror(told.local)}", reason)

    def states(self, ports: Iterable[int], stopped: Reason | None) -> dict[int, PortState]:
        """The state of each port asked for, in its order."""
        states = dict.fromkeys(ports, PortState.UNTOLD)
        if stopped is Reason.MIDDLEBOX:
            return states
        for told, state in (
            (self.closed, PortState.CLOSED),
            (self.filtered, PortState.FILTERED),
            (self.opened, PortState.OPEN),
        ):
            states.update((port, state) for port in told if port in states)
        return states
