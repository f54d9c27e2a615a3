"""The course of an inquiry: which versions, which suites in each, and what must be heard twice. No facts yet."""

import asyncio
from dataclasses import dataclass, field, replace

from probes.tls import hello, sslv2, suites
from probes.tls.answer import Answer, Outcome
from probes.tls.elimination import Elimination, known, offered, signalled
from probes.tls.inquiry import Inquiry
from probes.tls.presented import Presented, present
from probes.tls.told import DESCENDING, Told, Versions, unbelieved
from probes.tls.traits import traits
from probes.tls.wish import Form, Wish, cut
from scanner.model.errors import Blocked, NetworkError, NotAdmitted
from scanner.model.network import Network
from scanner.model.target import Target
from scanner.model.verdict import Reason

OBSOLETE = (hello.TLS11, hello.TLS10, hello.SSL3)
"""Only believed where two connections say so."""
APART = 3.0
"""Seconds between two hellos that look for a staple: a server fetches it when it is first asked for."""


@dataclass(slots=True)
class Course:
    """One service. Ends with what was told by version, and the answers to the questions between versions."""

    inquiry: Inquiry
    net: Network
    target: Target
    versions: Versions = field(default_factory=Versions)
    fallback: Answer | None = None
    presented: list[Presented] = field(default_factory=list)
    staple_again: bytes | None = None

    async def run(self) -> None:
        """Everything, one connection after the other."""
        await self._first()
        for version in DESCENDING:
            await self._version(version)
        await self._sslv2()
        await self._tlcp()
        self.versions.settle(self.inquiry.heard, await self._barred())
        await self._hear_twice()
        await self._fallback()

    async def run_briefly(self) -> None:
        """Two connections: the highest version, and the highest obsolete one; a third where that is spoken."""
        of = self.versions.of
        for told in of.values():
            told.reason = Reason.BUDGET
        await self._first(kept=True)
        wish = Wish(hello.TLS11, offered(hello.TLS11))
        self.versions.step(hello.TLS11, await self.inquiry.ask(wish), Form.FULL)
        for accepted in self.versions.accepted:
            accepted.suites = [answer.suite for answer in accepted.answers]
            accepted.gap = accepted.groups_gap = Reason.BUDGET
        for version in OBSOLETE:
            await self._confirm(version)
        self.versions.settle(self.inquiry.heard, barred=False)
        for version in (hello.TLS12, hello.SSL3, sslv2.VERSION, hello.TLCP):
            if of[version].spoken is None:
                of[version].reason = Reason.BUDGET

    @property
    def chain(self) -> tuple[bytes, ...]:
        """A chain that was presented in the clear or deciphered; empty where none was."""
        return next((chain for _, chain in self.chains.values()), ())

    @property
    def chains(self) -> dict[bytes, tuple[int, tuple[bytes, ...]]]:
        """By leaf: the version in which it was first seen, and its chain."""
        found: dict[bytes, tuple[int, tuple[bytes, ...]]] = {}
        for one in self.presented:
            found.setdefault(one.chain[0], (one.version, one.chain))
        for version, answer in self.versions.seen:
            if answer.chain:
                found.setdefault(answer.chain[0], (version, answer.chain))
        return found

    @property
    def uncertified(self) -> bool:
        """Whether all is told, and no suite that is accepted shows a certificate: anonymous ones and PSK alone."""
        accepted = [code for one in self.versions.accepted for code in one.suites]
        return self.versions.whole and bool(accepted) and not suites.with_certificate(tuple(accepted))

    @property
    def stapled(self) -> bool:
        """Whether an OCSP answer came along."""
        came = (*(answer.staple for _, answer in self.versions.seen), *(one.staple for one in self.presented))
        return any(came) or bool(self.staple_again)

    async def look_for_staple(self) -> None:
        """A second time, a few seconds later, where the first brought none."""
        if self.stapled or self.inquiry.over:
            return
        await asyncio.sleep(APART)
        lower = self.versions.lower
        if not lower:
            await self.decipher()
            return
        accepted = self.versions.of[lower[0]].accepted
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

    async def _first(self, *, kept: bool = False) -> None:
        """TLS 1.3 and 1.2 in one hello. A lower version that is chosen here is asked again by itself, since only then
        compression may be offered; unless it is `kept` as it is."""
        both = (*offered(hello.TLS13), *offered(hello.TLS12))
        answer = await self.inquiry.ask(Wish(hello.TLS13, both, versions=(hello.TLS13, hello.TLS12)))
        if answer.version == hello.TLS13 or (kept and answer.outcome is Outcome.ACCEPTED):
            self.versions.step(hello.TLS13, answer, Form.FULL)
        elif answer.outcome is Outcome.ACCEPTED:
            self.versions.of[hello.TLS13] = Told(False, answer=answer)

    async def _version(self, version: int) -> None:
        of = self.versions.of
        if of[version].spoken is None:
            answer, form = await self.inquiry.ask_in_any_form(Wish(version, offered(version)))
            self.versions.step(version, answer, form)
        begun = of[version].accepted
        if not of[version].spoken or begun is None:
            return
        groups = version == hello.TLS13 or version == self.versions.lower[0]
        modern = of[hello.TLS13].accepted
        besides = modern.groups if modern is not None and version != hello.TLS13 and modern.groups_gap is None else ()
        elimination = Elimination(
            self.inquiry, version, begun.form, begun.offered, groups=groups, besides=besides if groups else ()
        )
        accepted = of[version].accepted = await elimination.run(begun.answers[0])
        self.versions.hold_to_its_word(version, accepted)
        await self._confirm(version)

    async def _confirm(self, version: int) -> None:
        """An obsolete version that was accepted on one connection only is asked for once more."""
        told = self.versions.of[version]
        if version not in OBSOLETE or told.accepted is None or len(told.accepted.answers) > 1:
            return
        second = await self.inquiry.ask(cut(Wish(version, told.accepted.offered), told.accepted.form))
        if second.version == version:
            told.accepted.answers.append(second)
        else:
            self.versions.of[version] = unbelieved(told.answer, second)

    async def _sslv2(self) -> None:
        first = await self.inquiry.ask_sslv2()
        if not first.final and not self.inquiry.heard:
            first = await self.inquiry.ask_sslv2()
        told = Told(None, first.reason, first)
        if first.outcome is Outcome.WRONG_VERSION:
            told.spoken = False
        elif first.outcome is Outcome.ACCEPTED:
            second = await self.inquiry.ask_sslv2()
            both = tuple(cipher for cipher in first.ciphers if cipher in second.ciphers)
            told = Told(True, answer=replace(first, ciphers=both)) if both else unbelieved(first, second)
        self.versions.of[sslv2.VERSION] = told

    async def _tlcp(self) -> None:
        offer = offered(hello.TLCP)
        answer = await self.inquiry.ask(Wish(hello.TLCP, offer))
        if answer.outcome is not Outcome.ACCEPTED and self.target.name is not None:
            answer = await self.inquiry.ask(Wish(hello.TLCP, offer, named=False))
        told = self.versions.of[hello.TLCP] = Told(None, answer.reason, answer)
        # A server of TLS alone may answer the strange version in a protocol of its own: it speaks no TLCP.
        strange = answer.outcome is Outcome.UNTOLD and answer.reason is Reason.MALFORMED and self.inquiry.heard
        if answer.outcome is Outcome.WRONG_VERSION or strange:
            told.spoken = False
        elif answer.outcome is Outcome.ACCEPTED:
            told.spoken = answer.version == hello.TLCP
            if told.spoken:
                elimination = Elimination(self.inquiry, hello.TLCP, Form.FULL, offer, groups=False)
                told.accepted = await elimination.run(answer)

    async def _barred(self) -> bool:
        """Where versions were refused without a word: whether a hello that was accepted before is refused by now."""
        spoken = next((one for one in self.versions.accepted if one.suites), None)
        if spoken is None or not any(told.closed for told in self.versions.of.values()):
            return False
        return (await self.inquiry.ask(known(spoken))).outcome is not Outcome.ACCEPTED

    async def _hear_twice(self) -> None:
        """What accuses must be heard on two connections: each kind of weak suite, each size of prime, compression."""
        for version, code in self._heard_once():
            accepted = self.versions.of[version].accepted
            if accepted is None:
                continue
            answer = await self.inquiry.ask(Wish(version, signalled(version, (code,)), form=accepted.form))
            if (answer.version, answer.suite) == (version, code):
                self.versions.again.append((version, answer))

    def _heard_once(self) -> list[tuple[int, int]]:
        """Version and suite of whatever one answer alone shows."""
        by_trait: dict[object, list[tuple[int, int]]] = {}
        for version, answer in self.versions.seen:
            for trait in traits(version, answer):
                by_trait.setdefault(trait, []).append((version, answer.suite))
        return list(dict.fromkeys(seen[0] for seen in by_trait.values() if len(seen) == 1))

    async def _fallback(self) -> None:
        """A hello that says it is a fallback from a higher version, in the highest but one (RFC 7507)."""
        lower = self.versions.lower
        accepted = self.versions.of[lower[1]].accepted if len(lower) > 1 else None
        if accepted is None or not accepted.suites:
            return
        offer = (*signalled(accepted.version, accepted.suites[:40]), suites.FALLBACK_SCSV)
        self.fallback = await self.inquiry.ask(Wish(accepted.version, offer, form=accepted.form))
