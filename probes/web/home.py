"""What a site's own answers at its root say: headers, cookies, versions. Described, not judged."""

from dataclasses import dataclass

from probes.web import security_headers as headers
from probes.web.cookie import Cookie, cookies_of, masked
from probes.web.disclosure import versions_named
from probes.web.front import Front, reach
from probes.web.markup import Markup
from probes.web.origin import asked_by_name, shown
from scanner.model.network import Network, Response
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

SHOWN_HEADERS = frozenset(
    [
        "server",
        "x-powered-by",
        "x-aspnet-version",
        "x-aspnetmvc-version",
        "strict-transport-security",
        "content-security-policy",
        "content-security-policy-report-only",
        "x-frame-options",
        "x-content-type-options",
        "content-type",
        "set-cookie",
        "location",
    ]
)


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """The answers at "/". Every hop was judged by itself, and only the site's own count.

    `page`: "html", "other" (a page of another media type), "none" (the site only leads elsewhere).
    `named`: it was asked by a name, not by an address literal. `hsts_max_age`: seconds, of the best answer.
    """

    status: int
    chain: tuple[str, ...]
    final_url: str
    led_out_of_scope: bool
    blocked: bool
    blocked_by: str | None
    https: bool
    named: bool
    page: str | None
    hsts: bool | None
    hsts_max_age: int | None
    csp: bool | None
    frame_options: bool | None
    nosniff: bool | None
    cookies: tuple[Cookie, ...] | None
    versions: tuple[str, ...] | None


async def observe(target: Target, net: Network) -> Seen[HomeFacts]:
    """Ask for the root as a browser does, and describe it."""
    return describe(target, await reach(target, net))


def describe(target: Target, front: Front) -> Seen[HomeFacts]:
    """Facts of a chain of answers; what a block page or an error hid is None, with its reason."""
    page, markup, why = front.page, front.markup(), front.no_page
    kind = "html" if markup is not None else "other" if page is not None else None if why else "none"
    ages = [age for hop in front.own if (age := headers.hsts_max_age(hop.all("strict-transport-security"))) is not None]
    csp = headers.csp_directives(page.all("content-security-policy")) if page is not None else frozenset()
    hidden = front.blocked is not None
    facts = HomeFacts(
        status=front.last.status,
        chain=tuple(shown(hop.url) for hop in front.hops),
        final_url=shown(front.last.url),
        led_out_of_scope=front.refused is not None and front.refused.reason is Reason.OUT_OF_SCOPE,
        blocked=hidden,
        blocked_by=front.blocked,
        https=target.scheme == "https",
        named=asked_by_name(target),
        page=kind,
        hsts=True if any(ages) else None if why else False,
        hsts_max_age=max(ages, default=None),
        csp=None if page is None else headers.restricts(csp | _csp_of(markup)),
        frame_options=None
        if page is None
        else "frame-ancestors" in csp or headers.frame_options_heeded(page.all("x-frame-options")),
        nosniff=None if page is None else headers.nosniff(page.all("x-content-type-options")),
        cookies=None if hidden else cookies_of(front.own),
        versions=None if hidden else versions_named(front.own, markup),
    )
    return Seen(facts, _gaps(facts, why), tuple(_evidence(front)))


def _gaps(facts: HomeFacts, why: Reason | None) -> dict[str, Reason]:
    if why is None:
        return {}
    names = ("page", "hsts", "csp", "frame_options", "nosniff", "cookies", "versions")
    return {name: why for name in names if getattr(facts, name) is None}


def _csp_of(markup: Markup | None) -> frozenset[str]:
    metas = markup.meta("content-security-policy") if markup is not None else ()
    return headers.csp_directives(metas, meta=True)


def _evidence(front: Front) -> list[Evidence]:
    """The head of the site's own last answer, cookie values masked; each cookie's header by itself."""
    if not front.own:
        return []
    last = front.own[-1]
    pieces = [Evidence(f"GET {shown(last.url)} → {last.status}", _head(last))]
    for hop in front.own:
        for header in hop.all("set-cookie"):
            name = header.partition("=")[0].strip()[:100]
            content = f"Set-Cookie: {masked(header)}".encode("utf-8", "replace")
            pieces.append(Evidence(f"Set-Cookie at {shown(hop.url)}", content[:1024], about=f"cookies/{name}"))
    return pieces[:60]


def _head(response: Response) -> bytes:
    lines = [f"HTTP {response.status}"]
    for name, value in response.headers:
        if name in SHOWN_HEADERS:
            text = masked(value) if name == "set-cookie" else _place(value) if name == "location" else value[:600]
            lines.append(f"{name}: {text}")
    return "\n".join(lines).encode("utf-8", "replace")[:4096]


def _place(location: str) -> str:
    """A Location header without what may hold a session."""
    return location.partition("?")[0].partition(";")[0][:300]


PROBE = Probe(
    "web.home",
    TargetKind.SITE,
    Impact.ORDINARY,
    HomeFacts,
    observe,
    cost=Cost(connections=4, requests=12, seconds=120),
    profile=Profile.QUICK,
)
