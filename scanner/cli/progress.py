"""Progress on standard error: a live line at a terminal, a plain line now and then elsewhere."""

import sys
import time
from datetime import datetime
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from scanner.cli.language import say
from scanner.inspecting.tally import Standing

SECONDS_APART = 5.0
"""Between two plain lines."""


class Progress:
    """Called with each standing; a context manager around the scan."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, refresh_per_second=4, transient=True) if self._terminal else None
        self._told = time.monotonic()
        self._closed_until: datetime | None = None

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, standing: Standing) -> None:
        if self._quiet:
            return
        if self._live:
            self._live.update(Text(line(standing)))
        elif time.monotonic() - self._told >= SECONDS_APART or standing.closed_until != self._closed_until:
            self._told = time.monotonic()
            self._closed_until = standing.closed_until
            print(line(standing), file=sys.stderr, flush=True)

    @property
    def _terminal(self) -> bool:
        return not self._quiet and self._console.is_terminal


def line(standing: Standing) -> str:
    """What is done, what is left, and an estimate where there is one."""
    left = ""
    if standing.closed_until is not None:
        return say("progress.closed", until=standing.closed_until.isoformat(timespec="minutes"))
    if standing.seconds_left is not None and standing.done < standing.found:
        left = say("progress.left", minutes=duration(standing.seconds_left))
    return say(
        "progress.lane",
        done=standing.done,
        found=standing.found,
        observations=standing.observations,
        issues=standing.issues,
        left=left,
    )


def duration(seconds: float) -> str:
    """`45 s`, `3 min`, `2 h 05 min`: rounded as one says it."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
