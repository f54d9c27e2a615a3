"""The several certificates of one service, where its suites or versions bring more than one. Described as any other."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from probes.tls.certificate import MOST_EVIDENCE, describe
from probes.tls.certificate_facts import CertificateFacts
from probes.tls.offer_facts import OfferFacts
from probes.tls.presented import Presented
from probes.tls.roots import Roots
from scanner.model.errors import Malformed
from scanner.model.observation import Evidence, Seen

MOST = 6


def with_certificates(
    seen: Seen[OfferFacts],
    chains: Mapping[bytes, tuple[int, tuple[bytes, ...]]],
    name: str | None,
    roots: Roots,
    at: datetime,
) -> Seen[OfferFacts]:
    """Add them to the facts; `chains` gives version and chain by leaf."""
    found: list[CertificateFacts] = []
    evidence: list[Evidence] = []
    for leaf, (version, chain) in list(chains.items())[:MOST]:
        try:
            told = describe(Presented(chain, at, f"version 0x{version:04X}", version=version), name, roots).facts
        except Malformed:
            continue
        what = f"certificate SHA-256 {told.sha256} in version 0x{version:04X}, {told.chain_length} sent"
        evidence.append(Evidence(what, leaf[:MOST_EVIDENCE], f"certificates/{len(found)}"))
        found.append(told)
    return Seen(replace(seen.facts, certificates=tuple(found)), seen.gaps, (*seen.evidence, *evidence))
