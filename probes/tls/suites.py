"""Cipher suites by code point, and the selections that hellos offer. Which of them are weak is not said here."""

from functools import cache
from importlib.resources import files

TLS13 = (0x1301, 0x1302, 0x1303, 0x1304, 0x1305, 0x00C6, 0x00C7, 0xC0B4, 0xC0B5)
"""RFC 8446 appendix B.4, RFC 8998 (SM4), RFC 9150 (integrity only)."""
RENEGOTIATION_SCSV = 0x00FF
USUAL = (0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F, 0xC009, 0xC013, 0xC00A, 0xC014, 0x0033, 0x0039,
         0x009C, 0x009D, 0x002F, 0x0035, 0x000A)  # fmt: skip
"""What nearly every server has one of; first in every offer, so that the answer is what clients get."""
LEFT_OVERS = (
    0x0005,
    0x0004,
    0x0009,
    0x0003,
    0x0008,
    0x0032,
    0x0038,
    0x0013,
    0x0016,
    0x0034,
    0x001B,
    0xC018,
    0x0002,
    0x0001,
)
"""One of each kind that a very old or very odd server may have alone; for the small hello."""
WITHOUT_CERTIFICATE = ("_anon_", "PSK", "SRP_SHA_WITH", "KRB5", "ECCPWD")


@cache
def names() -> dict[int, str]:
    """Every suite known, by code point."""
    lines = files(__package__).joinpath("suites.txt").read_text("ascii").splitlines()
    return {int(line[:4], 16): line[5:] for line in lines if not line.startswith("#")}


def name(code: int) -> str:
    return names().get(code, f"0x{code:04X}")


@cache
def every(version: int) -> tuple[int, ...]:
    """All that exist for a version: whoever refuses these refuses the version."""
    if version == 0x0304:
        return TLS13
    return (*USUAL, *(code for code in names() if code not in USUAL and code not in TLS13), RENEGOTIATION_SCSV)


def few(version: int) -> tuple[int, ...]:
    """So few that the hello stays under 256 octets, for servers that cannot take a longer one."""
    return TLS13[:3] if version == 0x0304 else (*USUAL, *LEFT_OVERS, RENEGOTIATION_SCSV)


def with_certificate(offer: tuple[int, ...]) -> tuple[int, ...]:
    """Those of an offer with which the server must show its certificate."""
    return tuple(code for code in offer if not any(word in name(code) for word in WITHOUT_CERTIFICATE))
