"""NNTP before TLS (RFC 4642): greeting, STARTTLS."""

from probes.tls.starttls.reply import code_of
from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready


def _greeting(heard: bytes) -> Step | None:
    match code_of(heard):
        case None:
            return None
        case 200 | 201:
            return Step(b"STARTTLS\r\n", _answer)
        case _:
            return not_now(heard)


def _answer(heard: bytes) -> Step | None:
    match code_of(heard):
        case None:
            return None
        case 382:
            return ready()
        case 500 | 501 | 502:
            return not_offered(heard)
        case _:
            return not_now(heard)


STARTTLS = StartTls("nntp", (119, 433), _greeting)
