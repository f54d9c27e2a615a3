"""One RPC call over TCP or UDP and its reply. What the results mean is for others to say."""

import secrets
from dataclasses import dataclass

from probes.services.rpc import LAST, Reply, call, record, reply
from scanner.model.errors import Malformed, OverBudget
from scanner.model.network import Network, Stream
from scanner.model.verdict import Reason

PATIENCE = 5.0
MOST = 64 * 1024
"""Bytes of one reply."""
MOST_FRAGMENTS = 64


@dataclass(frozen=True, slots=True)
class Procedure:
    """What is called: program, version, procedure, and whole numbers as arguments."""

    program: int
    version: int
    number: int
    arguments: tuple[int, ...] = ()

    def message(self, transaction: bytes) -> bytes:
        return call(transaction, self.program, self.version, self.number, *self.arguments)


async def by_stream(net: Network, procedure: Procedure, port: int | None = None) -> Reply:
    """A connection for one call. Raises Malformed for a reply to anything else."""
    transaction = secrets.token_bytes(4)
    async with net.connect(port=port) as stream:
        await stream.send(record(procedure.message(transaction)))
        told = reply(await _record(stream), transaction)
    if told is None:
        raise Malformed("no reply to this call")
    return told


async def by_datagram(net: Network, procedure: Procedure, port: int | None = None) -> Reply:
    """One datagram for one call."""
    transaction = secrets.token_bytes(4)
    async with net.datagrams(port=port) as datagrams:
        payload = procedure.message(transaction)
        return await datagrams.ask(payload, lambda data: reply(data, transaction), timeout=PATIENCE)


async def _record(stream: Stream) -> bytes:
    """A message from its fragments (RFC 5531 section 11)."""
    whole = b""
    for _ in range(MOST_FRAGMENTS):
        mark = int.from_bytes(await stream.receive_exactly(4), "big")
        length = mark & ~LAST
        if len(whole) + length > MOST:
            raise OverBudget("an RPC reply of more bytes than it may cost", Reason.BUDGET)
        whole += await stream.receive_exactly(length)
        if mark & LAST:
            return whole
    raise OverBudget("an RPC reply in more fragments than it may have", Reason.BUDGET)
