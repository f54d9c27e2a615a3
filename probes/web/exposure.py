"""Which files of version control and configuration a site serves: proven by content, values masked. Not judged."""

import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tomllib import loads

from probes.web.asking import AGAIN, Answer, each, once
from probes.web.origin import shown
from probes.web.proof import PROOFS
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

MOST = 16 * 1024
"""Octets read of a file at most: enough to know it by."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of the word list."""

    path: str
    kind: str
    proof: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that was served (`served`), or could not be told of (`served` None, with the reason)."""

    path: str
    served: bool | None
    holds: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ExposureFacts:
    """The files served or untold, by kind; every other path of the word list was asked, and is not served."""

    vcs: tuple[File, ...]
    config: tuple[File, ...]


@cache
def wanted() -> tuple[Wanted, ...]:
    data = loads((Path(__file__).parent / "exposures.toml").read_text(encoding="utf-8"))
    return tuple(Wanted(one["path"], one["kind"], one["proof"]) for one in data["file"])


async def observe(target: Target, net: Network) -> Seen[ExposureFacts]:
    """Ask for each path of the word list; what proves itself is asked again, beside a random name."""
    by_path = {one.path: one for one in wanted()}
    files: dict[str, list[File]] = {"vcs": [], "config": []}
    evidence: list[Evidence] = []
    async for answer in each(net, tuple(by_path), MOST):
        one = by_path[answer.path]
        file = await _told(net, one, answer)
        if file is None:
            continue
        files[one.kind].append(file)
        if file.served:
            what = f"GET {shown(target.url or '')}{one.path.lstrip('/')} → 200, {one.proof}; values masked"
            evidence.append(Evidence(what, "\n".join(file.holds).encode()[:4096], f"{one.kind}/{one.path}"))
    return Seen(ExposureFacts(tuple(files["vcs"]), tuple(files["config"])), {}, tuple(evidence))


async def _told(net: Network, one: Wanted, answer: Answer) -> File | None:
    if answer.reason is not None:
        return File(one.path, None, reason=answer.reason.value)
    holds = _holds(one, answer)
    if holds is None:
        return None
    again = await once(net, one.path, MOST, headers=AGAIN)
    control = await once(net, control_for(one.path), MOST)
    if again.reason is not None or control.reason is not None:
        return File(one.path, None, reason=(again.reason or control.reason or Reason.UNREACHABLE).value)
    if _holds(one, control) is not None:
        return File(one.path, None, reason=Reason.MIDDLEBOX.value)
    return File(one.path, True, tuple(holds)) if _holds(one, again) is not None else None


def _holds(one: Wanted, answer: Answer) -> list[str] | None:
    """What may be shown of the file, where the answer is one; the status alone says nothing."""
    return PROOFS[one.proof](answer.served.body) if answer.served is not None else None


def control_for(path: str) -> str:
    """A name that cannot exist, in the same directory and with the same ending."""
    directory, _, name = path.rpartition("/")
    _, dot, ending = name.lstrip(".").partition(".")
    start = "." if name.startswith(".") else ""
    return f"{directory}/{start}{secrets.token_hex(8)}{dot}{ending}"


PROBE = Probe(
    "web.exposure",
    TargetKind.SITE,
    Impact.ORDINARY,
    ExposureFacts,
    observe,
    cost=Cost(connections=8, requests=90, seconds=240),
)
