"""Which TCP ports of one address accept: asked by grants of the gate, told in two tries. Opens no socket itself."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from secrets import SystemRandom
from typing import Protocol

from scanner.model.errors import Blocked, NetworkError
from scanner.model.network import PortState, Sweep
from scanner.model.verdict import Reason
from scanner.network.course import Course, Granted
from scanner.network.tries import Tries

CANARIES = 3
"""Ports that nobody uses: where all of them accept, something in between answers for every port."""

HIGH_PORTS = range(20000, 65536)


class Granting(Protocol):
    """Who gives leave, by seconds. Raises a NetworkError with the reason where it gives none."""

    def grant(
        self, unit: str, address: str, ports: Sequence[int], probe: str
    ) -> AbstractAsyncContextManager[Granted]: ...

    async def reassure(self, unit: str, address: str, probe: str) -> None: ...


async def sweep(gate: Granting, tries: Tries, unit: str, address: str, ports: Sequence[int], probe: str) -> Sweep:
    """Ask every port with a TCP connect; those that stay silent once more at the end.

    A reset is closed; an ICMP prohibition, or silence twice, is filtered; what was not asked twice where it had
    to be is untold, with the reason that stopped us. The canaries go first: where all of them accept, no further
    grant is asked for. Raises the gate's NetworkError where not one port was told.
    """
    course = Course(lambda part: gate.grant(unit, address, part, probe), tries)
    wanted = list(dict.fromkeys(ports))
    canaries = choose_canaries(wanted)
    stopped = None
    try:
        rest = [port for port in wanted if port not in canaries]
        await course.ask([*canaries, *rest], lambda: course.opened.issuperset(canaries))
        if not course.opened.issuperset(canaries):
            await course.ask_again()
        await gate.reassure(unit, address, probe)
    except NetworkError as error:
        if not course.told_any:
            raise
        stopped = error.reason
        if isinstance(error, Blocked):
            course.forget_since_last_beat()
    finally:
        tries.end()
    accepted = len(course.opened.intersection(canaries))
    if accepted == CANARIES:
        return Sweep(dict.fromkeys(wanted, PortState.UNTOLD), accepted, CANARIES, Reason.MIDDLEBOX)
    return Sweep(course.states(wanted), accepted, CANARIES, stopped)


def choose_canaries(ports: Sequence[int]) -> list[int]:
    """Three high ports at random, outside the list where it leaves three."""
    random = SystemRandom()
    taken = set(ports)
    if sum(port in HIGH_PORTS for port in taken) > len(HIGH_PORTS) // 2:
        outside = [port for port in HIGH_PORTS if port not in taken]
        return random.sample(outside if len(outside) >= CANARIES else HIGH_PORTS, CANARIES)
    chosen: set[int] = set()
    while len(chosen) < CANARIES:
        chosen.update({random.choice(HIGH_PORTS)} - taken)
    return sorted(chosen)
