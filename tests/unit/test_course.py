"""A sweep's course between gate and engine: grants, second tries, what is forgotten after a ban. No network."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from scanner.model.errors import Blocked, NetworkError, NotAdmitted, Unreachable
from scanner.model.network import PortState, Sweep
from scanner.model.verdict import Reason
from scanner.network.connects import Told
from scanner.network.sweep import sweep
from tests.lab.open_gate import OpenGate, OpenGrant

OPEN, CLOSED, FILTERED, UNTOLD = PortState.OPEN, PortState.CLOSED, PortState.FILTERED, PortState.UNTOLD


@dataclass
class PaperTries:
    """An engine on paper: answers by a rule of (port, second try?)."""

    rule: Callable[[int, bool], str]
    twice: bool = False
    asked: list[tuple[int, bool]] = field(default_factory=list)
    ended: bool = False

    async def ask(
        self, ports: Sequence[int], *, rate: float | None, half_open: int | None, last: bool, again: bool
    ) -> Told:
        told = Told()
        for port in ports:
            self.asked.append((port, again))
            getattr(told, self.rule(port, again)).append(port)
        return told

    def end(self) -> None:
        self.ended = True


class BanningGate(OpenGate):
    """Loses the address's heartbeat after so many grants."""

    @asynccontextmanager
    async def grant(self, unit: str, address: str, ports: Sequence[int], probe: str) -> AsyncIterator[OpenGrant]:
        if len(self.asked) == self.grants:
            raise Blocked("the heartbeat is lost")
        async with super().grant(unit, address, ports, probe) as grant:
            yield grant


def swept(gate: OpenGate, tries: PaperTries, ports: Sequence[int]) -> Sweep:
    return asyncio.run(sweep(gate, tries, "self", "192.0.2.1", ports, "ports.tcp"))


def test_only_what_was_silent_is_asked_again_and_after_all_the_others() -> None:
    tries = PaperTries(lambda port, again: "silent" if port in (2, 3) and not again else "closed")
    result = swept(OpenGate(), tries, [1, 2, 3, 4])
    assert result.states == dict.fromkeys([1, 2, 3, 4], CLOSED)
    assert tries.asked[-2:] == [(2, True), (3, True)]
    assert [port for port, again in tries.asked if not again][-4:] == [1, 2, 3, 4]
    assert tries.ended


def test_silence_twice_is_filtered() -> None:
    assert swept(OpenGate(), PaperTries(lambda port, again: "silent"), [1]).states == {1: FILTERED}


def test_silence_once_is_untold_where_the_second_try_was_not_granted() -> None:
    tries = PaperTries(lambda port, again: "silent" if port == 2 else "closed")
    result = swept(OpenGate(grants=1), tries, [1, 2])
    assert result.states == {1: CLOSED, 2: UNTOLD}
    assert result.stopped is Reason.INTERRUPTED


def test_a_prohibition_is_filtered_at_once() -> None:
    tries = PaperTries(lambda port, again: "prohibited")
    assert swept(OpenGate(), tries, [1]).states == {1: FILTERED}
    assert (1, True) not in tries.asked


def test_an_engine_that_tries_twice_by_itself_is_not_asked_again() -> None:
    tries = PaperTries(lambda port, again: "silent", twice=True)
    assert swept(OpenGate(), tries, [1]).states == {1: FILTERED}
    assert len(tries.asked) == 4


def test_each_port_is_asked_once_though_it_stands_twice_in_the_list() -> None:
    tries = PaperTries(lambda port, again: "closed")
    assert swept(OpenGate(), tries, [1, 1, 2]).states == {1: CLOSED, 2: CLOSED}
    assert [port for port, _ in tries.asked].count(1) == 1


def test_three_open_canaries_stop_the_sweep_and_withhold_every_port() -> None:
    tries = PaperTries(lambda port, again: "opened")
    result = swept(OpenGate(most=4), tries, range(1, 101))
    assert result == Sweep(dict.fromkeys(range(1, 101), UNTOLD), 3, 3, Reason.MIDDLEBOX)
    assert len(tries.asked) == 4


def test_after_a_ban_what_was_refused_since_the_last_good_heartbeat_is_untold_and_what_opened_stays() -> None:
    """Grants of 100 ports, heartbeats each 200 connects: only what ended 200 connects before is beyond doubt."""
    tries = PaperTries(lambda port, again: "opened" if port % 100 == 1 else "closed")
    result = swept(BanningGate(most=100, grants=7), tries, range(1, 1001))
    opened = [port for port, state in result.states.items() if state is OPEN]
    closed = [port for port, state in result.states.items() if state is CLOSED]
    assert result.stopped is Reason.BLOCKED
    assert opened == [1, 101, 201, 301, 401, 501, 601]
    assert 0 < len(closed) < 400
    assert max(closed) <= 400


def test_a_ban_in_the_last_grant_is_met_by_the_heartbeat_after_it() -> None:
    class BannedAtLast(OpenGate):
        async def reassure(self, unit: str, address: str, probe: str) -> None:
            raise Blocked("the heartbeat is lost")

    tries = PaperTries(lambda port, again: "opened" if port == 1 else "closed")
    result = swept(BannedAtLast(most=100), tries, range(1, 901))
    assert result.stopped is Reason.BLOCKED
    assert result.states[1] is OPEN
    assert result.states[2] is CLOSED
    assert {result.states[port] for port in range(800, 901)} == {PortState.UNTOLD}


def test_a_ban_before_anything_was_told_is_raised() -> None:
    with pytest.raises(Blocked):
        swept(BanningGate(grants=0), PaperTries(lambda port, again: "closed"), [1])


def test_a_grant_of_no_port_ends_the_sweep_and_does_not_loop() -> None:
    with pytest.raises(NotAdmitted):
        swept(OpenGate(most=0), PaperTries(lambda port, again: "closed"), [1])


@dataclass
class Unable(PaperTries):
    """A machine that cannot send: no route."""

    async def ask(
        self, ports: Sequence[int], *, rate: float | None, half_open: int | None, last: bool, again: bool
    ) -> Told:
        return Told(unsent=list(ports), local=101)


def test_a_machine_that_cannot_send_says_so_and_blames_no_port() -> None:
    with pytest.raises(Unreachable, match="cannot send") as caught:
        swept(OpenGate(), Unable(lambda port, again: "closed"), [1])
    assert isinstance(caught.value, NetworkError)
    assert caught.value.reason is Reason.UNREACHABLE
