"""One DNS question to one server and its answer, over UDP and TCP. It chooses no server and remembers nothing."""

from dataclasses import replace

import dns.exception
import dns.flags
import dns.message
import dns.rcode

from scanner.model.errors import Malformed
from scanner.network.gate import Gate
from scanner.network.question import Question
from scanner.network.tcp import connected
from scanner.network.udp import asked

PATIENCE = 3.0
"""Seconds per try over UDP."""

TRIES = 2


async def exchange(
    gate: Gate, question: Question, query: dns.message.Message, *, tcp: bool = False
) -> dns.message.Message:
    """The answer to `query`, whatever its rcode; over TCP where UDP's is truncated (RFC 7766).

    A server that knows no EDNS is asked again without (RFC 6891, section 6.2.2).
    Datagrams that do not answer this query (id, question) are ignored. Raises Malformed, TimedOut,
    ConnectionRefused.
    """
    answer = await _by_either(gate, question, query, tcp)
    if query.edns >= 0 and answer.edns < 0 and answer.rcode() in (dns.rcode.FORMERR, dns.rcode.NOTIMP):
        query.use_edns(False)
        answer = await _by_either(gate, question, query, tcp)
    return answer


async def _by_either(gate: Gate, question: Question, query: dns.message.Message, tcp: bool) -> dns.message.Message:
    if not tcp:
        answer = await _by_udp(gate, question, query)
        if not answer.flags & dns.flags.TC:
            return answer
    return await _by_tcp(gate, replace(question, transport="tcp", opens=True), query)


async def _by_udp(gate: Gate, question: Question, query: dns.message.Message) -> dns.message.Message:
    def wanted(data: bytes) -> bool:
        try:
            return query.is_response(read(data))
        except Malformed:
            # Ours by its id, though unreadable: the server's own nonsense, not a stray datagram.
            return data[:2] == query.id.to_bytes(2, "big")

    wire = query.to_wire()
    datagram = replace(question, transport="udp", opens=False)
    return read(await asked(gate, datagram, wire, tries=TRIES, timeout=PATIENCE, wanted=wanted))


async def _by_tcp(gate: Gate, question: Question, query: dns.message.Message) -> dns.message.Message:
    async with connected(gate, question, timeout=2 * PATIENCE) as stream:
        wire = query.to_wire()
        await stream.send(len(wire).to_bytes(2, "big") + wire)
        length = int.from_bytes(await stream.receive_exactly(2), "big")
        answer = read(await stream.receive_exactly(length))
    if not query.is_response(answer):
        raise Malformed("the answer is to another question")
    return answer


def read(data: bytes, *, one_rr_per_rrset: bool = False) -> dns.message.Message:
    """A DNS message as a stranger sent it: readable, or Malformed. Truncated ones keep what they have."""
    try:
        return dns.message.from_wire(data, ignore_trailing=True, one_rr_per_rrset=one_rr_per_rrset)
    except dns.exception.DNSException as error:
        raise Malformed(f"no DNS message: {type(error).__name__}") from error
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, AssertionError) as error:
        raise Malformed(f"no DNS message: {error}") from error
