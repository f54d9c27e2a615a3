"""Which versions of SSL and TLS a service speaks: one hand-made hello for each. Whether one is too old is not said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from probes.tls import hello, sslv2
from probes.tls.version_question import Answer, Outcome, ask
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

VERSIONS = {
    "tls12": hello.TLS12,
    "tls13": hello.TLS13,
    "tls10": hello.TLS10,
    "tls11": hello.TLS11,
    "sslv3": hello.SSL3,
    "sslv2": sslv2.VERSION,
}
"""In the order asked: what is most likely answered first, so that silence is known for what it is."""
HEARD_TWICE = ("tls10", "tls11", "sslv3", "sslv2")
"""An obsolete version is only believed when a second connection answers so too."""
SILENCES = 2
"""After so many versions without any answer at all the rest is not asked."""


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """Whether each version was negotiated, and the suite that the server chose in it (empty where it did not)."""

    sslv2: bool | None
    sslv3: bool | None
    tls10: bool | None
    tls11: bool | None
    tls12: bool | None
    tls13: bool | None
    sslv2_cipher: str = ""
    sslv3_cipher: str = ""
    tls10_cipher: str = ""
    tls11_cipher: str = ""
    tls12_cipher: str = ""
    tls13_cipher: str = ""


async def observe(target: Target, net: Network) -> Seen[VersionFacts]:
    """Ask for every version, one connection after the other."""
    answers: dict[str, Answer] = {}
    for fact, version in VERSIONS.items():
        silent = [answer for answer in answers.values() if answer.reason is Reason.TIMED_OUT]
        if len(silent) == len(answers) == SILENCES:
            break
        answers[fact] = await ask(net, target, version)
        if fact in HEARD_TWICE and answers[fact].outcome is Outcome.ACCEPTED:
            answers[fact] = confirmed(answers[fact], await ask(net, target, version))
    return describe(answers)


def confirmed(first: Answer, second: Answer) -> Answer:
    """An acceptance heard twice; a server that contradicts itself has told nothing."""
    if second.outcome is Outcome.ACCEPTED:
        return first
    reason = second.reason if second.outcome is Outcome.UNTOLD else Reason.MALFORMED
    return Answer(Outcome.UNTOLD, f"{first.what}; asked again: {second.what}", said=first.said, reason=reason)


def describe(answers: Mapping[str, Answer]) -> Seen[VersionFacts]:
    """What the answers say together.

    A version is refused where the server answered in another, or named the version as the matter. A mere alert,
    a close or a reset refuses it only where another hello was answered: else it may have been meant for us.
    """
    answered = any(answer.outcome in (Outcome.ACCEPTED, Outcome.OTHER_VERSION) for answer in answers.values())
    told: dict[str, Any] = {fact: _told(answers.get(fact), answered) for fact in VERSIONS}
    ciphers: dict[str, Any] = {
        f"{fact}_cipher": answer.cipher for fact, answer in answers.items() if answer.outcome is Outcome.ACCEPTED
    }
    gaps = {fact: _reason(answers.get(fact)) for fact, value in told.items() if value is None}
    evidence = tuple(Evidence(answer.what, answer.said, fact) for fact, answer in answers.items())
    return Seen(VersionFacts(**told, **ciphers), gaps, evidence)


def _told(answer: Answer | None, answered: bool) -> bool | None:
    match answer.outcome if answer else Outcome.UNTOLD:
        case Outcome.ACCEPTED:
            return True
        case Outcome.OTHER_VERSION | Outcome.WRONG_VERSION:
            return False
        case Outcome.REFUSED:
            return False if answered else None
        case _:
            return None


def _reason(answer: Answer | None) -> Reason:
    return answer.reason if answer else Reason.TIMED_OUT


def wants(target: Target) -> bool:
    """Services that speak TLS from the first byte."""
    return target.tls is True


PROBE = Probe(
    "tls.versions",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    VersionFacts,
    observe,
    cost=Cost(connections=16, requests=16, seconds=180),
    profile=Profile.QUICK,
    wants=wants,
)
