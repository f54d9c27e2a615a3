"""The audit log: one JSON line for each thing sent or refused, chained by SHA-256. It decides nothing."""

import asyncio
import contextlib
import hashlib
import json
import os
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any

from scanner.model.errors import YuanjianError

EVERY = 0.25
"""Seconds between flushes."""

START = "0" * 64
"""`prev` of the first line."""


class AuditFault(YuanjianError):
    """What was sent could not be written down; nothing more was sent."""


class AuditLog:
    """Appends to audit.jsonl and continues the chain of what is there. Lines keep the order of `write`.

    `prev` is the SHA-256 of the line before, without its newline. A line that a crash cut short stays as it
    is and is chained like any other. Once a write failed, `failure` says so: the gate then lets nothing more
    through, and leaving raises AuditFault.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[dict[str, Any]] = []
        self._previous = START
        self._file: FileIO | None = None
        self._task: asyncio.Task[None] | None = None
        self.failure: OSError | None = None

    async def __aenter__(self) -> "AuditLog":
        await asyncio.to_thread(self._open)
        self._task = asyncio.create_task(self._keep_flushing(), name="audit log")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._flush(self._waiting)
        self._close()
        if self.failure is not None and error is None:
            raise AuditFault(f"the audit log {self._path} cannot be written: {self.failure.strerror}")

    def write(self, **fields: Any) -> None:
        """Queue one line. None values are left out; `at` is the moment of writing, UTC."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._waiting.append({"at": at} | {key: value for key, value in fields.items() if value is not None})

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        ending = b""
        if self._path.is_file():
            last, ending = _last_line(self._path)
            if last is not None:
                self._previous = hashlib.sha256(last).hexdigest()
        # Unbuffered: what a full disk refused once must not be tried again by closing.
        self._file = self._path.open("ab", buffering=0)
        if ending:
            self._file.write(ending)

    async def _keep_flushing(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(EVERY)
            if self._waiting:
                lines, self._waiting = self._waiting, []
                flushing = loop.run_in_executor(None, self._flush, lines)
                try:
                    await asyncio.shield(flushing)
                except asyncio.CancelledError:
                    await flushing
                    raise

    def _flush(self, waiting: list[dict[str, Any]]) -> None:
        if self._file is None or self.failure is not None:
            return
        lines = bytearray()
        for fields in waiting:
            line = json.dumps(fields | {"prev": self._previous}, ensure_ascii=False, separators=(",", ":")).encode(
                errors="backslashreplace"
            )
            self._previous = hashlib.sha256(line).hexdigest()
            lines += line + b"\n"
        try:
            left = memoryview(bytes(lines))
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self.failure = error

    def _close(self) -> None:
        if self._file is None:
            return
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            self.failure = self.failure or error
        finally:
            self._file.close()


def broken_at(path: Path) -> int | None:
    """The number of the first line whose `prev` is not the digest of the line before; None for a whole chain.

    Raises OSError where the file cannot be read.
    """
    previous = START
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            line = raw.rstrip(b"\n")
            try:
                fields = json.loads(line)
            except (ValueError, RecursionError):
                fields = None
            if fields is not None and (not isinstance(fields, dict) or fields.get("prev") != previous):
                return number
            previous = hashlib.sha256(line).hexdigest()
    return None


def _last_line(path: Path) -> tuple[bytes | None, bytes]:
    """The last line without its newline, and the newline where it lacks one."""
    content = path.read_bytes() if path.stat().st_size < 1 << 20 else _tail(path)
    if not content:
        return None, b""
    whole = content.endswith(b"\n")
    return content.rstrip(b"\n").rpartition(b"\n")[2], b"" if whole else b"\n"


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-(1 << 20), os.SEEK_END)
        return file.read()
