"""Finding ids and the twins that share one (R16). Pure."""

import hashlib

import rfc8785

from scanner.judging import Judgement
from scanner.model.check import Check
from scanner.model.target import Target, TargetKind


def finding_id(unit: str, check: Check, judgement: Judgement, canonical: Target) -> str:
    """First 16 hexadecimal digits of SHA-256 over [1, unit, check, anchor, transport, port, discriminator]."""
    port = judgement.port if judgement.port is not None else canonical.port
    transport = canonical.transport if port is not None else None
    parts: list[int | str | None] = [
        1,
        unit,
        check.id,
        anchor(check, canonical),
        transport,
        port,
        judgement.discriminator,
    ]
    return hashlib.sha256(rfc8785.dumps(parts)).hexdigest()[:16]


def anchor(check: Check, target: Target) -> str:
    """The address for hosts and services; the name for domains, sites, and certificates bound to a name."""
    named = target.kind in (TargetKind.DOMAIN, TargetKind.SITE) or check.anchor_name
    return (target.name if named else None) or target.address or target.name or ""


def canonical(target: Target, names: tuple[str, ...]) -> Target:
    """The one of its twins that a site's findings are filed under: https before http, bare before www.,
    the first of the scope's `names` on the address before the address. Other ports are no twins."""
    if target.kind is not TargetKind.SITE:
        return target
    name = target.name or target.address or ""
    if name == target.address and names:
        name = names[0]
    usual = target.port == {"http": 80, "https": 443}.get(target.scheme or "")
    return Target(
        TargetKind.SITE,
        target.unit,
        target.system,
        name.removeprefix("www."),
        target.address,
        443 if usual else target.port,
        target.transport,
        "https" if usual else target.scheme,
    )
