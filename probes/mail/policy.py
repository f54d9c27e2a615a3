"""What a domain tells the world's mail servers about mail in its name: SPF and DMARC. Described, not judged."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from probes.domain.answer import Answer
from probes.domain.lookup import look_up
from probes.domain.public_suffix import registrable
from probes.mail.dmarc_record import is_dmarc
from probes.mail.hosts import MailHost, hosts_of, leads
from probes.mail.spf_record import is_spf
from probes.mail.text_record import joined
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

AT_ONCE = 8
MOST_RECORDS = 8
"""Records of one policy kept of one name: two are wrong already."""


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """One policy of one name.

    `expected` says whether the name has to have one: it is a registrable domain that exists, or owns an MX
    record. `records` is () where the absence is proven. `at` are the names asked, joined by a comma; where
    records were found, the name that holds them. What is None could not be told, for `reason`.
    """

    name: str
    expected: bool | None
    records: tuple[str, ...] | None
    at: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class MailFacts:
    """SPF and DMARC of the registrable domain, and of each name of the scope that may own an MX record; and the hosts
    that those records name."""

    spf: tuple[PolicyFacts, ...]
    dmarc: tuple[PolicyFacts, ...]
    hosts: tuple[MailHost, ...] = ()


async def observe(target: Target, net: Network) -> Seen[MailFacts]:
    """Find the names that need a policy, then look for it where RFC 7208 and RFC 7489 put it."""
    apex = target.name or ""
    turn = asyncio.Semaphore(AT_ONCE)

    exchanges: list[Answer] = []

    async def looked(name: str) -> tuple[PolicyFacts, PolicyFacts]:
        async with turn:
            mx = await look_up(net, name, "MX")
            exchanges.append(mx)
            return await _of_name(net, name, mx)

    names = dict.fromkeys((apex, *sorted(net.names())))
    both = await asyncio.gather(*(looked(name) for name in names))
    owing = [pair for pair in both if pair[0].expected is not False or pair[0].name == apex]
    spf, dmarc = [pair[0] for pair in owing], [pair[1] for pair in owing]
    hosts = await hosts_of(net, exchanges)
    return Seen(
        MailFacts(tuple(spf), tuple(dmarc), hosts), evidence=(*_evidence("spf", spf), *_evidence("dmarc", dmarc))
    )


async def _of_name(net: Network, name: str, mx: Answer) -> tuple[PolicyFacts, PolicyFacts]:
    """SPF and DMARC of one name; what it does not owe is not asked for."""
    expected = owes_policy(name, mx)
    if expected is False:
        return described(name, False, None, ()), described(name, False, None, ())
    spf, dmarc = await asyncio.gather(_policy(net, name, is_spf), _dmarc(net, name))
    return described(name, expected, mx.reason, [spf]), described(name, expected, mx.reason, dmarc)


def owes_policy(name: str, mx: Answer) -> bool | None:
    """Whether a name needs a policy; None where that could not be told.

    A registrable domain owes one as soon as it exists: anybody may write it into a sender's address. Other
    names owe one for an MX record of their own, not one behind an alias.
    """
    if registrable(name) == name:
        return mx.exists
    return None if mx.own is None else bool(mx.own)


async def _dmarc(net: Network, name: str) -> list["Asked"]:
    """At the name, then at its organisational domain (RFC 7489 section 6.6.3)."""
    asked = []
    for place in dict.fromkeys((name, registrable(name))):
        asked.append(await _policy(net, f"_dmarc.{place}", is_dmarc))
        if asked[-1].records:
            break
    return asked


@dataclass(frozen=True, slots=True)
class Asked:
    """The records of one policy at one name; None where they could not be told."""

    at: str
    records: tuple[str, ...] | None
    reason: Reason | None = None


async def _policy(net: Network, name: str, is_one: Callable[[str], bool]) -> Asked:
    """TXT at one name. Where other texts are there and none is a policy, the look is repeated like an absence."""
    answer = await look_up(net, name, "TXT")
    asked = among(name, answer, is_one)
    if asked.records or not answer.records:
        return asked
    return among(name, await look_up(net, name, "TXT"), is_one)


def among(name: str, answer: Answer, is_one: Callable[[str], bool]) -> Asked:
    """The texts of an answer that are records of the policy."""
    if answer.records is None:
        return Asked(name, None, answer.reason)
    return Asked(name, tuple(text for text in joined(answer.records) if is_one(text))[:MOST_RECORDS])


def described(name: str, expected: bool | None, reason: Reason | None, asked: Iterable[Asked]) -> PolicyFacts:
    """One policy of one name from the places asked in turn. A record found counts wherever others kept silent."""
    places = list(asked)
    found = next((place for place in places if place.records), None)
    if found is not None:
        return PolicyFacts(name, expected, found.records, found.at, reason if expected is None else None)
    untold = next((place.reason for place in places if place.records is None), None)
    at = ", ".join(place.at for place in places)
    records = () if untold is None else None
    return PolicyFacts(name, expected, records, at, untold or (reason if expected is None else None))


def _evidence(fact: str, policies: Iterable[PolicyFacts]) -> Iterable[Evidence]:
    for one in policies:
        if one.expected and one.records is not None:
            texts = "\n".join(one.records)
            line = f"TXT {one.at}: {len(one.records)} {fact.upper()}"
            yield Evidence(line, texts.encode()[:4096], about=f"{fact}/{one.name}")


PROBE = Probe(
    "mail.policy",
    TargetKind.DOMAIN,
    Impact.PASSIVE,
    MailFacts,
    observe,
    Cost(200, 0, 600),
    Profile.QUICK,
    leads=leads,
)
