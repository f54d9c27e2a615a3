"""POP3 as it greets (RFC 1939 section 4): +OK and words of its own."""

import re

from probes.services.dialogue import Dialogue
from probes.services.dialogues.reply_220 import product_in
from probes.services.identity import Identity, named

GREETING = re.compile(rb"\+OK(?:[ \t][^\r\n]*)?\r?\n")
STRANGE = re.compile(rb"\n(?!\+OK|-ERR|\Z)")
PRODUCTS = re.compile(
    r"(?i)(Dovecot|Cyrus POP3|Courier|Qpopper|UW POP3|Exchange|Zimbra|Coremail|MDaemon|hMailServer)"
    r"[ a-z(]*v?(\d[\w.-]*)?"
)


def recognise(data: bytes) -> Identity | None:
    """+OK and a line end, and where words of ours were heard too, replies of POP3 to them (section 3).

    Redis says +OK too, but only when it was asked; who says yes to everything says more than that.
    """
    found = GREETING.match(data[:2048])
    if found is None or STRANGE.search(data[:2048]):
        return None
    return named("pop3", found[0], *product_in(PRODUCTS, found[0].decode("utf-8", "replace")))


DIALOGUE = Dialogue("pop3", recognise, ports=(110, 995), tls_ports=(995,), goodbye=b"QUIT\r\n")
