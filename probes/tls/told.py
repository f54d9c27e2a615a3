"""What is known of each version so far, and what one more answer says of it. Pure: it asks nothing.

What an earlier answer said is not asked again: a server that goes on in a lower version has refused the higher one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from probes.tls import hello, sslv2
from probes.tls.answer import Answer, Outcome
from probes.tls.elimination import Accepted, offered
from probes.tls.wish import Form
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
LOWER = DESCENDING[1:]


@dataclass(slots=True)
class Told:
    """One version: spoken or not, or why that is not known; and what it accepts where it is."""

    spoken: bool | None = None
    reason: Reason = Reason.TIMED_OUT
    answer: Answer | None = None
    accepted: Accepted | None = None

    @property
    def closed(self) -> bool:
        """Whether it was refused by the end of the connection alone."""
        refused = self.answer is not None and self.answer.outcome is Outcome.REFUSED
        return self.spoken is None and refused and self.answer is not None and self.answer.alert is None


def unbelieved(first: Answer | None, second: Answer) -> Told:
    """A version that one connection accepted and another one did not."""
    reason = second.reason if second.outcome is Outcome.UNTOLD else Reason.MALFORMED
    what = f"{first.what if first else ''}; asked again: {second.what}"
    return Told(None, reason, Answer(Outcome.UNTOLD, what, reason=reason))


@dataclass(slots=True)
class Versions:
    """All of them. `of` has every version; `again` are acceptances beyond the versions' own."""

    of: dict[int, Told] = field(default_factory=lambda: {version: Told() for version in NAMES})
    again: list[tuple[int, Answer]] = field(default_factory=list)

    @property
    def lower(self) -> list[int]:
        """Versions up to TLS 1.2 that are spoken, the highest first."""
        return [version for version in LOWER if self.of[version].spoken]

    @property
    def accepted(self) -> Iterator[Accepted]:
        """What each version that is spoken accepts."""
        return (told.accepted for told in self.of.values() if told.spoken and told.accepted is not None)

    @property
    def seen(self) -> list[tuple[int, Answer]]:
        """Every acceptance from SSL 3.0 on, with the version that was negotiated."""
        first = [(one.version, answer) for one in self.accepted for answer in one.answers]
        return first + [(version, answer) for version, answer in self.again if version != sslv2.VERSION]

    @property
    def whole(self) -> bool:
        """Whether every version is told, and every suite of those spoken."""
        told = all(told.spoken is not None for told in self.of.values())
        return told and all(one.gap is None for one in self.accepted)

    @property
    def usual_gap(self) -> Reason:
        """Why a fact over all versions is missing: as the first version that is."""
        missing = (told.reason for told in self.of.values() if told.spoken is None)
        cut = (one.gap for one in self.accepted if one.gap)
        return next(missing, next(cut, Reason.MALFORMED))

    def step(self, version: int, answer: Answer, form: Form) -> None:
        """What an answer to a hello of this highest version says of it, and of those below."""
        told = self.of[version]
        if answer.outcome is not Outcome.ACCEPTED:
            told.answer, told.reason = answer, answer.reason
            if answer.outcome is Outcome.WRONG_VERSION:
                told.spoken = False
                self._rule_out_below(version, answer)
            return
        spoken = answer.version or 0
        for higher in DESCENDING:
            if spoken < higher <= version and self.of[higher].spoken is None:
                self.of[higher] = Told(False, answer=answer)
        if spoken not in DESCENDING or spoken > version:
            self.of[version] = Told(False, answer=answer)  # it went on in a version that was not asked for
            return
        begun = Accepted(spoken, form, offered=offered(spoken), answers=[answer])
        self.of[spoken] = Told(True, answer=answer, accepted=begun)

    def hold_to_its_word(self, version: int, accepted: Accepted) -> None:
        """A version that was chosen once, and another one for the same hello but for that suite: nothing is known."""
        other = accepted.contradiction
        if other is not None and other.version != version and len(accepted.answers) == 1:
            self.of[version] = unbelieved(accepted.answers[0], other)

    def settle(self, heard: bool, barred: bool) -> None:
        """A mere alert refuses a version where another hello was answered: else it may be meant for us. A close or a
        reset does where a hello is still answered after it (`barred` says that none is)."""
        for told in self.of.values():
            refused = told.answer is not None and told.answer.outcome is Outcome.REFUSED
            if told.spoken is None and refused and heard and not (barred and told.closed):
                told.spoken = False

    def _rule_out_below(self, version: int, answer: Answer) -> None:
        """A server that speaks a higher version knows this one's number: it refuses all below, too (RFC 5246, E.1).

        SSL 3.0 has a hello of its own and is asked by itself.
        """
        if any(self.of[higher].spoken for higher in DESCENDING if higher > version):
            for lower in DESCENDING:
                if hello.SSL3 < lower < version and self.of[lower].spoken is None:
                    self.of[lower] = Told(False, answer=answer)
