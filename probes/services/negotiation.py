"""Telnet's option negotiation (RFC 854, RFC 855): taken out of the text, and refused. It enables nothing."""

import re

COMMAND = re.compile(
    rb"\xff(?:([\xfb-\xfe])([\x00-\xff])|\xfa[^\xff]*(?:\xff\xff[^\xff]*)*\xff\xf0|[\xf0-\xf9]|\xff)", re.S
)
WILL, WONT, DO, DONT = 251, 252, 253, 254
VERBS = {WILL: "WILL", WONT: "WON'T", DO: "DO", DONT: "DON'T"}
REFUSAL = {WILL: DONT, DO: WONT}
"""Only what asks for something is answered, so that no two ends refuse each other for ever."""
START_TLS = 46
MOST = 64


def words(data: bytes) -> bytes:
    """The text without commands; an escaped 255 is one byte of text."""
    return COMMAND.sub(lambda found: b"\xff" if found[0] == b"\xff\xff" else b"", data)


def options(data: bytes) -> tuple[tuple[int, int], ...]:
    """The verbs with their options, in order, at most 64."""
    found = ((match[1][0], match[2][0]) for match in COMMAND.finditer(data) if match[1])
    return tuple(pair for _, pair in zip(range(MOST), found, strict=False))


def negotiated(data: bytes) -> str:
    """The first options as the standard writes them: IAC DO 24, IAC WILL 1."""
    return ", ".join(f"IAC {VERBS[verb]} {option}" for verb, option in options(data)[:8])


def refusal(data: bytes) -> bytes:
    """No to every option that was offered or asked for."""
    told = dict.fromkeys((REFUSAL[verb], option) for verb, option in options(data) if verb in REFUSAL)
    return b"".join(bytes((255, verb, option)) for verb, option in told)
