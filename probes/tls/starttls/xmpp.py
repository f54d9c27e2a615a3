"""XMPP before TLS (RFC 6120 section 5): the stream's features, STARTTLS. Nobody authenticates."""

import re
from xml.sax.saxutils import quoteattr

from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed

SERVER_PORT = 5269
TLS = b"urn:ietf:params:xml:ns:xmpp-tls"
FEATURES = re.compile(rb"<(?:\w+:)?features\b[^>]*/>|</(?:\w+:)?features\s*>")
ERROR = re.compile(rb"<(?:\w+:)?error\b|</(?:\w+:)?stream\s*>")


def opening(host: str, port: int) -> bytes:
    """A stream's head, of a server on the servers' port."""
    kind = "server" if port == SERVER_PORT else "client"
    return (
        f"<?xml version='1.0'?><stream:stream xmlns='jabber:{kind}' xmlns:stream='http://etherx.jabber.org/streams' "
        f"version='1.0' to={quoteattr(host)}>"
    ).encode()


def _features(heard: bytes) -> Step | None:
    if not b"<".startswith(heard.lstrip()[:1]):
        raise Malformed("no XMPP stream")
    if FEATURES.search(heard) is None:
        return not_now("the stream ended in an error") if ERROR.search(heard) else None
    if TLS in heard:
        return Step(b"<starttls xmlns='" + TLS + b"'/>", _answer)
    return not_offered("features without starttls")


def _answer(heard: bytes) -> Step | None:
    if b"<proceed" in heard and b">" in heard.partition(b"<proceed")[2]:
        return ready()
    return not_now("starttls failed") if b"<failure" in heard or ERROR.search(heard) else None


STARTTLS = StartTls("xmpp", (5222, SERVER_PORT), _features, opening)
