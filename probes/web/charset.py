"""Which characters a page's bytes are: by mark, header, meta element, or by trying. It never fails."""

import codecs
import re

READ_FOR_META = 4096
"""Octets in which a meta element may name the encoding; the standard asks for 1024 (HTML, section 4.2.5.4)."""

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
         "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "iso-8859-1": "cp1252", "ascii": "cp1252",
         "us-ascii": "cp1252"}  # fmt: skip
"""Labels that pages use for more than they mean (WHATWG Encoding, section 4.2)."""
CHINESE = ("utf-8", "gb18030", "big5hkscs")
"""What is tried where a page names nothing, or names what its bytes are not."""

_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


def decode(body: bytes, content_type: str | None) -> str:
    """The text of a page. What cannot be read in the best encoding reads as U+FFFD."""
    for mark, encoding in MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    named = _known(_named(body, content_type))
    for tried in ([named] if named else []) + list(CHINESE):
        if (text := _strictly(body, tried)) is not None:
            return text
    return body.decode(named or "utf-8", "replace")


def _named(body: bytes, content_type: str | None) -> str | None:
    if found := _HEADER.search((content_type or "")[:400]):
        return found.group(1)
    if written := _META.search(body[:READ_FOR_META]):
        return written.group(1).decode("ascii")
    return None


def _known(label: str | None) -> str | None:
    """The codec for a label; None for none, an unknown one, or one that does not make text of bytes."""
    if label is None:
        return None
    wider = WIDER.get(label.lower(), label)
    try:
        codecs.getincrementaldecoder(wider)("strict").decode(b"a", final=False)
        return wider if isinstance(b"".decode(wider), str) else None
    except (LookupError, UnicodeError, AttributeError, TypeError):
        return None


def _strictly(body: bytes, encoding: str) -> str | None:
    """Without a single fault, save that the end may be cut within a character."""
    try:
        return str(codecs.getincrementaldecoder(encoding)("strict").decode(body, final=False))
    except (UnicodeError, ValueError):
        return None
