"""The filing marks that a site's home page shows: ICP (MIIT) and public security. Described, not judged.

Only the registries know what is filed; a page shows marks, and nothing more is said of it.
"""

from dataclasses import dataclass

from probes.filing.home_page import USUAL_PORTS, HomePage, home_page
from probes.filing.icp import IcpMark, icp_marks
from probes.filing.police import PoliceMark, police_marks
from probes.web.front import Front, reach
from probes.web.origin import shown
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """What the home page shows.

    `home_page`: "page", "login" or "none"; `usual_port`: the site is on 80 or 443. `icp` and `police` are the
    marks as they read; the `..._wrong` ones of them have none of the lawful forms. `police_only_older`: every
    mark that would be wrong, or only old, has the older 13 digits. `scripted`: scripts run on the page, and no
    footer stands in it as text, so that a mark may come with them.
    """

    final_url: str
    status: int
    usual_port: bool
    home_page: str | None
    icp: tuple[str, ...] | None
    icp_shown: bool | None
    icp_wrong: tuple[str, ...] | None
    police: tuple[str, ...] | None
    police_shown: bool | None
    police_wrong: tuple[str, ...] | None
    police_only_older: bool | None
    scripted: bool | None


async def observe(target: Target, net: Network) -> Seen[MarkFacts]:
    """Read the home page, which the web probes ask for as well."""
    return describe(target, await reach(target, net))


def describe(target: Target, front: Front) -> Seen[MarkFacts]:
    """The marks of the page where a chain of answers ended; what cannot be told is None, with its reason."""
    page = home_page(front)
    text = page.markup.shown if page.markup is not None else ""
    icp, police = icp_marks(text), police_marks(text)
    shown_icp, shown_police = _shown(page, bool(icp)), _shown(page, bool(police))
    kind = page.kind
    if kind == "login" and (icp or police):
        kind = "page"
    wrong = tuple(mark for mark in police if mark.wrong or mark.older)
    facts = MarkFacts(
        final_url=shown(front.last.url),
        status=front.last.status,
        usual_port=target.port in USUAL_PORTS,
        home_page=kind,
        icp=tuple(mark.text for mark in icp) if shown_icp is not None else None,
        icp_shown=shown_icp,
        icp_wrong=tuple(mark.text for mark in icp if not mark.lawful) if shown_icp is not None else None,
        police=tuple(mark.text for mark in police) if shown_police is not None else None,
        police_shown=shown_police,
        police_wrong=tuple(mark.text for mark in wrong) if shown_police is not None else None,
        police_only_older=_only_older(wrong) if shown_police is not None else None,
        scripted=_scripted(page) if page.markup is not None else None,
    )
    return Seen(facts, _gaps(page, facts), tuple(_evidence(page, icp, police)))


def _shown(page: HomePage, found: bool) -> bool | None:
    """A mark that is there is shown; one that is not there is missing only on a whole page."""
    if found:
        return True
    return None if page.kind is None or page.unseen is not None else False


def _only_older(wrong: tuple[PoliceMark, ...]) -> bool:
    return bool(wrong) and all(mark.older and not mark.wrong for mark in wrong)


def _scripted(page: HomePage) -> bool:
    markup = page.markup
    return markup is not None and bool(markup.scripts or markup.sources) and not page.foot


def _gaps(page: HomePage, facts: MarkFacts) -> dict[str, Reason]:
    why = page.reason or page.unseen
    if why is None:
        return {}
    names = [name for name in MarkFacts.__dataclass_fields__ if getattr(facts, name) is None]
    return dict.fromkeys(names, why)


def _evidence(page: HomePage, icp: tuple[IcpMark, ...], police: tuple[PoliceMark, ...]) -> list[Evidence]:
    if page.response is None or page.markup is None:
        return []
    where = f"GET {shown(page.response.url)} → {page.response.status}, {page.markup.letters} characters shown"
    tail = "\n".join(part.strip() for part in page.markup.shown.splitlines() if part.strip())[-600:].encode()
    pieces = [Evidence(f"{where}; the end of the text", tail, about) for about in ("icp_shown", "police_shown")]
    for about, texts in (("icp_wrong", [one.text for one in icp]), ("police_wrong", [one.text for one in police])):
        if texts:
            pieces.append(Evidence(f"{where}; the marks in it", "\n".join(texts).encode()[:2048], about))
    return pieces


PROBE = Probe(
    "filing.marks",
    TargetKind.SITE,
    Impact.ORDINARY,
    MarkFacts,
    observe,
    cost=Cost(connections=4, requests=12, seconds=120),
    profile=Profile.QUICK,
)
