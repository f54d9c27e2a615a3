"""Applications of which no server can be had, by fakes after their documentation: open, kept, elsewhere, inside TLS."""

import asyncio
import ssl
from pathlib import Path

import pytest

from scanner.model.verdict import Verdict
from tests.hostile.servers import Hostile, serving
from tests.lab.application_inspection import CHECKS, Inspected, inspected
from tests.lab.certificates import issue, rsa_key
from tests.lab.servers.documented import DOCUMENTED, SECRET, Documented, Replies, conversation

pytestmark = pytest.mark.lab

ADDRESS = "127.35.20.1"


def met(
    replies: Replies, port: int, *, tls: ssl.SSLContext | None = None, name: str | None = None
) -> tuple[Inspected, Hostile]:
    """One inspection of one fake."""

    async def run() -> tuple[Inspected, Hostile]:
        async with serving(conversation(replies), ADDRESS, port, tls=tls) as server:
            return await inspected(ADDRESS, server.port, name=name, identified=tls is not None), server

    return asyncio.run(run())


@pytest.mark.parametrize("one", DOCUMENTED, ids=str)
def test_what_answers_strangers_is_found_and_nothing_of_its_data_is_kept(one: Documented) -> None:
    found, server = met(one.open, one.port)
    assert found.failed == {one.check}
    assert found.judgements[one.check].severity is CHECKS[one.check].severity
    assert not one.named or found.judgements[one.check].seen["named"] == one.named
    assert SECRET not in repr(found)
    assert found.evidence(one.check)
    assert len(server.heads) <= 8


@pytest.mark.parametrize("one", DOCUMENTED, ids=str)
def test_what_is_well_kept_passes_or_is_nothing(one: Documented) -> None:
    found, _ = met(one.kept, one.port)
    assert found.failed == set()
    assert found.judgements[one.check].verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    assert found.untested == {}
    assert SECRET not in repr(found)


@pytest.mark.parametrize("one", [one for one in DOCUMENTED if one.elsewhere], ids=str)
def test_where_the_root_tells_it_is_found_on_any_port(one: Documented) -> None:
    found, _ = met(one.open, 0)
    assert found.failed == {one.check}


@pytest.mark.parametrize("check", ["elasticsearch.open", "jenkins.open"])
def test_it_is_found_inside_tls_and_by_name(check: str, tmp_path: Path) -> None:
    certificate, key = issue("ci.school.example", key=rsa_key()).write(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    one = next(one for one in DOCUMENTED if one.check == check)
    found, server = met(one.open, 443, tls=tls, name="ci.school.example")
    assert found.failed == {check}
    assert all("host: ci.school.example" in head.lower() for head in server.heads)


def test_every_check_that_no_real_server_proves_is_proven_here() -> None:
    real = {"etcd", "prometheus", "influxdb", "clickhouse", "cups", "jupyter", "docker-api"}
    assert {check for check in CHECKS if check.rpartition(".")[0] not in real} == {one.check for one in DOCUMENTED}
