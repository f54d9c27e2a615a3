"""Which SMB a file server negotiates, and whether it wants sessions signed. Nothing is set up."""

from dataclasses import dataclass

from probes.services.twice import asked, asked_twice
from probes.services.where import spoken_or_silent
from probes.smb import smb1, smb2
from probes.smb.transport import exchange
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (445,)
"""On 139 NetBIOS wants a name before SMB begins; what was recognised there is asked all the same."""
SHUT = frozenset({Reason.REFUSED, Reason.MALFORMED})
"""How a server without SMB 1 ends the connection that asks for nothing else: reset, or closed without a word."""


@dataclass(frozen=True, slots=True)
class SmbFacts:
    """`smb1`: NT LM 0.12 is taken. `dialect` is the highest of SMB 2 and 3 ("3.1.1", "" where it has none);
    `signing_required` whether the server wants every session of SMB 2 signed."""

    smb1: bool | None
    smb2: bool | None
    signing_required: bool | None
    dialect: str = ""


async def observe(target: Target, net: Network) -> Seen[SmbFacts]:
    """SMB 2 on one connection, SMB 1 on another; where SMB 1 is taken, on one more."""

    async def new() -> smb2.Negotiated:
        async with net.connect() as stream:
            answer = await exchange(stream, smb2.negotiate())
            return smb2.negotiated(smb2.response(answer, smb2.NEGOTIATE))

    async def old() -> bool:
        async with net.connect() as stream:
            return smb1.chosen(await exchange(stream, smb1.negotiate()))

    told = await asked(new)
    first = await asked_twice(old, bool)
    if first.answer is None and first.reason in SHUT and told.answer is not None:
        first = await asked_twice(old, bool)  # a closed door twice, where SMB 2 was answered, is an answer
        if first.answer is None and first.reason in SHUT:
            return describe(told.answer, told.reason, False, None)
    return describe(told.answer, told.reason, first.answer, first.reason)


def describe(
    new: smb2.Negotiated | None, why_new: Reason | None, old: bool | None, why_old: Reason | None
) -> Seen[SmbFacts]:
    """The facts of both negotiations; a server that takes SMB 1 alone has no SMB 2 to sign."""
    has_2 = True if new else False if old and why_new in SHUT else None
    signing = new.signing_required if new else None
    facts = SmbFacts(old, has_2, signing, new.dialect if new else "")
    gaps = {}
    if old is None:
        gaps["smb1"] = why_old or Reason.MALFORMED
    if new is None:
        gaps["signing_required"] = why_new or Reason.MALFORMED
    if has_2 is None:
        gaps["smb2"] = why_new or Reason.MALFORMED
    pieces = []
    if old is not None:
        word = "taken" if old else "not taken"
        pieces.append(Evidence(f"SMB_COM_NEGOTIATE, {smb1.DIALECT} alone: {word}", smb1.DIALECT.encode(), "smb1"))
    if new is not None:
        word = "required" if new.signing_required else "not required"
        about = "signing_required"
        pieces.append(Evidence(f"SMB2 NEGOTIATE, dialect {new.dialect}: signing {word}", new.dialect.encode(), about))
    return Seen(facts, gaps, tuple(pieces))


def wants(target: Target) -> bool:
    """SMB; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "smb", PORTS)


PROBE = Probe(
    "smb.dialects",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    SmbFacts,
    observe,
    cost=Cost(connections=5, seconds=90),
    wants=wants,
    address_bound=True,
)
