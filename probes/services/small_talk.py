"""What the small services of old say: the time, a ring of letters, a saying. Pure; knows no transport.

RFC 862 (echo), RFC 864 (character generator), RFC 865 (quote of the day), RFC 867 (daytime).
"""

import re

RING = bytes(range(0x20, 0x7F))
LINE = 72
"""Letters of one line of the character generator."""
MOST_DAYTIME, MOST_QUOTE = 80, 2048
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
CLOCK = r"\d{1,2}:\d{2}:\d{2}(?:\.\d+)?(?: ?[ap]m)?"
ZONE = r"(?:[- ]?\(?[a-z+-][a-z0-9+-:]{0,6}\)?)?"
DATE = rf"(?:(?:[a-z]{{3,9}}\.?,? )?(?:{MONTH} {{1,2}}\d{{1,2}}(?:,? \d{{4}})?,?|\d{{1,2}}[ -]{MONTH}[ -]\d{{2,4}}|\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}))"
DAYTIME = re.compile(
    rf"(?:{DATE},?[ t]{{1,2}}{CLOCK}{ZONE}(?:[ ,-]{{1,3}}\d{{4}}{ZONE})?|{CLOCK}{ZONE},? {DATE})", re.I
)
QUOTE = re.compile(r"[^\W\d_]{2,}[\W\d_]+[^\W\d_]{2,}")


def is_daytime(data: bytes) -> bool:
    """One line with a date and a time of day, and nothing else."""
    if len(data) > MOST_DAYTIME:
        return False
    text = data.decode("latin-1").strip("\r\n\0 ")
    return DAYTIME.fullmatch(text) is not None


def is_ring(data: bytes) -> bool:
    """A line of the character generator: letters in ASCII's order, going round."""
    line = re.split(rb"\r?\n", data[: 4 * LINE], maxsplit=1)[0][:LINE]
    return len(line) >= 16 and line in RING * 2


def is_quote(data: bytes) -> bool:
    """Text of two words at least, without control characters but line ends."""
    if not data or len(data) > MOST_QUOTE:
        return False
    text = data.decode("utf-8", "replace")
    readable = all(letter.isprintable() or letter in "\r\n\t" for letter in text) and "\ufffd" not in text
    return readable and QUOTE.search(text) is not None
