"""Looks a record up with the resolver, so that absence is only told where it was proven twice."""

from dataclasses import replace

from probes.domain.answer import LONGEST_CHAIN, Answer, read
from scanner.model.errors import NetworkError
from scanner.model.network import Network
from scanner.model.verdict import Reason


async def look_up(net: Network, name: str, kind: str) -> Answer:
    """The records of one kind at a name, aliases followed.

    An absence is believed when a second, fresh look shows it too (R12); where the second look finds
    records they count, and where it finds nothing out the first one is not believed either. Only an
    interruption passes through as an error, so that a resumed scan asks again.
    """
    first = await _chased(net, name, kind)
    return await _chased(net, name, kind) if first.absent else first


async def _chased(net: Network, name: str, kind: str) -> Answer:
    """One look, asking on where a resolver answers with an alias and leaves its target to us."""
    answer = await _once(net, name, kind)
    aliases = answer.aliases
    while answer.onward is not None:
        if len(aliases) > LONGEST_CHAIN:
            return Answer(aliases=aliases, exists=True, reason=Reason.MALFORMED)
        answer = await _once(net, answer.onward, kind)
        aliases += answer.aliases
    return replace(answer, aliases=aliases, exists=True) if aliases else answer


async def _once(net: Network, name: str, kind: str) -> Answer:
    try:
        return read(await net.dns.look_up(name, kind), name, kind)
    except NetworkError as error:
        if error.reason is Reason.INTERRUPTED:
            raise
        return Answer(reason=error.reason)
