"""SMTP as it greets (RFC 5321 section 4.2). What it accepts is asked by the mail probes."""

import re

from probes.services.dialogue import Dialogue
from probes.services.dialogues.reply_220 import greeting, product_in
from probes.services.identity import Identity, named

WORDS = re.compile(r"(?i)\bE?SMTP\b|\bESMTPS?A?\b|\bLMTP\b")
PRODUCTS = re.compile(
    r"(?i)(Postfix|Exim|Sendmail|OpenSMTPD|qmail|MailEnable|hMailServer|Exchange|Microsoft ESMTP MAIL Service|Haraka"
    r"|Coremail|MDaemon|Kerio Connect|CommuniGate Pro|Zimbra|Lotus Domino|IBM Domino)"
    r"(?:,? (?:Release|Version:?))?[ /]*v?(\d[\w.]*\d)?"
)
REFUSED = re.compile(rb"(?:421|554) [^\r\n]*(?:\bE?SMTP\b|closing transmission channel)", re.I)
"""By name, or in the words that RFC 5321 section 4.2.3 gives to 421; FTP's channel there is a control connection."""


def recognise(data: bytes) -> Identity | None:
    """A greeting 220 that speaks of SMTP, or its refusal in the protocol's own words."""
    text = greeting(data)
    if text is None:
        return named("smtp", data.partition(b"\n")[0]) if REFUSED.match(data[:1024]) else None
    return named("smtp", f"220 {text}", *product_in(PRODUCTS, text)) if WORDS.search(text) else None


DIALOGUE = Dialogue("smtp", recognise, ports=(25, 465, 587, 2525), tls_ports=(465,), goodbye=b"QUIT\r\n")
