"""The demonstration's name server: a few names, one zone that anybody may transfer, one that is kept."""

import asyncio
import struct
from dataclasses import dataclass
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone in master-file form, and whether it is given away by AXFR."""

    name: str
    text: str
    transfers: bool


class NameServer:
    """Authoritative for its zones over UDP and TCP; NXDOMAIN or REFUSED for the rest. Recurses for nobody."""

    def __init__(self, zones: tuple[Zone, ...]) -> None:
        self._zones = {
            dns.name.from_text(zone.name): (dns.zone.from_text(zone.text, zone.name, relativize=False), zone.transfers)
            for zone in zones
        }

    async def start(self, address: str, port: int) -> None:
        """Listen; raises OSError where the address is taken."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: _Datagrams(self), local_addr=(address, port))
        await asyncio.start_server(self._stream, address, port)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """One response to one query; AXFR only where the zone gives itself away."""
        response = dns.message.make_response(query)
        question = query.question[0]
        origin = next((name for name in self._zones if question.name.is_subdomain(name)), None)
        if origin is None or question.rdclass != dns.rdataclass.IN:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        zone, transfers = self._zones[origin]
        response.flags |= dns.flags.AA
        if question.rdtype == dns.rdatatype.AXFR:
            if transfers and question.name == origin:
                response.answer = _transfer(zone, origin)
            else:
                response.set_rcode(dns.rcode.REFUSED)
            return response
        node = zone.get_node(question.name)
        found = zone.get_rrset(question.name, question.rdtype)
        if found is not None:
            response.answer = [found]
        elif (alias := zone.get_rrset(question.name, dns.rdatatype.CNAME)) is not None:
            response.answer = [alias]
        elif node is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        if not response.answer:
            response.authority = [_rrset(zone, origin, dns.rdatatype.SOA)]
        return response

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                response = self.answer(dns.message.from_wire(await reader.readexactly(length)))
                writer.write(response.to_wire(max_size=65535, prepend_length=True))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, dns.exception.DNSException):
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not every event loop's datagram transport derives from asyncio.DatagramTransport (3.11's does not).
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        try:
            response = self._server.answer(dns.message.from_wire(data))
        except dns.exception.DNSException:
            return
        self._transport.sendto(response.to_wire(max_size=1232), address)


def _rrset(zone: dns.zone.Zone, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.rrset.RRset:
    found = zone.get_rrset(name, kind)
    if found is None:
        raise ValueError(f"{name} has no {kind}")
    return found


def _transfer(zone: dns.zone.Zone, origin: dns.name.Name) -> list[dns.rrset.RRset]:
    """RFC 5936: the SOA, everything, the SOA."""
    soa = _rrset(zone, origin, dns.rdatatype.SOA)
    rest = [
        dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))
        for name, rdataset in zone.iterate_rdatasets()
        if rdataset.rdtype != dns.rdatatype.SOA
    ]
    return [soa, *rest, soa]
