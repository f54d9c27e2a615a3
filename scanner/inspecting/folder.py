"""The folder of one scan: where it is, that nobody else writes into it, and that nothing is overwritten."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

STORE = "scan.sqlite"
DATABASE = "database"
"""Holds the URL of the store, where `--db` names one, without its password."""

AUDIT = "audit.jsonl"
LOCK = ".lock"
MANIFEST = "manifest.json"
"""The last file of a finished scan: where it stands, the folder is sealed."""


class Busy(Exception):
    """Another process holds the folder."""


def default_folder(inspection_id: str, at: datetime, base: Path = Path("yuanjian-results")) -> Path:
    """./yuanjian-results/ID-TIME/, with only such characters as every file system takes."""
    safe = "".join(one if one.isalnum() or one in "-_." else "_" for one in inspection_id)[:80]
    return base / f"{safe}-{at:%Y%m%dT%H%M%S}"


def holds_results(folder: Path) -> bool:
    """Whether a scan wrote here before, whole or not."""
    return folder.is_dir() and any(folder.iterdir())


class Unwritable(Exception):
    """The folder cannot be made, or nothing can be written into it."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder and hold it against other processes; raises Busy, Unwritable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held_by = (folder / LOCK).open("w")
    except OSError as error:
        raise Unwritable(error.strerror) from error
    with held_by as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(str(folder)) from error
        yield
    (folder / LOCK).unlink(missing_ok=True)
