"""A chain as a server sent it: the leaf, the intermediates that belong to it, and a path to a trusted root.

The rules of a path, from the leaf upward (after RFC 5280 section 6, for the trust of one moment):
1. A leaf that is itself an anchor is trusted.
2. A candidate issuer is an anchor, or a certificate that was sent, whose subject is the issuer's name. The order in
   which the server sent them does not matter; a matching key identifier is tried first and proves nothing.
3. Its key made the signature.
4. It is within its validity, says that it is a CA (an anchor of version 1, without extensions, may not), may sign
   certificates, and allows as many intermediates below it as there are. Where it names purposes, to vouch for servers
   is among them (CA/Browser Forum Baseline Requirements, section 7.1.2.10.6); and so for the leaf (RFC 5280 section
   4.2.1.12). It may vouch for every name of the leaf.
5. The path ends at an anchor. A copy of an anchor that the server sent is that anchor.
The leaf's own dates and names are other facts, and so is revocation. Not looked at: policies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from probes.tls import covered_name, name_constraints
from probes.tls.pointers import extended_usages
from probes.tls.roots import Roots
from probes.tls.signature import verified
from probes.tls.x509 import AUTHORITY_KEY, SUBJECT_KEY, Certificate

SERVERS = frozenset(
    ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0", "1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1"],
)
"""serverAuth, any purpose, and the two "server gated" ones that old authorities have in its place."""
MOST_SENT = 32
MOST_STEPS = 200
LONGEST_PATH = 10


@dataclass(frozen=True, slots=True)
class Trust:
    """`trusted` is None where a signature on the way could not be checked. `problem` is empty where trusted.

    `path` are the issuers from the leaf's to the anchor; just the leaf where that is itself an anchor.
    """

    trusted: bool | None
    problem: str = ""
    path: tuple[Certificate, ...] = ()


def signed_by(certificate: Certificate, issuer: Certificate) -> bool | None:
    """Whether the issuer's key made the certificate's signature; None where that cannot be told."""
    return verified(certificate.tbs, certificate.signature, certificate.algorithm, issuer.key, issuer.spki)


def for_servers(certificate: Certificate) -> bool:
    """Whether its purposes, if it names any, include TLS servers."""
    purposes = extended_usages(certificate)
    return not purposes or not SERVERS.isdisjoint(purposes)


def self_signed(certificate: Certificate) -> bool | None:
    """Issued to itself, and its own key made the signature."""
    if certificate.subject is None or certificate.issuer is None:
        return None
    return signed_by(certificate, certificate) if certificate.self_issued else False


def intermediates(leaf: Certificate, sent: tuple[Certificate, ...], roots: Roots) -> tuple[Certificate, ...]:
    """Those sent that stand above the leaf, by name. Roots, which vouch for themselves, and strangers are left out."""
    found: list[Certificate] = []
    waiting = [leaf]
    while waiting:
        below = waiting.pop()
        for each in sent[:MOST_SENT]:
            above = each.subject is not None and below.issuer is not None and each.subject.key == below.issuer.key
            if above and not each.self_issued and not roots.hold(each) and each is not leaf and each not in found:
                found.append(each)
                waiting.append(each)
    return tuple(found)


def trust(leaf: Certificate, sent: tuple[Certificate, ...], roots: Roots, at: datetime) -> Trust:
    """Look for a path from the leaf to a trusted root at a moment."""
    if roots.hold(leaf):
        return Trust(True, path=(leaf,))
    if not for_servers(leaf):
        return Trust(False, "it is not meant for servers")
    search = _Search(leaf, sent[:MOST_SENT], roots, at)
    if search.climbs(leaf, 0, frozenset([leaf.raw])):
        return Trust(True, path=tuple(reversed(search.path)))
    if search.untold:
        return Trust(None, "a signature on the path could not be checked")
    return Trust(False, search.problem)


class _Search:
    """Depth first, anchors first, with a bound on all steps: a hostile chain cannot make it long."""

    def __init__(self, leaf: Certificate, sent: tuple[Certificate, ...], roots: Roots, at: datetime) -> None:
        self.names = covered_name.read(leaf) or covered_name.AlternativeNames()
        self.sent, self.roots, self.at = sent, roots, at
        self.path: list[Certificate] = []
        self.steps, self.untold, self.problem = 0, False, "the issuer's certificate was not sent and is no trusted root"

    def climbs(self, certificate: Certificate, below: int, passed: frozenset[bytes]) -> bool:
        """Whether a path leads up from here; `below` counts the intermediates under the next issuer."""
        if below > LONGEST_PATH:
            return False
        for issuer in islice(self._candidates(certificate, passed), MOST_SENT * 2):
            self.steps += 1
            if self.steps > MOST_STEPS:
                self.untold = True
                return False
            if not self._may_issue(certificate, issuer, below):
                continue
            counted = below if issuer.self_issued else below + 1
            if self.roots.hold(issuer) or self.climbs(issuer, counted, passed | {issuer.raw}):
                self.path.append(issuer)
                return True
        return False

    def _candidates(self, certificate: Certificate, passed: frozenset[bytes]) -> Iterator[Certificate]:
        if certificate.issuer is None:
            self.untold = True
            return iter(())
        key = certificate.issuer.key
        sent = [each for each in self.sent if each.subject is not None and each.subject.key == key]
        found = {each.raw: each for each in (*self.roots.named(certificate.issuer), *sent) if each.raw not in passed}
        if certificate.self_issued and not found:
            self.problem = "it signs itself and is no trusted root"
        wanted = certificate.key_identifier(AUTHORITY_KEY)
        return iter(sorted(found.values(), key=lambda each: each.key_identifier(SUBJECT_KEY) != wanted))

    def _may_issue(self, certificate: Certificate, issuer: Certificate, below: int) -> bool:
        signed = signed_by(certificate, issuer)
        anchor = self.roots.hold(issuer)
        if signed is None:
            self.untold = True
        elif not signed:
            self.problem = "its signature was not made by the issuer's key"
        elif issuer.not_before is None or issuer.not_after is None:
            self.untold = True
        elif not issuer.not_before <= self.at <= issuer.not_after:
            self.problem = "an issuer's certificate is outside its validity"
        elif not (issuer.is_authority or (anchor and issuer.extensions == {})) or not issuer.may_sign_certificates:
            self.problem = "an issuer is no certification authority"
        elif not for_servers(issuer):
            self.problem = "an issuer is not meant to vouch for servers"
        elif issuer.path_length is not None and below > issuer.path_length:
            self.problem = "an issuer allows fewer intermediates"
        elif (allowed := name_constraints.allows(issuer, self.names)) is None:
            self.untold = True
        elif not allowed:
            self.problem = "an issuer may not vouch for these names"
        else:
            return True
        return False
