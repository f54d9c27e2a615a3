"""Domain names as people write them, made one form: the lower-case A-label. Resolves nothing."""

import re
from functools import cache

import idna
from publicsuffixlist import PublicSuffixList

from scanner.inspection_file.fault import Fault

DOTS = str.maketrans({"。": ".", "．": ".", "｡": "."})
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label that makes the whole an IPv4 address to browsers and to inet_aton (URL Standard, "ends in a number")."""

LONGEST = 253


def read_name(written: str) -> str | Fault:
    """A host or zone name in either form (IDNA 2008 over UTS #46, RFC 5890), or what is wrong with it.

    Labels may hold underscores, as names in use do. Public suffixes are nobody's own and no target.
    """
    text = written.translate(DOTS).strip().removesuffix(".")
    values = {"name": written}
    if "*" in text:
        rest = text.lstrip("*.") or "example.cn"
        return Fault("name-wildcard", values={**values, "instead": rest})
    if not text or "" in text.split("."):
        return Fault("name-empty-label", values=values)
    try:
        labels = [_label(label) for label in _mapped(text).split(".")]
    except (idna.IDNAError, UnicodeError):
        return Fault("name-malformed", values=values)
    name = ".".join(labels)
    if len(name) > LONGEST or not all(LABEL.fullmatch(label) for label in labels):
        return Fault("name-malformed", values=values)
    if NUMBER.fullmatch(labels[-1]):
        return Fault("address-malformed", values=values)
    if is_public_suffix(name):
        return Fault("name-public-suffix", values=values)
    return name


def is_public_suffix(name: str) -> bool:
    """Whether a name in A-labels is an entry of the Public Suffix List, private section included."""
    return _suffixes().publicsuffix(name) == name


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def _mapped(text: str) -> str:
    """Names in ASCII only want lower case; the rest the mapping of UTS #46."""
    if text.isascii():
        return text.lower()
    if len(text) > 2 * LONGEST:
        raise UnicodeError("longer than any name")
    return str(idna.uts46_remap(text, std3_rules=False, transitional=False))


def _label(label: str) -> str:
    if not label.isascii():
        return str(idna.alabel(label).decode("ascii"))
    if label.startswith("xn--") and len(label) <= 63:
        idna.ulabel(label)
    return label
