"""One TLS service as its engineer reads it: versions by suites, chains by name, dates on a line, what to change. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reports.html.group import Record
from reports.html.tls_mends import Mend, mends, without_lines
from scanner.model.check import Severity

SERVICES = 100
"""Services that one report shows whole, shared among its units."""
MOST_SUITES, MOST_LINKS = 300, 16
LINE = 1000
"""Units of the line on which dates stand."""


@dataclass(frozen=True, slots=True)
class Row:
    """A suite: its place in each version's order, from 1, None where it was not accepted; what it fails, the worst of it."""

    suite: str
    cells: tuple[int | None, ...]
    severity: str | None
    checks: tuple[str, ...]
    forward_secrecy: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What one or several names are offered. `columns` are all versions, newest first; `spoken` those with suites."""

    names: list[str]
    columns: Sequence[Record]
    spoken: Sequence[Record]
    rows: Sequence[Row]
    more: int
    worst: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bar:
    """A validity on the line: where it begins and how long it is, in units of LINE."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain that one or several names are shown, with its validities on one line and `today` on it."""

    names: list[str]
    certificate: Record
    links: Sequence[tuple[Record, Bar | None]]
    today: int | None


@dataclass(slots=True)
class Page:
    """One address and port. `without_lines` are the checks that failed and that no line of configuration mends."""

    anchor: str
    assets: list[Record]
    offers: list[Offer] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    mends: list[Mend] = field(default_factory=list)
    without_lines: list[str] = field(default_factory=list)
    passed: int = 0
    not_tested: int = 0

    @property
    def head(self) -> Record:
        """The asset that stands for all: one without a name has no more to say than one with."""
        return next((asset for asset in self.assets if asset.get("host")), self.assets[0])


def pages(assets: Iterable[Record], anchor: str) -> list[Page]:
    """A page for each address and port that speaks TLS, those with the gravest findings first."""
    places: dict[tuple[Any, Any], list[Record]] = {}
    for asset in assets:
        if asset.get("tls_service"):
            places.setdefault((asset.get("address") or asset.get("host"), asset.get("port")), []).append(asset)
    made = [_page(f"{anchor}-tls-{number}", group) for number, group in enumerate(places.values(), 1)]
    return sorted(made, key=lambda page: min((_rank(severity) for _, severity in page.failed), default=99))


def _page(anchor: str, assets: list[Record]) -> Page:
    services = [asset["tls_service"] for asset in assets]
    worst: dict[str, str] = {}
    for fault in (fault for service in services for fault in service["failed"]):
        worst[fault["check"]] = min(worst.get(fault["check"], fault["severity"]), fault["severity"], key=_rank)
    failed = sorted(worst.items(), key=lambda one: (_rank(one[1]), one[0]))
    suites = {name: told for service in services for name, told in service["suites"].items()}
    return Page(
        anchor,
        assets,
        list(_offers(assets, worst)),
        list(_chains(assets)),
        failed,
        mends(
            [check for check, _ in failed], suites, next((a.get("product") for a in assets if a.get("product")), None)
        ),
        without_lines([check for check, _ in failed]),
        passed=max(service["passed"] for service in services),
        not_tested=len({row["check"] for service in services for row in service["not_tested"]}),
    )


def _offers(assets: list[Record], worst: Mapping[str, str]) -> Iterator[Offer]:
    """Names that are offered the same stand together."""
    alike: dict[str, list[Record]] = {}
    for asset in assets:
        if asset["tls_service"]["versions"]:
            alike.setdefault(repr(asset["tls_service"]["versions"]), []).append(asset)
    for group in alike.values():
        service = group[0]["tls_service"]
        columns = list(reversed(service["versions"]))
        spoken = [column for column in columns if column["suites"]]
        names = list(dict.fromkeys(suite for column in spoken for suite in column["suites"]))
        rows = [_row(name, spoken, service["suites"].get(name) or {}, worst) for name in names[:MOST_SUITES]]
        yield Offer(_names(group), columns, spoken, rows, len(names) - len(rows), worst)


def _row(suite: str, columns: Sequence[Record], told: Record, worst: Mapping[str, str]) -> Row:
    checks = tuple(told.get("checks") or ())
    severities = [worst[check] for check in checks if check in worst]
    cells = tuple(column["suites"].index(suite) + 1 if suite in column["suites"] else None for column in columns)
    gravest = min(severities, key=_rank) if severities else None
    return Row(suite, cells, gravest, checks, bool(told.get("forward_secrecy", True)))


def _chains(assets: list[Record]) -> Iterator[Chain]:
    alike: dict[tuple[str, ...], tuple[Record, list[Record]]] = {}
    for asset in assets:
        service = asset["tls_service"]
        for certificate in (service["certificate"], *(service.get("more_certificates") or ())):
            if certificate:
                chain = tuple(link["sha256"] for link in certificate["chain"])
                alike.setdefault(chain, (certificate, []))[1].append(asset)
    for certificate, group in alike.values():
        links = certificate["chain"][:MOST_LINKS]
        today, line = _line(links, certificate)
        yield Chain(_names(group), certificate, [(link, _bar(link, line)) for link in links], today)


def _line(links: Sequence[Record], certificate: Record) -> tuple[int | None, tuple[float, float] | None]:
    """The line spans the leaf's validity and the day of the look, with a margin; what lasts longer runs off it."""
    at = _seconds(certificate.get("at"))
    ends = [_seconds(links[0].get(name)) for name in ("not_before", "not_after")] if links else []
    moments = [moment for moment in (at, *ends) if moment is not None]
    if len(moments) < 2 or at is None:
        return None, None
    margin = max((max(moments) - min(moments)) * 0.06, 3600.0)
    line = (min(moments) - margin, max(moments) + margin)
    return _place(at, line), line


def _bar(link: Record, line: tuple[float, float] | None) -> Bar | None:
    start, end = (_seconds(link.get(name)) for name in ("not_before", "not_after"))
    if start is None or end is None or line is None or end < start:
        return None
    first, last = _place(start, line), _place(end, line)
    return Bar(first, max(last - first, 4))


def _place(moment: float, line: tuple[float, float]) -> int:
    return round(min(max((moment - line[0]) / (line[1] - line[0]), 0.0), 1.0) * LINE)


def _seconds(written: str | None) -> float | None:
    try:
        return datetime.fromisoformat(written).timestamp() if written else None
    except (ValueError, OverflowError, OSError):
        return None


def _names(assets: Iterable[Record]) -> list[str]:
    """The names asked by; "" for none."""
    return list(dict.fromkeys(str(asset.get("host") or "") for asset in assets))


def _rank(severity: str) -> int:
    order = [one.value for one in Severity]
    return order.index(severity) if severity in order else len(order)
