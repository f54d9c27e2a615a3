"""Leave to send one question: holds its connection slot, counts its bytes, and leaves its line in the audit log."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scanner.model.errors import NetworkError
from scanner.network.question import Question

if TYPE_CHECKING:
    from scanner.network.lane import Lane


class Permit:
    """Given by the gate at the moment the question may go out. Close it once; closing again does nothing."""

    def __init__(
        self,
        question: Question,
        lane: "Lane",
        check: Callable[[], None],
        heard: Callable[["Permit"], None],
        closed: Callable[["Permit"], None],
    ) -> None:
        self.question = question
        self.lane = lane
        self.sent = 0
        self.received = 0
        self.outcome = "unanswered"
        self._answer = ""
        self.seconds: float | None = None
        self.begun = time.monotonic()
        self.began = datetime.now(UTC)
        self._check = check
        self._heard = heard
        self._closed: Callable[[Permit], None] | None = closed

    def still(self) -> None:
        """Raise NotAdmitted (interrupted) where the window has closed or the scan was stopped meanwhile."""
        self._check()

    def answered(self, outcome: str = "answered", *, seconds: float | None = None, timed: bool = True) -> None:
        """The first answer came now, or took `seconds`; untimed where its time says nothing of the target's pace."""
        self.outcome = self._answer = outcome
        if timed:
            self.seconds = time.monotonic() - self.begun if seconds is None else seconds
        self._heard(self)

    def failed(self, error: BaseException) -> None:
        """It ended without its answer, or broke off after it."""
        how = error.reason.value if isinstance(error, NetworkError) else type(error).__name__
        self.outcome = f"{self._answer}, then {how}" if self._answer else how

    @property
    def has_answer(self) -> bool:
        return bool(self._answer)

    def close(self) -> None:
        if self._closed is not None:
            closed, self._closed = self._closed, None
            closed(self)
