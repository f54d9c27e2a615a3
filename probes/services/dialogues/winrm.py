"""WinRM as it answers at its own path: HTTP that wants a POST or a login there (MS-WSMV section 2.2.1)."""

import re

from probes.services.dialogue import Dialogue
from probes.services.dialogues import http
from probes.services.identity import Identity, named

PORTS = (5985, 5986, 47001)
PATH = "/wsman"
SIGN = re.compile(rb"(?i)\nserver:[ \t]*Microsoft-HTTPAPI/")


def question(host: str) -> bytes:
    """An ordinary GET of the path."""
    return http.request(host, PATH)


def recognise(data: bytes) -> Identity | None:
    """Microsoft's HTTP service that knows the path: not allowed this way (405), or not without a login (401)."""
    known = http.recognise(data)
    if known is None or known.status not in (401, 405) or not SIGN.search(data[:4096]):
        return None
    return named("winrm", known.banner, known.product, known.version, demanded=True)


DIALOGUE = Dialogue("winrm", recognise, ports=PORTS, tls_ports=(5986,), question=question, own_reply_only=True)
