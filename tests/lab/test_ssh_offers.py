"""What SSH servers offer, what key they show and how they let in: at OpenSSH, Dropbear and AsyncSSH, both ways."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from probes.ssh import algorithms
from scanner.model.check import Severity
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.hostile.servers import Conversation, Visit, serving
from tests.lab.servers.asyncssh_old import asyncssh_server
from tests.lab.servers.dropbear import dropbear
from tests.lab.servers.openssh import openssh
from tests.lab.service_inspection import Inspected, inspected

pytestmark = pytest.mark.lab
CHECKS = {"ssh.weak-kex", "ssh.weak-cipher", "ssh.weak-mac", "ssh.weak-hostkey", "ssh.terrapin", "ssh.password-auth"}
KEPT, CARELESS = "127.32.17.1", "127.32.17.2"


@pytest.fixture(scope="module", autouse=True)
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A well-kept OpenSSH, and one with all that Debian's build can still be made to offer."""
    folder = tmp_path_factory.mktemp("ssh")
    careless = (
        "Ciphers aes256-ctr,3des-cbc",
        "MACs hmac-sha2-256,hmac-md5,hmac-sha1-96",
        "HostKeyAlgorithms +ssh-dss,ssh-rsa",
        "PasswordAuthentication yes",
    )
    with (
        openssh(folder / "kept", KEPT, keys=(("rsa", 3072), ("ed25519", 256))),
        openssh(folder / "careless", CARELESS, keys=(("rsa", 1024), ("dsa", 1024)), lines=careless),
    ):
        yield


def ssh(address: str) -> Inspected:
    return asyncio.run(of(address))


async def of(address: str) -> Inspected:
    return await inspected(address, 22, chosen=CHECKS)


def test_a_well_kept_openssh_passes_every_check() -> None:
    found = ssh(KEPT)
    assert found.passed >= CHECKS
    facts = found.observations["ssh.algorithms"].facts
    assert (facts["host_key"], facts["rsa_bits"]) == ("ssh-rsa", 3072)
    assert facts["methods"] == ["publickey", "keyboard-interactive"]
    assert facts["let_in"] is False


def test_a_careless_openssh_fails_with_the_names_it_offers() -> None:
    found = ssh(CARELESS)
    assert found.failed >= {"ssh.weak-cipher", "ssh.weak-mac", "ssh.weak-hostkey", "ssh.password-auth"}
    seen = found.observations["ssh.algorithms"].facts
    assert seen["ciphers_old"] == ["3des-cbc"]
    assert seen["macs_old"] == ["hmac-md5", "hmac-sha1-96"]
    assert seen["dss"] == ["ssh-dss"]
    assert seen["rsa_bits"] == 1024
    assert found.judgements["ssh.weak-mac"].severity is Severity.LOW
    assert any(b"password" in piece.content for piece in found.judgements["ssh.password-auth"].evidence)


def test_nobody_is_asked_how_to_log_in_unless_it_was_chosen() -> None:
    """The method `none` leaves a line in the log: an ordinary scan leaves it out, and says so."""
    target = Target(TargetKind.SERVICE, "self", address=CARELESS, port=22, protocol="ssh", tls=False)
    observation = asyncio.run(ask(algorithms.PROBE, target))
    assert observation.facts["rsa_bits"] == 1024
    assert observation.facts["password"] is None
    assert observation.gaps["password"] is Reason.NOT_SELECTED


@pytest.mark.parametrize(
    "kex",
    [
        "curve25519-sha256",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group1-sha1",
    ],
)
def test_a_host_key_and_methods_are_told_by_every_exchange(tmp_path: Path, kex: str) -> None:
    with openssh(tmp_path / "sshd", "127.32.17.3", kex=(kex,)):
        facts = ssh("127.32.17.3").observations["ssh.algorithms"].facts
    assert (facts["host_key"], facts["host_key_bits"]) == ("ssh-ed25519", 256)
    assert facts["methods"] == ["publickey", "keyboard-interactive"]


@pytest.mark.parametrize(
    ("cipher", "mac"),
    [
        ("aes128-ctr", "hmac-sha2-512"),
        ("aes256-ctr", "hmac-sha2-256-etm@openssh.com"),
        ("aes128-cbc", "hmac-sha1"),
        ("3des-cbc", "hmac-md5-96"),
        ("aes256-gcm@openssh.com", "umac-128@openssh.com"),
        ("chacha20-poly1305@openssh.com", "umac-64@openssh.com"),
    ],
)
def test_methods_are_told_through_every_seal(tmp_path: Path, cipher: str, mac: str) -> None:
    with openssh(tmp_path / "sshd", "127.32.17.4", lines=(f"Ciphers {cipher}", f"MACs {mac}")):
        facts = ssh("127.32.17.4").observations["ssh.algorithms"].facts
    assert facts["methods"] == ["publickey", "keyboard-interactive"]


@pytest.mark.parametrize("passwords", [True, False])
def test_dropbear_tells_its_key_and_whether_it_takes_passwords(tmp_path: Path, passwords: bool) -> None:
    with dropbear(tmp_path / "dropbear", "127.32.17.5", passwords=passwords):
        found = ssh("127.32.17.5")
    assert ("ssh.password-auth" in found.failed) is passwords
    assert {"ssh.weak-hostkey", "ssh.terrapin"} <= found.passed
    assert found.observations["ssh.algorithms"].facts["rsa_bits"] >= 2048


def test_old_algorithms_that_no_package_builds_any_more_fail_at_asyncssh() -> None:
    async def asked() -> None:
        old = {"ciphers": ("aes128-ctr", "arcfour", "blowfish-cbc", "cast128-cbc"), "macs": ("hmac-md5", "hmac-sha1")}
        async with asyncssh_server("127.32.17.6", kex=("curve25519-sha256", "rsa1024-sha1"), **old):
            found = await of("127.32.17.6")
        assert found.failed >= {"ssh.weak-kex", "ssh.weak-cipher", "ssh.weak-mac"}
        facts = found.observations["ssh.algorithms"].facts
        assert facts["kex_sha1"] == ["rsa1024-sha1"]
        assert facts["ciphers_old"] == ["arcfour", "blowfish-cbc", "cast128-cbc"]
        assert "ssh.terrapin" in found.passed

    asyncio.run(asked())


@pytest.mark.parametrize(
    ("cipher", "mac", "exposed"),
    [
        ("chacha20-poly1305@openssh.com", "hmac-sha2-256", True),
        ("aes128-cbc", "hmac-sha2-256-etm@openssh.com", True),
        ("aes128-cbc", "hmac-sha2-256", False),
        ("aes128-ctr", "hmac-sha2-256-etm@openssh.com", False),
    ],
)
def test_without_the_strict_exchange_terrapin_depends_on_the_seal(cipher: str, mac: str, exposed: bool) -> None:
    async def asked() -> None:
        async with asyncssh_server("127.32.17.7", ciphers=(cipher,), macs=(mac,), strict=False):
            found = await of("127.32.17.7")
        assert ("ssh.terrapin" in found.failed) is exposed
        assert ("ssh.terrapin" in found.passed) is not exposed

    asyncio.run(asked())


def test_rsa_that_signs_by_sha1_alone_is_weak_whatever_its_size(tmp_path: Path) -> None:
    lines = ("HostKeyAlgorithms ssh-rsa",)
    with openssh(tmp_path / "sshd", "127.32.17.8", keys=(("rsa", 3072),), lines=lines):
        found = ssh("127.32.17.8")
    assert "ssh.weak-hostkey" in found.failed
    assert found.observations["ssh.algorithms"].facts["rsa_bits"] == 3072


def test_a_server_that_lets_everybody_in_does_not_pass_for_one_without_passwords() -> None:
    async def asked() -> None:
        async with asyncssh_server("127.32.17.9", lets_in=True):
            found = await of("127.32.17.9")
        assert found.observations["ssh.algorithms"].facts["let_in"] is True
        assert found.judgements["ssh.password-auth"].verdict is Verdict.NOT_TESTED

    asyncio.run(asked())


def broken(after: bytes) -> Conversation:
    """An SSH server that reads our version and goes on with these bytes."""

    async def converse(visit: Visit) -> None:
        await visit.send(b"SSH-2.0-broken\r\n")
        await visit.reader.readline()
        await visit.send(after)
        visit.writer.write_eof()
        await visit.reader.read()

    return converse


@pytest.mark.parametrize(
    "after", [b"", b"\x00\x00\x00\x0c\x04\x14" + bytes(10), b"\xff" * 64, b"\x00\x00\x00\x0c\x0a\x02"]
)
def test_a_server_that_breaks_off_is_not_tested(after: bytes) -> None:
    async def asked() -> None:
        async with serving(broken(after), "127.32.17.10", 22):
            found = await of("127.32.17.10")
        assert set(found.untested) >= CHECKS
        assert {found.untested[check] for check in CHECKS} == {Reason.MALFORMED}
        assert not found.failed & CHECKS

    asyncio.run(asked())


def scanned(folder: Path, *words: str) -> dict[str, Any]:
    """A whole bare scan of the careless OpenSSH's port, as a user starts it: the results."""
    command = [sys.executable, "-m", "scanner", "scan", CARELESS, "--ports", "22", "--profile", "thorough", *words]
    command += ["--authorised", "a test", "--not-critical-infrastructure", "--quiet", "--history", str(folder / "h")]
    ended = subprocess.run([*command, "--out", str(folder / "out")], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    return found


def test_a_scan_asks_how_to_log_in_where_the_check_was_named_and_not_otherwise(tmp_path: Path) -> None:
    named = scanned(tmp_path / "named", "--check", "ssh.password-auth")
    assert [finding["check"] for finding in named["findings"]] == ["ssh.password-auth"]
    assert "yuanjian" in named["findings"][0]["seen"]["en"]
    plain = scanned(tmp_path / "plain", "--check", "ssh")
    rows = {row["check"]: (row["verdict"], row["reason"]) for row in plain["coverage"] if row["port"] == 22}
    assert rows["ssh.password-auth"] == ("not-tested", "not-permitted")
    assert rows["ssh.weak-hostkey"] == ("fail", None)
    assert named["traffic"]["connections"] == plain["traffic"]["connections"]
