"""Text as a YAML scalar that every reader takes for that very text."""

import re

PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][\w\u4e00-\u9fff.-]*|(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2})?")
RESERVED = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n"])


def quoted(text: str) -> str:
    """Plain where it cannot be mistaken, else between double quotes with everything unseen escaped."""
    if PLAIN.fullmatch(text) and text.casefold() not in RESERVED:
        return text
    return '"' + "".join(_sign(one) for one in text) + '"'


def _sign(one: str) -> str:
    if one in '"\\':
        return "\\" + one
    if one.isprintable():
        return one
    return f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"


def flow(texts: list[str]) -> str:
    """A list in brackets."""
    return "[" + ", ".join(quoted(text) for text in texts) + "]"
