"""Assets: what the facts of one lane are about, each with its observations. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

IDENTIFY = "services.identify"
DECLARATION = "declaration"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Asset:
    """One thing that checks are judged on.

    `absent` says why probes left no observation, where that has one reason for all of them (the service
    never said what it is); else None, and each probe's absence is looked at by itself.
    """

    target: Target
    observations: Mapping[str, Observation]
    declared: Mapping[str, Any]
    absent: Reason | None = None


def assets(observations: Iterable[Observation]) -> Iterator[Asset]:
    """The assets of one lane. A refused by-name question is an answer, and no asset."""
    by_key: dict[str, dict[str, Observation]] = {}
    for observation in observations:
        by_key.setdefault(observation.target.key, {})[observation.probe] = observation
    for seen in by_key.values():
        target = max((one.target for one in seen.values()), key=_known)
        declared = dict(seen[DECLARATION].facts) if DECLARATION in seen else {}
        if target.kind is TargetKind.SERVICE:
            yield from _service(target, seen, declared, by_key)
        else:
            yield Asset(target, seen, declared)


def _service(
    target: Target, seen: dict[str, Observation], declared: dict[str, Any], all_seen: Mapping[str, Any]
) -> Iterator[Asset]:
    answered = any(one.observed for one in seen.values() if one.probe != DECLARATION)
    if target.transport == "udp" and target.protocol == UNKNOWN and not answered:
        return  # nobody was ever heard there: the host's own observation says why
    identify = seen.get(IDENTIFY)
    if identify is None or identify.observed:
        yield Asset(target, seen, declared)
    elif identify.reason is not Reason.REFUSED:
        yield Asset(target, seen, declared, identify.reason)
        site = _unanswered_site(target)
        if site is not None and site.key not in all_seen:
            yield Asset(site, {}, declared, identify.reason)


def _known(target: Target) -> int:
    """How much a target says of its protocol: nothing, that nobody knew it, or what it is."""
    return 0 if target.protocol is None else 1 if target.protocol == UNKNOWN else 2


def _unanswered_site(target: Target) -> Target | None:
    """The site that a name should have on its web port, where the port gave no answer to judge."""
    scheme = {80: "http", 443: "https"}.get(target.port or 0)
    if target.name is None or scheme is None:
        return None
    return replace(target, kind=TargetKind.SITE, scheme=scheme, protocol=None, tls=None)


def unresolved_sites(unit: str, name: str) -> tuple[Target, ...]:
    """The sites that a name should have, where it led to no address at all."""
    return tuple(
        Target(TargetKind.SITE, unit, name=name, port=port, scheme=scheme)
        for scheme, port in (("http", 80), ("https", 443))
    )
