"""IRC before TLS (IRCv3 "tls"): STARTTLS before anybody registers; 670 or not."""

import re

from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed

NUMERIC = re.compile(rb"(?:^|\n)(?::\S+ )?(670|691|421|451|ERROR)\b([^\r\n]*)\r?\n")
LINE = re.compile(rb"(?::\S+ )?(?:[A-Z]+|\d{3})\b")


def opening(host: str, port: int) -> bytes:
    return b"STARTTLS\r\n"


def _answer(heard: bytes) -> Step | None:
    found = NUMERIC.search(heard)
    if found is None:
        if b"\n" in heard and not LINE.match(heard):
            raise Malformed("no IRC message")
        return None
    match found[1]:
        case b"670":
            return ready()
        case b"421" | b"451":
            return not_offered(found[0])
        case _:
            return not_now(found[0])


STARTTLS = StartTls("irc", (6667, 6666, 6668, 6669), _answer, opening)
