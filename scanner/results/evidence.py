"""Evidence on disk: one small file for each piece, named by its finding, with its digest in the results."""

import hashlib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scanner.inspecting.order import in_zone
from scanner.results.finding import Finding

EXCERPT = 400
"""Characters of a piece that results and report show."""
PIECES = 20
"""Pieces of one finding that are written; the store holds them all."""


def write_evidence(folder: Path, finding: Finding, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Write the pieces of a finding to DIR/evidence/, and give their rows for the results."""
    rows: list[dict[str, Any]] = []
    seen: set[tuple[str, bytes]] = set()
    for place, judgement in finding.judgements.items():
        for piece in judgement.evidence:
            if (piece.what, piece.content) in seen or len(rows) >= PIECES:
                continue
            seen.add((piece.what, piece.content))
            content = piece.content or piece.what.encode("utf-8", "backslashreplace")
            name = f"evidence/{finding.id}-{len(rows) + 1:02d}.bin"
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            rows.append(
                {
                    "at": in_zone(judgement.at, zone) if judgement.at else None,
                    "what": piece.what,
                    "place": place.to_json(),
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "file": name,
                    "excerpt": excerpt(piece.content),
                }
            )
    return rows


def excerpt(content: bytes) -> str | None:
    """The first bytes as people read them: text where it is text, else hexadecimal; None where there are none."""
    if not content:
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content[: EXCERPT // 3].hex(" ")
    shown = sum(one.isprintable() or one in "\r\n\t" for one in text)
    return text[:EXCERPT] if shown >= 0.9 * len(text) else content[: EXCERPT // 3].hex(" ")
