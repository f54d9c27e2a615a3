"""What results tell of one TLS service: facts of two probes beside the verdicts on them."""

from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from probes.tls.certificate import describe
from probes.tls.offer_facts import OfferFacts, VersionOffer
from probes.tls.presented import Presented
from probes.tls.roots import from_der
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from scanner.results.asset import Asset
from scanner.results.judged import Judged
from scanner.results.tls_service import tls_service
from tests.lab.certificates import authority, issue

NOW = datetime.now(UTC).replace(microsecond=0)
ZONE = ZoneInfo("Asia/Shanghai")
CA = authority()
TARGET = Target(TargetKind.SERVICE, "self", address="192.0.2.1", port=443, name="a.example", protocol="http", tls=True)
GOOD, WEAK, STATIC = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"


def offered(version: str, *suites: str) -> VersionOffer:
    return VersionOffer(version, suites, True, True, ("x25519",), True, (), (), (), "")


OFFER = OfferFacts(
    offered=True,
    sslv2=False,
    sslv3=None,
    tls10=True,
    tls11=False,
    tls12=True,
    tls13=False,
    tlcp=False,
    versions=(offered("tls12", GOOD, WEAK, STATIC), offered("tls10", WEAK)),
    rc4_suites=(WEAK,),
    block64_suites=(),
    static_suites=(WEAK, STATIC),
    forward_secrecy="not-preferred",
)


def told(offer: OfferFacts | None = OFFER, *, ends: datetime | None = None) -> dict[str, object] | None:
    seen = describe(Presented((issue("a.example", by=CA, ends=ends).der,), NOW, ""), "a.example", from_der([CA.der]))
    observations = {"tls.certificate": Observation("tls.certificate", TARGET, NOW, asdict(seen.facts), seen.gaps)}
    if offer is not None:
        gaps = {"sslv3": Reason.TIMED_OUT}
        observations["tls.offer"] = Observation("tls.offer", TARGET, NOW, asdict(offer), gaps)
    asset = Asset(TARGET, observations, {"sslv2_at": []})
    checks = [check for check in load().checks.values() if check.probe in observations]
    judged = [Judged(check, asset, judge(check, TARGET, observations, asset.declared)) for check in checks]
    return tls_service(asset, judged, ZONE)


def test_each_version_has_its_state_its_suites_and_the_checks_that_speak_of_it() -> None:
    made = told()
    assert made is not None
    versions = {one["version"]: one for one in made["versions"]}  # type: ignore[attr-defined]
    assert list(versions) == ["SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3", "TLCP 1.1"]
    assert (versions["SSL 3.0"]["offered"], versions["SSL 3.0"]["reason"]) == (None, "timed-out")
    assert (versions["TLS 1.0"]["checks"], versions["TLS 1.0"]["suites"]) == (["tls.protocol-tls10"], [WEAK])
    assert versions["TLS 1.2"]["suites"] == [GOOD, WEAK, STATIC]
    assert versions["TLS 1.2"]["checks"] == []


def test_each_suite_has_the_checks_that_it_fails() -> None:
    made = told()
    assert made is not None
    assert made["suites"] == {
        GOOD: {"checks": [], "forward_secrecy": True},
        WEAK: {"checks": ["tls.cipher-rc4", "tls.no-forward-secrecy"], "forward_secrecy": False},
        STATIC: {"checks": ["tls.no-forward-secrecy"], "forward_secrecy": False},
    }


def test_moments_are_in_the_inspections_zone_and_the_end_of_all_years_is_borne() -> None:
    made = told(ends=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert made is not None
    (leaf,) = made["certificate"]["chain"]  # type: ignore[index]
    assert leaf["not_before"].endswith("+08:00")
    assert leaf["not_after"] == "9999-12-31T23:59:59+00:00"


def test_a_second_certificate_stands_beside_the_first_and_the_first_not_twice() -> None:
    first = issue("a.example", by=CA).der
    second = issue("a.example", by=CA).der
    own, other = (
        asdict(describe(Presented((each,), NOW, ""), "a.example", from_der([CA.der])).facts) for each in (first, second)
    )
    offer = {**asdict(OFFER), "certificates": [own, other]}
    observations = {
        "tls.certificate": Observation("tls.certificate", TARGET, NOW, own),
        "tls.offer": Observation("tls.offer", TARGET, NOW, offer),
    }
    made = tls_service(Asset(TARGET, observations, {}), [], ZONE)
    assert made is not None
    assert [one["sha256"] for one in made["more_certificates"]] == [other["sha256"]]


def test_a_service_of_which_only_the_certificate_is_known_has_no_versions() -> None:
    made = told(None)
    assert made is not None
    assert (made["versions"], made["suites"]) == ([], {})
    assert made["certificate"]["names"] == ["a.example"]  # type: ignore[index]


def test_where_no_tls_was_seen_there_is_nothing() -> None:
    asset = Asset(TARGET, {"tls.certificate": Observation("tls.certificate", TARGET, NOW, reason=Reason.REFUSED)}, {})
    assert tls_service(asset, [], ZONE) is None
    plain = Observation("tls.offer", TARGET, NOW, asdict(OfferFacts(offered=False)))
    assert tls_service(Asset(TARGET, {"tls.offer": plain}, {}), [], ZONE) is None
