"""Security headers read as browsers read them. Pure: whether one is needed is said elsewhere."""

import re
from collections.abc import Iterable

CSP_DIRECTIVES = frozenset(
    [
        "base-uri",
        "block-all-mixed-content",
        "child-src",
        "connect-src",
        "default-src",
        "fenced-frame-src",
        "font-src",
        "form-action",
        "frame-ancestors",
        "frame-src",
        "img-src",
        "manifest-src",
        "media-src",
        "navigate-to",
        "object-src",
        "plugin-types",
        "prefetch-src",
        "report-to",
        "report-uri",
        "require-trusted-types-for",
        "sandbox",
        "script-src",
        "script-src-attr",
        "script-src-elem",
        "style-src",
        "style-src-attr",
        "style-src-elem",
        "trusted-types",
        "upgrade-insecure-requests",
        "webrtc",
        "worker-src",
    ]
)
NOT_IN_META = frozenset(["frame-ancestors", "report-uri", "sandbox"])
"""Directives that a meta element cannot carry (CSP Level 3 section 3.3)."""
SAYS_NOTHING = frozenset(["report-to", "report-uri", "block-all-mixed-content"])
"""Directives that alone restrict nothing."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MAX_AGE = re.compile(r"\d{1,15}")


def hsts_max_age(values: Iterable[str]) -> int | None:
    """Seconds of Strict-Transport-Security; None where there is no header that a browser heeds.

    Only the first header counts (RFC 6797 section 8.1); it needs `max-age`, and no directive twice (6.1).
    A max-age of 0 is a header, and takes the protection back.
    """
    first = next(iter(values), None)
    if first is None:
        return None
    directives: dict[str, str] = {}
    for part in first.split(";"):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if not part.strip():
            continue
        if not _TOKEN.fullmatch(name) or name.lower() in directives:
            return None
        directives[name.lower()] = value.strip('"') if value.startswith('"') and value.endswith('"') else value
    age = directives.get("max-age", "")
    return int(age) if _MAX_AGE.fullmatch(age) else None


def csp_directives(values: Iterable[str], *, meta: bool = False) -> frozenset[str]:
    """Names of the known directives of every policy enforced (CSP Level 3 section 2.2.1).

    `values` are those of Content-Security-Policy, or of meta elements, which cannot carry all.
    """
    policies = (policy for value in values for policy in value[:65536].split(","))
    words = (directive.split(None, 1) for policy in policies for directive in policy.split(";"))
    named = {word[0].lower() for word in words if word} & CSP_DIRECTIVES
    return frozenset(named - NOT_IN_META if meta else named)


def restricts(directives: frozenset[str]) -> bool:
    """Whether a policy of these directives does anything."""
    return bool(directives - SAYS_NOTHING)


def frame_options_heeded(values: Iterable[str]) -> bool:
    """Whether X-Frame-Options keeps anyone out (HTML, section 7.6): ALLOW-FROM and misspellings do not."""
    return not {"deny", "sameorigin"}.isdisjoint(_listed(values))


def nosniff(values: Iterable[str]) -> bool:
    """Whether the first value of X-Content-Type-Options is nosniff (Fetch, section 3.7)."""
    listed = _listed(values)
    return bool(listed) and listed[0] == "nosniff"


def _listed(values: Iterable[str]) -> list[str]:
    return [part.strip().lower() for value in values for part in value[:4096].split(",")]
