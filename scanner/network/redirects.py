"""Follows redirects by our own loop: every hop is resolved and admitted by address before it is asked."""

from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urljoin

from yarl import URL

from scanner.model.errors import NetworkError, NotAdmitted
from scanner.model.network import Page, Refusal, Response
from scanner.model.verdict import Reason
from scanner.network.gate import Gate
from scanner.network.http import Http, Request, url_of
from scanner.network.question import Question

HOPS = 10
REDIRECTS = frozenset((301, 302, 303, 307, 308))


async def fetch(http: Http, gate: Gate, request: Request, *, follow: bool) -> Page:
    """The answer to `request` and, where `follow`, those that its redirects lead to.

    A hop that may not be asked, or brings no answer, ends the chain: `refused` says where it led and why.
    Only the first request's failure is raised.
    """
    hops = [await http.get(request)]
    if not follow:
        return Page(tuple(hops))
    while (target := _location(hops[-1])) is not None:
        if len(hops) > HOPS:
            return Page(tuple(hops), Refusal(target, Reason.BUDGET))
        try:
            request = await _next(gate, request, target)
            hops.append(await http.get(request))
        except NetworkError as error:
            return Page(tuple(hops), Refusal(target, error.reason))
    return Page(tuple(hops))


def _location(response: Response) -> str | None:
    written = response.header("location")
    if response.status not in REDIRECTS or written is None:
        return None
    text = written.encode("latin-1").decode("utf-8", "replace").strip()
    try:
        return urljoin(response.url, text)
    except ValueError:
        return text


async def _next(gate: Gate, request: Request, target: str) -> Request:
    """The request for one hop. Raises NotAdmitted where no address of it is admitted."""
    try:
        url = URL(target).with_fragment(None)
        host, port = url.raw_host, url.port
    except ValueError as error:
        raise NotAdmitted(f"no URL: {target[:200]!r}", Reason.MALFORMED) from error
    if url.scheme not in ("http", "https") or not host or not port:
        raise NotAdmitted(f"not HTTP: {target[:200]!r}", Reason.OUT_OF_SCOPE)
    host = host.lower().rstrip(".")
    question = await _admissible(gate, replace(request.question, port=port), host)
    bare = url_of(url.scheme, host, port, url.raw_path_qs)
    return replace(
        request, question=question, url=bare, method="HEAD" if request.method == "HEAD" else "GET", body=None
    )


async def _admissible(gate: Gate, question: Question, host: str) -> Question:
    """The question for a hop: at the address it names, or the first that its name resolves to and is admitted."""
    literal = _literal(host)
    if literal is not None:
        return replace(question, address=literal, name=None)
    if host == question.name:
        return question
    named = replace(question, name=host)
    resolution = await gate.ledger.resolution(host)
    addresses = sorted(resolution.addresses, key=lambda address: address != question.address)
    for address in addresses:
        if await gate.ledger.refuses(replace(named, address=address)) is None:
            return replace(named, address=address)
    if addresses:  # refused at the gate, where it is counted
        return replace(named, address=addresses[0])
    raise NotAdmitted(f"{host} has no address", resolution.reason or Reason.UNREACHABLE)


def _literal(host: str) -> str | None:
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        return None
