"""SMTP before TLS (RFC 3207): greeting, EHLO, STARTTLS. No mail is spoken of."""

from probes.tls.starttls.reply import code_of, temporary
from probes.tls.starttls.step import Reader, StartTls, Step, not_now, not_offered, ready

OURS = b"yuanjian.invalid"
"""Our name in EHLO: one that surely belongs to nobody (RFC 6761)."""
UNKNOWN_COMMAND = (500, 501, 502, 503, 504, 550, 554)


def _greeting(heard: bytes) -> Step | None:
    match code_of(heard):
        case None:
            return None
        case 220:
            return Step(b"EHLO " + OURS + b"\r\n", _offers)
        case _:
            return not_now(heard)


def _offers(heard: bytes) -> Step | None:
    match code_of(heard):
        case None:
            return None
        case 250:
            words = [line[4:].strip().upper() for line in heard.split(b"\n")]
            return Step(b"STARTTLS\r\n", _answer) if b"STARTTLS" in words else not_offered("EHLO without STARTTLS")
        case 500 | 502:
            return not_offered(heard)
        case _:
            return not_now(heard)


def _answer(heard: bytes) -> Step | None:
    match code_of(heard):
        case None:
            return None
        case 220:
            return ready()
        case code:
            return not_now(heard) if temporary(code) or code not in UNKNOWN_COMMAND else not_offered(heard)


LISTEN: Reader = _greeting
STARTTLS = StartTls("smtp", (25, 587, 2525), LISTEN)
