"""Asking one application: its questions in order, the proof twice, and what all answers come to."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from probes.services.applications.application import Application, Question, Told, Way
from probes.services.banner import printable
from probes.web.asking import AGAIN
from probes.web.block import blocked_by
from scanner.model.errors import CertificateWanted, NetworkError, NotAdmitted
from scanner.model.network import Network, Response
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

WEB, UNKNOWN, TCP = "http", "unknown", "tcp"
REFUSALS = (401, 403, 407)
DEAF = (Reason.TIMED_OUT, Reason.BLOCKED, Reason.REFUSED)
"""Silence, a wall and a closed door are not made to talk by other words."""
LOG_IN = ("login", "log-in", "signin", "sign_in", "sign-in", "oauth", "sso", "saml", "auth")


class Outcome(StrEnum):
    """How one question ended."""

    GIVEN = "given"
    REFUSED = "refused"
    OTHER = "other"  # an answer, and none of this application's
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Answer:
    """One question's end. `line` is fit for evidence; `reason` says why there was no response to read."""

    outcome: Outcome
    line: str
    told: Told | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """All answers, way by way; and the second answer to the proof, where there was a first."""

    ways: list[list[Answer]]
    again: Answer | None = None

    @property
    def answers(self) -> list[Answer]:
        return [answer for way in self.ways for answer in way] + ([self.again] if self.again else [])


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """`open`: what only its users should get was given without credentials, twice. `other`: it answered, and as
    something else than this application. `named` joins product and version as far as known. `answer`
    says what was asked and what came, without any name or value of its data.
    """

    open: bool | None
    other: bool | None
    product: str = ""
    version: str = ""
    named: str = ""
    answer: str = ""


def asks_for(application: Application) -> Callable[[Target], bool]:
    """Whether it is due: the root told of it, its port is peculiar to it, or nothing was recognised where it lives.

    By name a service that was not recognised is asked nothing more: the one on the address is an asset of its own.
    """

    def wants(target: Target) -> bool:
        if target.transport != TCP:
            return False
        if target.protocol == application.name:
            return True
        if target.port not in application.ports:
            return False
        if target.protocol == WEB:
            return application.by_number
        return target.protocol == UNKNOWN and target.name is None

    return wants


def probe_of(application: Application, *, profile: Profile = Profile.STANDARD) -> Probe:
    """The probe that asks for one application."""
    questions = sum(len(way) for way in application.ways) + 1

    async def observe(target: Target, net: Network) -> Seen[ApplicationFacts]:
        return described(application, await inquiry(application, net))

    return Probe(
        f"services.{application.name}",
        TargetKind.SERVICE,
        Impact.ORDINARY,
        ApplicationFacts,
        observe,
        cost=Cost(connections=questions, requests=questions, seconds=30.0 * questions),
        profile=profile,
        wants=asks_for(application),
        address_bound=True,
    )


async def inquiry(application: Application, net: Network) -> Inquiry:
    """Way after way until one is given all through; its last question, the proof, is then asked once more.

    A refusal ends it where all ways have one door: each further knock would stand in the log.
    """
    ways: list[list[Answer]] = []
    for way in application.ways:
        ways.append(await _way(way, net))
        if ways[-1][-1].outcome is Outcome.GIVEN:
            return Inquiry(ways, await _ask(way[-1], net, again=True))
        refused = ways[-1][-1].outcome is Outcome.REFUSED and not application.apart
        if refused or ways[-1][-1].reason in DEAF:
            break
    return Inquiry(ways)


async def _way(way: Way, net: Network) -> list[Answer]:
    answers: list[Answer] = []
    for question in way:
        answers.append(await _ask(question, net))
        if answers[-1].outcome is not Outcome.GIVEN:
            break
    return answers


async def _ask(question: Question, net: Network, *, again: bool = False) -> Answer:
    path = question.path.replace("{random}", secrets.token_hex(12))
    headers = (*question.headers, *AGAIN) if again else question.headers
    what = f"{question.method} {question.path}"
    try:
        page = await net.get(path, method=question.method, headers=headers, body=question.body, most=question.most)
    except NotAdmitted:
        raise
    except CertificateWanted:
        return Answer(Outcome.REFUSED, f"{what}: a client certificate is asked for", reason=Reason.REFUSED)
    except NetworkError as error:
        return Answer(Outcome.UNTOLD, f"{what}: {error.reason}", reason=error.reason)
    return weighed(question, page.last)


def weighed(question: Question, response: Response) -> Answer:
    """What one response is: the application's own words first, then what its status says whoever speaks."""
    line = f"{question.method} {question.path} → {response.status}"
    if blocked_by(response) is not None:
        return Answer(Outcome.UNTOLD, line, reason=Reason.BLOCKED)
    told = question.read(response)
    if told is not None:
        line = f"{line}: {told.words}" if told.words else line
        return Answer(Outcome.GIVEN if told.given else Outcome.REFUSED, printable(line), told)
    if response.status in REFUSALS or _to_log_in(response):
        return Answer(Outcome.REFUSED, line)
    if response.status >= 500 and response.status not in (501, 505):
        return Answer(Outcome.UNTOLD, line, reason=Reason.UNREACHABLE)
    if response.truncated and not question.start_only:
        return Answer(Outcome.UNTOLD, line, reason=Reason.BUDGET)
    return Answer(Outcome.OTHER, line)


def described(application: Application, inquiry: Inquiry) -> Seen[ApplicationFacts]:
    """What the answers come to; what they leave open has the reason of the answer that left it so."""
    told = [answer.told for answer in inquiry.answers if answer.told is not None]
    product = next((one.product for one in told if one.product), application.product if told else "")
    version = next((one.version for one in told if one.version), "")
    named = printable(f"{product} {version}".strip() or application.product)
    lines = list(dict.fromkeys(answer.line for answer in inquiry.answers))
    open_, other = opened(inquiry), is_other(inquiry)
    facts = ApplicationFacts(open_, other, printable(product), printable(version), named, "; ".join(lines))
    reason = next((answer.reason for answer in inquiry.answers if answer.reason is not None), Reason.MALFORMED)
    gaps = {name: reason for name in ("open", "other") if getattr(facts, name) is None}
    return Seen(facts, gaps, (Evidence(f"{application.product}: {facts.answer}", "\n".join(lines).encode(), "open"),))


def opened(inquiry: Inquiry) -> bool | None:
    """Open where the proof was given twice; what was given once, and then something else, proves nothing."""
    if inquiry.again is not None:
        return {Outcome.GIVEN: True, Outcome.REFUSED: False}.get(inquiry.again.outcome)
    return None if Outcome.UNTOLD in (way[-1].outcome for way in inquiry.ways) else False


def is_other(inquiry: Inquiry) -> bool | None:
    """Whether something else answered: no word was the application's, and none a refusal."""
    outcomes = {answer.outcome for answer in inquiry.answers}
    if outcomes & {Outcome.GIVEN, Outcome.REFUSED}:
        return False
    return None if Outcome.UNTOLD in outcomes else True


def _to_log_in(response: Response) -> bool:
    """A redirect whose path says that one must log in first."""
    if not 300 <= response.status < 400:
        return False
    try:
        path = urlsplit(response.header("location") or "").path.lower()
    except ValueError:
        return False
    return any(word in path for word in LOG_IN)
