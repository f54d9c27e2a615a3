"""What somebody outside tells a running scan: stop, pause, continue. Small files in its folder; it sends nothing."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from scanner.inspecting.folder import LOCK

PREFIX = ".instruction-"
MOST_BYTES = 64 * 1024


class Act(StrEnum):
    """The three things that a running scan can be told."""

    STOP = "stop"
    PAUSE = "pause"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Instruction:
    """Who tells what, when (aware), and why. `unit` is a unit's key; None means the whole inspection."""

    act: Act
    unit: str | None
    by: str
    at: datetime
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "act": self.act.value, "at": self.at.isoformat()}


def leave(folder: Path, instruction: Instruction) -> Path:
    """Write the instruction whole or not at all; the file vanishes as soon as the scan has taken it."""
    path = folder / f"{PREFIX}{time.time_ns()}-{os.getpid()}"
    temporary = path.with_name(f".new{path.name}")
    try:
        temporary.write_text(json.dumps(instruction.to_json(), ensure_ascii=False), encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def take(folder: Path) -> Iterator[Instruction]:
    """The instructions that wait, oldest first; each is removed. What is no instruction is removed unread."""
    for path in sorted(folder.glob(f"{PREFIX}*")):
        with suppress(OSError):
            read = parse(path.read_bytes()[:MOST_BYTES])
            path.unlink()
            if read is not None:
                yield read


def drop(folder: Path) -> None:
    """Forget what waits: said to a run that is over. For who has just come to hold the folder."""
    for path in folder.glob(f"{PREFIX}*"):
        path.unlink(missing_ok=True)


def parse(raw: bytes) -> Instruction | None:
    """An instruction from its file's bytes; None for anything else."""
    try:
        data = json.loads(raw)
        unit = data["unit"]
        at = datetime.fromisoformat(str(data["at"]))
        if at.tzinfo is None or not (unit is None or isinstance(unit, str)):
            return None
        return Instruction(Act(data["act"]), unit, str(data["by"]), at, str(data["reason"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def is_running(folder: Path) -> bool:
    """Whether a process holds the folder; looks at its lock and changes nothing."""
    try:
        with (folder / LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
