"""Which texts of a name are SPF records (RFC 7208 section 4.5). Whether they are good ones is not said."""

import re

VERSION = re.compile(r"v=spf1(?: |\Z)", re.IGNORECASE)


def is_spf(text: str) -> bool:
    """Exactly `v=spf1`, in any case, then a space or the end: `v=spf10` and ` v=spf1` are none."""
    return VERSION.match(text) is not None
