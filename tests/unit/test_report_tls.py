"""The page of one TLS service: what stands in it, what is folded together, and that what a target sent stays inert."""

import io
import re
from typing import Any

import pytest

from reports.html import render
from reports.html.tls_mends import _entries, mends
from reports.html.tls_page import LINE, pages
from scanner.catalogue.loader import load
from tests.unit import report_results as made

NAMES = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3", "TLCP 1.1")
GOOD, WEAK = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"


def service(**changes: Any) -> dict[str, Any]:
    """TLS 1.0 and 1.2 with one good and one weak suite; a leaf that was over, and its issuer."""
    version: dict[str, Any] = {
        "offered": False,
        "reason": None,
        "checks": [],
        "suites": [],
        "complete": None,
        "server_chooses": None,
    }
    versions: dict[str, dict[str, Any]] = {
        name: version | {"version": name, "groups": [], "alpn": None} for name in NAMES
    }
    versions["TLS 1.2"] |= {"offered": True, "suites": [GOOD, WEAK], "complete": True, "server_chooses": True}
    versions["TLS 1.2"] |= {"groups": ["x25519"], "alpn": "http/1.1"}
    versions["TLS 1.0"] |= {"offered": True, "suites": [WEAK], "checks": ["tls.protocol-tls10"], "complete": False}
    versions["SSL 3.0"] |= {"offered": None, "reason": "timed-out"}
    return {
        "versions": list(versions.values()),
        "suites": {
            GOOD: {"checks": [], "forward_secrecy": True},
            WEAK: {"checks": ["tls.cipher-3des"], "forward_secrecy": False},
        },
        "certificate": certificate(),
        "failed": [
            {"check": "tls.cipher-3des", "severity": "medium", "confidence": "confirmed"},
            {"check": "tls.cert-expired", "severity": "high", "confidence": "confirmed"},
            {"check": "tls.protocol-tls10", "severity": "medium", "confidence": "confirmed"},
        ],
        "not_tested": [{"check": "tls.cert-revoked", "reason": "not-permitted"}],
        "passed": 20,
    } | changes


def link(role: str, start: str, end: str, sha256: str = "ab" * 32) -> dict[str, Any]:
    key = {"key_type": "rsa", "key_bits": 2048, "curve": "", "signature": "rsa", "signature_hash": "sha256"}
    dates = {"not_before": f"{start}T00:00:00+08:00", "not_after": f"{end}T00:00:00+08:00"}
    return {"role": role, "subject": f"CN={role}", "sha256": sha256, **key, **dates}


def certificate(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "names": ["oa.example.edu.cn"], "trusted": True, "root": "CN=Root", "missing_issuer": "", "stapled": False,
        "revocation_named": True, "revoked": None, "timestamps": 2, "days_remaining": -10, "valid_days": 90,
        "at": "2026-09-20T08:01:02+08:00", "sha256": "ab" * 32,
        "chain": [link("leaf", "2026-06-12", "2026-09-10"), link("intermediate", "2020-01-01", "2030-01-01")],
    }  # fmt: skip
    return told | changes


def asset(host: str | None = "oa1.example.edu.cn", port: int = 443, **changes: Any) -> dict[str, Any]:
    return {**made.results()["assets"][0], "host": host, "port": port, "tls_service": service()} | changes


def page(*assets: dict[str, Any]) -> str:
    out = io.StringIO()
    render(made.results(assets=list(assets)), out)
    return out.getvalue()


def text(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))


def test_the_matrix_shows_each_suite_in_each_versions_own_order() -> None:
    (told,) = pages([asset()], "u1")
    (offer,) = told.offers
    assert [column["version"] for column in offer.columns] == list(reversed(NAMES))
    assert [column["version"] for column in offer.spoken] == ["TLS 1.2", "TLS 1.0"]
    assert [(row.suite, row.cells, row.severity) for row in offer.rows] == [
        (GOOD, (1, None), None),
        (WEAK, (2, 1), "medium"),
    ]


def test_names_that_get_the_same_stand_together_and_others_apart() -> None:
    other = service(certificate=certificate(chain=[link("leaf", "2026-06-12", "2026-12-10", "cd" * 32)]))
    told = pages([asset(), asset("oa2.example.edu.cn"), asset(None), asset("b.example", tls_service=other)], "u1")
    assert len(told) == 1, "one page for one address and port"
    assert [offer.names for offer in told[0].offers] == [["oa1.example.edu.cn", "oa2.example.edu.cn", "", "b.example"]]
    assert [chain.names for chain in told[0].chains] == [
        ["oa1.example.edu.cn", "oa2.example.edu.cn", ""],
        ["b.example"],
    ]


def test_a_second_certificate_of_the_same_name_has_its_own_chain() -> None:
    second = certificate(chain=[link("leaf", "2026-06-12", "2026-12-10", "cd" * 32)])
    told = pages([asset(tls_service=service(more_certificates=[second]))], "u1")
    assert [chain.names for chain in told[0].chains] == [["oa1.example.edu.cn"], ["oa1.example.edu.cn"]]


def test_the_gravest_service_comes_first_and_what_speaks_no_tls_has_no_page() -> None:
    clean = asset(port=8443, tls_service=service(failed=[]))
    told = pages([clean, asset(), asset(port=80, tls_service=None)], "u1")
    assert [one.head["port"] for one in told] == [443, 8443]


def test_dates_stand_on_one_line_and_what_lasts_longer_runs_off_it() -> None:
    (chain,) = pages([asset()], "u1")[0].chains
    (_, leaf), (_, above) = chain.links
    assert leaf is not None and above is not None and chain.today is not None
    assert 0 < leaf.start < leaf.start + leaf.length < chain.today < LINE, "over ten days before the look"
    assert (above.start, above.length) == (0, LINE)


@pytest.mark.parametrize(
    "bad", [{"not_before": None}, {"not_before": "never"}, {"not_after": "9999-12-31T23:59:59+00:00"}]
)
def test_impossible_dates_break_no_page(bad: dict[str, Any]) -> None:
    leaf = link("leaf", "2026-06-12", "2026-09-10") | bad
    (told,) = pages([asset(tls_service=service(certificate=certificate(chain=[leaf])))], "u1")
    assert told.chains[0].links[0][0]["sha256"]
    assert "CN=leaf" in page(asset(tls_service=service(certificate=certificate(chain=[leaf]))))


def test_the_page_reads_whole_in_every_language() -> None:
    shown = page(asset(None), asset())
    words = text(shown)
    for wanted in (GOOD, WEAK, "TLS 服务详情", "TLS services in detail", "TLS 服務詳情", "CN=intermediate", "x25519"):
        assert wanted in words
    assert "over for 10 days" in words and "incomplete: it may accept more" in words
    assert shown.count('<article class="tls-service"') == 1
    assert 'href="#u1-tls"' in shown


def test_a_report_of_many_units_shares_the_pages_and_points_to_the_units_own_reports() -> None:
    units = [made.unit() | {"key": f"u{number}", "name": f"单位{number}"} for number in range(101)]
    assets = [asset() | {"unit": unit["name"]} for unit in units]
    whole = made.results(units=units, assets=assets, findings=[], coverage=[], clauses=[], errors=[])
    out = io.StringIO()
    render(whole, out)
    assert '<article class="tls-service"' not in out.getvalue()
    assert "1 more service in the unit's own report" in text(out.getvalue())
    own = io.StringIO()
    render(whole, own, unit="u7")
    assert own.getvalue().count('<article class="tls-service"') == 1


def test_what_to_change_names_the_lines_of_the_failed_checks_alone() -> None:
    told = mends(["tls.cipher-3des", "tls.protocol-tls10"], service()["suites"], "Apache httpd")
    assert [mend.product for mend in told] == ["Apache", "nginx", "Tomcat", "IIS"], "who answered comes first"
    lines = {mend.product: mend.lines for mend in told}
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in lines["nginx"]
    assert f"Disable-TlsCipherSuite -Name {WEAK}" in lines["IIS"] and GOOD not in "".join(lines["IIS"])
    assert not any("stapling" in line.lower() for told_lines in lines.values() for line in told_lines)
    assert mends([], {}, None) == []
    old = {"SSL_CK_RC4_128_EXPORT40_WITH_MD5": {"checks": ["tls.cipher-export"], "forward_secrecy": False}}
    assert "SSL_CK" not in str(mends(["tls.cipher-export"], old, "IIS")), "they go with their version"


def test_what_no_line_mends_is_named_and_is_never_nothing_to_change() -> None:
    fault = {"check": "tls.ccs-injection", "severity": "high", "confidence": "confirmed"}
    words = text(page(asset(tls_service=service(failed=[fault], versions=[]))))
    assert re.search(r"Not mended by a line of configuration, [\w ]+[： ]+: tls\.ccs-injection", words)
    assert "Nothing was found that has to be changed" not in words


@pytest.mark.parametrize(
    ("passed", "said"), [(20, "Nothing was found that has to be changed"), (0, "Nothing could be tested here")]
)
def test_a_service_without_failures_is_only_called_clean_where_something_was_tested(passed: int, said: str) -> None:
    words = text(page(asset(tls_service=service(failed=[], versions=[], passed=passed))))
    sayings = ("Nothing was found that has to be changed", "Nothing could be tested here")
    assert [each for each in sayings if each in words] == [said]


def test_every_mend_answers_a_check_that_exists() -> None:
    named = {check for entry in _entries() for check in entry["checks"]}
    assert named <= set(load().checks)
    assert all(set(entry) <= {"checks", "nginx", "apache", "tomcat", "iis"} for entry in _entries())


@pytest.mark.parametrize("evil", made.HOSTILE)
def test_what_a_target_sent_stays_inert(evil: str) -> None:
    leaf = link("leaf", "2026-06-12", "2026-09-10") | {"subject": evil, "key_type": evil, "role": evil[:50]}
    told = certificate(chain=[leaf], names=[evil], root=evil, missing_issuer=evil)
    versions = service()["versions"]
    versions[4] |= {"suites": [evil], "alpn": evil, "groups": [evil]}
    shown = page(asset(evil, tls_service=service(certificate=told, versions=versions, suites={})))
    assert not re.search(r"<(?:img|svg onload|script>alert)", shown)
    assert "\u202e" not in shown and "\x1b" not in shown
