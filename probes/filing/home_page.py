"""The page at which filing marks are due, and whether what it shows is all that a visitor sees. Judges nothing."""

import re
from dataclasses import dataclass

from probes.web.block import blocked_by
from probes.web.front import Front, markup_of
from probes.web.markup import Markup
from probes.web.origin import origin_of
from scanner.model.network import Response
from scanner.model.verdict import Reason

SHELL = 200
"""Characters below which a page with scripts or frames is only their frame."""
LOGIN = 400
"""Characters below which a page with a password field is a log-in and nothing else."""
USUAL_PORTS = (80, 443)

_WRITTEN = re.compile(
    r"ICP\s*(?:备|備|证|證|\\u5907|\\u5099|\\u8bc1)|公网安备|公網安備|\\u516c\\u7f51\\u5b89", re.IGNORECASE
)
_REGISTRY = re.compile(r"beian\.(?:miit\.gov\.cn|mps\.gov\.cn|gov\.cn)|miitbeian\.gov\.cn", re.IGNORECASE)
_FOOT = re.compile(
    r"©|copyright|all rights reserved|版权所有|版權所有|著作權|主办单位|主辦單位|技术支持|技術支援|联系电话|聯絡電話",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HomePage:
    """`kind`: "page", "login" (nothing but a log-in), "none" (the site has no home page of its own here).

    `kind` None: it could not be seen, for `reason`. `unseen` says why marks that are not in the page may yet be
    shown to a visitor; None where the page is whole. `foot`: its footer stands in the page as text.
    """

    kind: str | None
    reason: Reason | None = None
    response: Response | None = None
    markup: Markup | None = None
    unseen: Reason | None = None
    foot: bool = False


def home_page(front: Front) -> HomePage:
    """Where redirects ended, if that is the same site: scheme and a leading "www." make no other site of it.

    A redirect that the scope does not let us follow leaves the home page unseen: it may be the site's own.
    """
    last, origin = front.last, origin_of(front.last.url)
    if front.refused is not None:
        return HomePage(None, front.refused.reason, last)
    if origin is None or origin.plain_host != front.origin.plain_host or origin.port not in USUAL_PORTS:
        return HomePage("none", response=last)
    if last.status in (401, 407):
        return HomePage(None, Reason.REFUSED, last)  # it asks for a log-in
    if blocked_by(last) is not None or last.status in (403, 406, 451):
        return HomePage(None, Reason.BLOCKED, last)
    if last.status >= 400:
        return HomePage(None, Reason.UNREACHABLE, last)
    markup = markup_of(last) if last.status == 200 else None
    if markup is None or not (markup.letters or markup.scripts or markup.sources or markup.frames or markup.cut):
        return HomePage("none", response=last)
    unseen = _unseen(front, markup)
    kind = "login" if markup.password_fields and markup.letters < LOGIN and unseen is None else "page"
    return HomePage(kind, None, last, markup, unseen, _FOOT.search(markup.shown) is not None)


def _unseen(front: Front, markup: Markup) -> Reason | None:
    """Why a mark may be shown that does not stand in the page: it was cut, or scripts or frames make the rest."""
    if markup.cut:
        return Reason.BUDGET
    scripted = bool(markup.scripts or markup.sources)
    made = (
        markup.frameset
        or (markup.letters < SHELL and (scripted or markup.frames))
        or (scripted and markup.hollow)
        or any("foot" in source.lower() for source in markup.frames)
        or any(_WRITTEN.search(text[:200_000]) for text in markup.scripts)
        or any(link.picture and _REGISTRY.search(link.href) for link in markup.links)
        or (front.refresh is not None and markup.letters < SHELL)
    )
    return Reason.NOT_RENDERED if made else None
