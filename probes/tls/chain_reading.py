"""A presented chain, read once: its certificates, how they stand to each other and to the roots. Pure."""

import asyncio
from dataclasses import dataclass

from probes.tls import arrangement, chain, x509
from probes.tls.arrangement import Arrangement
from probes.tls.chain import Trust
from probes.tls.link import UNREADABLE, Link, link, unreadable
from probes.tls.presented import Presented
from probes.tls.roots import Roots
from probes.tls.x509 import Certificate
from scanner.model.errors import Malformed

TLCP = 0x0101
USUAL = 6
"""Certificates that a chain in use may have."""


@dataclass(frozen=True, slots=True)
class ChainReading:
    """`sent` are those that could be read, the leaf first; `links` describe all. `issuer` is the leaf's, as far as it
    is at hand and its key did sign the leaf. `public` says that a path leads to a root shipped with system or library.
    """

    leaf: Certificate
    sent: tuple[Certificate, ...]
    links: tuple[Link, ...]
    arrangement: Arrangement
    trust: Trust
    public: bool | None
    issuer: Certificate | None

    @property
    def unread(self) -> int:
        """How many of those sent could not be read."""
        return sum(each.role == UNREADABLE for each in self.links)


def read(presented: Presented, roots: Roots) -> ChainReading:
    """Read a chain as of the moment it was seen; Malformed where the leaf is no certificate at all."""
    if not presented.chain:
        raise Malformed("no certificate was presented")
    leaf = x509.read(presented.chain[0])
    parsed = [leaf, *(_or_none(each) for each in presented.chain[1:])]
    sent = tuple(each for each in parsed if each is not None)
    standing = arrangement.arranged(sent, roots, two_leaves=presented.version == TLCP)
    trust = chain.trust(leaf, sent, roots, presented.at)
    public = chain.trust(leaf, sent, roots.public, presented.at).trusted if trust.trusted else trust.trusted
    roles = iter([*standing.roles, *["beyond"] * len(sent)])
    links = tuple(
        unreadable(raw) if each is None else link(each, str(next(roles)), roots.stores(each))
        for raw, each in zip(presented.chain, parsed, strict=True)
    )
    return ChainReading(leaf, sent, links, standing, trust, public, _issuer(leaf, sent, trust, roots))


async def read_aside(presented: Presented, roots: Roots) -> ChainReading:
    """As `read`; a heap of certificates, which costs hundreds of signatures, does not hold up everybody else."""
    if len(presented.chain) <= USUAL:
        return read(presented, roots)
    return await asyncio.to_thread(read, presented, roots)


def _issuer(leaf: Certificate, sent: tuple[Certificate, ...], trust: Trust, roots: Roots) -> Certificate | None:
    if leaf.self_issued or leaf.issuer is None:
        return None
    at_hand = (*trust.path[:1], *sent[1 : arrangement.MOST_SENT], *roots.named(leaf.issuer))
    return next((each for each in at_hand if _signs(each, leaf)), None)


def _signs(issuer: Certificate, leaf: Certificate) -> bool:
    return arrangement.certifies(issuer, leaf) and chain.signed_by(leaf, issuer) is True


def _or_none(data: bytes) -> Certificate | None:
    try:
        return x509.read(data)
    except Malformed:
        return None
