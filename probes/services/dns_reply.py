"""One datagram that claims to answer a DNS question. Pure: says whether it is one, and trusts nothing in it."""

import struct

import dns.exception
import dns.flags
import dns.message
import dns.rdatatype

HEADER = struct.Struct("!6H")


def question(identity: int) -> bytes:
    """A well-formed question that costs nobody anything: the root's SOA, recursion not desired (RFC 1035 4.1)."""
    query = dns.message.make_query(".", dns.rdatatype.SOA, id=identity, flags=0)
    return bytes(query.to_wire())


def is_reply(datagram: bytes, identity: int) -> bool:
    """Whether the datagram is a DNS response to `question(identity)`, whatever its response code.

    A response that was cut short counts by its header (RFC 2181 section 9); a question section that it
    repeats has to be ours.
    """
    if len(datagram) < HEADER.size:
        return False
    answered, flags, questions, *_ = HEADER.unpack_from(datagram)
    if answered != identity or not flags & dns.flags.QR or questions > 1:
        return False
    asked = question(identity)[HEADER.size :]
    return questions == 0 or datagram[HEADER.size : HEADER.size + len(asked)] == asked
