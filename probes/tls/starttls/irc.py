"""IRC before TLS (IRCv3 "tls"): what the server is capable of, STARTTLS before anybody registers; 670 or not."""

import re

from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed

CAPABILITIES = re.compile(rb"(?:^|\n)(?::\S+ )?CAP \S+ LS :([^\r\n]*)\r?\n", re.I)
NUMERIC = re.compile(rb"(?:^|\n)(?::\S+ )?(670|691|421|451|ERROR)\b([^\r\n]*)\r?\n")
LINE = re.compile(rb"(?::\S+ )?(?:[A-Z]+|\d{3})\b")


def opening(host: str, port: int) -> bytes:
    return b"CAP LS\r\n"


def _capable(heard: bytes) -> Step | None:
    found = CAPABILITIES.search(heard)
    if found is not None:
        offered = b"tls" in found[1].lower().split()
        return Step(b"STARTTLS\r\n", _answer) if offered else not_offered("CAP LS without tls")
    told = _numeric(heard)
    if told is None:
        return None
    # A server older than CAP may know STARTTLS all the same.
    return Step(b"STARTTLS\r\n", _answer) if told[1] in (b"421", b"451") else not_now(told[0])


def _answer(heard: bytes) -> Step | None:
    told = _numeric(heard)
    if told is None:
        return None
    match told[1]:
        case b"670":
            return ready()
        case b"421" | b"451":
            return not_offered(told[0])
        case _:
            return not_now(told[0])


def _numeric(heard: bytes) -> re.Match[bytes] | None:
    found = NUMERIC.search(heard)
    if found is None and b"\n" in heard and not LINE.match(heard):
        raise Malformed("no IRC message")
    return found


STARTTLS = StartTls("irc", (6667, 6666, 6668, 6669), _capable, opening)
