"""What of a page may reach the HTML parser, whose cost a hostile page could drive up. It reads nothing itself."""

import re

MOST_DEPTH = 500
"""Nesting past which a page is cut: the parser's time grows with its square (measured: 15 s for 100,000)."""
MOST_ATTRIBUTES = 300

NEVER_NESTED = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p", "li", "dd", "dt", "option", "optgroup", "tr", "td", "th", "tbody", "thead", "tfoot", "colgroup", "html", "head", "body", "rb", "rt", "rp", "rtc"])  # fmt: skip
"""Elements that have no end tag, or whose end the parser supplies: they open no depth of their own."""

DRAWN = frozenset(
    [
        "path",
        "circle",
        "rect",
        "line",
        "polygon",
        "polyline",
        "ellipse",
        "use",
        "stop",
        "image",
        "animate",
        "animatetransform",
    ]
)
"""Elements of SVG that end where they begin."""
MOST_DRAWN = 3_000

_FORMATTING = re.compile(r"</?(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_OPENING = re.compile(r"<(/?)([A-Za-z][^\s/<>]{0,40})([^<>]*)")
"""Whatever may open or end an element, in scripts and comments too: rather too many than too few."""
_TAG = re.compile(
    r"<!--(?:-?>|.*?(?:-->|\Z))|<(?:script|style)\b.*?(?:</(?:script|style)|\Z)"
    r"|<[A-Za-z][^\s/>]{0,40}+((?:[^=>\"']++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|)|[\"'])*+)(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
"""A tag with its attributes, quoted values whole; possessive, so that matching never goes back."""
_QUOTED = re.compile(r"=\s*+(?:\"[^\"]*+\"|'[^']*+')")
_SEPARATORS = re.compile(r"[\s/=]")


def bounded(text: str) -> tuple[str, bool]:
    """Take out what costs a parser dearly and tells us nothing.

    Formatting elements go: a parser opens them anew in every paragraph (measured: 28 KB become 700 MB).
    Nesting past the bound and elements with hundreds of attributes end the page.
    """
    text = _FORMATTING.sub("", text)
    depth = closed = 0
    for tag in _OPENING.finditer(text):
        name = tag.group(2).lower()
        if tag.group(3).endswith("/") and name in DRAWN:
            closed += 1
        elif name not in NEVER_NESTED:
            depth = max(0, depth - 1) if tag.group(1) else depth + 1
        if depth > MOST_DEPTH or closed > MOST_DRAWN:
            return text[: tag.start()], True
    for tag in _TAG.finditer(text):
        if tag.group(1) and len(tag.group(1)) > MOST_ATTRIBUTES and _attributes(tag.group(1)) > MOST_ATTRIBUTES:
            return text[: tag.start()], True
    return text, False


def _attributes(written: str) -> int:
    """At least how many attributes a tag has: words apart by white space, slash or equals sign, values left out."""
    return len(_SEPARATORS.findall(_QUOTED.sub("=", written))) // 2
