"""The tables that were taken in, on disk: written beside the old one and renamed, with a line on where each came from."""

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from scanner.catalogue.feed import feed_folder, load_exploited, load_releases
from scanner.feeding.taking import Taken
from scanner.model.said import Said

JOURNAL = "taken.jsonl"
AUDIT = "audit.jsonl"
"""The operator's own traffic for feeds."""


def keep(taken: Taken, content: bytes, *, source: str, signer: str, at: datetime) -> Path:
    """Write the table, and a line of the journal: {at, source, sha256, signer, table, changed}."""
    folder = made()
    path = folder / f"{taken.table}.json"
    told = {
        "at": at.isoformat(timespec="seconds"),
        "source": source,
        "sha256": hashlib.sha256(content).hexdigest(),
        "signer": signer,
        "table": taken.table,
        "changed": taken.changed,
    }
    try:
        _replace(path, json.dumps(taken.data, ensure_ascii=False, indent=1).encode())
        with (folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(told, ensure_ascii=False) + "\n")
    except OSError as error:
        raise Said("feed-unwritten", path=path, error=error.strerror) from error
    load_releases.cache_clear()
    load_exploited.cache_clear()
    return path


def journal() -> Sequence[dict[str, Any]]:
    """What was taken in so far, oldest first; a line that cannot be read is left out."""
    try:
        lines = (feed_folder() / JOURNAL).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def made() -> Path:
    """The folder of feeds, made where it is not there yet."""
    folder = feed_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Said("folder-unmade", folder=folder, error=error.strerror) from error
    return folder


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
