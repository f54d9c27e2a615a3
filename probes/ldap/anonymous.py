"""Whether a directory shows entries to nobody in particular (RFC 4513 section 5.1.1): one entry, no values.

Asked are the names of its bases, and one entry below the first that shows one, by the names of its attributes.
"""

import re
from dataclasses import dataclass

from probes.ldap.conversation import Conversation
from probes.ldap.message import BASE, ENTRY, ONE_LEVEL, Message, bind, search
from probes.services.banner import printable
from probes.services.twice import asked_twice
from probes.services.where import spoken_or_silent
from scanner.model.errors import Malformed, NetworkError, OverBudget
from scanner.model.network import Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (389, 636, 3268, 3269)
SUCCESS, SIZE_LIMIT = 0, 4
REFUSALS = {1: "operationsError", 8: "strongerAuthRequired", 13: "confidentialityRequired", 32: "noSuchObject",
            48: "inappropriateAuthentication", 49: "invalidCredentials", 50: "insufficientAccessRights",
            53: "unwillingToPerform"}  # fmt: skip
"""Answers that say no to nobody in particular; every other one says nothing of it."""
MOST_BASES, MOST_ATTRIBUTES = 4, 40
TYPE = re.compile(r"(?:^|[,;+])\s*([A-Za-z0-9][\w.-]*)\s*=", re.ASCII)
QUOTED = re.compile(r'\\.|"(?:[^"\\]|\\.)*"', re.S)
"""What a separator inside a value hides behind (RFC 4514 section 2.4; quotation marks as RFC 2253 section 4 takes them)."""


@dataclass(frozen=True, slots=True)
class LdapFacts:
    """`reads`: an anonymous bind read an entry below a base. `bind` is the bind's result ("success", or the error).

    `entry` is that entry's name with its values masked, `attributes` are the names of its attributes.
    """

    reads: bool | None
    bind: str = ""
    entry: str = ""
    attributes: tuple[str, ...] = ()


async def observe(target: Target, net: Network) -> Seen[LdapFacts]:
    """One connection; a second one where an entry came."""

    async def ask() -> LdapFacts:
        async with net.connect(tls=target.tls is True) as stream:
            return await _look(stream)

    told = await asked_twice(ask, lambda one: one.reads is True)
    return describe(told.answer, told.reason)


async def _look(stream: Stream) -> LdapFacts:
    talk = Conversation(stream)
    bound = (await talk.ask(bind(talk.next_number)))[-1].code
    if bound != SUCCESS:
        return LdapFacts(_refused(bound), REFUSALS.get(bound, str(bound)))
    bases = await _bases(talk)
    if not bases:
        raise NetworkError("the root entry names no base", Reason.REFUSED)
    found: list[LdapFacts] = []
    for base in bases[:MOST_BASES]:
        wanted = search(talk.next_number, base, ONE_LEVEL, ("*",), types_only=True, most=1)
        found.append(below(await talk.ask(wanted)))
        if found[-1].reads:
            break
    await talk.leave()
    if len(bases) > MOST_BASES and not any(one.reads for one in found):
        raise OverBudget(f"more than {MOST_BASES} bases, and none of the first shows an entry")
    return next((one for one in found if one.reads is not False), LdapFacts(False, "success"))


async def _bases(talk: Conversation) -> tuple[str, ...]:
    """The bases that the root entry names (RFC 4512 section 5.1); none where it shows none to us."""
    wanted = search(talk.next_number, "", BASE, ("namingContexts",), types_only=False, most=1)
    answers = await talk.ask(wanted)
    _refused(answers[-1].code)
    return tuple(base for answer in answers for base in answer.values("namingContexts"))


def below(answers: tuple[Message, ...]) -> LdapFacts:
    """What a search below one base says: an entry is proof, a refusal or an empty success is none."""
    for answer in answers:
        if answer.kind == ENTRY and answer.name:
            names = tuple(printable(name, 64) for name, _ in answer.attributes[:MOST_ATTRIBUTES])
            return LdapFacts(True, "success", masked_name(answer.name), names)
    code = answers[-1].code
    return LdapFacts(_refused(code), "success")


def _refused(code: int) -> bool:
    """False for success without entries and for a refusal; Malformed for a fault that says nothing."""
    if code in (SUCCESS, SIZE_LIMIT) or code in REFUSALS:
        return False
    raise Malformed(f"LDAP result {code}")


def masked_name(name: str) -> str:
    """A DN without its values: what it names may be a person."""
    return printable(",".join(f"{kind}=***" for kind in TYPE.findall(QUOTED.sub("", name))))


def describe(facts: LdapFacts | None, reason: Reason | None) -> Seen[LdapFacts]:
    """The facts with their evidence, or why there are none."""
    if facts is None:
        return Seen(LdapFacts(None), {"reads": reason or Reason.MALFORMED})
    told = f"{facts.entry}: {', '.join(facts.attributes)}" if facts.reads else f"bind {facts.bind}, no entry"
    return Seen(facts, evidence=(Evidence(f"LDAP, anonymous: {told}", told.encode()[:1024], "reads"),))


def wants(target: Target) -> bool:
    """LDAP; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "ldap", PORTS)


PROBE = Probe(
    "ldap.anonymous",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    LdapFacts,
    observe,
    cost=Cost(connections=2, seconds=60),
    wants=wants,
    address_bound=True,
)
