"""MySQL and MariaDB as they greet: the initial handshake packet, or an error in its place. Nothing is sent.

The server counts a handshake that is left as an error of the host (`max_connect_errors`); only a login avoids
that, so the greeting is read once and the connection closed (R6): whether it offers TLS stands in it too.
"""

from dataclasses import replace

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

MOST_VERSION = 128
MARIADB_MARK = "5.5.5-"
"""MariaDB sets it before its version for old replicas."""
CLIENT_SSL = 0x0800
CAPABILITIES = 13
"""Where the lower capability flags stand behind the version: after the thread (4), the salt (8), and a zero (1)."""


def recognise(data: bytes) -> Identity | None:
    """MySQL Internals, "Protocol::HandshakeV10" and "ERR_Packet"; the version is demanded."""
    if len(data) < 7 or data[3] != 0:
        return None
    length = int.from_bytes(data[:3], "little")
    body = data[4 : 4 + length]
    if data[4] == 255:
        return _error(body, length)
    version, end, _ = body[1:].partition(b"\0")
    if data[4] not in (9, 10) or not end or not 3 <= len(version) <= MOST_VERSION or length < len(version) + 15:
        return None
    text = version.decode("ascii", "replace")
    if not text[0].isdigit() or not text.isprintable():
        return None
    product = "MariaDB" if "mariadb" in text.lower() or text.startswith(MARIADB_MARK) else "MySQL"
    known = named("mysql", text, product, text.removeprefix(MARIADB_MARK).partition("-")[0], demanded=True)
    return replace(known, offers_tls=_offers_tls(body[1 + len(version) + 1 :]) if data[4] == 10 else None)


def _offers_tls(after_version: bytes) -> bool | None:
    """CLIENT_SSL among the capabilities; None where the greeting is cut before them."""
    flags = after_version[CAPABILITIES : CAPABILITIES + 2]
    return bool(int.from_bytes(flags, "little") & CLIENT_SSL) if len(flags) == 2 else None


def _error(body: bytes, length: int) -> Identity | None:
    """Error 1040 (too many), 1129 (blocked) or 1130 (not allowed): said before any handshake."""
    code = int.from_bytes(body[1:3], "little")
    if code not in (1040, 1129, 1130) or not 4 < length < 1024:
        return None
    text = body[3:].decode("utf-8", "replace")
    return named("mysql", text, "MariaDB" if "MariaDB" in text else "MySQL")


DIALOGUE = Dialogue("mysql", recognise, ports=(3306, 3307))
