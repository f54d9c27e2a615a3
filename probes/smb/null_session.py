"""Whether SMB lets nobody in particular reach IPC$ (MS-SMB2 section 3.3.5.5). Nothing is listed, opened or read."""

from dataclasses import dataclass

from probes.services.twice import asked_twice
from probes.services.where import spoken_or_silent
from probes.smb import ntlm, smb2
from probes.smb.dialects import PORTS
from probes.smb.transport import exchange
from scanner.model.errors import Malformed
from scanner.model.network import Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

DENIALS = {
    0xC0000022: "STATUS_ACCESS_DENIED",
    0xC000006D: "STATUS_LOGON_FAILURE",
    0xC0000064: "STATUS_NO_SUCH_USER",
    0xC000006E: "STATUS_ACCOUNT_RESTRICTION",
    0xC0000072: "STATUS_ACCOUNT_DISABLED",
    0xC000015B: "STATUS_LOGON_TYPE_NOT_GRANTED",
    0xC00000CC: "STATUS_BAD_NETWORK_NAME",
    0xC0000203: "STATUS_USER_SESSION_DELETED",
    0xC000000D: "STATUS_INVALID_PARAMETER",
}
"""Answers that keep nobody out of, or in no, session; every other one says nothing of it."""


@dataclass(frozen=True, slots=True)
class NullSessionFacts:
    """`reaches_ipc`: a session without a name reached IPC$. `denial` is the status that ended it, "" where none did.

    `system` is the system's own number in the challenge ("10.0.20348"), "" where it gave none.
    """

    reaches_ipc: bool | None
    denial: str = ""
    system: str = ""


async def observe(target: Target, net: Network) -> Seen[NullSessionFacts]:
    """One session; a second one where IPC$ was reached. Both are ended in order."""

    async def ask() -> NullSessionFacts:
        async with net.connect() as stream:
            return await _session(stream, target.address or "")

    told = await asked_twice(ask, lambda one: one.reaches_ipc is True)
    return describe(told.answer, told.reason)


async def _session(stream: Stream, address: str) -> NullSessionFacts:
    smb2.negotiated(smb2.response(await exchange(stream, smb2.negotiate()), smb2.NEGOTIATE))
    answer = await _asked(stream, smb2.session_setup(1, 0, ntlm.negotiate()), smb2.SESSION_SETUP)
    if answer.status != smb2.MORE_PROCESSING:
        return _denied(answer.status, "")
    system = ntlm.challenge(smb2.token(answer)).version
    session = answer.session
    answer = await _asked(stream, smb2.session_setup(2, session, ntlm.anonymous()), smb2.SESSION_SETUP)
    if answer.status != smb2.SUCCESS:
        return _denied(answer.status, system)
    path = f"\\\\{address}\\IPC$"
    answer = await _asked(stream, smb2.tree_connect(3, session, path), smb2.TREE_CONNECT)
    if answer.status == smb2.SUCCESS:
        await exchange(stream, smb2.goodbye(smb2.TREE_DISCONNECT, 4, session, answer.tree))
    await exchange(stream, smb2.goodbye(smb2.LOGOFF, 5 if answer.status == smb2.SUCCESS else 4, session))
    if answer.status != smb2.SUCCESS:
        return _denied(answer.status, system)
    if smb2.share_kind(answer) != smb2.PIPE:
        raise Malformed("IPC$ is no pipe")
    return NullSessionFacts(True, system=system)


async def _asked(stream: Stream, message: bytes, command: int) -> smb2.Message:
    return smb2.response(await exchange(stream, message), command)


def _denied(status: int, system: str) -> NullSessionFacts:
    if status not in DENIALS:
        raise Malformed(f"status {status:#010x} says nothing of a session without a name")
    return NullSessionFacts(False, DENIALS[status], system)


def describe(facts: NullSessionFacts | None, reason: Reason | None) -> Seen[NullSessionFacts]:
    """The facts with their evidence, or why there are none."""
    if facts is None:
        return Seen(NullSessionFacts(None), {"reaches_ipc": reason or Reason.MALFORMED})
    told = "TREE_CONNECT IPC$: STATUS_SUCCESS" if facts.reaches_ipc else facts.denial
    evidence = Evidence(f"SMB2, session without a name: {told}", told.encode(), "reaches_ipc")
    return Seen(facts, evidence=(evidence,))


def wants(target: Target) -> bool:
    """SMB; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "smb", PORTS)


PROBE = Probe(
    "smb.null-session",
    TargetKind.SERVICE,
    Impact.MARKED,
    NullSessionFacts,
    observe,
    cost=Cost(connections=2, seconds=60),
    profile=Profile.THOROUGH,
    wants=wants,
    address_bound=True,
)
