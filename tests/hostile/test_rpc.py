"""Port mappers, mount services, name servers and discards over TCP that misbehave: nobody is accused, nothing passes."""

import asyncio
from typing import Any

import pytest

from probes.services import discard, dns_tcp, nfs_exports, rpcbind
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.hostile import servers
from tests.hostile.servers import Conversation, Visit, serving

pytestmark = pytest.mark.lab

ADDRESS = "127.32.33.1"
ASKED = {
    "rpcbind": (rpcbind.PROBE, "rpcbind.exposed", "tcp"),
    "nfs": (nfs_exports.PROBE, "nfs.export-world", "tcp"),
    "dns": (dns_tcp.PROBE, "dns.tcp-refused", "udp"),
}


async def echo(visit: Visit) -> None:
    """Gives back what it gets."""
    while data := await visit.reader.read(4096):
        await visit.send(data)


async def a_long_word(visit: Visit) -> None:
    """Promises two gigabytes in one fragment, and goes on."""
    await visit.reader.read(4096)
    await visit.send(b"\xff\xff\xff\xff" + bytes(70_000))


async def crumbs(visit: Visit) -> None:
    """Fragments of nothing without an end: the last one never comes."""
    await visit.reader.read(4096)
    await visit.send(bytes(4) * 20_000)


async def half_a_list(visit: Visit) -> None:
    """Accepts the call, and breaks its list off in the middle of an entry."""
    question = await visit.reader.read(4096)
    reply = question[4:8] + bytes.fromhex("00000001") + bytes(16) + bytes.fromhex("00000001000186a0")
    await visit.send((0x80000000 | len(reply)).to_bytes(4, "big") + reply)
    await visit.reader.read(1)


async def refusing(visit: Visit) -> None:
    """Denies every call for want of credentials (RFC 5531 section 9)."""
    question = await visit.reader.read(4096)
    reply = question[4:8] + bytes.fromhex("00000001000000010000000100000005")
    await visit.send((0x80000000 | len(reply)).to_bytes(4, "big") + reply)


def observed(probe: Probe, protocol: str, transport: str, behaviour: Conversation) -> Observation:
    async def asked() -> Observation:
        async with serving(behaviour, ADDRESS) as server:
            target = Target(
                TargetKind.SERVICE, "self", address=ADDRESS, port=server.port, transport=transport, protocol=protocol
            )
            return await ask(probe, target)

    return asyncio.run(asked())


def judged(protocol: str, behaviour: Conversation) -> tuple[Verdict, Reason | None]:
    probe, check, transport = ASKED[protocol]
    seen = observed(probe, protocol, transport, behaviour)
    (one,) = judge(load().checks[check], seen.target, {probe.name: seen}, {})
    return one.verdict, one.reason


@pytest.mark.parametrize("protocol", ["rpcbind", "nfs"])
@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (servers.garbage, Reason.BUDGET),
        (servers.reset, Reason.REFUSED),
        (echo, Reason.MALFORMED),
        (a_long_word, Reason.BUDGET),
        (crumbs, Reason.BUDGET),
        (half_a_list, Reason.MALFORMED),
    ],
)
def test_a_list_that_is_none_proves_nothing(protocol: str, behaviour: Conversation, reason: Reason) -> None:
    verdict, why = judged(protocol, behaviour)
    assert verdict is Verdict.NOT_TESTED
    assert why in (reason, Reason.MALFORMED) if behaviour is servers.garbage else why is reason


@pytest.mark.parametrize("protocol", ["rpcbind", "nfs"])
def test_a_door_that_is_shut_at_once_proves_nothing(protocol: str) -> None:
    """Whether the end or a reset comes first is the kernel's matter."""
    verdict, why = judged(protocol, servers.close_at_once)
    assert verdict is Verdict.NOT_TESTED and why in (Reason.MALFORMED, Reason.REFUSED)


def test_a_refusal_passes_the_port_mapper_and_tells_nothing_of_exports() -> None:
    assert judged("rpcbind", refusing) == (Verdict.PASS, None)
    assert judged("nfs", refusing) == (Verdict.NOT_TESTED, Reason.REFUSED)


@pytest.mark.parametrize(
    ("behaviour", "ends"),
    [
        (servers.garbage, (Verdict.NOT_TESTED, Reason.MALFORMED)),
        (servers.close_at_once, (Verdict.FAIL, None)),
        (echo, (Verdict.NOT_TESTED, Reason.MALFORMED)),
        (servers.reset, (Verdict.FAIL, None)),
    ],
)
def test_a_name_server_refuses_tcp_by_a_reset_or_an_early_end_alone(behaviour: Conversation, ends: Any) -> None:
    assert judged("dns", behaviour) == ends


@pytest.mark.parametrize("behaviour", [servers.garbage, servers.close_at_once, echo])
def test_what_answers_or_hangs_up_swallows_nothing(behaviour: Conversation) -> None:
    seen = observed(discard.PROBE, "unknown", "tcp", behaviour)
    assert not seen.facts.get("swallows")
