"""What a TLS service offers: versions, suites in its own order, groups, extensions. None of it is judged."""

import asyncio
from dataclasses import replace

from probes.tls import hello
from probes.tls.conversation import NotOffered
from probes.tls.course import Course
from probes.tls.inquiry import MOST_ASKED, Inquiry
from probes.tls.offer_described import describe
from probes.tls.offer_facts import OfferFacts
from probes.tls.other_certificates import with_certificates
from probes.tls.responder import names_responder
from probes.tls.roots import trusted
from probes.tls.where import counted, wants
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind

MOST_BY_COUNT = 3
"""Hellos to a server that counts unfinished handshakes (R6)."""
MAIL_EXCHANGE = 25


async def observe(target: Target, net: Network) -> Seen[OfferFacts]:
    """Ask for everything, one connection after the other; nothing that an earlier answer said already."""
    sparing = counted(target)
    inquiry = Inquiry(net, target, MOST_BY_COUNT) if sparing else Inquiry(net, target)
    course = Course(inquiry, net, target)
    try:
        await (course.run_briefly() if sparing else course.run())
    except NotOffered as error:
        return Seen(OfferFacts(offered=False), {}, (Evidence(str(error), about="offered"),))
    if not sparing and course.versions.of[hello.TLS13].spoken and not course.versions.lower:
        await course.decipher()
    responder = names_responder(course.chain[0]) if course.chain else False if course.uncertified else None
    if responder and not sparing:
        await course.look_for_staple()
    seen = describe(course, responder)
    seen = replace(seen, facts=replace(seen.facts, opportunistic=_opportunistic(target)))
    if len(course.chains) < 2:
        return seen  # one certificate alone is `tls.certificate`'s own matter
    roots = trusted(net.trust_roots())
    return await asyncio.to_thread(with_certificates, seen, course.chains, target.name, roots, net.now())


def _opportunistic(target: Target) -> bool:
    """Between mail servers TLS is used where it can be had, and nobody is authenticated by it (RFC 7435)."""
    return target.protocol == "smtp" and target.tls is False and target.port == MAIL_EXCHANGE


PROBE = Probe(
    "tls.offer",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    OfferFacts,
    observe,
    cost=Cost(connections=MOST_ASKED + 4, seconds=300),
    profile=Profile.QUICK,
    wants=wants,
)
