"""IMAP before TLS (RFC 9051 section 6.2.1): greeting, CAPABILITY where the greeting does not tell, STARTTLS."""

import re

from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed

GREETING = re.compile(rb"\* (OK|PREAUTH|BYE)\b([^\r\n]*)\r?\n", re.I)
TAGGED = re.compile(rb"(?:^|\n)y([12]) (OK|NO|BAD)\b([^\r\n]*)\r?\n", re.I)


def _greeting(heard: bytes) -> Step | None:
    if not b"* ".startswith(heard[:2]):
        raise Malformed("no IMAP greeting")
    found = GREETING.match(heard)
    if found is None:
        if b"\n" in heard:
            raise Malformed("no IMAP greeting")
        return None
    if found[1].upper() != b"OK":
        return not_now(found[0])
    if b"CAPABILITY" in found[2].upper():
        return _offered(found[2])
    return Step(b"y1 CAPABILITY\r\n", _capability)


def _capability(heard: bytes) -> Step | None:
    tagged = TAGGED.search(heard)
    if tagged is None:
        return None
    return _offered(heard) if tagged[2].upper() == b"OK" else not_now(tagged[0])


def _offered(words: bytes) -> Step:
    if b"STARTTLS" in re.split(rb"[\s\[\]]+", words.upper()):
        return Step(b"y2 STARTTLS\r\n", _answer)
    return not_offered("CAPABILITY without STARTTLS")


def _answer(heard: bytes) -> Step | None:
    tagged = TAGGED.search(heard)
    if tagged is None:
        return None
    match tagged[2].upper():
        case b"OK":
            return ready()
        case b"BAD":
            return not_offered(tagged[0])
        case _:
            return not_now(tagged[0])


STARTTLS = StartTls("imap", (143,), _greeting)
