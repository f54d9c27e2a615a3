"""Replies of three digits, as SMTP, FTP and NNTP share them (RFC 5321 section 4.2, RFC 959 section 4.2)."""

import re

from scanner.model.errors import Malformed

BEGINS = re.compile(rb"\d{0,3}\Z|\d{3}[ \-\r\n]")
LAST = re.compile(rb"(?:^|\n)(\d{3})(?: [^\n]*)?\r?\n\Z")


def code_of(heard: bytes) -> int | None:
    """The code of a whole reply, of several lines too; None where more must come. Malformed where it is none."""
    if not BEGINS.match(heard):
        raise Malformed("no reply of three digits")
    last = LAST.search(heard)
    return int(last[1]) if last and last[1] == heard[:3] else None


def temporary(code: int) -> bool:
    """4xx: try again later."""
    return 400 <= code < 500
