"""Text of unknown origin made inert and visible. The one door by which any text enters the report."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from markupsafe import Markup, escape

LIMIT = 600
"""Characters shown of one text where a caller names no other bound."""

_COMBINING_RUN = 3
_PLAIN = re.compile(
    r"[\x20-\x7e\xa1-\xac\xae-\u02ff\u0391-\u03c9\u0410-\u044f\u2010-\u2027\u2030-\u205e\u2190-\u25ff\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]*"
)
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def inert(text: object, limit: int = LIMIT, lines: bool = False) -> Markup:
    """`text` as harmless markup: escaped, cut to `limit` characters, with everything that is not seen made visible.

    Control and format characters (bidirectional overrides, zero-width ones), unpaired surrogates, private and
    unassigned code points and spaces that are no plain spaces read as their code point, "U+202E" in a box.
    With `lines`, line feeds stay. Markup passes: it was made by the templates, or has come through here.
    """
    if isinstance(text, Markup):
        return text
    whole = str(text)
    shown = whole[:limit]
    cut = Markup('<span class="cut">…(+{})</span>').format(len(whole) - limit) if len(whole) > limit else Markup("")
    if _PLAIN.fullmatch(shown):
        return escape(shown) + cut
    return Markup("").join(_pieces(shown, lines)) + cut


def isolated(text: object, limit: int = LIMIT) -> Markup:
    """As `inert`, in an element of its own direction: right-to-left text does not reorder what stands beside it."""
    return Markup("<bdi>{}</bdi>").format(inert(text, limit))


def _pieces(text: str, lines: bool) -> Iterator[Markup]:
    for (character, boxed), run in groupby(_judged(text)):
        number = sum(1 for _ in run)
        if lines and character == "\n":
            yield escape("\n" * number)
        elif not boxed:
            yield escape(character * number)
        elif number == 1:
            yield Markup('<span class="cp">U+{:04X}</span>').format(ord(character))
        else:
            yield Markup('<span class="cp">U+{:04X}×{}</span>').format(ord(character), number)


def _judged(text: str) -> Iterator[tuple[str, bool]]:
    """Each character, and whether it is to stand as its code point in a box."""
    combining = 0
    for character in text:
        combining = combining + 1 if unicodedata.combining(character) else 0
        yield character, combining > _COMBINING_RUN or _hidden(character)


@lru_cache(maxsize=4096)
def _hidden(character: str) -> bool:
    category = unicodedata.category(character)
    odd_space = category == "Zs" and character not in (" ", "\u3000")
    variation = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return category in _HIDDEN_CATEGORIES or odd_space or variation or character in _INVISIBLE
