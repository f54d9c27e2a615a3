"""Replies of the FTP control connection (RFC 959 section 4.2), read whole. What they mean is said elsewhere."""

import re

from scanner.model.errors import Malformed, OverBudget
from scanner.model.network import Stream

CODE = re.compile(rb"(\d{3})([ -])?")
MOST_LINES = 50
MOST_BYTES = 1024


async def reply(stream: Stream) -> tuple[int, str]:
    """The next reply: its code, and its last line. Malformed for what is none, OverBudget for one without end."""
    line = await stream.receive_until(b"\n", MOST_BYTES)
    code, more = read_line(line)
    for _ in range(MOST_LINES):
        if not more:
            return code, line.decode("utf-8", "replace").strip()
        line = await stream.receive_until(b"\n", MOST_BYTES)
        more = not is_last(line, code)
    raise OverBudget(f"a reply of more than {MOST_LINES} lines")


def read_line(line: bytes) -> tuple[int, bool]:
    """The code, and whether more lines follow."""
    found = CODE.match(line)
    if found is None:
        raise Malformed("not a reply of FTP")
    return int(found[1]), found[2] == b"-"


def is_last(line: bytes, code: int) -> bool:
    """The line that ends a reply of many begins with its code and a space."""
    return line.startswith(b"%d " % code)
