"""POP3 before TLS (RFC 2595 section 4, RFC 2449): greeting, CAPA, STLS. Nobody logs in."""

from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed


def _greeting(heard: bytes) -> Step | None:
    match _status(heard):
        case None:
            return None
        case True:
            return Step(b"CAPA\r\n", _offers)
        case False:
            return not_now(heard)


def _offers(heard: bytes) -> Step | None:
    match _status(heard):
        case None:
            return None
        case False:
            return Step(b"STLS\r\n", _answer)  # a server older than CAPA may know STLS
        case True:
            lines = [line.strip().upper() for line in heard.split(b"\n")]
            if b"." not in lines:
                return None
            return Step(b"STLS\r\n", _answer) if b"STLS" in lines else not_offered("CAPA without STLS")


def _answer(heard: bytes) -> Step | None:
    match _status(heard):
        case None:
            return None
        case True:
            return ready()
        case False:
            later = any(word in heard.upper() for word in (b"[SYS/TEMP]", b"[IN-USE]", b"[LOGIN-DELAY]"))
            return not_now(heard) if later else not_offered(heard)


def _status(heard: bytes) -> bool | None:
    """Whether a first line says +OK or -ERR; None until it has come whole."""
    if not (b"+OK".startswith(heard[:3]) or b"-ERR".startswith(heard[:4])):
        raise Malformed("no POP3 reply")
    return heard.startswith(b"+OK") if b"\n" in heard else None


STARTTLS = StartTls("pop3", (110,), _greeting)
