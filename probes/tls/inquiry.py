"""One hello after another to one service, in the form that it understands. What the answers mean is not said here."""

import os
import time
from collections.abc import Callable
from dataclasses import replace

from probes.tls import answer, hello, sslv2
from probes.tls.answer import Answer, Outcome
from probes.tls.conversation import BrokeOff, NotNow, NotOffered, say
from probes.tls.wish import Form, Wish, cut, words
from scanner.model.errors import Blocked, NetworkError, NotAdmitted
from scanner.model.network import Network
from scanner.model.target import Target
from scanner.model.verdict import Reason

MOST_ASKED = 200
"""Connections to one service, whatever it answers."""
MOST_SECONDS = 240.0
"""For one service in all: what was told by then is kept, where the probe's own deadline would lose it."""
OLDER = (Form.FULL, Form.SMALL, Form.PLAIN)
"""Forms that make a difference up to TLS 1.2."""
NOBODY = frozenset([Reason.TIMED_OUT, Reason.REFUSED, Reason.UNREACHABLE])
"""Ends of a connection that brought no word: silence, and a port that nobody listens on any more."""
SILENCES = 2
"""Unanswered hellos in a row after which the rest is not asked."""


class Inquiry:
    """Counts what it asks; ends by itself where the service stays silent, or was asked too much.

    `blunt`: it was seen that the service says in no other words than a closed door that it knows none of the suites.
    """

    def __init__(self, net: Network, target: Target, most: int = MOST_ASKED) -> None:
        self._net = net
        self._target = target
        self._most = most
        self._form = Form.FULL
        self._chains: dict[tuple[bytes, ...], tuple[bytes, ...]] = {}
        self.asked = 0
        self.silent = 0
        self._why = Reason.TIMED_OUT
        self.heard = False
        self.blunt = False
        self._begun = time.monotonic()

    @property
    def over(self) -> bool:
        """Whether nothing more is asked."""
        late = time.monotonic() - self._begun > MOST_SECONDS
        return self.silent >= SILENCES or self.asked >= self._most or late

    async def ask(self, wish: Wish) -> Answer:
        """One connection. What goes wrong is an answer that tells nothing; but the gate's own refusals pass through,
        and so does it that the service has no TLS here, or not now."""
        told = await self._once(
            lambda: words(wish, self._target.name, self._target.protocol), answer.enough, answer.read
        )
        if told.outcome is Outcome.ACCEPTED and told.suite not in wish.suites:
            what = f"{told.what}, which was not offered"
            return Answer(Outcome.UNTOLD, what, told.said, Reason.MALFORMED, final=False)
        return told

    async def ask_sslv2(self) -> Answer:
        """The same in SSL 2.0."""
        return await self._once(lambda: sslv2.hello(os.urandom(16)), answer.sslv2_enough, answer.read_sslv2)

    async def ask_in_any_form(self, wish: Wish) -> tuple[Answer, Form]:
        """The first answer that leaves no doubt, in full or smaller where the server could not take that; and the form."""
        best: tuple[Answer, Form] | None = None
        for form in self._forms(wish):
            told = await self.ask(cut(wish, form))
            if told.outcome is Outcome.ACCEPTED and wish.version <= hello.TLS12:
                self._form = form
            if told.final and told.outcome is not Outcome.UNTOLD:
                return told, form
            if best is None or best[0].outcome is Outcome.UNTOLD:
                best = told, form
            if self.over:
                break
        return best or (self._left_out(), Form.FULL)

    def _forms(self, wish: Wish) -> tuple[Form, ...]:
        """Beginning with the one that was understood before; extensions are only left out where nothing was yet."""
        if wish.version > hello.TLS12:
            return Form.FULL, Form.SHARED, Form.SMALL
        if wish.version == hello.SSL3:
            return (Form.PLAIN,) if self._form is not Form.FULL else (Form.FULL, Form.PLAIN)
        first = OLDER[OLDER.index(self._form) :]
        return first if not self.heard else first[:2]

    async def _once(
        self, said: Callable[[], bytes], enough: Callable[[bytes], bool], read: Callable[[bytes], Answer]
    ) -> Answer:
        if self.over:
            return self._left_out()
        self.asked += 1
        try:
            told = read(await self._heard_out(said(), enough))
        except NotAdmitted as error:
            if error.reason is not Reason.BUDGET or not self.heard:
                raise
            return Answer(Outcome.UNTOLD, str(error), reason=error.reason, final=False)
        except Blocked:
            raise
        except (NotOffered, NotNow):
            if not self.heard:
                raise
            return Answer(Outcome.UNTOLD, "STARTTLS was not given any more", final=False)
        except NetworkError as error:
            if error.reason in NOBODY:
                self.silent, self._why = self.silent + 1, error.reason
            return Answer(Outcome.UNTOLD, str(error), reason=error.reason, final=False)
        self.silent = 0
        self.heard = self.heard or told.outcome is Outcome.ACCEPTED
        return replace(told, chain=self._chains.setdefault(told.chain, told.chain))  # one copy of each

    async def _heard_out(self, said: bytes, enough: Callable[[bytes], bool]) -> bytes:
        """What was answered; a whole ServerHello counts, though the connection ended in what follows."""
        try:
            return await say(self._net, self._target, said, enough)
        except BrokeOff as error:
            if answer.read(error.heard).outcome is Outcome.ACCEPTED:
                return error.heard
            raise

    def _left_out(self) -> Answer:
        silent = self.silent >= SILENCES
        reason = self._why if silent else Reason.BUDGET
        return Answer(Outcome.UNTOLD, "not asked any more", reason=reason, final=False)
