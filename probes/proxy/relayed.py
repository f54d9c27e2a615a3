"""Whether one way through a proxy leads to a place of our own: told by that place alone (R27). It asks no proxy."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from probes.services.twice import STOPS
from scanner.model.errors import NetworkError
from scanner.model.network import Callback, Network, Stream
from scanner.model.verdict import Reason

Try = Callable[[Stream, Callback], Awaitable[str | None]]
"""Asks for the way and sends our word on it; the proxy's refusal in words, or None where it did not refuse."""

SHUT = frozenset({Reason.REFUSED, Reason.MALFORMED})
"""How a service ends a connection that asks for what it does not know."""


@dataclass(frozen=True, slots=True)
class Way:
    """`relays`: our word arrived, twice; False where it was refused; None where nothing was told, for `reason`.

    `answer` is the refusal, or what ended it.
    """

    name: str
    relays: bool | None
    answer: str = ""
    reason: Reason | None = None

    @property
    def shut(self) -> bool:
        """The connection was closed on the question: a refusal, where the service answers another one."""
        return self.relays is None and self.reason in SHUT


async def looked(net: Network, name: str, tries: Try, *, tls: bool) -> Way:
    """One way, asked once; and once more where our word arrived."""
    first = await _once(net, name, tries, tls=tls)
    if not first.relays:
        return first
    second = await _once(net, name, tries, tls=tls)
    return second if second.relays else Way(name, None, "not again", Reason.UNREACHABLE)


async def _once(net: Network, name: str, tries: Try, *, tls: bool) -> Way:
    async with net.callback() as callback:
        try:
            async with net.connect(tls=tls) as stream:
                refusal = await tries(stream, callback)
        except NetworkError as error:
            if error.reason in STOPS:
                raise
            # What the proxy says of it does not matter where our word has come.
            relays = True if await callback.arrived(0.2) else None
            return Way(name, relays, str(error), None if relays else error.reason)
        if await callback.arrived(0.2 if refusal else 5.0):
            return Way(name, True)
        return Way(name, False, refusal) if refusal else Way(name, None, "accepted", Reason.UNREACHABLE)


def together(ways: list[Way]) -> tuple[bool | None, Reason | None]:
    """What all ways come to: one that relays is enough; all must have refused to say no, closing counts beside one."""
    if any(way.relays for way in ways):
        return True, None
    refused = any(way.relays is False for way in ways)
    for way in ways:
        if way.relays is None and not (way.shut and refused):
            return None, way.reason
    return False, None
