"""The one writer of a scan's store: a thread that commits at most 250 ms or 500 rows apart (R22)."""

import queue
import threading
import time
from collections.abc import Callable

from sqlalchemy import Connection, Engine

from scanner.model.errors import YuanjianError

SECONDS_APART = 0.25
ROWS_APART = 500
Write = Callable[[Connection], None]


class StoreFault(YuanjianError):
    """The store cannot be written (full disk, locked file): the scan ends, nothing is claimed."""


class Writer:
    """Takes writes from any thread, keeps their order, and commits them together."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.Queue[Write | threading.Event | None] = queue.Queue(maxsize=20_000)
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, write: Write) -> None:
        """Queue one write; raises StoreFault where an earlier one failed."""
        self._check()
        self._queue.put(write)

    def flush(self) -> None:
        """Return once everything put before is committed."""
        self._check()
        done = threading.Event()
        self._queue.put(done)
        while not done.wait(0.5):
            if not self._thread.is_alive():
                break
        self._check()

    def close(self) -> None:
        """Commit what is queued and end the thread."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        self._check()

    def _check(self) -> None:
        if self._fault is not None:
            # The driver's own words: SQLAlchemy's name the statement and a page on the web beside.
            raise StoreFault(str(getattr(self._fault, "orig", None) or self._fault)) from self._fault

    def _run(self) -> None:
        open_ = True
        while open_:
            first = self._queue.get()
            try:
                open_ = self._commit(first)
            except Exception as fault:
                self._fault = fault
                return

    def _commit(self, first: Write | threading.Event | None) -> bool:
        """One transaction: `first` and what follows within the limits. False once the end was asked for."""
        waiting: list[threading.Event] = []
        item: Write | threading.Event | None = first
        end = time.monotonic() + SECONDS_APART
        rows = 0
        with self._engine.begin() as connection:
            while item is not None:
                if isinstance(item, threading.Event):
                    waiting.append(item)
                    break
                item(connection)
                rows += 1
                left = end - time.monotonic()
                if rows >= ROWS_APART or left <= 0:
                    break
                try:
                    item = self._queue.get(timeout=left)
                except queue.Empty:
                    break
        for event in waiting:
            event.set()
        return item is not None
