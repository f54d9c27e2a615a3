"""What a UDP port says to a question of its own, and when its silence to one is an answer. It judges nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from probes.services.datagram import Asked
from probes.services.datagrams.table import DATAGRAMS
from probes.services.identity import Identity
from scanner.model.errors import Malformed, TimedOut
from scanner.model.network import Network
from scanner.model.target import Target
from scanner.model.verdict import Reason

PATIENCE = 3.0
"""Seconds for the answer to one datagram."""

TRIES = 2

Told = TypeVar("Told")


@dataclass(frozen=True)
class Ended(Generic[Told]):
    """How a question ended: `granted` True was seen twice, False was seen once, None has its reason."""

    granted: bool | None
    told: Told | None = None
    reason: Reason | None = None


async def identity(target: Target, net: Network) -> Identity:
    """Who answers the port's own questions, asked in turn. Raises as the last of them ended."""
    dialogue = DATAGRAMS[target.port or 0]
    last: TimedOut | Malformed = TimedOut("nothing was asked")
    for make in (*dialogue.questions, dialogue.questions[0]):
        try:
            return await once(net, make(), any_port=dialogue.any_port)
        except (TimedOut, Malformed) as error:
            last = error
    raise last


async def once(net: Network, asked: Asked[Told], *, any_port: bool = False, patience: float = PATIENCE) -> Told:
    """One datagram from a fresh port, and its answer."""
    async with net.datagrams(any_port=any_port) as datagrams:
        return await datagrams.ask(asked.payload, asked.recognise, timeout=patience)


async def lives(target: Target, net: Network) -> bool:
    """Whether the port answers its protocol's own question now: then its silence to another one is an answer (R13)."""
    try:
        await identity(target, net)
    except (TimedOut, Malformed):
        return False
    return True


async def settled(
    target: Target, net: Network, make: Callable[[], Asked[Told]], grants: Callable[[Told], bool]
) -> Ended[Told]:
    """Ask a check's own question until it is settled: granted counts where it was seen twice (R12)."""
    first = await _asked(net, make)
    if isinstance(first, Reason):
        if first is Reason.TIMED_OUT and await lives(target, net):
            return Ended(False)
        return Ended(None, reason=first)
    if not grants(first):
        return Ended(False, first)
    second = await _asked(net, make)
    if isinstance(second, Reason):
        return Ended(None, first, second)
    return Ended(True, first) if grants(second) else Ended(None, first, Reason.MALFORMED)


async def _asked(net: Network, make: Callable[[], Asked[Told]]) -> Told | Reason:
    reason = Reason.TIMED_OUT
    for _ in range(TRIES):
        try:
            return await once(net, make())
        except (TimedOut, Malformed) as error:
            reason = error.reason
    return reason
