"""LDAP before TLS (RFC 4511 section 4.14): the StartTLS extended operation. Nobody binds."""

from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed

OPERATION = b"1.3.6.1.4.1.1466.20037"
REQUEST = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + OPERATION
SEQUENCE, INTEGER, ENUMERATED, EXTENDED_RESPONSE = 0x30, 0x02, 0x0A, 0x78
SUCCESS, BUSY, UNAVAILABLE = 0, 51, 52


def opening(host: str, port: int) -> bytes:
    return REQUEST


def _answer(heard: bytes) -> Step | None:
    message = _element(heard, SEQUENCE)
    if message is None:
        return None
    identifier = _whole(message, INTEGER)
    response = _whole(message[len(identifier) + 2 :], EXTENDED_RESPONSE)
    code = int.from_bytes(_whole(response, ENUMERATED)[:4], "big")
    if code == SUCCESS:
        return ready()
    return (not_now if code in (BUSY, UNAVAILABLE) else not_offered)(f"StartTLS: resultCode {code}")


def _whole(data: bytes, tag: int) -> bytes:
    content = _element(data, tag)
    if content is None:
        raise Malformed("an LDAP message that does not add up")
    return content


def _element(data: bytes, tag: int) -> bytes | None:
    """The content of the first element (BER, definite lengths of any form); None where more must come."""
    if data[:1] not in (b"", bytes([tag])):
        raise Malformed("no LDAP message")
    if len(data) < 2:
        return None
    octets = data[1] & 0x7F if data[1] & 0x80 else 0
    if octets > 4 or data[1] == 0x80:
        raise Malformed("an LDAP length that no message has")
    start = 2 + octets
    length = int.from_bytes(data[2:start], "big") if octets else data[1]
    return data[start : start + length] if len(data) >= start + length else None


STARTTLS = StartTls("ldap", (389, 3268), _answer, opening)
