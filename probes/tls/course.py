"""The course of an inquiry: which versions, which suites in each, and what must be heard twice. No facts yet.

What an earlier answer said is not asked again: a server that goes on in a lower version has refused the higher one, and
its answer is the first step in the lower.
"""

import asyncio
from dataclasses import dataclass, field

from probes.tls import hello, sslv2, suites
from probes.tls.answer import Answer, Outcome
from probes.tls.elimination import Accepted, Elimination, known, offered, signalled
from probes.tls.inquiry import Inquiry
from probes.tls.presented import Presented, present
from probes.tls.wish import Form, Wish, cut
from scanner.model.errors import Blocked, NetworkError, NotAdmitted
from scanner.model.network import Network
from scanner.model.target import Target
from scanner.model.verdict import Reason

NAMES = {
    hello.TLS13: "tls13",
    hello.TLS12: "tls12",
    hello.TLS11: "tls11",
    hello.TLS10: "tls10",
    hello.SSL3: "sslv3",
    sslv2.VERSION: "sslv2",
    hello.TLCP: "tlcp",
}
DESCENDING = (hello.TLS13, hello.TLS12, hello.TLS11, hello.TLS10, hello.SSL3)
OBSOLETE = (hello.TLS11, hello.TLS10, hello.SSL3)
"""Only believed where two connections say so."""
HEARD_TWICE = ("null", "anonymous", "export", "des", "rc4")
"""Kinds of suite that are only believed where two connections say so."""
APART = 3.0
"""Seconds between two hellos that look for a staple: a server fetches it when it is first asked for."""


@dataclass(slots=True)
class Told:
    """What is known of one version: spoken or not, or why that is not known; and what it accepts where it is."""

    spoken: bool | None = None
    reason: Reason = Reason.TIMED_OUT
    answer: Answer | None = None
    accepted: Accepted | None = None


@dataclass(slots=True)
class Course:
    """One service. Ends with what was told by version, and the answers to the questions between versions."""

    inquiry: Inquiry
    net: Network
    target: Target
    told: dict[int, Told] = field(default_factory=dict)
    again: list[tuple[int, Answer]] = field(default_factory=list)
    fallback: Answer | None = None
    presented: list[Presented] = field(default_factory=list)
    staple_again: bytes | None = None
    barred: bool = False

    async def run(self) -> None:
        """Everything, one connection after the other."""
        self.told = {version: Told() for version in NAMES}
        await self._versions()
        await self._sslv2()
        await self._tlcp()
        await self._control()
        self._settle()
        await self._hear_twice()
        await self._fallback()

    async def run_briefly(self) -> None:
        """Two connections: the highest version, and the highest obsolete one; a third where that is spoken."""
        self.told = {version: Told(reason=Reason.BUDGET) for version in NAMES}
        await self._first()
        wish = Wish(hello.TLS11, offered(hello.TLS11))
        self._step(hello.TLS11, await self.inquiry.ask(wish), Form.FULL)
        for told in self.told.values():
            if told.accepted is not None:
                told.accepted.suites = [answer.suite for answer in told.accepted.answers]
        for version in OBSOLETE:
            await self._confirm(version)
        self._settle()
        for version in (hello.TLS12, hello.SSL3, sslv2.VERSION, hello.TLCP):
            if self.told[version].spoken is None:
                self.told[version].reason = Reason.BUDGET
        for told in self.told.values():
            if told.accepted is not None:
                told.accepted.gap = told.accepted.groups_gap = Reason.BUDGET

    @property
    def lower(self) -> list[int]:
        """Versions up to TLS 1.2 that are spoken, the highest first."""
        return [version for version in DESCENDING[1:] if self.told[version].spoken]

    @property
    def chain(self) -> tuple[bytes, ...]:
        """A chain that was presented in the clear or deciphered; empty where none was."""
        return next((answer.chain for answer in self.answers if answer.chain), self._deciphered)

    @property
    def _deciphered(self) -> tuple[bytes, ...]:
        return self.presented[0].chain if self.presented else ()

    @property
    def chains(self) -> dict[bytes, tuple[int, tuple[bytes, ...]]]:
        """By leaf: the version in which it was first seen, and its chain."""
        found: dict[bytes, tuple[int, tuple[bytes, ...]]] = {}
        for one in self.presented:
            found.setdefault(one.chain[0], (one.version, one.chain))
        for version, told in self.told.items():
            for answer in told.accepted.answers if told.accepted else ():
                if answer.chain:
                    found.setdefault(answer.chain[0], (version, answer.chain))
        return found

    @property
    def answers(self) -> list[Answer]:
        """Every acceptance, in the order of versions."""
        found = [answer for told in self.told.values() if told.accepted for answer in told.accepted.answers]
        return found + [answer for _, answer in self.again if answer.outcome is Outcome.ACCEPTED]

    @property
    def stapled(self) -> bool:
        """Whether an OCSP answer came along."""
        came = (*(answer.staple for answer in self.answers), *(one.staple for one in self.presented))
        return any(came) or bool(self.staple_again)

    async def look_for_staple(self) -> None:
        """A second time, a few seconds later, where the first brought none."""
        if self.stapled or self.inquiry.over:
            return
        await asyncio.sleep(APART)
        lower = self.lower
        if not lower:
            await self.decipher()
            return
        accepted = self.told[lower[0]].accepted
        if accepted is not None and accepted.suites:
            answer = await self.inquiry.ask(Wish(lower[0], signalled(lower[0], accepted.suites), form=accepted.form))
            if answer.outcome is Outcome.ACCEPTED:
                self.staple_again = answer.staple or b""

    async def decipher(self) -> None:
        """What TLS 1.3 hides: one hello whose answer is deciphered. Nothing where that fails."""
        try:
            self.presented.append(await present(self.net, self.target))
        except (NotAdmitted, Blocked):
            raise
        except NetworkError:
            return

    async def _versions(self) -> None:
        await self._first()
        for version in DESCENDING:
            if self.told[version].spoken is None:
                await self._ask(version)
            told = self.told[version]
            if told.spoken and told.accepted is not None:
                groups = version == hello.TLS13 or version == self.lower[0]
                begun = told.accepted
                elimination = Elimination(self.inquiry, version, begun.form, begun.offered, groups=groups)
                told.accepted = await elimination.run(begun.answers[0])
                self._hold_to_its_word(version, told.accepted)
                await self._confirm(version)

    def _hold_to_its_word(self, version: int, accepted: Accepted) -> None:
        """A version that was chosen once, and another one for the same hello but for that suite: nothing is known."""
        other = accepted.contradiction
        if other is not None and other.version != version and len(accepted.answers) == 1:
            what = f"{accepted.answers[0].what}; asked again: {other.what}"
            told = Answer(Outcome.UNTOLD, what, reason=Reason.MALFORMED)
            self.told[version] = Told(None, Reason.MALFORMED, told)

    async def _first(self) -> None:
        """TLS 1.3 and 1.2 in one hello."""
        both = (*offered(hello.TLS13), *offered(hello.TLS12))
        wish = Wish(hello.TLS13, both, versions=(hello.TLS13, hello.TLS12))
        answer = await self.inquiry.ask(wish)
        if answer.outcome is Outcome.ACCEPTED:
            self._step(hello.TLS13, answer, Form.FULL)

    async def _ask(self, version: int) -> None:
        wish = Wish(version, offered(version))
        answer, form = await self.inquiry.ask_in_any_form(wish)
        self._step(version, answer, form)

    def _step(self, version: int, answer: Answer, form: Form) -> None:
        """What an answer to a hello of this highest version says of it, and of those below."""
        told = self.told[version]
        if answer.outcome is not Outcome.ACCEPTED:
            told.answer, told.reason = answer, answer.reason
            if answer.outcome is Outcome.WRONG_VERSION:
                told.spoken = False
                self._rule_out_below(version, answer)
            return
        spoken = answer.version or 0
        for higher in DESCENDING:
            if spoken < higher <= version and self.told[higher].spoken is None:
                self.told[higher] = Told(False, answer=answer)
        if spoken not in DESCENDING or spoken > version:
            self.told[version] = Told(False, answer=answer)  # it went on in a version that was not asked for
            return
        offer = offered(spoken)
        self.told[spoken] = Told(True, answer=answer, accepted=Accepted(spoken, form, offered=offer, answers=[answer]))

    def _rule_out_below(self, version: int, answer: Answer) -> None:
        """A server that speaks a higher version knows this one's number: it refuses all below, too (RFC 5246, E.1).

        SSL 3.0 has a hello of its own and is asked by itself.
        """
        if any(self.told[higher].spoken for higher in DESCENDING if higher > version):
            for lower in DESCENDING:
                if hello.SSL3 < lower < version and self.told[lower].spoken is None:
                    self.told[lower] = Told(False, answer=answer)

    async def _confirm(self, version: int) -> None:
        """An obsolete version that was accepted on one connection only is asked for once more."""
        accepted = self.told[version].accepted
        if version not in OBSOLETE or accepted is None or len(accepted.answers) > 1:
            return
        second = await self.inquiry.ask(cut(Wish(version, accepted.offered), accepted.form))
        if second.outcome is Outcome.ACCEPTED and second.version == version:
            accepted.answers.append(second)
            return
        first = self.told[version].answer
        reason = second.reason if second.outcome is Outcome.UNTOLD else Reason.MALFORMED
        what = f"{first.what if first else ''}; asked again: {second.what}"
        self.told[version] = Told(None, reason, Answer(Outcome.UNTOLD, what, reason=reason))

    async def _sslv2(self) -> None:
        first = await self.inquiry.ask_sslv2()
        if not first.final and not self.inquiry.heard:
            first = await self.inquiry.ask_sslv2()
        told = self.told[sslv2.VERSION] = Told(None, first.reason, first)
        if first.outcome is Outcome.WRONG_VERSION:
            told.spoken = False
        elif first.outcome is Outcome.ACCEPTED:
            second = await self.inquiry.ask_sslv2()
            if second.outcome is Outcome.ACCEPTED:
                told.spoken = True
                self.again.append((sslv2.VERSION, second))
            else:
                reason = second.reason if second.outcome is Outcome.UNTOLD else Reason.MALFORMED
                told.reason = reason
                told.answer = Answer(Outcome.UNTOLD, f"{first.what}; asked again: {second.what}", reason=reason)

    async def _tlcp(self) -> None:
        offer = offered(hello.TLCP)
        answer = await self.inquiry.ask(Wish(hello.TLCP, offer))
        if answer.outcome is not Outcome.ACCEPTED and self.target.name is not None:
            answer = await self.inquiry.ask(Wish(hello.TLCP, offer, named=False))
        told = self.told[hello.TLCP] = Told(None, answer.reason, answer)
        if answer.outcome is Outcome.WRONG_VERSION:
            told.spoken = False
        elif answer.outcome is Outcome.ACCEPTED:
            told.spoken = answer.version == hello.TLCP
            if told.spoken:
                elimination = Elimination(self.inquiry, hello.TLCP, Form.FULL, offer, groups=False)
                told.accepted = await elimination.run(answer)
        elif answer.outcome is Outcome.UNTOLD and answer.reason is Reason.MALFORMED and self.inquiry.heard:
            # A server of TLS alone may answer the strange version in a protocol of its own: it speaks no TLCP.
            told.spoken = False

    async def _control(self) -> None:
        """Versions that were refused without a word: whether a hello that was accepted before still is."""
        if not any(_closed(told) for told in self.told.values()):
            return
        spoken = next((told.accepted for told in self.told.values() if told.accepted and told.accepted.suites), None)
        if spoken is not None:
            self.barred = (await self.inquiry.ask(known(spoken))).outcome is not Outcome.ACCEPTED

    def _settle(self) -> None:
        """A mere alert refuses a version where another hello was answered: else it may be meant for us. A close or a
        reset does where a hello is still answered after it."""
        for told in self.told.values():
            refused = told.answer is not None and told.answer.outcome is Outcome.REFUSED
            if told.spoken is None and refused and self.inquiry.heard and not (self.barred and _closed(told)):
                told.spoken = False

    async def _hear_twice(self) -> None:
        """What accuses must be heard on two connections: each kind of weak suite, the smallest group, the compression."""
        for version, code in self._heard_once():
            accepted = self.told[version].accepted
            if accepted is None:
                continue
            answer = await self.inquiry.ask(Wish(version, signalled(version, (code,)), form=accepted.form))
            if answer.outcome is Outcome.ACCEPTED and (answer.version, answer.suite) == (version, code):
                self.again.append((version, answer))

    def _heard_once(self) -> list[tuple[int, int]]:
        """Version and suite of whatever one answer alone shows."""
        by_trait: dict[object, list[tuple[int, int]]] = {}
        for version, told in self.told.items():
            for answer in told.accepted.answers if told.accepted else ():
                for trait in traits(version, answer):
                    by_trait.setdefault(trait, []).append((version, answer.suite))
        return list(dict.fromkeys(seen[0] for seen in by_trait.values() if len(seen) == 1))

    async def _fallback(self) -> None:
        """A hello that says it is a fallback from a higher version, in the highest but one (RFC 7507)."""
        if len(self.lower) < 2:
            return
        version = self.lower[1]
        accepted = self.told[version].accepted
        if accepted is None or not accepted.suites:
            return
        offer = (*signalled(version, accepted.suites[:40]), suites.FALLBACK_SCSV)
        self.fallback = await self.inquiry.ask(Wish(version, offer, form=accepted.form))


def _closed(told: Told) -> bool:
    """Whether a version was refused by the end of the connection alone."""
    answer = told.answer
    return told.spoken is None and answer is not None and answer.outcome is Outcome.REFUSED and answer.alert is None


def traits(version: int, answer: Answer) -> list[object]:
    """What of an answer may accuse the server: a kind of suite, the size of a prime, a compression."""
    suite = suites.table().get(answer.suite)
    found: list[object] = [kind for kind in kinds(suite) if kind in HEARD_TWICE] if suite else []
    if version == hello.SSL3 and suite is not None and suite.mode == "cbc":
        found.append("sslv3-cbc")
    if answer.exchange is not None and answer.exchange.kind == "field":
        found.append(("field", answer.exchange.bits))
    if answer.hello is not None and answer.hello.compression:
        found.append("compression")
    return found


def kinds(suite: suites.Suite) -> list[str]:
    """The kinds of suite that are told apart, by what the table says of them."""
    told = {
        "null": suite.cipher == "NULL",
        "anonymous": suite.authentication == "anon",
        "export": suite.export,
        "des": suite.cipher == "DES" or 0 < suite.bits <= 56,
        "rc4": suite.cipher == "RC4",
        "block64": suite.block64,
    }
    return [kind for kind, is_so in told.items() if is_so]
