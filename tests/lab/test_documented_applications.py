"""Applications of which no server can be had, by fakes after their documentation: open, kept, elsewhere, inside TLS."""

import asyncio
import ssl
from pathlib import Path

import pytest

from probes.services import identify
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Verdict
from tests.asking import ask_over, ordered, wired
from tests.hostile.servers import Hostile, Visit, answer, answering, serving
from tests.lab.application_inspection import CHECKS, PROBES, Inspected, inspected
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
    found, _ = met(one.open, 8765)
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


@pytest.mark.parametrize(
    ("server", "found"),
    [
        ("Hipcam RealServer/V1.0", "Hipcam (RTSP)"),
        ("H264DVR 1.0", "H264DVR (RTSP)"),
        ("GStreamer RTSP server", None),
        ("", None),
    ],
)
def test_rtsp_in_a_makers_name_is_a_camera_and_a_media_server_is_none(server: str, found: str | None) -> None:
    """RFC 2326 section 12.36; the headers are as these devices send them."""
    head = f"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: {server}\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n".encode()

    async def options(visit: Visit) -> None:
        while True:
            await visit.head()
            await visit.send(head)

    async def run() -> Observation:
        async with serving(options, ADDRESS, 554), wired(ordered(ADDRESS)) as wire:
            target = Target(TargetKind.SERVICE, "self", address=ADDRESS, port=554, protocol="rtsp", tls=False)
            return await ask_over(wire, PROBES["services.camera"], target)

    seen = asyncio.run(run())
    (judgement,) = judge(CHECKS["camera.exposed"], seen.target, {seen.probe: seen}, {})
    assert judgement.verdict is (Verdict.FAIL if found else Verdict.NOT_APPLICABLE)
    assert not found or judgement.seen["named"] == found


@pytest.mark.parametrize(("tls", "ends"), [(False, Verdict.FAIL), (True, Verdict.PASS)])
def test_winrm_over_plain_http_fails_and_inside_tls_passes(tls: bool, ends: Verdict, tmp_path: Path) -> None:
    """MS-WSMV section 2.2.1: HTTP.sys lets nothing but POST at /wsman."""
    reply = answer("405 ", b"", "Allow: POST", "Server: Microsoft-HTTPAPI/2.0")
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*issue("host.school.example", key=rsa_key()).write(tmp_path))

    async def run() -> Observation:
        port = 5986 if tls else 5985
        async with serving(answering(lambda head: reply), ADDRESS, port, tls=context), wired(ordered(ADDRESS)) as wire:
            return await ask_over(wire, identify.PROBE, Target(TargetKind.SERVICE, "self", address=ADDRESS, port=port))

    seen = asyncio.run(run())
    target = next(iter(identify.leads(seen.target, seen.facts)))
    (judgement,) = judge(load().checks["winrm.plaintext"], target, {seen.probe: seen}, {})
    assert judgement.verdict is ends


def test_a_shop_that_sells_printers_and_cameras_is_neither() -> None:
    shop = "<html><title>HP LaserJet MFP - buy toner and cartridges, network camera, NVR</title>toner cartridge</html>"
    found, _ = met({"GET /": answer("200 OK", shop.encode(), "Content-Type: text/html")}, 80)
    assert found.failed == set()


def test_it_is_found_over_ipv6() -> None:
    one = next(one for one in DOCUMENTED if one.check == "elasticsearch.open")

    async def run() -> Inspected:
        async with serving(conversation(one.open), "::1", 9200):
            return await inspected("::1", 9200, identified=False)

    assert asyncio.run(run()).failed == {"elasticsearch.open"}


def test_every_check_that_no_real_server_proves_is_proven_here() -> None:
    real = {"etcd", "prometheus", "influxdb", "clickhouse", "cups", "jupyter", "docker-api"}
    assert {check for check in CHECKS if check.rpartition(".")[0] not in real} == {one.check for one in DOCUMENTED}
