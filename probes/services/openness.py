"""Services that obey a stranger, or do not: one shape of facts and of asking for all of them. It knows no protocol."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.where import spoken_or_silent
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class OpenFacts:
    """`open`: a stranger was obeyed without a login. `reply` is what told, in words, masked; `tls` how it was asked."""

    open: bool | None
    reply: str = ""
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What one asking came to: open, closed, or (None) neither; and the words that told, fit to be shown."""

    open: bool | None
    words: str


Ask = Callable[[Target, Network], Awaitable[Answer]]


async def asked(ask: Ask, again: Ask, target: Target, net: Network) -> Seen[OpenFacts]:
    """Ask, and once more before a service is called open (R12); two answers that differ tell nothing."""
    first = await ask(target, net)
    if first.open is not True:
        return describe(target, first)
    second = await again(target, net)
    return describe(target, first if second.open else Answer(None, f"{first.words}; asked again: {second.words}"))


def describe(target: Target, answer: Answer) -> Seen[OpenFacts]:
    """The facts of an answer."""
    words = printable(answer.words)
    gaps = {} if answer.open is not None else {"open": Reason.MALFORMED}
    evidence = (Evidence(f"{target.protocol}: {words}", words.encode(), "open"),)
    return Seen(OpenFacts(answer.open, words, target.tls is True), gaps, evidence)


def open_probe(
    name: str,
    ports: tuple[int, ...],
    ask: Ask,
    *,
    connections: int = 2,
    impact: Impact = Impact.ORDINARY,
    profile: Profile = Profile.STANDARD,
    beside: str | None = None,
    again: Ask | None = None,
) -> Probe:
    """The probe `services.NAME`: wants the protocol, and what says nothing where it usually lives.

    `beside` is another protocol that the same port may speak as well: wanted on `ports` alone. `again` is how the
    second time is asked, where that is not as the first. `connections` are the most that it opens.
    """

    async def observe(target: Target, net: Network) -> Seen[OpenFacts]:
        return await asked(ask, again or ask, target, net)

    def wants(target: Target) -> bool:
        another = beside is not None and target.port in ports and spoken_or_silent(target, beside, ())
        return another or spoken_or_silent(target, name, ports)

    return Probe(
        f"services.{name}",
        TargetKind.SERVICE,
        impact,
        OpenFacts,
        observe,
        cost=Cost(connections=connections, seconds=90),
        profile=profile,
        wants=wants,
        address_bound=True,
    )
