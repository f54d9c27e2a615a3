"""Findings: the failures of one place and its twins, under one id. Pure but for what history says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from zoneinfo import ZoneInfo

from scanner.judging import Judgement
from scanner.model.check import Check, Confidence, Severity
from scanner.model.target import Target
from scanner.model.text import LANGUAGES, Language
from scanner.results.identity import canonical, finding_id


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding was seen: one twin."""

    host: str | None
    address: str | None
    port: int | None
    url: str | None

    @property
    def key(self) -> str:
        """Identity of a place in history."""
        return "|".join("" if part is None else str(part) for part in (self.host, self.address, self.port, self.url))

    def to_json(self) -> dict[str, Any]:
        return {"host": self.host, "address": self.address, "port": self.port, "url": self.url}


@dataclass(slots=True)
class Finding:
    """One problem: the judgements of all its places, the worst of them first."""

    id: str
    check: Check
    unit: str
    target: Target
    judgements: dict[Place, Judgement] = field(default_factory=dict)

    @property
    def worst(self) -> Judgement:
        """The gravest place; of equals, one that has a name of its own, and https, which more is asked of."""
        return min(
            self.judgements.values(),
            key=lambda one: (
                (one.severity or Severity.INFO).rank,
                one.target.name in (None, one.target.address),
                one.target.scheme == "http",
            ),
        )

    @property
    def port(self) -> int | None:
        """That of the gravest place."""
        worst = self.worst
        return worst.port if worst.port is not None else worst.target.port

    @property
    def severity(self) -> Severity:
        return self.worst.severity or self.check.severity

    @property
    def confidence(self) -> Confidence:
        sure = any(one.confidence is Confidence.CONFIRMED for one in self.judgements.values())
        return Confidence.CONFIRMED if sure else Confidence.INFERRED

    @property
    def first_seen(self) -> datetime:
        return min(self._moments)

    @property
    def last_seen(self) -> datetime:
        return max(self._moments)

    @property
    def _moments(self) -> list[datetime]:
        return [one.at for one in self.judgements.values() if one.at is not None] or [datetime.now(UTC)]


class Findings:
    """Gathers failures; places with one id become one finding."""

    def __init__(self, names_on: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
        """`names_on` gives the scope's names by (unit, address), in the order of the file."""
        self._names_on = names_on
        self._by_id: dict[str, Finding] = {}

    def identity(self, check: Check, judgement: Judgement) -> tuple[str, Target]:
        """The id that a failure of this judgement has or would have."""
        target = judgement.target
        names = self._names_on.get((target.unit, target.address or ""), ())
        twin = canonical(target, names)
        return finding_id(target.unit, check, judgement, twin), twin

    def add(self, check: Check, judgement: Judgement) -> Finding:
        number, twin = self.identity(check, judgement)
        finding = self._by_id.setdefault(number, Finding(number, check, twin.unit, judgement.target))
        finding.judgements[place_of(judgement)] = judgement
        return finding

    def all(self) -> Iterable[Finding]:
        """Worst first, then by check and place: the order of every report."""
        return sorted(
            self._without_twins(),
            key=lambda one: (
                one.unit,
                one.severity.rank,
                one.check.id,
                *_where(one.worst.target),
                one.port or 0,
                one.id,
            ),
        )

    def _without_twins(self) -> list[Finding]:
        """A certificate asked for without a name is a place of the named finding that shows the same one."""
        named: dict[tuple[Any, ...], Finding] = {}
        bare: list[Finding] = []
        rest: list[Finding] = []
        for finding in self._by_id.values():
            if not finding.check.anchor_name:
                rest.append(finding)
            elif finding.target.name is None:
                bare.append(finding)
            else:
                rest.append(finding)
                for judgement in finding.judgements.values():
                    named.setdefault(_shown(finding, judgement), finding)
        for finding in bare:
            twins = {
                named[key].id: named[key]
                for key in (_shown(finding, one) for one in finding.judgements.values())
                if key in named
            }
            if twins:
                next(iter(twins.values())).judgements.update(finding.judgements)
            else:
                rest.append(finding)
        return rest


def _where(target: Target) -> tuple[str, int, int, str]:
    """By name, then by address as a number: 192.0.2.9 before 192.0.2.10."""
    address = ip_address(target.address) if target.address else None
    name = target.name if target.name != target.address else None
    return (name or "", address.version if address else 0, int(address) if address else 0, target.key)


def _shown(finding: Finding, judgement: Judgement) -> tuple[Any, ...]:
    """Which certificate a judgement is about, and where it was shown."""
    target = judgement.target
    return finding.check.id, finding.unit, target.address, target.port, judgement.seen.get("sha256")


def place_of(judgement: Judgement) -> Place:
    """Where a judgement was made, with the URL of a site's path."""
    target = judgement.target
    url = target.url
    if url is not None and judgement.discriminator.startswith("/"):
        url = url.rstrip("/") + judgement.discriminator
    port = judgement.port if judgement.port is not None else target.port
    return Place(target.name, target.address, port, url)


_FIELD = re.compile(r"\{([a-z0-9_.]+)\}")


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def sentence(template: str, facts: Mapping[str, Any], language: Language, zone: ZoneInfo | None = None) -> str:
    """A check's sentence with its facts filled in; what is not known reads as a dash, moments in the zone (R21)."""
    return _FIELD.sub(lambda match: _words(facts.get(match.group(1)), language, zone), template)


def sentences(check: Check, facts: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    return {language: sentence(check.seen.in_language(language), facts, language, zone) for language in LANGUAGES}


def _words(value: Any, language: Language, zone: ZoneInfo | None) -> str:
    match value:
        case str() if zone is not None and _MOMENT.fullmatch(value):
            return _in_zone(value, zone)
        case None:
            return "—"
        case bool():
            return {"zh-CN": ("否", "是"), "zh-TW": ("否", "是"), "en": ("no", "yes")}[language][value]
        case list() | tuple():
            return (", " if language == "en" else "、").join(_words(part, language, zone) for part in value) or "—"
        case dict():
            return ", ".join(f"{key}={_words(part, language, zone)}" for key, part in value.items())
        case _:
            return str(value)


def _in_zone(moment: str, zone: ZoneInfo) -> str:
    """The end of all years, by which certificates mean "never" (RFC 5280 section 4.1.2.5), has no other zone's time."""
    try:
        return datetime.fromisoformat(moment).astimezone(zone).isoformat(" ", "seconds")
    except OverflowError:
        return moment.replace("T", " ")
