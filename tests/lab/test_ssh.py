"""Real SSH servers: their offers, judged; and the banners of version 1, which no maintained server speaks any more."""

import asyncio
from pathlib import Path

import pytest

from scanner.model.check import Severity
from scanner.model.verdict import Reason, Verdict
from tests.hostile.servers import Visit, serving
from tests.lab.servers.dropbear import dropbear
from tests.lab.servers.openssh import openssh
from tests.lab.service_inspection import inspect, inspected

pytestmark = pytest.mark.lab
SHA1 = ("diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1")


def test_openssh_as_debian_keeps_it_passes(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", "127.32.16.1"):
        found = inspect("127.32.16.1", 22)
    assert found.failed == {"port.remote-admin-exposed"}
    assert {"ssh.protocol-1", "ssh.weak-kex"} <= found.passed
    assert found.observations["ssh.algorithms"].facts["strict_kex"] is True


def test_openssh_with_sha1_key_exchanges_fails_and_names_them(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", "127.32.16.2", port=2022, kex=("curve25519-sha256", *SHA1)):
        found = inspect("127.32.16.2", 2022)
    weak = found.judgements["ssh.weak-kex"]
    assert (weak.verdict, weak.severity) == (Verdict.FAIL, Severity.MEDIUM)
    assert weak.seen["kex_sha1"] == list(SHA1)
    assert any(SHA1[0].encode() in piece.content for piece in weak.evidence)


def test_dropbear_as_debian_builds_it_still_offers_group14_with_sha1(tmp_path: Path) -> None:
    with dropbear(tmp_path / "dropbear", "127.32.16.3"):
        found = inspect("127.32.16.3", 22)
    assert found.identity["product"] == "dropbear"
    assert found.judgements["ssh.weak-kex"].seen["kex_sha1"] == ["diffie-hellman-group14-sha1"]


@pytest.mark.parametrize(
    ("banner", "weak"),
    [(b"SSH-1.99-Cisco-1.25\r\n", Verdict.NOT_TESTED), (b"SSH-1.5-1.2.27\r\n", Verdict.NOT_APPLICABLE)],
)
def test_a_banner_of_version_1_fails(banner: bytes, weak: Verdict) -> None:
    """A server made after RFC 4253 section 5.1: it greets, and closes after the client's version."""

    async def greet(visit: Visit) -> None:
        await visit.send(banner)
        await visit.reader.readline()

    async def asked() -> None:
        async with serving(greet, "127.32.16.4", 22):
            found = await inspected("127.32.16.4", 22)
        assert found.judgements["ssh.protocol-1"].verdict is Verdict.FAIL
        assert found.judgements["ssh.protocol-1"].severity is Severity.HIGH
        assert found.judgements["ssh.weak-kex"].verdict is weak

    asyncio.run(asked())


def test_a_server_that_hangs_after_its_version_is_not_tested_for_its_offers() -> None:
    async def greet(visit: Visit) -> None:
        await visit.send(b"SSH-2.0-tarpit\r\n")
        await visit.reader.readline()
        await visit.send(b"\x00\x00\xff\xff" + bytes(40))
        await visit.reader.read()

    async def asked() -> None:
        async with serving(greet, "127.32.16.5", 22):
            found = await inspected("127.32.16.5", 22)
        assert found.untested["ssh.weak-kex"] is Reason.MALFORMED
        assert set(found.untested.values()) == {Reason.MALFORMED, Reason.NOT_SELECTED}
        assert "ssh.protocol-1" in found.passed

    asyncio.run(asked())
