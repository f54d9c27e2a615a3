"""Finding ids and twins: the same problem keeps its name."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scanner.judging import Judgement
from scanner.model.check import Check, Confidence, Severity, Weight
from scanner.model.probe import Impact, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.text import Text
from scanner.model.verdict import Verdict
from scanner.results.finding import Findings, sentence

EXAMPLE = json.loads((Path(__file__).parents[1] / "contract" / "results.example.json").read_text(encoding="utf-8"))
WORDS = Text("词", "詞", "word")


def check(name: str, kind: TargetKind, *, anchor_name: bool = False) -> Check:
    return Check(
        name,
        kind,
        Severity.MEDIUM,
        Weight.ISSUE,
        Impact.ORDINARY,
        Profile.QUICK,
        (),
        WORDS,
        WORDS,
        WORDS,
        WORDS,
        function="any",
        anchor_name=anchor_name,
    )


def failure(target: Target, *, port: int | None = None, item: str = "") -> Judgement:
    return Judgement(
        "x.y", target, Verdict.FAIL, severity=Severity.MEDIUM, port=port, discriminator=item, at=datetime.now(UTC)
    )


def site(scheme: str, name: str, port: int, address: str = "192.0.2.10") -> Target:
    return Target(TargetKind.SITE, "u", name=name, address=address, port=port, scheme=scheme)


def test_the_id_is_the_contracts() -> None:
    row = EXAMPLE["findings"][0]
    code = EXAMPLE["units"][0]["credit_code"]
    target = Target(TargetKind.SERVICE, code, name=row["host"], address=row["address"], port=row["port"])
    found = Findings({}).add(check(row["check"], TargetKind.SERVICE), failure(target))
    assert found.id == row["id"]


def test_http_https_and_www_are_twins_and_other_ports_are_not() -> None:
    findings = Findings({})
    csp = check("web.csp-missing", TargetKind.SITE)
    twins = [site("http", "example.cn", 80), site("https", "example.cn", 443), site("https", "www.example.cn", 443)]
    assert len({findings.add(csp, failure(one)).id for one in twins}) == 1
    assert findings.add(csp, failure(site("https", "example.cn", 8443))).id != findings.add(csp, failure(twins[0])).id
    (found, _) = sorted(findings.all(), key=lambda one: -len(one.judgements))
    assert len(found.judgements) == 3


def test_a_site_by_address_is_the_twin_of_the_name_that_resolves_to_it() -> None:
    findings = Findings({("u", "192.0.2.10"): ("example.cn",)})
    csp = check("web.csp-missing", TargetKind.SITE)
    by_address = findings.add(csp, failure(site("https", "192.0.2.10", 443)))
    assert by_address.id == findings.add(csp, failure(site("https", "example.cn", 443))).id


def test_a_certificate_bound_to_a_name_is_one_finding_on_two_addresses() -> None:
    findings = Findings({})
    expired = check("tls.cert-expired", TargetKind.SERVICE, anchor_name=True)
    service = Target(TargetKind.SERVICE, "u", name="example.cn", address="192.0.2.10", port=443)
    one = findings.add(expired, failure(service))
    assert one.id == findings.add(expired, failure(replace(service, address="192.0.2.11"))).id
    assert len(one.judgements) == 2


@pytest.mark.parametrize("change", [{"port": 81}, {"item": "/.git/HEAD"}])
def test_port_and_item_tell_findings_apart(change: dict[str, object]) -> None:
    findings = Findings({})
    host = Target(TargetKind.HOST, "u", address="192.0.2.10")
    undeclared = check("port.undeclared", TargetKind.HOST)
    plain = findings.add(undeclared, failure(host, port=80))
    assert plain.id != findings.add(undeclared, failure(host, **{"port": 80, **change})).id  # type: ignore[arg-type]


def test_one_confirmed_place_confirms_the_finding() -> None:
    findings = Findings({})
    host = Target(TargetKind.HOST, "u", address="192.0.2.10")
    inferred = replace(failure(host), confidence=Confidence.INFERRED)
    assert findings.add(check("a.b", TargetKind.HOST), inferred).confidence is Confidence.INFERRED


def test_a_sentence_says_lists_and_unknowns_as_people_do() -> None:
    facts = {"names": ["a", "b"], "when": None, "tls": True, "item.path": "/x"}
    assert sentence("{names} {when} {tls} {item.path}", facts, "zh-CN") == "a、b — 是 /x"
    assert sentence("{names} {when} {tls} {item.path} {never}", facts, "en") == "a, b — yes /x —"
    assert sentence("{names}", {"names": "{tls}", "tls": True}, "en") == "{tls}"


def test_the_end_of_all_years_is_shown_as_it_was_written() -> None:
    shown = sentence("until {not_after}", {"not_after": "9999-12-31T23:59:59+00:00"}, "en", ZoneInfo("Asia/Shanghai"))
    assert shown == "until 9999-12-31 23:59:59+00:00"


def test_of_two_twins_the_one_over_https_speaks_with_its_own_port() -> None:
    findings = Findings({})
    web = check("web.cookie-insecure", TargetKind.SITE)
    for scheme, port, missing in (("http", 80, ["HttpOnly"]), ("https", 443, ["Secure", "HttpOnly"])):
        found = findings.add(web, replace(failure(site(scheme, "a.example", port)), seen={"missing": missing}))
    assert found.worst.seen == {"missing": ["Secure", "HttpOnly"]} and found.port == 443


def test_findings_stand_in_the_order_of_their_addresses_as_numbers() -> None:
    findings = Findings({})
    for address in ("192.0.2.10", "192.0.2.9", "2001:db8::1", "192.0.2.100"):
        findings.add(check("x.y", TargetKind.HOST), failure(Target(TargetKind.HOST, "u", address=address)))
    assert [one.target.address for one in findings.all()] == ["192.0.2.9", "192.0.2.10", "192.0.2.100", "2001:db8::1"]
