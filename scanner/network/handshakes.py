"""Handshakes left unfinished with MySQL and MariaDB, which block a host that leaves too many (R6). It sends nothing."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

PORTS = frozenset({3306, 3307, 33060})
"""Where MySQL and MariaDB usually live."""

PROTOCOLS = frozenset({"mysql", "mariadb", "mysqlx"})

MOST = 5
"""For each address and day; the servers' own default bears a hundred (max_connect_errors), from all who ask."""

DAY = timedelta(days=1)

Kept = Callable[[str, datetime], None]
PlaceKept = Callable[[str, int, datetime], None]


def _nowhere(address: str, at: datetime) -> None:
    """Nobody remembers it beyond this scan."""


def _nobody(address: str, port: int, at: datetime) -> None:
    """Nobody remembers the place beyond this scan."""


class Handshakes:
    """Counts over a sliding day. `before` are those of earlier scans, `keep` remembers one for later scans.

    `places` are ports of their own choice where earlier scans met them; `keep_place` remembers one.
    """

    def __init__(
        self,
        before: Iterable[tuple[str, datetime]] = (),
        keep: Kept = _nowhere,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        places: Iterable[tuple[str, int]] = (),
        keep_place: PlaceKept = _nobody,
    ) -> None:
        self._clock = clock
        self._keep = keep
        self._keep_place = keep_place
        self._places: dict[str, set[int]] = {}
        self._kept: set[tuple[str, int]] = set()
        for address, port in places:
            self._places.setdefault(address, set()).add(port)
        self._made: dict[str, deque[datetime]] = {}
        self._under_way: dict[str, int] = {}
        for address, at in sorted(before, key=lambda one: one[1]):
            self._made.setdefault(address, deque()).append(at)

    def places(self, address: str) -> frozenset[int]:
        """The ports of this address where one lives, by number or as far as it was met."""
        return PORTS.union(self._places.get(address, ()))

    def met(self, address: str, port: int, accepted: int) -> None:
        """One told what it is, at last: what was `accepted` there while nobody knew was left unfinished too."""
        if port in PORTS or (address, port) in self._kept:
            return
        self._kept.add((address, port))
        self._keep_place(address, port, self._clock())
        if port in self.places(address):
            return
        self._places.setdefault(address, set()).add(port)
        for _ in range(min(accepted, MOST)):
            self.made(address, begun=False)

    def left(self, address: str) -> int:
        """How many more this address may be left with today, those under way counted as left."""
        made = self._made.get(address, deque())
        since = self._clock() - DAY
        while made and made[0] <= since:
            made.popleft()
        return max(0, MOST - len(made) - self._under_way.get(address, 0))

    def begin(self, address: str) -> bool:
        """Whether one more may be begun; it then ends in `made` or in `came_to_nothing`."""
        if not self.left(address):
            return False
        self._under_way[address] = self._under_way.get(address, 0) + 1
        return True

    def made(self, address: str, *, begun: bool = True) -> None:
        """A connection was accepted, and will be left; a sweep's were not begun one by one."""
        if begun:
            self.came_to_nothing(address)
        at = self._clock()
        self._made.setdefault(address, deque()).append(at)
        self._keep(address, at)

    def came_to_nothing(self, address: str) -> None:
        """Nobody accepted."""
        self._under_way[address] = max(0, self._under_way.get(address, 0) - 1)
