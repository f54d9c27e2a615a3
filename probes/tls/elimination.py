"""Which suites and groups a service accepts in one version, in its own order: what it chose is taken out and it is
asked again. One connection each, and one that it refuses. Nothing is judged."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cache

from probes.tls import hello, suites
from probes.tls.answer import Answer, Outcome
from probes.tls.inquiry import Inquiry
from probes.tls.wish import MOST_SMALL, Form, Wish
from scanner.model.verdict import Reason

MOST_PARTS = 32
"""Refusals of one part of the suites, beyond which nothing is asked: more than key exchanges and small hellos need."""


@dataclass(slots=True)
class Accepted:
    """What one version was seen to accept. `answers` are all that it accepted, in the order asked.

    `suites` are in the order chosen, `offered` as they stood in our first offer. `groups` likewise. `gap` says why the
    suites are not all, and `groups_gap` why the groups are not; None where they are. `contradiction` is an answer in
    another version, or with a suite that was not offered. `server_chooses` is None where that could not be told.
    """

    version: int
    form: Form
    suites: list[int] = field(default_factory=list)
    offered: tuple[int, ...] = ()
    groups: list[int] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    gap: Reason | None = None
    groups_gap: Reason | None = None
    contradiction: Answer | None = None
    server_chooses: bool | None = None


class Elimination:
    """One version of one service, from its first acceptance to the refusal that ends it."""

    def __init__(
        self,
        inquiry: Inquiry,
        version: int,
        form: Form,
        offer: tuple[int, ...],
        *,
        groups: bool,
        besides: Collection[int] = (),
    ) -> None:
        """`groups` says whether the groups are asked too; else every hello offers all of them. `besides` are those that
        a higher version agreed on: only others are looked for then."""
        self.found = Accepted(version, form, offered=offer)
        self._inquiry = inquiry
        self._left = list(offer)
        self._groups = list(hello.EVERY_GROUP)
        self._besides = besides if groups else ()
        self._narrow = groups and form.whole and not besides
        self._room: Form | None = form if form.whole else None
        if groups and not form.whole:
            self.found.groups_gap = Reason.MALFORMED  # unless it turns out to take a hello that has room for all
        self._exchanges: list[str] | None = None
        self._before = 0

    async def run(self, first: Answer) -> Accepted:
        """Begin with an answer that was had already; end where nothing more is accepted."""
        await self._suites(first)
        if self.found.groups_gap is not None and self.found.gap is None and self._needing:
            await self._find_room()
        if self._besides:
            self._groups = [code for code in self._groups if code not in (*self._besides, *self.found.groups)]
        if (self._narrow or self._besides) and self._room and self.found.groups:
            await self._more_groups()
        await self._order()
        return self.found

    async def _suites(self, answer: Answer) -> None:
        for _ in range(len(self._left) + MOST_PARTS):
            if self._accepts(answer):
                if not await self._keeps(answer):
                    answer = await self._ask()
                    continue
                self._take(answer)
            elif answer.outcome is Outcome.UNTOLD or answer.outcome is Outcome.ACCEPTED:
                self.found.gap = answer.reason if answer.outcome is Outcome.UNTOLD else Reason.MALFORMED
                self.found.contradiction = answer if answer.outcome is Outcome.ACCEPTED else None
                return
            elif self._narrowed:
                # Refused for want of a suite, or of a group: another group that is accepted tells which.
                await self._more_groups(once=True)
                if self._narrow and not self._next_part(answer):
                    await self._doubt(answer)
                    return
            elif not self._next_part(answer):
                await self._doubt(answer)
                return
            answer = await self._ask()

    @property
    def _narrowed(self) -> bool:
        return self._narrow and len(self._groups) < len(hello.EVERY_GROUP)

    def _accepts(self, answer: Answer) -> bool:
        return (
            answer.outcome is Outcome.ACCEPTED and answer.version == self.found.version and answer.suite in self._left
        )

    async def _keeps(self, answer: Answer) -> bool:
        """Whether a suite without a group was chosen for itself, and not because no group was left for the others."""
        if not self._narrowed or _group(answer) is not None:
            return True
        await self._more_groups(once=True)
        return self._narrow

    @property
    def _needing(self) -> tuple[int, ...]:
        """The accepted suites that a group was agreed on with."""
        return tuple(dict.fromkeys(answer.suite for answer in self.found.answers if _group(answer) is not None))

    async def _find_room(self) -> None:
        """All groups with the accepted suites alone: a server that broke off over a suite which it cannot serve (DHE
        without parameters) was asked in small hellos, though no size troubles it."""
        wish = Wish(self.found.version, signalled(self.found.version, self._needing), form=Form.FULL)
        answer = await self._twice(wish)
        if self._accepts_again(answer):
            self._room, self._narrow, self.found.groups_gap = Form.FULL, True, None
            self.found.answers.append(answer)
            self._groups = [code for code in self._groups if code not in self.found.groups]

    def _accepts_again(self, answer: Answer) -> bool:
        return answer.version == self.found.version and answer.suite in self.found.suites and _group(answer) is not None

    async def _more_groups(self, *, once: bool = False) -> None:
        """Ask for the groups that are left with the suites that need one, until all are known; or just whether any is."""
        found = self.found
        needing, form = self._needing, self._room or found.form
        for _ in range(len(self._groups)):
            wish = Wish(found.version, signalled(found.version, needing), tuple(self._groups), form=form)
            answer = await self._twice(wish)
            group = _group(answer)
            if answer.version == found.version and group is not None and group in self._groups:
                self._groups.remove(group)
                found.groups.append(group)
                found.answers.append(answer)
                if once:
                    return
                continue
            if answer.outcome is Outcome.UNTOLD:
                found.groups_gap = answer.reason
            break
        self._narrow, self._groups = False, list(hello.EVERY_GROUP)

    def _take(self, answer: Answer) -> None:
        found = self.found
        found.suites.append(answer.suite)
        found.answers.append(answer)
        self._left.remove(answer.suite)
        group = _group(answer)
        if group is not None and group not in found.groups:
            found.groups.append(group)
            if self._narrow and group in self._groups:
                self._groups.remove(group)

    async def _ask(self) -> Answer:
        wish = Wish(self.found.version, (), tuple(self._groups), form=self.found.form)
        return await self._twice(replace(wish, suites=self._part()))

    async def _twice(self, wish: Wish) -> Answer:
        """Once more where the first brought nothing, or only a closed door: that proves little by itself."""
        answer = await self._inquiry.ask(wish)
        closed = answer.outcome is Outcome.REFUSED and answer.alert is None and self._exchanges is None
        if answer.outcome is Outcome.UNTOLD or closed:
            answer = await self._inquiry.ask(wish)
        return answer

    async def _doubt(self, last: Answer) -> None:
        """A refusal without a word may be meant for us: it counts where what was accepted first still is."""
        if last.alert is not None:
            return
        answer = await self._inquiry.ask(known(self.found))
        if answer.outcome is not Outcome.ACCEPTED:
            self.found.gap = self.found.groups_gap = answer.reason

    def _part(self) -> tuple[int, ...]:
        """As many of the suites that are asked for now as fit; the signalling value goes with each part."""
        now = [code for code in self._left if self._exchanges is None or _exchange(code) == self._exchanges[0]]
        if self.found.form.whole or self.found.version in (hello.TLS13, hello.TLCP):
            return tuple(now) if self._exchanges is None else signalled(self.found.version, now)
        part = [code for code in now if code != suites.RENEGOTIATION_SCSV][: MOST_SMALL - 1]
        return (*part, suites.RENEGOTIATION_SCSV)

    def _next_part(self, refusal: Answer) -> bool:
        """Whether suites are left to ask for: those that a small hello had no room for, and each key exchange by itself
        where a server broke off in other words than that it knows none of them.

        Such a one may have chosen a suite that it cannot serve (DHE without parameters, PSK without a key), and says
        nothing of the others. Those refused are out.
        """
        left = [code for code in self._left if code != suites.RENEGOTIATION_SCSV]
        exchanges = list(dict.fromkeys(_exchange(code) for code in left))
        splits = not refusal.final and len(exchanges) > 1 and hello.SSL3 <= self.found.version < hello.TLS13
        if self._exchanges is None and splits and not self._inquiry.blunt:
            self._exchanges, self._before = exchanges, len(self.found.suites)
            return True
        if self.found.form.whole and self._exchanges is None:
            return False
        part = set(self._part()) - {suites.RENEGOTIATION_SCSV}
        self._left = [code for code in self._left if code not in part]
        if self._exchanges is not None:
            self._exchanges = [each for each in self._exchanges if any(_exchange(code) == each for code in self._left)]
            self._inquiry.blunt = not self._exchanges and len(self.found.suites) == self._before
            return bool(self._exchanges)
        return any(code != suites.RENEGOTIATION_SCSV for code in self._left)

    async def _order(self) -> None:
        """Who chooses: shown by the choices themselves, or asked with another of the accepted suites at the head."""
        found = self.found
        if len(found.suites) < 2:
            return
        together = found.suites if self._exchanges is None else found.suites[: self._before]
        if found.form.whole and _out_of_order(together, found.offered):
            found.server_chooses = True
            return
        turned = signalled(found.version, _turned(found.suites)[: MOST_SMALL - 1])
        answer = await self._twice(Wish(found.version, turned, form=found.form))
        if answer.version == found.version and answer.suite in found.suites:
            found.answers.append(answer)
            found.server_chooses = answer.suite != turned[0]


def known(accepted: Accepted) -> Wish:
    """A hello that was accepted before."""
    return Wish(accepted.version, signalled(accepted.version, accepted.suites[:1]), form=accepted.form)


def _turned(chosen: list[int]) -> list[int]:
    """The same suites with one at the head that the server did not choose first: none that costs it a large prime, and
    none that servers promote where a client puts it first (ChaCha20), where there is another."""
    known = [suites.table().get(code) for code in chosen[1:]]
    mild = [one.code for one in known if one is not None and one.exchange != "DHE" and one.cipher != "CHACHA20"]
    head = mild[-1] if mild else chosen[-1]
    return [head, *(code for code in chosen if code != head)]


def _out_of_order(chosen: list[int], offer: tuple[int, ...]) -> bool:
    """Whether a suite was chosen before another one that is accepted, and that we had named earlier."""
    places = [offer.index(code) for code in chosen if code in offer]
    return places != sorted(places)


def _exchange(code: int) -> str:
    """A suite's key exchange, anonymous ones apart; empty for what is no suite."""
    suite = suites.table().get(code)
    return "" if suite is None else f"{suite.exchange} {suite.authentication == 'anon'}"


def _group(answer: Answer) -> int | None:
    """The group that an answer agreed on, where it names one."""
    if answer.hello is not None and answer.hello.version == hello.TLS13:
        return answer.hello.group
    return answer.exchange.group if answer.exchange is not None and answer.exchange.kind == "curve" else None


def signalled(version: int, codes: Iterable[int]) -> tuple[int, ...]:
    """With the value that asks for secure renegotiation, in the versions that know it."""
    return (*codes, suites.RENEGOTIATION_SCSV) if hello.SSL3 <= version <= hello.TLS12 else tuple(codes)


@cache
def offered(version: int) -> tuple[int, ...]:
    """All suites of a version, in an order that no server would choose: who chooses shows by itself then."""
    every = suites.every(version)
    if version in (hello.TLS13, hello.TLCP):
        return tuple(reversed(every))
    usual = [code for code in every if code in suites.USUAL]
    return (*reversed(usual), *(code for code in every if code not in usual))
