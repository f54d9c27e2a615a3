"""DNS over TCP as it answers a question that every server can answer: the name servers of the root, not recursive."""

import re

import dns.exception
import dns.message

from probes.services.dialogue import Dialogue, Further
from probes.services.dns_version import texts
from probes.services.identity import Identity, named
from probes.services.length import told

IDENTITY = b"\x59\x6a"
QUESTION = b"\x00\x00\x02\x00\x01"
"""The root, NS, IN."""
RESPONSE = 0x80
VERSION_QUESTION = b"\x07version\x04bind\x00\x00\x10\x00\x03"
"""version.bind, TXT, CHAOS: what BIND answers, and others after it (RFC 4892 section 2)."""
SOFTWARE = re.compile(r"(?i)(PowerDNS Authoritative Server|dnsmasq|unbound|NSD|Knot DNS|BIND)[ -]v?(\d+\.\d+[\w.+-]*)")
BIND = re.compile(r"9\.\d{1,2}\.\d{1,2}(?![\d.])[\w.+-]*")
"""BIND says its number alone: `version.bind` is its own question."""


def question(host: str) -> bytes:
    """RFC 7766 section 8: two octets of length before the message."""
    return _message(QUESTION)


def _message(asked: bytes) -> bytes:
    message = IDENTITY + b"\x00\x00" + b"\x00\x01" + bytes(6) + asked
    return len(message).to_bytes(2, "big") + message


def recognise(data: bytes) -> Identity | None:
    """A response to our number, whatever its rcode."""
    if len(data) < 14 or data[2:4] != IDENTITY or not data[4] & RESPONSE or data[4] & 0x78:
        return None
    if int.from_bytes(data[:2], "big") < 12 or data[6:8] not in (b"\x00\x00", b"\x00\x01"):
        return None
    return named("dns", f"response, rcode {data[5] & 15}")


whole_message = told(0, 2, beyond=2)


def ask_version(known: Identity) -> bytes | None:
    """The version, on the same connection (RFC 7766 section 6.2.1)."""
    return _message(VERSION_QUESTION)


def read_version(known: Identity, answer: bytes) -> Identity:
    """Product and version of the first answer.

    `services.dns` judges whether that is told to everybody; here it only names the product.
    """
    try:
        told_texts = texts(dns.message.from_wire(answer[2 : 2 + int.from_bytes(answer[:2], "big")]))
    except (dns.exception.DNSException, ValueError):
        return known
    text = told_texts[0] if told_texts else ""
    if bind := BIND.match(text):
        product, version = "BIND", bind[0]
    elif software := SOFTWARE.match(text):
        product, version = software[1], software[2]
    else:
        return known
    return named("dns", f"{known.banner} | version.bind: {text}", product, version, demanded=True)


DIALOGUE = Dialogue(
    "dns",
    recognise,
    ports=(53, 853),
    tls_ports=(853,),
    question=question,
    complete=whole_message,
    further=Further(ask_version, read_version, whole_message),
)
