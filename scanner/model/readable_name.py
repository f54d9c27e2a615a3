"""A domain name as its people write it: 学校.中国 for its A-labels. For the eye alone; what is asked stays in A-labels."""

from functools import lru_cache

import idna

A_LABEL = "xn--"


@lru_cache(maxsize=4096)
def readable(name: str) -> str | None:
    """A name's U-labels (RFC 5891), or None where it has no A-label or one that stands for no valid label."""
    if A_LABEL not in name or len(name) > 253:
        return None
    try:
        labels = [idna.ulabel(label) if label.startswith(A_LABEL) else label for label in name.split(".")]
    except (idna.IDNAError, UnicodeError):
        return None
    return ".".join(labels)


def both_forms(name: str) -> str:
    """ "学校.中国 (xn--...)": a look-alike is told by its A-labels. Any other name stays as it is."""
    shown = readable(name)
    return name if shown is None else f"{shown} ({name})"
