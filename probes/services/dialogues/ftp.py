"""FTP as it greets (RFC 959 section 5.4). A greeting that names no protocol is asked again by `reply_220`."""

import re

from probes.services.dialogue import Dialogue
from probes.services.dialogues.reply_220 import greeting, product_in
from probes.services.identity import Identity, named

WORDS = re.compile(r"(?i)\bftp|ftpd?\b|FileZilla|\bWS_FTP|Serv-U|GlobalSCAPE")
PRODUCTS = re.compile(
    r"(?i)(vsFTPd|ProFTPD|Pure-FTPd|FileZilla Server|Serv-U FTP Server|WS_FTP Server|Gene6 FTP Server|Wing FTP Server"
    r"|pyftpdlib|Microsoft FTP Service|bftpd|inetutils)(?: version)?(?:[ (/]+v?(\d[\w.]*))?"
)


def recognise(data: bytes) -> Identity | None:
    """A greeting 220 that speaks of FTP."""
    text = greeting(data)
    if text is None or not WORDS.search(text):
        return None
    return named("ftp", f"220 {text}", *product_in(PRODUCTS, text))


DIALOGUE = Dialogue("ftp", recognise, ports=(21, 990, 2121, 8021), tls_ports=(990,), goodbye=b"QUIT\r\n")
