"""Versions as services write them, compared number by number. No table, and no judgement."""

import re
from functools import lru_cache

NUMBERS = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,7}")
Version = tuple[int, ...]


@lru_cache(4096)
def numbers(text: str) -> Version:
    """(9, 2) of "9.2p1 Debian-2+deb12u3"; empty where nothing of it is a number. Letters and packagings are left out."""
    found = NUMBERS.search(text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def older(one: Version, other: Version) -> bool:
    """Whether `one` is certainly before `other`: "2.4" may be any 2.4.x, and is not before 2.4.6."""
    length = min(len(one), len(other))
    return one[:length] < other[:length]


def within(version: Version, first: Version, mended: Version) -> bool:
    """Whether a version lies in [first, mended). One told too shortly to decide may lie in it, and does not count.

    Trailing zeros say nothing: 1.0 is 1.0.0.
    """
    if len(version) < len(mended) and mended[: len(version)] == version and any(mended[len(version) :]):
        return False
    length = max(len(version), len(first), len(mended))
    return _padded(first, length) <= _padded(version, length) < _padded(mended, length)


def _padded(version: Version, length: int) -> Version:
    return version + (0,) * (length - len(version))
