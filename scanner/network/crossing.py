"""One HTTP request on its way through aiohttp: what it asks of the gate, and what it was given. It sends nothing."""

import asyncio
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from scanner.network.gate import Gate
from scanner.network.patience import waiting
from scanner.network.permit import Permit
from scanner.network.question import Act, Question


@dataclass(slots=True)
class Crossing:
    """`timer` is the request's deadline; what is waited for at the gate, or for a connection, does not count."""

    gate: Gate
    question: Question
    timer: asyncio.Timeout
    connects: list[Permit] = field(default_factory=list)
    requests: list[Permit] = field(default_factory=list)
    _left: float | None = None
    _held: ExitStack = field(default_factory=ExitStack)

    async def connect(self) -> None:
        """Leave to open one connection."""
        self.suspend()
        self.connects.append(await self.gate.enter(replace(self.question, act=Act.CONNECT, opens=True)))
        self.resume()

    async def request(self) -> Permit:
        """Leave to send one request; aiohttp sends again where a kept connection turns out to be closed."""
        self.suspend()
        permit = await self.gate.enter(self.question)
        self.requests.append(permit)
        self.resume()
        return permit

    def suspend(self) -> None:
        self._held.enter_context(waiting())
        ends = self.timer.when()
        self._left = None if ends is None else ends - asyncio.get_running_loop().time()
        self.timer.reschedule(None)

    def resume(self) -> None:
        self._held.close()
        if self.timer.expired():  # stopped meanwhile: the cancellation is on its way
            return
        self.timer.reschedule(None if self._left is None else asyncio.get_running_loop().time() + self._left)

    def ended(self, error: BaseException | None = None) -> None:
        """Give back what the request held; without an answer, the connections that were opened for it too."""
        self._held.close()
        for permit in self.requests:
            if error is not None:
                permit.failed(error)
            permit.close()
        if error is not None:
            for permit in self.connects:
                permit.failed(error)
                permit.close()


current: ContextVar[Crossing] = ContextVar("crossing")
"""The crossing of the request that this task sends: aiohttp's hooks are told of no other context."""
