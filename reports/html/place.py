"""Where something was seen, in one line of plain text."""

from collections.abc import Mapping
from typing import Any


def place(record: Mapping[str, Any]) -> str:
    """ "https://oa.example.edu.cn/ (192.0.2.10)", "db.example.edu.cn 192.0.2.7:6379/tcp", "example.edu.cn"."""
    host, address, url = record.get("host"), record.get("address"), record.get("url")
    if url:
        return f"{url} ({address})" if address and address not in url else str(url)
    where = " ".join(part for part in (host if host != address else None, _end(record, address)) if part)
    return where or "—"


def _end(record: Mapping[str, Any], address: str | None) -> str:
    port = record.get("port")
    if port is None:
        return address or ""
    shown = f"[{address}]" if address and ":" in address else address or ""
    return f"{shown}:{port}/{record.get('transport') or 'tcp'}"
