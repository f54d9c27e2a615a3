"""JSON that harms no terminal: what a target sent may hold escapes, and marks that turn text around; they stand as \\uXXXX.

Nothing is lost: such characters stand inside strings alone, where JSON reads both forms alike (RFC 8259 section 7).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

_UNSEEN = re.compile(r"[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""Control characters that JSON does not escape by itself, line separators, marks of direction, unpaired surrogates."""


def write_plain(value: Any, out: TextIO, indent: int | None = 1) -> None:
    for piece in _pieces(value, indent):
        out.write(piece)


def plain_json(value: Any, indent: int | None = 1) -> str:
    return "".join(_pieces(value, indent))


def _pieces(value: Any, indent: int | None) -> Iterator[str]:
    for piece in json.JSONEncoder(ensure_ascii=False, indent=indent).iterencode(value):
        yield _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", piece)
