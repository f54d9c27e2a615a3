"""A zone transfer asked of one server, as far as it proves that it is given. It keeps owner names, no data."""

import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from scanner.model.errors import Malformed
from scanner.model.network import Stream
from scanner.network.exchange import read

MOST_MESSAGES = 16
"""Messages looked at, at most: a server may send one record in each."""


async def transferred(stream: Stream, zone: str, most: int) -> tuple[int, tuple[str, ...]]:
    """AXFR (RFC 5936): records seen, at most `most`, and their owner names in order, each once.

    Stops reading at the closing SOA or at `most`. Raises Malformed with the rcode where it is refused.
    """
    query = dns.message.make_query(zone, "AXFR")
    wire = query.to_wire()
    await stream.send(len(wire).to_bytes(2, "big") + wire)
    records, starts = 0, 0
    owners: dict[str, None] = {}
    for _ in range(MOST_MESSAGES):
        length = int.from_bytes(await stream.receive_exactly(2), "big")
        answer = read(await stream.receive_exactly(length), one_rr_per_rrset=True)
        if answer.id != query.id:
            raise Malformed("the answer is to another question")
        if answer.rcode() != dns.rcode.NOERROR:
            raise Malformed(dns.rcode.to_text(answer.rcode()))
        if not answer.answer:
            raise Malformed("NOERROR without a record")
        for record in answer.answer:
            owners.setdefault(_owner(record.name))
            records += 1
            starts += record.rdtype == dns.rdatatype.SOA
            if records >= most or starts == 2:
                return records, tuple(owners)
    return records, tuple(owners)


def _owner(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
