"""Where something was seen, in one line of plain text."""

from collections.abc import Mapping
from typing import Any

from scanner.model.readable_name import both_forms, readable


def place(record: Mapping[str, Any]) -> str:
    """ "https://oa.example.edu.cn/ (192.0.2.10)", "db.example.edu.cn 192.0.2.7:6379/tcp", "example.edu.cn".

    A name in A-labels stands as its people write it, with the A-labels beside it.
    """
    host, address, url = record.get("host"), record.get("address"), record.get("url")
    if url:
        shown = readable(host) if host else None
        written = str(url).replace(host, shown, 1) if host and shown else str(url)
        beside = [one for one in (host if shown else None, address if address and address not in url else None) if one]
        return f"{written} ({', '.join(beside)})" if beside else written
    where = " ".join(
        part for part in (both_forms(host) if host and host != address else None, _end(record, address)) if part
    )
    return where or "—"


def item(finding: Mapping[str, Any]) -> str | None:
    """What of a place a finding is about, where the place's own line does not say it already."""
    about = finding.get("item")
    if not about or about == finding.get("host") or str(finding.get("url") or "").endswith(about):
        return None
    return both_forms(str(about))


def elsewhere(finding: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The other places of a finding: those that its own line does not name, and its own where it changed."""
    own = place(finding)
    return [one for one in finding["places"] if place(one) != own or one.get("how")]


def _end(record: Mapping[str, Any], address: str | None) -> str:
    port = record.get("port")
    if port is None:
        return address or ""
    shown = f"[{address}]" if address and ":" in address else address or ""
    return f"{shown}:{port}/{record.get('transport') or 'tcp'}"
