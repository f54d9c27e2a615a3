"""One address's sweep under way: by which grants, what was told, what to ask again. Knows no engine."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from scanner.model.errors import NotAdmitted, Unreachable
from scanner.model.network import PortState
from scanner.model.verdict import Reason
from scanner.network.connects import SHORTAGES, Told
from scanner.network.pulse import EVERY_CONNECTIONS, EVERY_SECONDS
from scanner.network.tries import Tries

AT_ONCE = 8192
"""Ports that one grant is asked for at most."""


class Granted(Protocol):
    """Leave to ask some ports of one address, for one second at most; None lifts a limit."""

    @property
    def ports(self) -> Sequence[int]: ...

    @property
    def rate(self) -> float | None: ...

    @property
    def half_open(self) -> int | None: ...

    def report(
        self, opened: Sequence[int], closed: Sequence[int], filtered: Sequence[int], *, note: str | None = None
    ) -> None: ...


Leave = Callable[[Sequence[int]], AbstractAsyncContextManager[Granted]]
"""Asks the gate for these ports of the address; raises a NetworkError where it says no."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where the course stood when a grant began."""

    at: float
    asked: int
    closed: int
    filtered: int


class Course:
    """What was told so far of one address."""

    def __init__(self, leave: Leave, tries: Tries) -> None:
        self.opened: set[int] = set()
        self._leave = leave
        self._tries = tries
        self._closed: list[int] = []
        self._filtered: list[int] = []
        self._silent: list[int] = []
        self._marks: list[_Mark] = []
        self._asked = 0
        self._again = tries.twice

    @property
    def told_any(self) -> bool:
        return bool(self.opened or self._closed or self._filtered or self._silent)

    async def ask(self, ports: Sequence[int], enough: Callable[[], bool] = lambda: False) -> None:
        """One try of each port, by as many grants as it takes, or until it is `enough`."""
        left = list(ports)
        while left and not enough():
            left = await self._by_grant(left[:AT_ONCE], len(left) <= AT_ONCE) + left[AT_ONCE:]

    async def ask_again(self) -> None:
        """The second try of all that was silent in the first: what stays so is filtered."""
        again, self._silent = self._silent, []
        self._again = True
        await self.ask(again)

    def forget_since_last_beat(self) -> None:
        """The address was lost (R10): what it refused or left unanswered since its last good heartbeat may be a ban.

        The gate asked the heartbeat before a grant once so many seconds or connects had passed since the last:
        a grant that ended as long before another one began was followed by a good beat.
        """
        if not self._marks:
            return
        last = self._marks[-1]
        for mark, following in zip(self._marks, [*self._marks[1:], last], strict=True):
            if last.at - following.at < EVERY_SECONDS and last.asked - following.asked < EVERY_CONNECTIONS:
                del self._closed[mark.closed :]
                del self._filtered[mark.filtered :]
                return

    def states(self, ports: Iterable[int]) -> dict[int, PortState]:
        """The state of each port asked for, in its order."""
        states = dict.fromkeys(ports, PortState.UNTOLD)
        for told, state in (
            (self._closed, PortState.CLOSED),
            (self._filtered, PortState.FILTERED),
            (self.opened, PortState.OPEN),
        ):
            states.update((port, state) for port in told if port in states)
        return states

    async def _by_grant(self, ports: Sequence[int], last: bool) -> list[int]:
        """What could not be sent within this grant; the rest is heard by the next one, or now where it is the last."""
        async with self._leave(ports) as grant:
            granted = list(grant.ports)
            if not granted:
                raise NotAdmitted("the gate grants none of the ports", Reason.NOT_PERMITTED)
            self._marks.append(_Mark(time.monotonic(), self._asked, len(self._closed), len(self._filtered)))
            self._asked += len(granted)
            told = await self._tries.ask(
                granted,
                rate=grant.rate,
                half_open=grant.half_open,
                last=last and len(granted) == len(ports),
                again=self._again,
            )
            grant.report(told.opened, told.closed, told.prohibited + told.silent, note=told.note)
        self._keep(told)
        held_back = set(ports).difference(granted) if len(granted) < len(ports) else ()
        return told.unsent + [port for port in ports if port in held_back]

    def _keep(self, told: Told) -> None:
        self.opened.update(told.opened)
        self._closed += told.closed
        self._filtered += told.prohibited
        (self._filtered if self._again else self._silent).extend(told.silent)
        if told.local is not None:
            reason = Reason.OWN_LAG if told.local in SHORTAGES else Reason.UNREACHABLE
            raise Unreachable(f"cannot send: {os.strerror(told.local)}", reason)
