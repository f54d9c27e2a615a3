"""PostgreSQL before TLS ("Frontend/Backend Protocol", SSLRequest): one letter. No user is named."""

from probes.services.dialogues.postgresql import SSL_REQUEST
from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed


def opening(host: str, port: int) -> bytes:
    return SSL_REQUEST


def _answer(heard: bytes) -> Step | None:
    match heard[:1]:
        case b"":
            return None
        case b"S":
            return ready()
        case b"N":
            return not_offered("SSLRequest: N")
        case b"E":
            return not_now("SSLRequest: ErrorResponse")
        case _:
            raise Malformed("no answer to an SSLRequest")


STARTTLS = StartTls("postgresql", (5432, 5433), _answer, opening)
