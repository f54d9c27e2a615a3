"""Every lane there is, by address: made when first asked, forgotten when idle and unremarkable."""

import time

from scanner.model.inspection import Limits
from scanner.model.scope import is_special
from scanner.network.lane import UNLIMITED, Lane
from scanner.network.question import Party, Question, TrafficClass

KEPT = 2048
IDLE_FOR = 60.0
"""Seconds after which a lane may be forgotten once there are more than KEPT."""

INFRASTRUCTURE = Limits(requests_per_second=50, connections=8)
"""R1: a low rate of its own. The resolver may have several questions under way, so that one slow name delays no other."""

THIRD_PARTY = Limits(requests_per_second=2, connections=1)
"""R1: RDAP servers and certificate authorities owe us nothing: one question at a time, slowly."""

Key = tuple[TrafficClass, Party | None, str]


class Lanes:
    """Infrastructure has lanes of its own, even where its address is inspected too."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lanes: dict[Key, Lane] = {}

    @property
    def connections(self) -> int:
        """How many connections one address may have open at once."""
        return UNLIMITED if self._limits.requests_per_second is None else self._limits.connections

    def of(self, question: Question) -> Lane:
        party = question.party if question.klass is TrafficClass.INFRASTRUCTURE else None
        key = (question.klass, party, question.address)
        lane = self._lanes.get(key)
        if lane is None:
            if len(self._lanes) >= KEPT:
                self._forget()
            lane = self._lanes[key] = Lane(question.address, self._limits_of(question))
        lane.used_at = time.monotonic()
        return lane

    def find(self, address: str) -> Lane | None:
        """The lane of an inspected address, where it was asked."""
        return self._lanes.get((TrafficClass.INSPECTED, None, address))

    def _limits_of(self, question: Question) -> Limits:
        """Infrastructure keeps its own low rate, but where limits are lifted for a laboratory and it is one too."""
        lifted = self._limits.requests_per_second is None and is_special(question.address)
        if question.klass is TrafficClass.INSPECTED or lifted:
            return self._limits
        return INFRASTRUCTURE if question.party is Party.DNS else THIRD_PARTY

    def _forget(self) -> None:
        before = time.monotonic() - IDLE_FOR
        for key, lane in list(self._lanes.items()):
            if lane.idle and lane.used_at < before and not lane.pulse.lost:
                del self._lanes[key]
