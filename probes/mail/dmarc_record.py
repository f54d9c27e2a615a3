"""Which texts of `_dmarc` are DMARC records (RFC 7489 sections 6.3, 6.4, 6.6.3). Policies are not judged here."""

import re

VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")


def is_dmarc(text: str) -> bool:
    """The version comes first and is written just so: any other text, an SPF wildcard's too, is ignored."""
    return VERSION.match(text) is not None
