"""FTP before TLS (RFC 4217): greeting, AUTH TLS. Nobody logs in."""

from probes.tls.starttls.reply import code_of, temporary
from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready


def _greeting(heard: bytes) -> Step | None:
    match code_of(heard):
        case None | 120:
            return None
        case 220:
            return Step(b"AUTH TLS\r\n", _answer)
        case _:
            return not_now(heard)


def _answer(heard: bytes) -> Step | None:
    match code_of(heard):
        case None:
            return None
        case 234:
            return ready()
        case code:
            return not_now(heard) if temporary(code) else not_offered(heard)


STARTTLS = StartTls("ftp", (21, 2121, 8021), _greeting)
