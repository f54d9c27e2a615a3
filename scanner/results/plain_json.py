"""JSON that harms no terminal: what a target sent may hold escapes, and marks that turn text around; they stand as \\uXXXX.

Nothing is lost: such characters stand inside strings alone, where JSON reads both forms alike (RFC 8259 section 7).
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

_UNSEEN = re.compile(r"[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""Control characters that JSON does not escape by itself, line separators, marks of direction, unpaired surrogates."""


def write_plain(value: Any, out: TextIO) -> None:
    """As `plain_json`, piece by piece."""
    for piece in _pieces(value):
        out.write(piece)


def plain_json(value: Any) -> str:
    """An object with a line for each member, and each entry of a member's list; anything else on one line."""
    return "".join(_pieces(value))


def _pieces(value: Any) -> Iterator[str]:
    """Line by line and not by indentation, so that the standard library's fast encoder does each of them."""
    if not isinstance(value, Mapping):
        yield one_line(value)
        return
    for number, (key, member) in enumerate(value.items()):
        yield f"{',' if number else '{'}\n{one_line(key)}: "
        if isinstance(member, list) and member:
            for place, entry in enumerate(member):
                yield f"{',' if place else '['}\n {one_line(entry)}"
            yield "\n]"
        else:
            yield one_line(member)
    yield "\n}" if value else "{}"


def one_line(value: Any) -> str:
    """Any value on one line."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
