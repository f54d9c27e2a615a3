"""The greeting 220 that FTP and SMTP share (RFC 959, RFC 5321), and the harmless NOOP that tells them apart."""

import re

from probes.services.identity import Identity, named

REPLY = re.compile(r"220([ -])(.*)", re.S)
NOOP = b"NOOP\r\n"


def greeting(data: bytes) -> str | None:
    """The words of a greeting 220, all lines, without the codes; None for anything else."""
    found = REPLY.match(data[:4096].decode("utf-8", "replace"))
    if found is None or "\n" not in found[2]:
        return None
    return " ".join(re.sub(r"^220[ -]", "", line) for line in found[2].splitlines()).strip()


def product_in(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Product and version, "" for what is not there; the pattern's two groups are these."""
    found = pattern.search(text)
    return (found[1] or "", found[2] or "") if found else ("", "")


def told_apart(first: bytes, reply: bytes) -> Identity | None:
    """What answered NOOP: 250 is SMTP's (RFC 5321 section 4.3.2), 200 or 530 FTP's (RFC 959 section 5.4)."""
    text = greeting(first)
    if text is None:
        return None
    match reply[:3]:
        case b"250":
            return named("smtp", f"220 {text}")
        case b"200" | b"530":
            return named("ftp", f"220 {text}")
        case _:
            return None
