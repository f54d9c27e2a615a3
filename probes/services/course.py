"""The course of an identification on the wire: what is asked, in which order, and when it ends. No facts, no leads."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from probes.services.dialogue import Dialogue
from probes.services.dialogues import http, table
from probes.services.dialogues.reply_220 import NOOP, greeting, told_apart
from probes.services.following import followed
from probes.services.hearing import OURS, Heard, hear, whole
from probes.services.identity import Identity, named
from scanner.model.errors import NetworkError
from scanner.model.network import Network, Stream
from scanner.model.target import Target
from scanner.model.verdict import Reason

GREETING, BRIEFLY, USUALLY = 5.5, 0.3, 1.0
"""Seconds to wait for a greeting: where the port's usual service greets, where it does not, where neither is sure.

A greeting that comes later than our question is still heard: as the first words of the answer.
"""
LIKELY_ANSWER, ANSWER = 8.0, 3.0
"""Seconds for the answer to the question that the port makes likely, and to every other."""
MOST_SILENT = 4
"""Questions without any answer after which the service is left alone."""
MOST_SHUT = 2
"""Connections closed before a word of ours: nobody speaks to us there."""
ECHO = "echo"
MOST_CONNECTIONS = 16
"""Connections after which a service that answers nobody's question is left alone."""


@dataclass(slots=True)
class Course:
    """One identification. `tls` is None until TLS answered, or another protocol was recognised."""

    target: Target
    net: Network
    identity: Identity | None = None
    tls: bool | None = None
    speaks_first: bool | None = None
    heard: list[Heard] = field(default_factory=list)
    silent: int = 0
    shut: int = 0
    connections: int = 0

    async def run(self) -> None:
        """Ask until it is known, or not worth more questions. Raises where the first connection was not to be had."""
        if table.expects_tls(self._port) and await self._inside_tls():
            return
        by_name = self.target.name is not None
        left = table.questions_by_name(self._port) if by_name else table.questions(self._port)
        asked: list[Dialogue] = []
        while left and not self._given_up:
            asked.append(left[0])
            found = await self._one_connection(left[0])
            if found is not None:
                await self._settle(found)
                return
            left = left[1:] if by_name else table.next_questions(left[1:], self.heard[-1], asked)

    @property
    def why_not(self) -> Reason:
        """Why nothing was recognised: too much of it, words of no known protocol, a closed door, else silence."""
        reasons = [heard.reason for heard in self.heard if heard.reason is not None]
        if Reason.BUDGET in reasons:
            return Reason.BUDGET
        if any(heard.data for heard in self.heard):
            return Reason.MALFORMED
        return next((reason for reason in reasons if reason is not Reason.TIMED_OUT), Reason.TIMED_OUT)

    @property
    def _port(self) -> int:
        return self.target.port or 0

    @property
    def _host(self) -> str:
        """As a client writes it in Host: with the port where it is not a scheme's own."""
        host = self.target.name or self.target.address or ""
        host = f"[{host}]" if ":" in host else host
        return host if self._port in (80, 443) else f"{host}:{self._port}"

    @property
    def _given_up(self) -> bool:
        """A stranger's greeting, silence and closed doors do not change by further questions."""
        tired = self.silent >= MOST_SILENT or self.shut >= MOST_SHUT or self.connections >= MOST_CONNECTIONS
        return bool(self.speaks_first) or tired

    async def _settle(self, found: Identity) -> None:
        """What was recognised may be TLS itself, or a web server that refuses (400) because it wants TLS."""
        if found.protocol == "tls":
            self.tls = True
            await self._inside_tls()
        elif found.status != 400 or not await self._inside_tls():
            self.identity, self.tls = found, False

    async def _one_connection(self, dialogue: Dialogue) -> Identity | None:
        """Listen where that was not done yet, then ask, then listen; then ask further what it is that was met."""
        try:
            async with self._connected() as stream:
                if self.speaks_first is None:
                    greets = table.greets(self._port)
                    patience = USUALLY if greets is None else GREETING if greets else BRIEFLY
                    heard = await self._listen(stream, patience, table.is_greeting)
                    if heard.data:
                        return await self._greeting(stream, heard.data)
                    if heard.closed:
                        self.shut += 1
                        return None
                    self.speaks_first = False
                found = await self._answer(stream, dialogue, table.likely(self._port, tls=False))
        except NetworkError as error:
            if not self.heard or error.reason not in OURS:
                raise
            self.heard.append(Heard(closed=True, reason=error.reason))
            return None
        return await self._asked_its_own(dialogue, found)

    async def _greeting(self, stream: Stream, data: bytes) -> Identity | None:
        self.speaks_first = True
        found = table.recognised(data) or table.at_home(data, self._port)
        if found is None and greeting(data) is not None:
            await stream.send(NOOP)
            found = told_apart(data, (await self._listen(stream, LIKELY_ANSWER)).data)
        return await followed(stream, found) if found is not None else None

    async def _answer(self, stream: Stream, dialogue: Dialogue, usual: tuple[Dialogue, ...]) -> Identity | None:
        if dialogue.question is None:
            return None
        question = dialogue.question(self.target.name or "" if dialogue.protocol == "tls" else self._host)
        await stream.send(question)
        patience = LIKELY_ANSWER if dialogue in usual or self.target.name else ANSWER
        heard = await self._listen(stream, patience, dialogue.complete or whole)
        self.silent += heard.reason is Reason.TIMED_OUT
        found = table.recognised(heard.data, dialogue)
        if found is None and heard.data == question:
            return named(ECHO, "our own words came back")
        if found is not None and table.always_greets(found.protocol):
            self.speaks_first = True
        if found is None or found.protocol != dialogue.protocol or heard.closed:
            return found
        return await followed(stream, found)

    async def _asked_its_own(self, asked: Dialogue, found: Identity | None) -> Identity | None:
        """Who was recognised by its answer to another's question is asked its own, where that tells more."""
        own = table.asker(found.protocol) if found is not None else None
        if found is None or own is None or own.question is None or found.protocol == asked.protocol or found.version:
            return found
        try:
            async with self._connected() as stream:
                told = await self._answer(stream, own, (own,))
        except NetworkError as error:
            if error.reason not in OURS:
                raise
            return found
        return told if told is not None and told.protocol == found.protocol else found

    async def _inside_tls(self) -> bool:
        """A real handshake, and what is inside: by name HTTP alone is asked. True where it was TLS."""
        by_name = self.target.name is not None
        for question in (http.DIALOGUE,) if by_name else table.questions_inside_tls(self._port):
            try:
                async with self._connected(tls=True) as stream:
                    if self.tls is not True:
                        self.tls, self.speaks_first = True, None
                    self.identity = await self._inside(stream, question)
            except NetworkError as error:
                if error.reason not in OURS:
                    raise
                self.silent += error.reason is Reason.TIMED_OUT
                if self.tls:
                    self.heard.append(Heard(closed=True, reason=error.reason))
            if self.tls is not True or self.identity is not None or self._given_up:
                break
        return self.tls is True

    async def _inside(self, stream: Stream, question: Dialogue) -> Identity | None:
        if self.speaks_first is None:
            usual = table.likely(self._port, tls=True)
            patience = GREETING if any(one.speaks_first for one in usual) else BRIEFLY
            heard = await self._listen(stream, patience, table.is_greeting)
            if heard.data:
                return await self._greeting(stream, heard.data)
            if heard.closed:
                self.shut += 1
                return None
            self.speaks_first = False
        return await self._answer(stream, question, (*table.likely(self._port, tls=False), http.DIALOGUE))

    def _connected(self, *, tls: bool = False) -> AbstractAsyncContextManager[Stream]:
        self.connections += 1
        return self.net.connect(tls=tls, name=self.target.name if tls else None)

    async def _listen(self, stream: Stream, patience: float, complete: Callable[[bytes], bool] = whole) -> Heard:
        heard = await hear(stream, patience, complete)
        self.heard.append(heard)
        return heard
