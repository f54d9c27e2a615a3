"""SSL 2.0 (Hickman, "The SSL Protocol", 1995): its hello, and the server's answer to it. Nothing later."""

from dataclasses import dataclass

from scanner.model.errors import Malformed

VERSION = 0x0002
CIPHERS = {
    0x010080: "SSL_CK_RC4_128_WITH_MD5",
    0x020080: "SSL_CK_RC4_128_EXPORT40_WITH_MD5",
    0x030080: "SSL_CK_RC2_128_CBC_WITH_MD5",
    0x040080: "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5",
    0x050080: "SSL_CK_IDEA_128_CBC_WITH_MD5",
    0x060040: "SSL_CK_DES_64_CBC_WITH_MD5",
    0x0700C0: "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
    0x080080: "SSL_CK_RC4_64_WITH_MD5",
}
KINDS = {
    "SSL_CK_RC4_128_WITH_MD5": ("rc4",),
    "SSL_CK_RC4_128_EXPORT40_WITH_MD5": ("export", "des", "rc4"),
    "SSL_CK_RC2_128_CBC_WITH_MD5": ("block64",),
    "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5": ("export", "des", "block64"),
    "SSL_CK_IDEA_128_CBC_WITH_MD5": ("block64",),
    "SSL_CK_DES_64_CBC_WITH_MD5": ("des", "block64"),
    "SSL_CK_DES_192_EDE3_CBC_WITH_MD5": ("block64",),
    "SSL_CK_RC4_64_WITH_MD5": ("rc4",),
}
"""Of what kinds each is, as suites are (`traits.kinds`): EXPORT40 keeps 40 bits of the key secret, DES has 56."""
CLIENT_HELLO, SERVER_HELLO, ERROR = 1, 4, 0


@dataclass(frozen=True, slots=True)
class Answer:
    """`ciphers` are the names of those in common, and empty where the server refused. `certificate` is DER."""

    ciphers: tuple[str, ...] = ()
    certificate: bytes = b""


def hello(challenge: bytes) -> bytes:
    """A CLIENT-HELLO that offers every cipher; `challenge` is 16 to 32 octets."""
    specs = b"".join(code.to_bytes(3, "big") for code in CIPHERS)
    body = bytes([CLIENT_HELLO]) + VERSION.to_bytes(2, "big")
    body += len(specs).to_bytes(2, "big") + b"\x00\x00" + len(challenge).to_bytes(2, "big") + specs + challenge
    return (0x8000 | len(body)).to_bytes(2, "big") + body


def hear(data: bytes) -> Answer | None:
    """Read the answer so far: None where more must come, Malformed where it is no SSL 2.0."""
    if len(data) < 3:
        return None
    start = 2 if data[0] & 0x80 else 3
    length = int.from_bytes(data[:2], "big") & (0x7FFF if start == 2 else 0x3FFF)
    body = data[start : start + length]
    if len(data) <= start:
        return None
    if body[0:1] not in (bytes([SERVER_HELLO]), bytes([ERROR])) or length < 3:
        raise Malformed("SSL 2.0: neither SERVER-HELLO nor ERROR")
    if len(body) < length:
        return None
    return Answer() if body[0] == ERROR else _server_hello(body)


def _server_hello(body: bytes) -> Answer:
    if len(body) < 11 or int.from_bytes(body[3:5], "big") != VERSION:
        raise Malformed("SSL 2.0: a SERVER-HELLO too short, or of another version")
    certificate, specs, identifier = (int.from_bytes(body[at : at + 2], "big") for at in (5, 7, 9))
    if specs % 3 or 11 + certificate + specs + identifier > len(body):
        raise Malformed("SSL 2.0: a SERVER-HELLO that does not add up")
    start = 11 + certificate
    codes = [int.from_bytes(body[at : at + 3], "big") for at in range(start, start + specs, 3)]
    return Answer(tuple(CIPHERS[code] for code in codes if code in CIPHERS), body[11:start])
