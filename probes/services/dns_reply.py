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


def small(name: str, kind: str, *, recursive: bool) -> bytes:
    """A question as those ask who want much for little: EDNS with 4096 bytes, DNSSEC wanted (RFC 6891, RFC 3225)."""
    query = dns.message.make_query(name, kind, use_edns=0, payload=4096, want_dnssec=True)
    if not recursive:
        query.flags &= ~dns.flags.RD
    return bytes(query.to_wire())


def answer(datagram: bytes, query: bytes) -> bytes | None:
    """The datagram where it answers this query: by its number, as a response, to the same question."""
    asked = dns.message.from_wire(query)
    if len(datagram) < HEADER.size or datagram[:2] != query[:2] or not datagram[2] & 0x80:
        return None
    told = read(datagram)
    if told is None:
        return None
    return datagram if not told.question or told.question == asked.question else None


def read(datagram: bytes) -> dns.message.Message | None:
    """A message as a stranger sent it; None where it cannot be read."""
    try:
        return dns.message.from_wire(datagram, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    except AssertionError:  # dnspython's own, on some lengths that lie
        return None


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
