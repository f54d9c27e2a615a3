"""Revoked, good and unknown certificates by real ways: a responder, a list, a staple; admitted by the file or not."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from probes.tls import certificate
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask_over, ordered, wired
from tests.hostile.servers import Visit, answer, serving
from tests.lab.certificates import DAY, PUBLIC, Issued, issue, named_at
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.ocsp_responder import ocsp_responder
from tests.lab.servers.openssl_server import openssl_server
from tests.unit import test_tls_revocation as made
from tests.unit.test_tls_timestamps import embedded_in, listed, timestamp

pytestmark = pytest.mark.lab
NOW = datetime.now(UTC).replace(microsecond=0)
CA = made.CA
HOST, RESPONDER, PORT = "127.33.40.1", "127.33.40.2", 2563
OCSP_URL, CRL_URL = f"http://{RESPONDER}:{PORT}/", f"http://{RESPONDER}:4480/ca.crl"
ASKED = [issue("a.example", by=CA, more=named_at(ocsp=OCSP_URL)) for _ in range(3)]
LISTED = issue("a.example", by=CA, more=named_at(crl=CRL_URL))


def seen(*, admitted: bool = True, trust: tuple[Issued, ...] = (CA,)) -> Observation:
    """The certificate of the host, asked over the gate."""

    async def story() -> Observation:
        target = Target(
            TargetKind.SERVICE, "self", address=HOST, port=4430, name="a.example", protocol="http", tls=True
        )
        parties = ("dns", "ocsp") if admitted else ("dns",)
        inspection = ordered(HOST, "a.example", RESPONDER, third_parties=parties)
        async with wired(inspection, trust=tuple(root.der for root in trust)) as wire:
            return await ask_over(wire, certificate.PROBE, target)

    return asyncio.run(story())


def verdict(observation: Observation, check: str = "tls.cert-revoked") -> tuple[Verdict, Reason | None]:
    (judged,) = judge(load().checks[check], observation.target, {observation.probe: observation}, {})
    return judged.verdict, judged.reason


@pytest.fixture(scope="module")
def responder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("ocsp")
    with ocsp_responder(folder, CA, port=PORT, good=[ASKED[0]], revoked=[ASKED[1]]):
        yield


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (ASKED[0], (Verdict.PASS, None)),
        (ASKED[1], (Verdict.FAIL, None)),
        (ASKED[2], (Verdict.NOT_TESTED, Reason.REFUSED)),
    ],
    ids=["good", "revoked", "unknown"],
)
@pytest.mark.usefixtures("responder")
def test_a_real_responder_is_asked_and_believed(tmp_path: Path, leaf: Issued, expected: Any) -> None:
    with openssl_server(tmp_path, HOST, leaf):
        found = seen()
        barred = seen(admitted=False)
    assert verdict(found) == expected
    assert verdict(barred) == (Verdict.NOT_TESTED, Reason.NOT_PERMITTED)
    if expected[0] is Verdict.FAIL:
        assert found.facts["revoked_why"] == "keyCompromise"
        assert [each["status"] for each in found.facts["revocation"]] == ["revoked", "revoked"]


@pytest.mark.parametrize(("revoked", "expected"), [(True, Verdict.FAIL), (False, Verdict.PASS)])
def test_a_list_is_fetched_where_there_is_no_responder(tmp_path: Path, revoked: bool, expected: Verdict) -> None:
    serials = [LISTED.certificate.serial_number] if revoked else [7]
    (tmp_path / "ca.crl").write_bytes(made.revocation_list(*serials))
    served = server(RESPONDER, f"root {tmp_path};", port=4480)
    with nginx(tmp_path / "nginx", RESPONDER, served, ports=[4480]), openssl_server(tmp_path / "tls", HOST, LISTED):
        assert verdict(seen())[0] is expected
        assert verdict(seen(admitted=False)) == (Verdict.NOT_TESTED, Reason.NOT_PERMITTED)


@contextlib.contextmanager
def stapling(
    folder: Path, response: bytes, leaf: Issued = made.LEAF, protocols: str = "TLSv1.2 TLSv1.3"
) -> Iterator[None]:
    """nginx with an answer of our choice stapled to the leaf's certificate."""
    folder.mkdir(exist_ok=True)
    (folder / "staple.der").write_bytes(response)
    root, _ = CA.write(folder, stem="ca")
    words = ["ssl_stapling on;", f"ssl_stapling_file {folder}/staple.der;", f"ssl_trusted_certificate {root};"]
    site = server(HOST, f"ssl_protocols {protocols};", *words, port=4430, certificate=leaf.write(folder))
    with nginx(folder / "nginx", HOST, site, ports=[4430]):
        yield


@pytest.mark.parametrize("protocols", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (made.response(), (Verdict.PASS, None)),
        (made.response(made.REVOKED), (Verdict.FAIL, None)),
        (made.response(since=NOW - 9 * DAY, until=NOW - DAY), (Verdict.NOT_TESTED, Reason.NOT_PERMITTED)),
        (
            made.response(made.REVOKED, signer=made.PLAIN, sent=(made.PLAIN,)),
            (Verdict.NOT_TESTED, Reason.NOT_PERMITTED),
        ),
        (made.response(made.REVOKED, signer=made.DELEGATE, sent=(made.DELEGATE,)), (Verdict.FAIL, None)),
    ],
    ids=["good", "revoked", "out of date", "a stranger's", "a delegate's"],
)
def test_what_nginx_staples_is_read_and_no_third_party_is_needed(
    tmp_path: Path, protocols: str, response: bytes, expected: Any
) -> None:
    with stapling(tmp_path, response, protocols=protocols):
        found = seen(admitted=False)
    assert found.facts["stapled"] is True
    assert verdict(found) == expected


async def silence(visit: Visit) -> None:
    await visit.reader.read()


async def garbage(visit: Visit) -> None:
    await visit.head()
    await visit.send(answer("200 OK", b"\x30\x82\xff\xff" + bytes(500), "Content-Type: application/ocsp-response"))


async def an_error(visit: Visit) -> None:
    await visit.head()
    await visit.send(answer("500 Internal Server Error", b"", "Content-Type: text/plain"))


def saying(body: bytes) -> Any:
    """A responder that says this to every question."""

    async def behave(visit: Visit) -> None:
        head = await visit.head()
        length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-le"))
        await visit.reader.readexactly(length)
        await visit.send(answer("200 OK", body, "Content-Type: application/ocsp-response"))

    return behave


ALIKE = issue("a.example", by=CA, more=named_at(ocsp=f"http://{RESPONDER}:2564/"))
"""Its responder is not there until a test serves one."""


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (garbage, Reason.MALFORMED),
        (an_error, Reason.MALFORMED),
        (saying(made.response(leaf=ALIKE, since=NOW - 9 * DAY, until=NOW - DAY)), Reason.MALFORMED),
        (saying(made.response(made.REVOKED, leaf=ALIKE, signer=made.PLAIN, sent=(made.PLAIN,))), Reason.MALFORMED),
        (saying(made.response(made.REVOKED, leaf=made.OTHER)), Reason.MALFORMED),
        pytest.param(silence, Reason.TIMED_OUT, marks=pytest.mark.slow),
    ],
    ids=["garbage", "an error", "out of date", "a stranger's", "another's", "silence"],
)
def test_a_responder_that_misbehaves_accuses_and_clears_nobody(tmp_path: Path, behaviour: Any, reason: Reason) -> None:
    async def story() -> Observation:
        async with serving(behaviour, RESPONDER, 2564):
            target = Target(TargetKind.SERVICE, "self", address=HOST, port=4430, protocol="http", tls=True)
            with openssl_server(tmp_path, HOST, ALIKE):
                inspection = ordered(HOST, RESPONDER, third_parties=("dns", "ocsp"))
                async with wired(inspection, trust=(CA.der,)) as wire:
                    return await ask_over(wire, certificate.PROBE, target)

    assert verdict(asyncio.run(story())) == (Verdict.NOT_TESTED, reason)


def test_nobody_at_the_responders_place_proves_nothing(tmp_path: Path) -> None:
    with openssl_server(tmp_path, HOST, ALIKE):
        assert verdict(seen()) == (Verdict.NOT_TESTED, Reason.REFUSED)


def test_a_public_roots_leaf_owes_timestamps_and_a_short_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store.pem"
    store.write_bytes(CA.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    kept = embedded_in(listed(timestamp()), by=CA)
    long = issue("a.example", by=CA, starts=NOW - 200 * DAY, ends=NOW + 250 * DAY)
    told: dict[str, Observation] = {}
    for name, leaf in (("kept", kept), ("long", long)):
        with openssl_server(tmp_path / name, HOST, leaf):
            told[name] = seen(admitted=False, trust=())
            told[f"{name} private"] = seen(admitted=False, trust=(CA,))
    checks = ("tls.cert-no-sct", "tls.cert-validity-too-long")
    assert [verdict(told["kept"], check)[0] for check in checks] == [Verdict.PASS, Verdict.PASS]
    assert [verdict(told["long"], check)[0] for check in checks] == [Verdict.FAIL, Verdict.FAIL]
    assert told["long"].facts["root_stores"] == ["system"]
    monkeypatch.delenv("SSL_CERT_FILE")
    with openssl_server(tmp_path / "private", HOST, long):
        private = seen(admitted=False)
    assert [verdict(private, check)[0] for check in checks] == [Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE]


def test_a_missing_intermediate_and_a_disordered_chain_are_two_findings(tmp_path: Path) -> None:
    upper = issue(by=CA, subject="Upper", authority=True)
    lower = issue(by=upper, subject="Lower", authority=True)
    leaf = issue("a.example", by=lower, more=[PUBLIC])
    checks = ("tls.cert-chain-incomplete", "tls.cert-chain-disordered", "tls.cert-untrusted")
    told: dict[str, list[Verdict]] = {}
    for name, chain in {"missing": (), "disordered": (upper, lower), "foreign": (lower, upper, made.OTHER)}.items():
        with openssl_server(tmp_path / name, HOST, leaf, chain=chain):
            told[name] = [verdict(seen(), check)[0] for check in checks]
    assert told == {
        "missing": [Verdict.FAIL, Verdict.PASS, Verdict.FAIL],
        "disordered": [Verdict.PASS, Verdict.FAIL, Verdict.PASS],
        "foreign": [Verdict.PASS, Verdict.FAIL, Verdict.PASS],
    }
