"""What a stated version implies: branches that ended, distributions that still maintain, flaws that are exploited."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue.exploited import exploited_from
from scanner.catalogue.feed import load_exploited, load_releases
from scanner.catalogue.loader import load
from scanner.catalogue.releases import releases_from
from scanner.catalogue.version import numbers, older, within
from scanner.judging import Judgement, judge
from scanner.model.check import Confidence, Severity
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict

SERVICE = Target(TargetKind.SERVICE, "self", address="127.0.0.1", port=80, protocol="http", tls=False)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def judged(check: str, product: str, version: str, *, at: datetime = NOW) -> Judgement:
    facts = {"known": True, "product": product, "version": version}
    observations = {"services.identify": Observation("services.identify", SERVICE, at, facts)}
    (one,) = judge(load().checks[check], SERVICE, observations, {})
    return one


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("9.2p1 Debian-2+deb12u3", (9, 2)),
        ("6.6.1p1", (6, 6, 1)),
        ("2.4.57 (Debian)", (2, 4, 57)),
        ("10.11.6-MariaDB-0+deb12u1", (10, 11, 6)),
        ("v3.5.1", (3, 5, 1)),
        ("2013.60", (2013, 60)),
        ("unknown", ()),
        ("", ()),
    ],
)
def test_a_version_is_its_numbers(text: str, told: tuple[int, ...]) -> None:
    assert numbers(text) == told


@given(st.text(max_size=300))
def test_any_text_is_read_without_fault_and_within_bounds(text: str) -> None:
    assert len(numbers(text)) <= 8


def test_what_is_told_too_shortly_is_never_called_older() -> None:
    assert not older((2, 4), (2, 4, 6))
    assert older((2, 2), (2, 4, 6))
    assert not older((2, 4, 6), (2, 4, 6))
    assert not older((), (1,))


def test_a_range_holds_its_first_version_and_not_the_one_that_mends_it() -> None:
    assert within((2, 4, 49), (2, 4, 49), (2, 4, 50))
    assert not within((2, 4, 50), (2, 4, 49), (2, 4, 50))
    assert not within((2, 4, 48), (2, 4, 49), (2, 4, 50))
    assert not within((2, 4), (2, 4, 49), (2, 4, 50)), "2.4 may be any 2.4.x"
    assert within((4, 92), (4, 92), (4, 92, 3)) is False, "4.92 may be 4.92.3"
    assert within((1,), (0,), (1, 2, 0)) is False


@pytest.mark.parametrize(
    ("product", "version", "verdict", "severity", "confidence"),
    [
        ("vsftpd", "2.3.4", Verdict.FAIL, Severity.HIGH, Confidence.CONFIRMED),  # older than any that is maintained
        ("Apache", "2.2.34", Verdict.FAIL, Severity.HIGH, Confidence.CONFIRMED),
        ("OpenSSH", "5.3", Verdict.FAIL, Severity.HIGH, Confidence.CONFIRMED),
        ("nginx", "0.7.67", Verdict.FAIL, Severity.HIGH, Confidence.CONFIRMED),
        ("Microsoft-IIS", "7.5", Verdict.FAIL, Severity.HIGH, Confidence.CONFIRMED),  # no distribution, branch ended
        ("Kibana", "6.8.0", Verdict.FAIL, Severity.HIGH, Confidence.CONFIRMED),
        ("nginx", "1.22.1", Verdict.FAIL, Severity.INFO, Confidence.INFERRED),  # Debian 12's
        ("Apache Tomcat", "7.0.76", Verdict.FAIL, Severity.INFO, Confidence.INFERRED),  # RHEL 7's
        ("OpenSSH", "7.4", Verdict.PASS, None, Confidence.CONFIRMED),  # RHEL 7's; no branches
        ("OpenSSH", "9.2p1", Verdict.PASS, None, Confidence.CONFIRMED),
        ("Apache", "2.4", Verdict.PASS, None, Confidence.CONFIRMED),  # told too shortly
        ("Apache", "2.4.62", Verdict.PASS, None, Confidence.CONFIRMED),
        ("Microsoft-IIS", "10.0", Verdict.PASS, None, Confidence.CONFIRMED),
        ("nginx", "99.1", Verdict.PASS, None, Confidence.CONFIRMED),
        ("Apache-Coyote", "1.1", Verdict.NOT_APPLICABLE, None, Confidence.CONFIRMED),  # the connector's, not Tomcat's
        ("Homemade", "1.0", Verdict.NOT_APPLICABLE, None, Confidence.CONFIRMED),
        ("nginx", "", Verdict.NOT_APPLICABLE, None, Confidence.CONFIRMED),
        ("nginx", "latest", Verdict.NOT_APPLICABLE, None, Confidence.CONFIRMED),
    ],
)
def test_a_version_is_too_old_only_where_nobody_maintains_it(
    product: str, version: str, verdict: Verdict, severity: Severity | None, confidence: Confidence
) -> None:
    one = judged("service.end-of-life", product, version)
    assert (one.verdict, one.severity, one.confidence) == (verdict, severity, confidence)


def test_a_branch_counts_by_the_day_of_the_observation() -> None:
    before = judged("service.end-of-life", "Microsoft-IIS", "8.5", at=datetime(2026, 10, 13, tzinfo=UTC))
    after = judged("service.end-of-life", "Microsoft-IIS", "8.5", at=datetime(2026, 10, 14, tzinfo=UTC))
    assert (before.verdict, after.verdict) == (Verdict.PASS, Verdict.FAIL)


def test_the_sentence_names_the_version_the_end_and_the_source() -> None:
    one = judged("service.end-of-life", "nginx", "1.22.1")
    assert one.seen["ended"] == "2023-04-11"
    assert one.seen["oldest"] == "1.4.6 (Ubuntu 14.04 LTS (Legacy Support))"
    assert str(one.seen["source"]).startswith("https://")


@pytest.mark.parametrize(
    ("product", "version", "flaws"),
    [
        ("Apache", "2.4.49", ("CVE-2021-41773", "CVE-2021-42013", "CVE-2024-38475")),
        ("Apache Tomcat", "9.0.30", ("CVE-2020-1938", "CNVD-2020-10487", "CVE-2025-24813")),
        ("Exim", "4.91", ("CVE-2019-10149",)),
        ("Jenkins", "2.426.2", ("CVE-2024-23897",)),
    ],
)
def test_a_version_in_the_range_of_an_exploited_flaw_is_told_with_its_numbers(
    product: str, version: str, flaws: tuple[str, ...]
) -> None:
    one = judged("service.known-vulnerable", product, version)
    assert (one.verdict, one.severity, one.confidence) == (Verdict.FAIL, Severity.HIGH, Confidence.INFERRED)
    assert one.identifiers == flaws
    assert str(one.seen["flaws"]).split() == [flaw for flaw in flaws if flaw.startswith("CVE")]


@pytest.mark.parametrize(
    ("product", "version"), [("Apache", "2.4.66"), ("Exim", "4.98"), ("Apache", "2.4"), ("Jenkins", "2.426.3")]
)
def test_a_version_out_of_every_range_passes(product: str, version: str) -> None:
    assert judged("service.known-vulnerable", product, version).verdict is Verdict.PASS


def test_a_product_without_known_flaws_is_not_spoken_of() -> None:
    assert judged("service.known-vulnerable", "vsftpd", "3.0.3").verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("check", ["service.end-of-life", "service.known-vulnerable"])
def test_a_service_that_said_nothing_was_not_tested(check: str) -> None:
    silent = Observation("services.identify", SERVICE, NOW, reason=Reason.TIMED_OUT)
    garbage = Observation(
        "services.identify", SERVICE, NOW, {"known": None, "product": "", "version": ""}, {"known": Reason.MALFORMED}
    )
    reasons = [
        judge(load().checks[check], SERVICE, {"services.identify": one}, {})[0].reason for one in (silent, garbage)
    ]
    assert reasons == [Reason.TIMED_OUT, Reason.MALFORMED]


def test_the_shipped_tables_fit_together() -> None:
    releases, exploited = load_releases(), load_exploited()
    assert {flaw.product for flaw in exploited.flaws} <= set(releases.products)
    assert all(product.source.startswith("http") and ":" in product.cpe for product in releases.products.values())
    assert all(product.ended or product.shipped for product in releases.products.values())


BAD: list[dict[str, Any]] = [
    {},
    {"format": "other", "seen": "2026-01-01", "distribution": {}, "product": {}},
    {"format": "yuanjian/end-of-life/1", "seen": "yesterday", "distribution": {}, "product": {}},
    {"format": "yuanjian/end-of-life/1", "seen": "2026-01-01", "distribution": {}, "product": {"x": {}}},
    {
        "format": "yuanjian/end-of-life/1",
        "seen": "2026-01-01",
        "distribution": {},
        "product": {key: {"names": ["same"], "cpe": "a:b", "source": "https://x"} for key in "ab"},
    },
    {
        "format": "yuanjian/end-of-life/1",
        "seen": date(2026, 1, 1),
        "distribution": {},
        "product": {"x": {"names": ["x"], "cpe": "a:b", "source": "https://x", "ended": {"": "2026-01-01"}}},
    },
]


@pytest.mark.parametrize("data", BAD)
def test_a_table_that_does_not_fit_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        releases_from(data)
    with pytest.raises((ValueError, KeyError, TypeError)):
        exploited_from(data)
