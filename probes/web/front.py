"""How a site answers at its root: the chain, which answers are its own, and whether it has a page. Judges nothing."""

import re
from dataclasses import dataclass, replace

from probes.web.block import blocked_by
from probes.web.markup import Markup, looks_like_html, read
from probes.web.origin import Origin, of_target, origin_of, path_within
from scanner.model.network import Network, Page, Refusal, Response
from scanner.model.target import Target
from scanner.model.verdict import Reason

AT_ONCE = 10.0
"""Seconds within which a meta refresh takes the visitor along, so that the page before it is only a step."""
LITTLE = 300

_REFRESH = re.compile(r"^\s*(\d+(?:\.\d*)?)\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']{1,2000})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Front:
    """The answers at "/" of one site, in order, with a meta refresh followed once within the site.

    `refused` is the step that the gate did not allow. `blocked` names who answered in the site's place.
    """

    origin: Origin
    hops: tuple[Response, ...]
    refused: Refusal | None
    blocked: str | None
    refresh: str | None = None

    @property
    def own(self) -> tuple[Response, ...]:
        """The answers that came from the site's own origin."""
        return tuple(hop for hop in self.hops if origin_of(hop.url) == self.origin)

    @property
    def last(self) -> Response:
        return self.hops[-1]

    @property
    def leads_away(self) -> bool:
        """The site's answer is a redirect to another origin: it shows no page of its own."""
        return origin_of(self.last.url) != self.origin or (self.refused is not None and _elsewhere(self))

    @property
    def page(self) -> Response | None:
        """The site's own page: its own last answer, of a successful status; None where there is none."""
        if self.leads_away or self.blocked is not None or not 200 <= self.last.status < 300:
            return None
        return self.last

    @property
    def no_page(self) -> Reason | None:
        """Why a page could not be seen; None where there is one, or where the site truly has none.

        401 and 403 keep the page from us, as a block does; other errors, and a redirect that ends nowhere,
        leave it unreached. An error page is not judged in the page's place: servers add many headers to
        successful answers only (nginx add_header, Apache Header onsuccess).
        """
        if self.blocked is not None:
            return Reason.BLOCKED
        if self.page is not None or self.leads_away:
            return None
        if self.refused is not None:
            return self.refused.reason
        if self.last.status in (401, 407):
            return Reason.REFUSED  # it asks for a log-in; nobody banned us
        return Reason.BLOCKED if self.last.status in (403, 406, 451) else Reason.UNREACHABLE

    def markup(self) -> Markup | None:
        """The site's own page read as HTML; None where there is no page or it is something else."""
        return markup_of(self.page) if self.page is not None else None


def markup_of(response: Response) -> Markup | None:
    """An answer's body as HTML; None where it is something else."""
    content_type = response.header("content-type")
    if not looks_like_html(response.body, content_type):
        return None
    return read(response.body, content_type, truncated=response.truncated)


async def reach(target: Target, net: Network) -> Front:
    """Ask for "/" as a browser does, redirects and one meta refresh within the site included."""
    front = describe(target, await net.get("/", follow=True))
    if front.refresh is None:
        return front
    path = path_within(front.last.url, front.refresh, front.origin)
    if path is None or path == "/":
        return front
    onward = await net.get(path, follow=True)
    followed = describe(target, Page((*front.hops, *onward.hops), onward.refused))
    return replace(followed, refresh=front.refresh)


def describe(target: Target, page: Page) -> Front:
    """What a chain of answers means for the site that was asked."""
    origin = of_target(target)
    mine = origin_of(page.last.url) == origin
    markup = markup_of(page.last)
    return Front(
        origin=origin,
        hops=page.hops,
        refused=page.refused,
        blocked=blocked_by(page.last) if mine else None,
        refresh=refresh_of(markup) if markup is not None else None,
    )


def refresh_of(markup: Markup) -> str | None:
    """Where a meta refresh leads at once (HTML, section 4.2.5.3); None where it does not, or the page is full."""
    for content in markup.meta("refresh"):
        found = _REFRESH.match(content[:2100])
        if found and float(found.group(1)) <= AT_ONCE and markup.letters <= LITTLE:
            return found.group(2).strip()
    return None


def _elsewhere(front: Front) -> bool:
    """Whether the refused step led to another origin, and not round in circles."""
    return front.refused is not None and origin_of(front.refused.url) not in (None, front.origin)
