"""A site's answer at its root, as applications are told by it. It is not followed where it leads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from probes.web.block import blocked_by
from scanner.model.network import Response

LOOKED_AT = 64 * 1024
"""Octets of the body in which a word may stand."""
ENOUGH = 16 * 1024
"""Octets by which a root is known that does not end: moving pictures."""
TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Root:
    """`headers`: lower-case names, values of one name joined by newlines. `body` is text, its case kept."""

    status: int
    headers: Mapping[str, str]
    body: str
    title: str

    def header(self, name: str) -> str:
        """A header's values, "" where it has none."""
        return self.headers.get(name, "")

    def leads_to(self, *starts: str) -> bool:
        """Whether it redirects to a path that starts so."""
        if not 300 <= self.status < 400:
            return False
        try:
            path = urlsplit(self.header("location")).path
        except ValueError:
            return False
        return path.startswith(starts)

    def says(self, *words: str) -> bool:
        """Whether all these words stand in the body."""
        return all(word in self.body for word in words)


def root_of(response: Response) -> Root | None:
    """The root's words; None where somebody else answered in the site's place."""
    if blocked_by(response) is not None:
        return None
    headers: dict[str, str] = {}
    for name, value in response.headers:
        headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    body = response.body[:LOOKED_AT].decode("utf-8", "replace")
    found = TITLE.search(body)
    return Root(response.status, headers, body, found[1].strip() if found else "")
