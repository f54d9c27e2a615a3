"""Where an answer names the version of what made it: headers and the generator tag. It looks nothing up."""

import re
from collections.abc import Iterable

from probes.web.markup import Markup
from scanner.model.network import Response

HEADERS = {
    "server": "Server",
    "x-powered-by": "X-Powered-By",
    "x-aspnet-version": "X-AspNet-Version",
    "x-aspnetmvc-version": "X-AspNetMvc-Version",
}
PROTOCOL_NOT_PRODUCT = ("apache-coyote/1.1", "http/1.1", "http/1.0", "gunicorn/python")
"""Words with a number that is a protocol's and not a product's."""
MOST = 20

_IN_HEADER = re.compile(r"/v?\d|(?:^|[\s(_-])v?\d+\.\d+|(?:iis|jetty)\W{0,2}\d", re.IGNORECASE)
_IN_GENERATOR = re.compile(r"(?:^|[\s/(_-])v?\.?\d+(?:\.\d+)*", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def versions_named(answers: Iterable[Response], markup: Markup | None) -> tuple[str, ...]:
    """Each place that names a version, as "Server: nginx/1.22.1", once, in order."""
    found: dict[str, None] = {}
    for answer in answers:
        for name, value in answer.headers:
            if name in HEADERS and names_version(value, always=name.startswith("x-aspnet")):
                found[f"{HEADERS[name]}: {_clean(value)}"] = None
    for content in markup.meta("generator") if markup is not None else ():
        if _IN_GENERATOR.search(content[:200]):
            found[f"generator: {_clean(content)}"] = None
    return tuple(found)[:MOST]


def names_version(value: str, *, always: bool = False) -> bool:
    """Whether a header's value holds a version number. `always`: the header exists to name one."""
    rest = value[:300].lower()
    for word in PROTOCOL_NOT_PRODUCT:
        rest = rest.replace(word, "")
    return bool(re.search(r"\d", rest)) if always else _IN_HEADER.search(rest) is not None


def _clean(value: str) -> str:
    return _UNPRINTABLE.sub(" ", value).strip()[:200]
