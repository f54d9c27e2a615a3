"""The texts that a name server gives for its version (version.bind, version.server in class CHAOS). Pure."""

import re

import dns.message
import dns.rdataclass
import dns.rdatatype

NAMES = ("version.bind", "version.server")
MOST = 256
"""Characters kept of one text."""
VERSION = re.compile(r"\d+\.\d+")
PRODUCT = re.compile(
    r"\b(bind|named|dnsmasq|unbound|powerdns|pdns|nsd|knot|microsoft dns|windows|coredns|tinydns|yadifa|smartdns)\b",
    re.IGNORECASE,
)


def texts(message: dns.message.Message) -> tuple[str, ...]:
    """The TXT strings of the answer, printable; () where it has none.

    Every response code without a text is a server that keeps its version to itself: well-kept ones say
    REFUSED, NXDOMAIN, NOTIMP, and SERVFAIL too (PowerDNS, `version-string=anonymous`).
    """
    found = [
        b"".join(record.strings)
        for rrset in message.answer
        if rrset.rdtype == dns.rdatatype.TXT and rrset.rdclass == dns.rdataclass.CH
        for record in rrset
    ]
    return tuple("".join(chr(b) if 0x20 <= b < 0x7F else f"\\{b:03}" for b in text[:MOST]) for text in found)


def discloses(text: str) -> bool:
    """Whether a text tells a version or a product: "none", "unknown" and a joke in their place do not."""
    return VERSION.search(text) is not None or PRODUCT.search(text) is not None
