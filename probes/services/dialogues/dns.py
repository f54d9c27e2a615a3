"""DNS over TCP as it answers the question for its version: with it, or with any rcode. No name is looked up.

A name that the server does not serve would be denied to strangers, and written down: this one is nobody's.
"""

import re

import dns.exception
import dns.message

from probes.services.dialogue import Dialogue
from probes.services.dns_version import texts
from probes.services.hearing import Heard
from probes.services.identity import Identity, named
from probes.services.length import told
from scanner.model.verdict import Reason

IDENTITY = b"\x59\x6a"
QUESTION = b"\x07version\x04bind\x00\x00\x10\x00\x03"
"""version.bind, TXT, CHAOS: what BIND answers, and others after it (RFC 4892 section 2)."""
RESPONSE = 0x80
SOFTWARE = re.compile(r"(?i)(PowerDNS Authoritative Server|dnsmasq|unbound|NSD|Knot DNS|BIND)[ -]v?(\d+\.\d+[\w.+-]*)")
BIND = re.compile(r"9\.\d{1,2}\.\d{1,2}(?![\d.])[\w.+-]*")
"""BIND says its number alone: `version.bind` is its own question."""


def question(host: str) -> bytes:
    """RFC 7766 section 8: two octets of length before the message."""
    message = IDENTITY + b"\x00\x00" + b"\x00\x01" + bytes(6) + QUESTION
    return len(message).to_bytes(2, "big") + message


def suspects(heard: Heard) -> bool:
    """It takes another's question for a length and waits for the rest, as all do that count first."""
    return heard.reason is Reason.TIMED_OUT


def recognise(data: bytes) -> Identity | None:
    """A response to our number, whatever its rcode; product and version where its first text tells them.

    `services.dns` judges whether that is told to everybody; here it only names the product.
    """
    if len(data) < 14 or data[2:4] != IDENTITY or not data[4] & RESPONSE or data[4] & 0x78:
        return None
    if int.from_bytes(data[:2], "big") < 12 or data[6:8] not in (b"\x00\x00", b"\x00\x01"):
        return None
    words = f"response, rcode {data[5] & 15}"
    text = _text(data[2 : 2 + int.from_bytes(data[:2], "big")])
    if bind := BIND.match(text):
        return named("dns", f"{words} | version.bind: {text}", "BIND", bind[0], demanded=True)
    if software := SOFTWARE.match(text):
        return named("dns", f"{words} | version.bind: {text}", software[1], software[2], demanded=True)
    return named("dns", words)


def _text(message: bytes) -> str:
    """The first text of the answer; "" where there is none, or it cannot be read."""
    try:
        found = texts(dns.message.from_wire(message))
    except (dns.exception.DNSException, ValueError):
        return ""
    return found[0] if found else ""


DIALOGUE = Dialogue(
    "dns",
    recognise,
    ports=(53, 853),
    tls_ports=(853,),
    question=question,
    suspects=suspects,
    complete=told(0, 2, beyond=2),
)
