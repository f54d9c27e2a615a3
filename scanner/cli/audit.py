"""`yuanjian audit`: what was sent to an address, on one page, to be read and to be handed over. Sends nothing."""

import json
import sys
from datetime import UTC, datetime, timedelta, tzinfo
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from scanner.auditing import Amount, Audit, Latency, Span, Told, lines_of, summed
from scanner.cli.language import say
from scanner.cli.options import Json, Lang, option
from scanner.cli.stored import open_scan
from scanner.inspecting.folder import AUDIT, MANIFEST
from scanner.model.errors import InputError
from scanner.network.audit import broken_at
from scanner.results.writing import RESULTS
from scanner.sealing import verify

ALTERED = 1

Address = Annotated[str | None, option("audit-address", "--address")]
From = Annotated[str | None, option("audit-from", "--from")]
To = Annotated[str | None, option("audit-to", "--to")]


def register(app: typer.Typer) -> None:
    app.command("audit", help=say("help.audit"))(command)


def command(
    folder: Path, address: Address = None, from_: From = None, to: To = None, json_: Json = False, lang: Lang = None
) -> int:
    """The page on standard output. Exit 1 where the log's chain is broken or the seal does not hold."""
    order = _order(folder)
    zone = _zone(order)
    span = Span(_address(address), _moment("--from", from_, zone), _moment("--to", to, zone, ends=True))
    if span.start and span.end and span.start >= span.end:
        raise InputError(say("error.span", start=from_, end=to))
    path = folder / AUDIT
    try:
        with path.open("rb") as file:
            audit = summed(lines_of(file), span)
        broken = broken_at(path)
    except OSError as error:
        raise InputError(say("error.no-audit", path=path, error=error.strerror)) from error
    faults, signer = _seal(folder)
    if json_:
        about = {"id": order.get("id"), "address": span.address, "from": _iso(span.start), "to": _iso(span.end)}
        seal = {"sealed_by": signer, "faults": list(faults)}
        whole = {**about, **audit.to_json(), "chain_broken_at_line": broken, "seal": seal}
        sys.stdout.write(json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    else:
        for line in [*_head(order, span, zone), *_body(audit, span, order, zone), *_proof(broken, faults, signer)]:
            typer.echo(line)
    return ALTERED if broken is not None or faults else 0


def _head(order: dict[str, Any], span: Span, zone: tzinfo) -> list[str]:
    open_end = say("audit.open")
    return [
        say("audit.title", title=order.get("title") or "—", id=order.get("id") or "—"),
        say("audit.address", address=span.address or say("audit.all")),
        say(
            "audit.span",
            start=_told(span.start, zone) or open_end,
            end=_told(span.end, zone) or open_end,
            zone=zone,
        ),
        "",
    ]


def _body(audit: Audit, span: Span, order: dict[str, Any], zone: tzinfo) -> list[str]:
    lines = []
    if audit.nothing:
        lines.append(say("audit.nothing") if span.address else say("audit.nothing-at-all"))
    else:
        lines += _sent(audit, span, order, zone)
    refused = sum(audit.refused.values())
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(audit.refused.items()))
    lines.append(say("audit.refused", count=refused, reasons=reasons or "—"))
    if audit.told:
        lines += ["", say("audit.told"), *(_instruction(one, zone) for one in audit.told), ""]
    if audit.unread:
        lines.append(say("audit.unread", count=audit.unread))
    return lines


def _sent(audit: Audit, span: Span, order: dict[str, Any], zone: tzinfo) -> list[str]:
    limits = order.get("limits") or {}
    ceiling = limits.get("requests_per_second" if span.address else "total_per_second")
    unlimited = say("audit.unlimited")
    rate = unlimited if audit.unlimited_grants else f"{audit.fastest_grant or 0:g}"
    lines = [
        say("audit.when", first=_told(audit.first, zone), last=_told(audit.last, zone)),
        _amount(say("audit.total"), audit.total),
        say("audit.peak", peak=audit.peak, ceiling=unlimited if ceiling is None else f"{ceiling:g}"),
        say("audit.sweep", grants=audit.grants, connects=audit.total.sweep_connects, rate=rate),
    ]
    if span.address is None:
        lines.append(say("audit.addresses", count=len(audit.addresses)))
    lines += ["", say("audit.by-class"), *(_amount(_class(name), one) for name, one in sorted(audit.by_class.items()))]
    lines += ["", say("audit.by-probe"), *(_amount(name, one) for name, one in sorted(audit.by_probe.items()))]
    lines += ["", say("audit.latency"), *(_latency(name, one) for name, one in sorted(audit.latency.items()))]
    if not audit.latency:
        lines.append(say("audit.no-latency"))
    return [*lines, ""]


def _amount(name: str, one: Amount) -> str:
    return say(
        "audit.amount",
        name=name,
        connections=one.connections,
        datagrams=one.datagrams,
        requests=one.requests,
        swept=one.sweep_connects,
        sent=one.sent,
        received=one.received,
    )


def _instruction(one: Told, zone: tzinfo) -> str:
    acts = {
        "stop": say("audit.told-stop"),
        "pause": say("audit.told-pause"),
        "continue": say("audit.told-continue"),
        "closed": say("audit.told-closed"),
        "opened": say("audit.told-opened"),
        "clock": say("audit.told-clock"),
    }
    parts = [one.unit or "", one.by or "", one.detail or ""]
    told = "  ".join(part for part in parts if part)
    return f"  {_told(one.at, zone)}  {acts.get(one.act, one.act)}{'  ' if told else ''}{told}"


def _class(name: str) -> str:
    names = {
        "inspected": say("audit.class-inspected"),
        "infrastructure": say("audit.class-infrastructure"),
        "operator": say("audit.class-operator"),
    }
    return names.get(name, name)


def _latency(kind: str, one: Latency) -> str:
    parts = {"before": one.before, "during": one.during, "after": one.after}
    told = {name: "—" if ms is None else f"{ms:.1f}" for name, ms in parts.items()}
    names = {
        "connect": say("audit.kind-connect"),
        "request": say("audit.kind-request"),
        "datagram": say("audit.kind-datagram"),
    }
    return say("audit.latency-row", kind=names[kind], answers=one.answers, **told)


def _proof(broken: int | None, faults: tuple[str, ...], signer: str | None) -> list[str]:
    chain = say("audit.chain-whole") if broken is None else say("verify.line", file=AUDIT, line=broken)
    if signer is None and not faults:
        return [chain, say("audit.no-seal")]
    if faults:
        return [chain, *(say("verify.fault", fault=fault) for fault in faults)]
    return [chain, say("audit.sealed", fingerprint=signer)]


def _seal(folder: Path) -> tuple[tuple[str, ...], str | None]:
    """What the seal says: faults, and whose it is; nobody's where the folder was not sealed."""
    if not (folder / MANIFEST).exists():
        return (), None
    found = verify(folder)
    return found.faults, found.fingerprint


def _order(folder: Path) -> dict[str, Any]:
    """What the results, else the store, say of the inspection; InputError where neither is there."""
    try:
        return dict(json.loads((folder / RESULTS).read_text(encoding="utf-8"))["inspection"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        with open_scan(folder) as store:
            return dict(store.meta("order") or {})


def _zone(order: dict[str, Any]) -> tzinfo:
    name = (order.get("window") or {}).get("timezone")
    return ZoneInfo(name) if name else UTC


def _address(given: str | None) -> str | None:
    try:
        return None if given is None else str(ip_address(given))
    except ValueError as error:
        raise InputError(say("error.address", given=given)) from error


def _moment(name: str, given: str | None, zone: tzinfo, *, ends: bool = False) -> datetime | None:
    """A moment; without an offset it is in the inspection's zone, and a day alone ends with its last moment."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
        if ends and len(given) <= len("2026-11-24"):
            moment += timedelta(days=1)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(say("error.time", option=name, given=given)) from error


def _told(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).isoformat(sep=" ", timespec="seconds")


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
