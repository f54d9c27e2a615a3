"""Cipher suites by code point, what each is made of, and the selections that hellos offer. No suite is judged."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TLS13 = (0x1301, 0x1302, 0x1303, 0x1304, 0x1305, 0x00C6, 0x00C7, 0xC0B4, 0xC0B5)
"""RFC 8446 appendix B.4, RFC 8998 (SM4), RFC 9150 (integrity only)."""
TLS13_SM = (0x00C6, 0x00C7)
TLCP = (0xE013, 0xE053, 0xE011, 0xE051, 0xE019, 0xE059, 0xE01A, 0xE05A, 0xE017, 0xE057, 0xE015, 0xE055)
"""GB/T 38636-2020 section 6.4.4.1.1."""
RENEGOTIATION_SCSV, FALLBACK_SCSV = 0x00FF, 0x5600
"""RFC 5746 section 3.3, RFC 7507."""
USUAL = (0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F, 0xC009, 0xC013, 0xC00A, 0xC014, 0x0033, 0x0039,
         0x009C, 0x009D, 0x002F, 0x0035, 0x000A)  # fmt: skip
"""What nearly every server has one of."""
LEFT_OVERS = (0x0005, 0x0004, 0x0009, 0x0003, 0x0008, 0x0032, 0x0038, 0x0013, 0x0016, 0x0034, 0x001B, 0xC018, 0x0002,
              0x0001)  # fmt: skip
"""One of each kind that a very old or very odd server may have alone; for the small hello."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One line of the table. An anonymous suite has `authentication` "anon" and the ephemeral exchange it uses."""

    code: int
    name: str
    exchange: str
    authentication: str
    cipher: str
    bits: int
    mode: str
    export: bool
    block64: bool

    @property
    def ephemeral(self) -> bool:
        """Whether every connection has a key of its own; all of TLS 1.3 has."""
        return self.exchange in ("DHE", "ECDHE", "ECCPWD", "IBSDH", "any") and not self.export

    @property
    def shows_certificate(self) -> bool:
        """Whether the server must send its certificate."""
        return self.authentication not in ("anon", "PSK", "SRP", "KRB5")


@cache
def table() -> dict[int, Suite]:
    """Every suite known, by code point."""
    lines = files(__package__).joinpath("suites.txt").read_text("ascii").splitlines()
    read = (_suite(line.split("\t")) for line in lines if not line.startswith("#"))
    return {suite.code: suite for suite in read}


def _suite(columns: list[str]) -> Suite:
    code, name, exchange, authentication, cipher, bits, mode, marks = columns
    return Suite(
        int(code, 16), name, exchange, authentication, cipher, int(bits), mode, "export" in marks, "block64" in marks
    )


def name(code: int) -> str:
    """As IANA writes it; the number where it is not known."""
    found = table().get(code)
    return found.name if found else f"0x{code:04X}"


@cache
def every(version: int) -> tuple[int, ...]:
    """All that exist for a version: whoever refuses these refuses the version. The usual ones come first."""
    if version == 0x0304:
        return TLS13
    if version == 0x0101:
        return TLCP
    return (*USUAL, *(code for code in table() if code not in USUAL and code not in TLS13), RENEGOTIATION_SCSV)


def few(version: int) -> tuple[int, ...]:
    """So few that the hello stays under 256 octets, for servers that cannot take a longer one."""
    return TLS13[:3] if version == 0x0304 else TLCP if version == 0x0101 else (*USUAL, *LEFT_OVERS, RENEGOTIATION_SCSV)


def with_certificate(offer: tuple[int, ...]) -> tuple[int, ...]:
    """Those of an offer with which the server must show its certificate, and the signalling values in it."""
    known = table()
    return tuple(code for code in offer if code not in known or known[code].shows_certificate)
