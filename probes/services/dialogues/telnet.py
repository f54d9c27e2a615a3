"""Telnet as it greets: option negotiation (RFC 854), or a bare login prompt."""

import re

from probes.services.dialogue import Dialogue
from probes.services.dialogues.reply_220 import product_in
from probes.services.identity import Identity, named
from probes.services.negotiation import negotiated, words

NEGOTIATION = re.compile(rb"(?:[^\x00-\x08\x0e-\x1a\xff]{0,200})\xff[\xfb-\xfe][\x00-\x31\x81-\xff]", re.S)
PROMPT = re.compile(r"(?i)(?:^|[\s>\])])(?:login|user ?name|account|password)\s*:\s*$")
PRODUCTS = re.compile(
    r"(?i)(Debian GNU/Linux|Ubuntu|CentOS(?: Linux)?(?: release)?|Red Hat Enterprise Linux|openEuler|Kylin|FreeBSD"
    r"|BusyBox|OpenWrt|VxWorks|RouterOS|Comware|Cisco IOS)[ \w]{0,20}? v?(\d[\w.]*)"
)


def recognise(data: bytes) -> Identity | None:
    """IAC with a verb and an option among the first bytes, or text that ends in a prompt for a login."""
    text = words(data[:4096]).decode("utf-8", "replace")
    if not (NEGOTIATION.match(data) or (b"\0" not in data and len(data) < 2048 and PROMPT.search(text))):
        return None
    return named("telnet", text.strip() or negotiated(data), *product_in(PRODUCTS, text))


DIALOGUE = Dialogue("telnet", recognise, ports=(23, 992, 2323), tls_ports=(992,))
