"""Whatever a stranger sends, a dialogue ends in facts or in a reason: with no other error, and in bounded reading."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.ldap import anonymous
from probes.proxy import http, socks
from probes.services import rdp, rservices, rsync, vnc, x11
from probes.smb import dialects, null_session
from probes.ssh import algorithms
from probes.ssh.field import mpint, name_list, string
from probes.ssh.frame import framed
from scanner.model.errors import Malformed, NetworkError, OverBudget, TimedOut
from scanner.model.observation import Seen
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from tests.unit.test_access_parsers import ENTRY_MESSAGE, RDP_NLA, SMB1_TAKEN, SMB2_ANSWER, X11_SUCCESS

MOST_CONNECTIONS = 12


@dataclass
class Scripted:
    """A stream that says what it was given, whatever is sent, and then closes or falls silent."""

    words: bytes
    silent: bool
    sent: bytes = b""

    async def send(self, data: bytes) -> None:
        self.sent += data

    async def receive(self, most: int = 4096, *, timeout: float | None = None) -> bytes:
        if not self.words and self.silent:
            raise TimedOut("nothing more")
        return self._take(most)

    async def receive_exactly(self, count: int) -> bytes:
        assert 0 <= count <= 128 * 1024
        if len(self.words) < count:
            raise TimedOut("not enough") if self.silent else Malformed("ended")
        return self._take(count)

    async def receive_until(self, end: bytes, most: int = 4096, *, timeout: float | None = None) -> bytes:
        found = self.words.find(end)
        if found < 0:
            raise TimedOut("no end") if self.silent else Malformed("ended")
        if found + len(end) > most:
            raise OverBudget("no end")
        return self._take(found + len(end))

    def _take(self, most: int) -> bytes:
        taken, self.words = self.words[:most], self.words[most:]
        return taken


@dataclass
class Listener:
    """A place of our own to which nobody comes."""

    address: str = "127.0.0.1"
    port: int = 4000
    nonce: str = "a-word-of-ours"

    async def arrived(self, timeout: float = 5.0) -> bool:
        return False


@dataclass
class ScriptedNetwork:
    """Every connection is met by the next script, the last one again and again."""

    scripts: list[bytes]
    silent: bool
    streams: list[Scripted] = field(default_factory=list)

    @asynccontextmanager
    async def connect(self, **_: object) -> AsyncIterator[Scripted]:
        assert len(self.streams) < MOST_CONNECTIONS
        words = self.scripts[min(len(self.streams), len(self.scripts) - 1)]
        self.streams.append(Scripted(words, self.silent))
        yield self.streams[-1]

    @asynccontextmanager
    async def callback(self) -> AsyncIterator[Listener]:
        yield Listener()

    def is_chosen(self, check: str) -> bool:
        return True


def ssh_words(*kex: str) -> bytes:
    lists = (kex, ("ssh-rsa",), *[("aes128-ctr",)] * 2, *[("hmac-sha1",)] * 2, *[("none",)] * 2, (), ())
    offer = b"\x14" + bytes(16) + b"".join(name_list(names) for names in lists) + bytes(5)
    key = string(string(b"ssh-rsa") + mpint(65537) + mpint(1 << 1023))
    reply = b"\x1f" + key + string(b"\x09" + bytes(31)) + string(b"signature")
    group = b"\x1f" + mpint((1 << 2047) + 1) + mpint(2)
    last = b"\x21" + key + mpint(5) + string(b"signature")
    exchange = framed(group) + framed(last) if "exchange" in kex[0] else framed(reply)
    return b"SSH-2.0-x\r\n" + framed(offer) + exchange + framed(b"\x15") + bytes(range(256))


def smb(message: bytes) -> bytes:
    return b"\x00" + len(message).to_bytes(3, "big") + message


VENCRYPT = b"RFB 003.008\n\x01\x13\x00\x02\x00\x02\x00\x00\x01\x02\x00\x00\x01\x01"
WORDS = {
    algorithms.PROBE: [
        ssh_words("curve25519-sha256"),
        ssh_words("diffie-hellman-group14-sha1"),
        ssh_words("diffie-hellman-group-exchange-sha1"),
        ssh_words("ecdh-sha2-nistp256"),
    ],
    vnc.PROBE: [
        b"RFB 003.008\n\x02\x02\x01",
        b"RFB 003.003\n\x00\x00\x00\x01",
        b"RFB 003.008\n\x00\x00\x00\x00\x02no",
        VENCRYPT,
    ],
    x11.PROBE: [X11_SUCCESS + bytes(60)],
    rdp.PROBE: [RDP_NLA, bytes.fromhex("030000130ed000001234000200080001000000")],
    rservices.PROBE: [b"\x01username too long\n"],
    rsync.PROBE: [b"@RSYNCD: 31.0\nkept           \tx\n@RSYNCD: EXIT\n", b"@RSYNCD: 31.0\n@RSYNCD: OK\n"],
    dialects.PROBE: [smb(SMB2_ANSWER), smb(SMB1_TAKEN)],
    null_session.PROBE: [smb(SMB2_ANSWER) * 5],
    anonymous.PROBE: [bytes.fromhex("300c02010161070a010004000400") + ENTRY_MESSAGE],
    socks.PROBE: [b"\x05\x00\x05\x00\x00\x01" + bytes(6), b"\x00\x5a" + bytes(6)],
    http.PROBE: [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 403 Forbidden\r\n\r\n"],
}


def observed(probe: Probe, network: ScriptedNetwork) -> Seen[object] | NetworkError:
    protocol = {"services.rservices": "rexec", "services.vnc": "vnc"}.get(probe.name, "x")
    target = Target(TargetKind.SERVICE, "self", address="192.0.2.1", port=512, protocol=protocol, tls=False)
    try:
        return asyncio.run(probe.observe(target, network))  # type: ignore[arg-type]
    except NetworkError as error:
        return error


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x11, "PAUSE", 0.0)


@pytest.mark.parametrize("probe", WORDS, ids=lambda probe: probe.name)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_words_end_in_facts_or_a_reason(probe: Probe, data: st.DataObject) -> None:
    scripts = []
    for _ in range(data.draw(st.integers(1, 3))):
        whole = data.draw(st.sampled_from(WORDS[probe]))
        at = data.draw(st.integers(0, len(whole)))
        cut = data.draw(st.integers(0, 8))
        scripts.append(whole[:at] + data.draw(st.binary(max_size=12)) + whole[at + cut :])
    network = ScriptedNetwork(scripts, data.draw(st.booleans()))
    seen = observed(probe, network)
    if isinstance(seen, Seen):
        untold = {name for name in seen.gaps if getattr(seen.facts, name) is not None}
        assert not untold, "a gap for a fact that was told"
        assert all(len(piece.content) <= 4096 for piece in seen.evidence)


@pytest.mark.parametrize("probe", WORDS, ids=lambda probe: probe.name)
def test_nothing_and_silence_tell_nothing(probe: Probe) -> None:
    for silent in (True, False):
        seen = observed(probe, ScriptedNetwork([b""], silent))
        if isinstance(seen, Seen):
            assert seen.gaps
            assert not any(value is True or value is False for value in vars_of(seen.facts))


def vars_of(facts: object) -> list[object]:
    return [getattr(facts, name) for name in getattr(facts, "__dataclass_fields__", {}) if name != "more"]
