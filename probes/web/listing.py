"""Which directories of a site show an index page of their files. Described, not judged."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from tomllib import loads
from urllib.parse import urlsplit

from probes.web.asking import AGAIN, Answer, each, once
from probes.web.front import Front, reach
from probes.web.index_page import IndexPage, read_index
from probes.web.origin import path_within, shown
from scanner.model.errors import NetworkError
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

FROM_THE_PAGE = 8
"""Directories taken from the home page's own references, beside the word list."""
MOST = 128 * 1024


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory asked. `listed` is None where no answer could be told from, and `reason` says why."""

    path: str
    listed: bool | None
    entries: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """Every directory that was asked."""

    directories: tuple[Directory, ...]


async def observe(target: Target, net: Network) -> Seen[ListingFacts]:
    """Ask the directories of the word list and of the home page; a find is asked again, beside a control."""
    paths = directories_of(await _front(target, net))
    found: list[Directory] = []
    evidence: list[Evidence] = []
    async for answer in each(net, paths, MOST):
        page = _index(answer)
        if answer.reason is not None:
            found.append(Directory(answer.path, None, reason=answer.reason.value))
        elif page is None:
            found.append(Directory(answer.path, False))
        else:
            found.append(await _certain(net, answer.path, page))
            where = shown(answer.response.url) if answer.response is not None else answer.path
            what = f"GET {where}: index page, entries: {page.entries}"
            evidence.append(Evidence(what, page.proof.encode("utf-8", "replace"), f"directories/{answer.path}"))
    return Seen(ListingFacts(tuple(found)), {}, tuple(evidence))


async def _front(target: Target, net: Network) -> Front | None:
    try:
        return await reach(target, net)
    except NetworkError:
        return None  # the word list is asked all the same


async def _certain(net: Network, path: str, page: IndexPage) -> Directory:
    """Positive twice, and not where nothing can be: a site that lists whatever is asked has listed nothing."""
    again = await once(net, path, MOST, headers=AGAIN)
    control = await once(net, f"{path}{secrets.token_hex(8)}/", MOST)
    if again.reason is not None or control.reason is not None:
        return Directory(path, None, reason=(again.reason or control.reason or Reason.UNREACHABLE).value)
    if _index(control) is not None:
        return Directory(path, None, reason=Reason.MIDDLEBOX.value)
    return Directory(path, _index(again) is not None, page.entries)


def _index(answer: Answer) -> IndexPage | None:
    return read_index(answer.served.body, answer.path) if answer.served is not None else None


def directories_of(front: Front | None) -> tuple[str, ...]:
    """The directories to ask: the word list's, then those of the page's own references, nearest first."""
    listed = tuple(loads((Path(__file__).parent / "listing.toml").read_text(encoding="utf-8"))["directories"])
    markup = front.markup() if front is not None else None
    if front is None or markup is None:
        return listed
    more: dict[str, None] = {}
    for reference in markup.references:
        path = path_within(front.last.url, reference, front.origin)
        if path is None:
            continue
        directory = urlsplit(path).path.rpartition("/")[0] + "/"
        if len(directory) < 120 and directory.startswith("/") and "//" not in directory and ";" not in directory:
            more[directory] = None
    new = [directory for directory in sorted(more, key=lambda path: (path.count("/"), path)) if directory not in listed]
    return (*listed, *new[:FROM_THE_PAGE])


PROBE = Probe(
    "web.listing",
    TargetKind.SITE,
    Impact.ORDINARY,
    ListingFacts,
    observe,
    cost=Cost(connections=8, requests=80, seconds=240),
)
