"""The paces that a question waits for: its address's, its unit's, the inspection's (R7). They decide no scope."""

import asyncio

from scanner.model.inspection import Limits
from scanner.network.bucket import Bucket
from scanner.network.ceiling import Ceiling
from scanner.network.lane import Lane
from scanner.network.question import Party, Question, TrafficClass
from scanner.network.switch import Switch

THIRD_PARTIES_PER_SECOND = 5
"""Questions to RDAP servers and certificate authorities, over all of them together."""


class Paces:
    """The ceilings over addresses; each address's own bucket is its lane's."""

    def __init__(self, limits: Limits, switch: Switch) -> None:
        self._limits = limits
        self._switch = switch
        self._total = Ceiling(limits.total_per_second, limits.total_per_second, shared=True)
        self._units: dict[str, Ceiling] = {}
        self._third_parties = Bucket(THIRD_PARTIES_PER_SECOND)

    def of_sweeps(self, unit: str) -> tuple[Ceiling, Ceiling]:
        """Whose shares a sweep of this unit takes, in this order."""
        return self._ceiling(unit), self._total

    async def turn(self, lane: Lane, question: Question) -> None:
        """Wait for the address's turn, then the unit's, then the inspection's; take all three at once."""
        buckets = [lane.bucket, self._total.questions]
        if question.klass is TrafficClass.INSPECTED:
            buckets.insert(1, self._ceiling(question.unit).questions)
        elif question.party is not Party.DNS and not lane.unlimited:
            buckets.insert(1, self._third_parties)
        held: list[asyncio.Lock] = []
        try:
            for bucket in buckets:
                await bucket.turn.acquire()
                held.append(bucket.turn)
                await bucket.ready()
            self._switch.check(question.unit)
            for bucket in buckets:
                bucket.take()
        finally:
            for turn in held:
                turn.release()

    def _ceiling(self, unit: str) -> Ceiling:
        if unit not in self._units:
            limits = self._limits
            self._units[unit] = Ceiling(limits.unit_requests_per_second, limits.unit_connects_per_second)
        return self._units[unit]
