"""TLS after a protocol's own words, at real servers that offer it and at their twins that do not."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from probes.services import identify
from probes.tls import certificate, offer
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.lab.certificates import authority, issue, rsa_key
from tests.lab.servers.dovecot import dovecot
from tests.lab.servers.inspircd import inspircd
from tests.lab.servers.mariadb import mariadb
from tests.lab.servers.postfix import postfix
from tests.lab.servers.postgresql import postgresql
from tests.lab.servers.prosody import prosody
from tests.lab.servers.slapd import slapd
from tests.lab.servers.vsftpd import vsftpd
from tests.lab.servers.xrdp import xrdp

pytestmark = pytest.mark.lab
ADDRESS = "127.33.2.1"
CA = authority(key=rsa_key())
LEAF = issue("mail.school.example", by=CA, key=rsa_key())
Pair = tuple[Path, Path]


@dataclass(frozen=True)
class Server:
    """How a protocol's server is run with TLS, and its twin without; `protocol` is what identification says."""

    protocol: str
    port: int
    run: Callable[[Path, Pair | None], AbstractContextManager[object]]


def _vsftpd(folder: Path, pair: Pair | None) -> AbstractContextManager[object]:
    both = None
    if pair is not None:
        both = folder.parent / "both.pem"
        both.write_bytes(pair[0].read_bytes() + pair[1].read_bytes())
    return vsftpd(folder, ADDRESS, certificate=both)


def _xrdp(folder: Path, pair: Pair | None) -> AbstractContextManager[object]:
    certificate_file, key = LEAF.write(folder.parent, CA)
    return xrdp(folder, ADDRESS, layer="tls" if pair else "rdp", certificate=certificate_file, key=key)


SERVERS = [
    Server("smtp", 25, lambda folder, pair: postfix(folder, ADDRESS, certificate=pair)),
    Server("imap", 143, lambda folder, pair: dovecot(folder, ADDRESS, certificate=pair)),
    Server("pop3", 110, lambda folder, pair: dovecot(folder, ADDRESS, certificate=pair, others=True)),
    Server("unknown", 4190, lambda folder, pair: dovecot(folder, ADDRESS, certificate=pair, others=True)),
    Server("ftp", 21, _vsftpd),
    Server("unknown", 389, lambda folder, pair: slapd(folder, ADDRESS, certificate=pair)),
    Server("unknown", 5222, lambda folder, pair: prosody(folder, ADDRESS, host=ADDRESS, certificate=pair)),
    Server("postgresql", 5432, lambda folder, pair: postgresql(folder, ADDRESS, certificate=pair)),
    Server("mysql", 3306, lambda folder, pair: mariadb(folder, ADDRESS, certificate=pair)),
    Server("rdp", 3389, _xrdp),
    Server("unknown", 6667, lambda folder, pair: inspircd(folder, ADDRESS, certificate=pair)),
]
NAMES = [f"{server.protocol}-{server.port}" for server in SERVERS]


@contextlib.contextmanager
def served(server: Server, folder: Path, *, tls: bool) -> Iterator[Target]:
    """The server running, and the target as identification leaves it."""
    pair = LEAF.write(folder, CA) if tls else None
    with server.run(folder / "server", pair):
        yield Target(TargetKind.SERVICE, "self", address=ADDRESS, port=server.port, protocol=server.protocol, tls=False)


def verdicts(observation: Observation) -> dict[str, tuple[Verdict, Reason | None]]:
    checks = [check for check in load().checks.values() if check.probe == observation.probe]
    declared = {"sslv2_at": []}
    judged = [judge(check, observation.target, {observation.probe: observation}, declared)[0] for check in checks]
    return {one.check: (one.verdict, one.reason) for one in judged}


@pytest.mark.parametrize("server", SERVERS, ids=NAMES)
def test_versions_and_certificate_are_seen_after_the_protocols_own_words(tmp_path: Path, server: Server) -> None:
    with served(server, tmp_path, tls=True) as target:
        assert offer.PROBE.wants(target) and certificate.PROBE.wants(target)
        told = asyncio.run(ask(offer.PROBE, target))
        seen = asyncio.run(ask(certificate.PROBE, target, trust=(CA.der,)))
    assert told.reason is None and told.facts["offered"] is True, told.detail
    assert told.facts["tls12"] is True or told.facts["tls13"] is True
    assert seen.reason is None, seen.detail
    assert list(seen.facts["names"]) == ["mail.school.example"] and seen.facts["trusted"] is True
    if server.protocol == "mysql":
        assert told.facts["connections"] <= offer.MOST_BY_COUNT
        assert verdicts(told)["tls.cipher-null"] == (Verdict.NOT_TESTED, Reason.BUDGET)
    else:
        assert verdicts(told)["tls.cipher-null"][0] is Verdict.PASS
        assert verdicts(told)["tls.protocol-sslv3"][0] is Verdict.PASS


@pytest.mark.parametrize("server", SERVERS, ids=NAMES)
def test_a_twin_without_tls_is_not_accused(tmp_path: Path, server: Server) -> None:
    with served(server, tmp_path, tls=False) as target:
        looks = [asyncio.run(ask(probe, target)) for probe in (offer.PROBE, certificate.PROBE)]
    for told in looks:
        assert told.reason is None and told.facts["offered"] is False, told.detail
        assert {verdict for verdict, _ in verdicts(told).values()} == {Verdict.NOT_APPLICABLE}


def test_a_mail_host_that_is_asked_by_name_hears_no_word_but_its_own_protocols(tmp_path: Path) -> None:
    name = "mail.school.example"
    with served(SERVERS[0], tmp_path, tls=True) as target:
        unknown = replace(target, name=name, protocol=None, tls=None)
        identified = asyncio.run(ask(identify.PROBE, unknown))
        (mail,) = identify.leads(unknown, identified.facts)
        told = asyncio.run(ask(offer.PROBE, mail))
    assert (mail.name, mail.protocol, mail.tls) == (name, "smtp", False)
    assert told.facts["offered"] is True and told.facts["sslv3"] is False
    assert "non-SMTP command" not in (tmp_path / "server" / "mail.log").read_text(encoding="utf-8")
