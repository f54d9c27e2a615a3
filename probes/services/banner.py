"""Makes what a stranger sent fit to be shown: printable, masked, short. It recognises nothing."""

import re

MOST = 200
"""Characters of a banner that are kept."""

MASKED = "***"
SECRET = re.compile(
    r"(?i)\b(pass(?:word|wd|phrase)?|pwd|secret|token|api[-_ ]?key|auth(?:orization)?|session(?:id)?|cookie|密码|密碼|口令)"
    r"(\s*[:=：]\s*)(\S+)"
)
MAILBOX = re.compile(r"[\w.+-]+@(?=[\w-]+\.[\w.-]+)")
STAMP = re.compile(r"<[^<>\s]{4,}@[^<>\s]+>")
"""The time stamp of APOP (RFC 1939 section 7): a challenge for one session."""


def printable(text: bytes | str, most: int = MOST) -> str:
    """Control and non-text characters become one space or `.`; secrets, mailboxes and challenges are masked."""
    words = text[: 4 * most].decode("utf-8", "replace") if isinstance(text, bytes) else text[: 4 * most]
    shown = "".join(letter if letter.isprintable() and letter != "\ufffd" else _stand_in(letter) for letter in words)
    shown = " ".join(shown.split())
    return masked(shown)[:most]


def masked(text: str) -> str:
    """The text without what may be a secret or a person."""
    text = STAMP.sub(f"<{MASKED}>", text)
    text = SECRET.sub(lambda found: f"{found[1]}{found[2]}{MASKED}", text)
    return MAILBOX.sub(f"{MASKED}@", text)


def _stand_in(letter: str) -> str:
    return " " if letter.isspace() else "."
