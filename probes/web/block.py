"""Answers that a firewall or a challenge gives in the site's place: recognised, never got round."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from probes.web.markup import looks_like_html, read
from scanner.model.network import Response

LITTLE = 400
"""Characters that a challenge shows at most; a page that speaks of firewalls shows more."""
MUCH = 3000
"""Characters that a block page shows at most."""
NOT_FOUND = (404, 410)
"""Error pages that sites make in their own style, with all that their pages say."""
LOOKED_AT = 16 * 1024
"""Octets of the source in which a sign may stand: scripts, comments and attributes included."""
TOO_MANY_REQUESTS = 429
"""Too Many Requests (RFC 6585 section 4) is a block whatever its page says."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What one product's page holds: lower-case words of the body, or "name: value" of a header."""

    name: str
    body: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    any_status: bool = False


@cache
def signs() -> tuple[Sign, ...]:
    data = tomllib.loads((Path(__file__).parent / "blocks.toml").read_text(encoding="utf-8"))
    return tuple(
        Sign(
            one["name"],
            tuple(word.lower() for word in one.get("body", ())),
            tuple(word.lower() for word in one.get("header", ())),
            one.get("any_status", False),
        )
        for one in data["block"]
    )


def blocked_by(response: Response) -> str | None:
    """Who answered in the site's place; None where the site seems to have answered itself.

    A page of status 200 counts only with a challenge's own words in a page that shows next to nothing.
    """
    if response.status == TOO_MANY_REQUESTS:
        return "Too Many Requests"
    if response.status < 200 or 300 <= response.status < 400:
        return None
    wanted = [sign for sign in signs() if response.status >= 400 or sign.any_status]
    headers = {f"{name}: {value}".lower() for name, value in response.headers}
    by_header = next((sign.name for sign in wanted if not headers.isdisjoint(sign.header)), None)
    return by_header or _by_words(response, wanted)


def _by_words(response: Response, wanted: list[Sign]) -> str | None:
    content_type = response.header("content-type")
    if not looks_like_html(response.body, content_type):
        return None
    page = read(response.body, content_type, truncated=response.truncated)
    if page.letters > (LITTLE if response.status < 400 or response.status in NOT_FOUND else MUCH):
        return None
    source = response.body[:LOOKED_AT].decode("utf-8", "replace")
    words = "\n".join((page.title, page.shown, source)).lower()
    return next((sign.name for sign in wanted if any(word in words for word in sign.body)), None)
