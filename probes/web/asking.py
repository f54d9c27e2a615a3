"""Asking a site for several paths, one after the other, and giving up where it gives nothing any more."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from probes.web.block import blocked_by
from scanner.model.errors import NetworkError, NotAdmitted
from scanner.model.network import Network, Response
from scanner.model.verdict import Reason

AGAIN = (("cache-control", "no-cache"),)
"""Makes a request other than a remembered one: it is sent anew."""
GIVE_UP_AFTER = 5
"""Failures in a row after which the rest is left: a site that is gone, or does not want us."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one path brought: a response of the site itself, or why there is none."""

    path: str
    response: Response | None
    reason: Reason | None = None

    @property
    def served(self) -> Response | None:
        """The response where it is a successful one."""
        return self.response if self.response is not None and self.response.status == 200 else None


async def each(net: Network, paths: Sequence[str], most: int) -> AsyncIterator[Answer]:
    """One answer for each path, in order. Not admitted at all ends it with that error."""
    failures = 0
    reason: Reason | None = None
    for path in paths:
        if failures >= GIVE_UP_AFTER:
            yield Answer(path, None, reason)
            continue
        answer = await once(net, path, most)
        failures = failures + 1 if answer.reason is not None else 0
        reason = answer.reason
        yield answer


async def once(
    net: Network, path: str, most: int, *, method: str = "GET", headers: Sequence[tuple[str, str]] = ()
) -> Answer:
    """One request. A page that a firewall gives in the site's place, and a server's own failure, are no answers."""
    try:
        page = await net.get(path, method=method, headers=headers, most=most)
    except NotAdmitted:
        raise
    except NetworkError as error:
        return Answer(path, None, error.reason)
    if blocked_by(page.last) is not None:
        return Answer(path, None, Reason.BLOCKED)
    if page.last.status >= 500 and page.last.status not in (501, 505):
        return Answer(path, None, Reason.UNREACHABLE)
    return Answer(path, page.last)
