"""IMAP as it greets (RFC 9051 section 7.1): * OK, * PREAUTH, or * BYE."""

import re

from probes.services.dialogue import Dialogue
from probes.services.dialogues.reply_220 import product_in
from probes.services.identity import Identity, named

GREETING = re.compile(rb"\* (?:OK|PREAUTH|BYE)\b[^\r\n]*", re.I)
PRODUCTS = re.compile(
    r"(?i)(Dovecot|Cyrus IMAP|Courier-IMAP|UW IMAP|Exchange|Zimbra|Coremail|MDaemon|hMailServer)[ a-z(]*v?(\d[\w.-]*)?"
)


def recognise(data: bytes) -> Identity | None:
    """Anything that begins as an untagged greeting."""
    found = GREETING.match(data[:2048])
    if found is None:
        return None
    return named("imap", found[0], *product_in(PRODUCTS, found[0].decode("utf-8", "replace")))


DIALOGUE = Dialogue("imap", recognise, ports=(143, 993), tls_ports=(993,), goodbye=b"1 LOGOUT\r\n")
