"""MySQL and MariaDB before TLS ("Protocol::SSLRequest"): the greeting's capabilities, and the request. No login.

Each connection that ends in the middle of a handshake counts against the address that made it (R6): ask few.
"""

from probes.tls.starttls.step import StartTls, Step, not_now, not_offered, ready
from scanner.model.errors import Malformed

ERROR, VERSION_10 = 255, 10
CLIENT_SSL = 0x0800
REQUEST = b"\x20\x00\x00\x01" + (0x0008_0000 | 0x8000 | 0x0200 | CLIENT_SSL).to_bytes(4, "little")
REQUEST += (1 << 24).to_bytes(4, "little") + b"\x21" + bytes(23)
"""Secure connection, protocol 4.1, plugins, TLS; packets up to 16 MiB; utf8."""


def _greeting(heard: bytes) -> Step | None:
    if len(heard) < 5:
        return None
    length = int.from_bytes(heard[:3], "little")
    if heard[3] != 0 or heard[4] not in (VERSION_10, ERROR) or not 0 < length <= 1024:
        raise Malformed("no MySQL greeting")
    if len(heard) < 4 + length:
        return None
    body = heard[4 : 4 + length]
    if body[0] == ERROR:
        return not_now(body[3:])
    _, end, rest = body[1:].partition(b"\0")
    if not end or len(rest) < 15:
        raise Malformed("a MySQL greeting too short")
    capable = int.from_bytes(rest[13:15], "little") & CLIENT_SSL
    return ready(REQUEST) if capable else not_offered("a greeting without CLIENT_SSL")


STARTTLS = StartTls("mysql", (3306, 3307), _greeting)
