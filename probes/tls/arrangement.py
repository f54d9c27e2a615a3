"""How a chain was put together by who installed it: what belongs, what is missing, what stands in the wrong place.

TLS up to 1.2 wants each certificate to certify the one before (RFC 5246 section 7.4.2), TLS 1.3 forgives any order
(RFC 8446 section 4.4.2); clients without a search of their own do not. A root that is sent along is of no use and does
no harm. Of several certificates for one authority (cross-signing) each is in place behind what it certifies.
"""

from dataclasses import dataclass
from enum import StrEnum

from probes.tls import pointers, timestamps
from probes.tls.chain import signed_by
from probes.tls.roots import Roots
from probes.tls.x509 import Certificate

PUBLIC_POLICIES = frozenset(["2.23.140.1.1", "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3"])
"""CA/Browser Forum: by these an authority says that it issued under the Baseline Requirements."""


MOST_SENT = 16
"""Certificates looked at; a chain that anybody needs has at most five."""


class Role(StrEnum):
    """What a certificate of the chain is to the leaf."""

    LEAF = "leaf"
    ENCRYPTION = "encryption"  # TLCP's second one, of the same server
    INTERMEDIATE = "intermediate"
    ROOT = "root"
    REPEATED = "repeated"
    FOREIGN = "foreign"


class Missing(StrEnum):
    """Whether an intermediate is missing. UNTOLD: the issuer may as well be a root that nobody here knows."""

    NONE = "none"
    SURELY = "surely"
    PROBABLY = "probably"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`roles` follow the order sent. `displaced` are the places (from 0) of what stands before all it certifies.

    `wanted` is the subject of the first issuer that is neither sent nor a known root, empty where none is missing.
    """

    roles: tuple[Role, ...]
    displaced: tuple[int, ...]
    missing: Missing
    wanted: str = ""


def arranged(sent: tuple[Certificate, ...], roots: Roots, *, two_leaves: bool = False) -> Arrangement:
    """Look at a chain as sent, the leaf first. `two_leaves` as TLCP sends them (GB/T 38636-2020 section 6.4.5.3)."""
    sent = sent[:MOST_SENT]
    leaf = sent[0]
    above = _ancestors(sent)
    roles = [Role.LEAF]
    for at, each in enumerate(sent[1:], 1):
        if any(each.raw == before.raw for before in sent[:at]):
            roles.append(Role.REPEATED)
        elif two_leaves and at == 1 and _is_twin(leaf, each):
            roles.append(Role.ENCRYPTION)
        elif each.raw not in above:
            roles.append(Role.FOREIGN)
        else:
            roles.append(Role.ROOT if _signs_itself(each) else Role.INTERMEDIATE)
    missing, wanted = _missing(leaf, sent, roots)
    return Arrangement(tuple(roles), tuple(_displaced(sent, roles)), missing, wanted)


def claims_public(leaf: Certificate) -> bool:
    """A publicly trusted authority issued it, as far as it says itself: its policy, or embedded timestamps."""
    return bool(PUBLIC_POLICIES & set(pointers.policies(leaf))) or timestamps.EMBEDDED in (leaf.extensions or {})


def certifies(issuer: Certificate, below: Certificate) -> bool:
    """By name, and by its signature as far as that can be checked."""
    if issuer.subject is None or below.issuer is None or issuer.subject.key != below.issuer.key:
        return False
    return signed_by(below, issuer) is not False


def _ancestors(sent: tuple[Certificate, ...]) -> set[bytes]:
    found: set[bytes] = set()
    waiting = [sent[0]]
    while waiting:
        below = waiting.pop()
        for each in sent[1:]:
            if each.raw not in found and each.raw != below.raw and certifies(each, below):
                found.add(each.raw)
                waiting.append(each)
    return found


def _displaced(sent: tuple[Certificate, ...], roles: list[Role]) -> list[int]:
    """Those that certify nothing that stands before them."""
    placed = (Role.INTERMEDIATE, Role.ROOT)
    return [
        at
        for at, each in enumerate(sent)
        if roles[at] in placed and not any(certifies(each, before) for before in sent[:at])
    ]


def _missing(leaf: Certificate, sent: tuple[Certificate, ...], roots: Roots) -> tuple[Missing, str]:
    """Climb by name along every branch; nothing is missing where one branch ends at a root, known or sent along.

    A publicly trusted root issues no leaf itself (Baseline Requirements, section 6.1.7), so that an unknown issuer of
    such a leaf is an intermediate. Higher up it may be a root that the stores have dropped.
    """
    ends: list[tuple[int, Certificate]] = []
    waiting, seen = [(0, leaf)], {leaf.raw}
    while waiting:
        height, below = waiting.pop()
        if below.issuer is None or _signs_itself(below) or roots.named(below.issuer) or roots.hold(below):
            return Missing.NONE, ""
        issuers = [each for each in sent if certifies(each, below) and each.raw != below.raw]
        if not issuers:
            ends.append((height, below))
        for each in issuers:
            if each.raw not in seen:
                seen.add(each.raw)
                waiting.append((height + 1, each))
    if not ends:
        return Missing.NONE, ""
    height, top = min(ends, key=lambda end: end[0])
    wanted = top.issuer.text if top.issuer else ""
    if claims_public(leaf):
        return (Missing.SURELY if height == 0 else Missing.PROBABLY), wanted
    return (Missing.PROBABLY if pointers.issuer_urls(top) else Missing.UNTOLD), wanted


def _signs_itself(certificate: Certificate) -> bool:
    """A root, as far as can be checked; one that was issued to itself by an older key of its own is none."""
    return certificate.self_issued and signed_by(certificate, certificate) is not False


def _is_twin(leaf: Certificate, other: Certificate) -> bool:
    """The same server's certificate for encryption: same subject, no authority, a key usage that enciphers."""
    same = leaf.subject is not None and other.subject is not None and leaf.subject.key == other.subject.key
    usages = other.key_usages or ()
    return (
        same and not other.is_authority and bool({"keyEncipherment", "dataEncipherment", "keyAgreement"} & set(usages))
    )
