"""A name server that says what a test wants, and something else the second time where it wants that."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Records = dict[tuple[str, str], list[str] | list[list[str]]]
"""(name, kind) to record texts; a list of lists is one answer after the other, the last one repeated."""


class LyingServer(asyncio.DatagramProtocol):
    """`asked` lists the questions; `bend` may change or drop the wire form of an answer."""

    def __init__(self, records: Records, bend: Callable[[bytes], bytes | None] | None = None) -> None:
        self.asked: list[tuple[str, str]] = []
        self._records = records
        self._bend = bend
        self._counts: dict[tuple[str, str], int] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        wire: bytes | None = self.answer(data)
        if self._bend is not None and wire is not None:
            wire = self._bend(wire)
        if wire is not None:
            self._transport.sendto(wire, addr)

    def answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = question.rdtype.name
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        texts = self._texts((name, kind))
        if texts:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif not any(known == name for known, _ in self._records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()

    def _texts(self, key: tuple[str, str]) -> list[str]:
        known = self._records.get(key, [])
        if not known or isinstance(known[0], str):
            return [text for text in known if isinstance(text, str)]
        count = self._counts[key] = self._counts.get(key, -1) + 1
        chosen = known[min(count, len(known) - 1)]
        assert isinstance(chosen, list)
        return chosen


@asynccontextmanager
async def naming(
    records: Records, address: str, port: int = 5300, bend: Callable[[bytes], bytes | None] | None = None
) -> AsyncIterator[LyingServer]:
    """Serve these records over UDP."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: LyingServer(records, bend), local_addr=(address, port)
    )
    try:
        yield server
    finally:
        transport.close()
        await asyncio.sleep(0)
