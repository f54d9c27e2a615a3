"""Remote Desktop before TLS (MS-RDPBCGR sections 2.2.1.1 and 2.2.1.2): one request and its confirm. No session begins."""

from probes.services.dialogues.rdp import CONFIRM, REQUEST
from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed

RESPONSE, FAILURE = 2, 3
NO_TLS = (2, 3)
"""SSL_NOT_ALLOWED_BY_SERVER, SSL_CERT_NOT_ON_SERVER."""


def opening(host: str, port: int) -> bytes:
    return REQUEST


def _answer(heard: bytes) -> Step | None:
    if not b"\x03\x00".startswith(heard[:2]):
        raise Malformed("no RDP confirm")
    length = int.from_bytes(heard[2:4], "big") if len(heard) >= 4 else 4
    if len(heard) < length or len(heard) < 4:
        return None
    if length < 11 or heard[5] != CONFIRM:
        raise Malformed("no RDP confirm")
    told = heard[11:length]
    if len(told) < 8 or told[0] not in (RESPONSE, FAILURE):
        return not_offered("a confirm without negotiation: RDP's own encryption")
    value = int.from_bytes(told[4:8], "little")
    if told[0] == FAILURE:
        return (not_offered if value in NO_TLS else not_now)(f"negotiation failure {value}")
    return ready() if value else not_offered("RDP's own encryption chosen")


STARTTLS = StartTls("rdp", (3389,), _answer, opening)
