"""How much a DNS server answers to how little, over UDP. The answers are measured and thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass

import dns.flags
import dns.rcode
import dns.rdatatype

from probes.domain.public_suffix import registrable
from probes.services.datagram import Asked
from probes.services.dns_recursion import describe as recursion_in
from probes.services.dns_reply import answer, read, small
from probes.services.telling import once
from probes.services.where import answering
from scanner.model.errors import Malformed, NetworkError, TimedOut
from scanner.model.network import Network, Server
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

MOST_ZONES = 3
"""Zones of the unit that the server is asked for."""

SIGNATURES = frozenset({dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3})
"""What DNSSEC adds to any answer: it is no kind of its own."""

Question = tuple[str, str, bool]
"""Name, kind, whether recursion is desired."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A question and its answer over UDP, by size. `serves`: it came from the zone's own server. `full`: ANY was
    answered by several kinds of records, as far as the datagram reached; as RFC 8482 advises it is answered by one."""

    question: Question
    sent: int
    received: int
    serves: bool
    full: bool

    @property
    def factor(self) -> float:
        return round(self.received / self.sent, 1)


@dataclass(frozen=True, slots=True)
class AmplificationFacts:
    """`factor` is an answer's size over its question's: the largest that came twice to ANY answered in full, or to
    any question where the server recurses; 0 where there was none. `more` is False where all was asked that could
    be larger, None where not. `recursive` is None where it could not be told."""

    factor: float
    more: bool | None
    recursive: bool | None
    question: str = ""
    sent: int = 0
    received: int = 0


async def observe(target: Target, net: Network) -> Seen[AmplificationFacts]:
    """ANY of the unit's own zones; where the server recurses, a known name's ANY and the root's keys as well."""
    zones = list(dict.fromkeys(registrable(name) for name in net.unit_names()))[:MOST_ZONES]
    known = await net.dns.known_name()
    recursive, why = (None, Reason.NO_VANTAGE) if known is None else await _recursion(target, net, known)
    questions: list[Question] = [(zone, "ANY", False) for zone in zones]
    if recursive and known is not None:
        questions += [(registrable(known), "ANY", True), (".", "DNSKEY", True)]
    told = [one for question in questions if (one := await _measured(net, question)) is not None]
    largest = max((one for one in told if one.full or recursive), key=lambda one: one.factor, default=None)
    again = await _measured(net, largest.question) if largest is not None else None
    return describe(told, largest, again, recursive, why)


async def _recursion(target: Target, net: Network, known: str) -> tuple[bool | None, Reason | None]:
    address = target.address or ""
    try:
        message = await net.dns.ask(Server(address, address, target.port or 53), known, "A", recursive=True)
    except (TimedOut, Malformed) as error:
        return None, error.reason
    shown = recursion_in(message, known, "A")
    return shown.recursive, shown.reason


async def _measured(net: Network, question: Question) -> Measured | None:
    """None where it brought no answer: what is not answered is not amplified, as long as others are."""
    name, kind, recursive = question
    query = small(name, kind, recursive=recursive)
    try:
        datagram = await once(net, Asked(query, lambda data: answer(data, query)))
    except NetworkError as error:
        if error.reason is Reason.INTERRUPTED:
            raise
        return None
    return measure(question, query, datagram)


def measure(question: Question, query: bytes, datagram: bytes) -> Measured | None:
    """One answer by its size; None where it cannot be read."""
    message = read(datagram)
    if message is None:
        return None
    kinds = {rrset.rdtype for rrset in message.answer} - SIGNATURES
    succeeds = message.rcode() == dns.rcode.NOERROR
    serves = succeeds and bool(message.flags & dns.flags.AA)
    full = succeeds and question[1] == "ANY" and len(kinds) > 1
    return Measured(question, len(query), len(datagram), serves, full)


def describe(
    told: Sequence[Measured],
    first: Measured | None,
    second: Measured | None,
    recursive: bool | None,
    why: Reason | None,
) -> Seen[AmplificationFacts]:
    """The facts of the largest answer that counts; of its two the smaller."""
    more, reason = _left(told, recursive, why)
    if first is not None and second is None:
        more, reason = None, Reason.TIMED_OUT
    gaps = {"more": reason} if more is None else {}
    if recursive is None:
        gaps["recursive"] = why or Reason.MALFORMED
    if first is None or second is None:
        return Seen(AmplificationFacts(0.0, more, recursive), gaps)
    least = min(first, second, key=lambda one: one.received)
    question = " ".join(least.question[:2])
    facts = AmplificationFacts(least.factor, more, recursive, question, least.sent, least.received)
    shown = f"UDP, {question}: {least.sent} bytes asked, {least.received} answered, twice"
    return Seen(facts, gaps, (Evidence(shown, about="factor"),))


def _left(told: Sequence[Measured], recursive: bool | None, why: Reason | None) -> tuple[bool | None, Reason]:
    """Whether anything larger was left unasked: a zone of the server's own has to be known, or recursion given."""
    if recursive is None:
        return None, why or Reason.MALFORMED
    if recursive or any(one.serves for one in told):
        return False, Reason.NO_VANTAGE
    return None, Reason.NO_VANTAGE


def wants(target: Target) -> bool:
    return answering(target, "dns")


PROBE = Probe(
    "services.dns-amplification",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    AmplificationFacts,
    observe,
    cost=Cost(connections=9, seconds=90),
    wants=wants,
    address_bound=True,
)
