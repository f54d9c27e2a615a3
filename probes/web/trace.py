"""Whether a server echoes a TRACE request (RFC 9110 section 9.3.8). Described, not judged."""

import secrets
from dataclasses import dataclass

from probes.web.asking import once
from probes.web.origin import shown
from scanner.model.network import Network, Response
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

HEADER = "x-yuanjian-trace"
MOST = 8192


@dataclass(frozen=True, slots=True)
class TraceFacts:
    """`echoed`: the answer's body is our own request, marker included, twice."""

    echoed: bool | None
    status: int | None


async def observe(target: Target, net: Network) -> Seen[TraceFacts]:
    """Send TRACE with a harmless header of random value; where it comes back, once more with another."""
    status: int | None = None
    for _ in range(2):
        marker = secrets.token_hex(8)
        answer = await once(net, "/", MOST, method="TRACE", headers=((HEADER, marker),))
        if answer.response is None:
            return Seen(TraceFacts(None, None), {"echoed": answer.reason or Reason.UNREACHABLE})
        status = answer.response.status
        if not echoes(answer.response, marker):
            return Seen(TraceFacts(False, status))
    what = f"TRACE {shown(target.url or '')} → {status}, the request's own header in the body"
    return Seen(TraceFacts(True, status), {}, (Evidence(what, f"{HEADER}: {marker}".encode(), "echoed"),))


def echoes(response: Response, marker: str) -> bool:
    """Whether a body is the request itself: its request line first, and the header with its marker."""
    if response.status != 200:
        return False
    head, *lines = response.body.decode("latin-1").splitlines() or [""]
    said = {line.strip().lower() for line in lines}
    return head.startswith("TRACE ") and f"{HEADER}: {marker}" in said


PROBE = Probe("web.trace", TargetKind.SITE, Impact.ORDINARY, TraceFacts, observe, cost=Cost(connections=2, requests=2))
