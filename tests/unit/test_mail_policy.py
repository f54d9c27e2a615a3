"""SPF and DMARC: where they are looked for, what counts as one, and what a missing one is."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.mail import policy
from probes.mail.dmarc_record import is_dmarc
from probes.mail.spf_record import is_spf
from probes.mail.text_record import LONGEST, joined
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.judging.judgement import Judgement
from scanner.model.errors import TimedOut
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.unit.fake_dns import ZONE, FakeDns, FakeNetwork, Said, message

Looks = dict[tuple[str, str], Said]


def txt(name: str, *texts: str) -> Looks:
    return {(name, "TXT"): message(name, "TXT", *(f'TXT "{text}"' for text in texts))}


def mx(name: str, target: str = "mx.example.net.") -> Looks:
    return {(name, "MX"): message(name, "MX", f"MX 10 {target}")}


def judgements(check: str, looks: Looks, names: tuple[str, ...] = (), target: Target = ZONE) -> list[Judgement]:
    seen = asyncio.run(policy.observe(target, FakeNetwork(FakeDns(looks), names=names)))  # type: ignore[arg-type]
    facts = json.loads(json.dumps(asdict(seen.facts)))
    observation = Observation("mail.policy", target, datetime.now(UTC), facts, dict(seen.gaps), seen.evidence)
    return judge(load().checks[check], target, {"mail.policy": observation}, {})


def verdicts(check: str, looks: Looks, names: tuple[str, ...] = (), target: Target = ZONE) -> dict[str, Verdict]:
    return {one.discriminator: one.verdict for one in judgements(check, looks, names, target)}


SPF, DMARC = "mail.spf-missing", "mail.dmarc-missing"


@pytest.mark.parametrize("check", [SPF, DMARC])
def test_a_registrable_domain_without_a_policy_fails(check: str) -> None:
    assert verdicts(check, {}) == {"example.com": Verdict.FAIL}


def test_a_registrable_domain_with_both_passes() -> None:
    looks = {**txt("example.com", "v=spf1 -all"), **txt("_dmarc.example.com", "v=DMARC1; p=reject")}
    assert verdicts(SPF, looks) == verdicts(DMARC, looks) == {"example.com": Verdict.PASS}


@pytest.mark.parametrize("check", [SPF, DMARC])
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (TimedOut(), Reason.TIMED_OUT),
        (message("example.com", "TXT", rcode="SERVFAIL"), Reason.UNREACHABLE),
        (message("example.com", "TXT", rcode="REFUSED"), Reason.REFUSED),
    ],
)
def test_a_resolver_that_could_not_tell_is_no_absence(check: str, said: Said, reason: Reason) -> None:
    looks: Looks = {("example.com", "TXT"): said, ("_dmarc.example.com", "TXT"): said}
    (only,) = judgements(check, looks)
    assert (only.verdict, only.reason) == (Verdict.NOT_TESTED, reason)


def test_two_spf_records_are_there() -> None:
    assert verdicts(SPF, txt("example.com", "v=spf1 -all", "v=spf1 mx -all"))["example.com"] is Verdict.PASS


def test_an_spf_record_in_two_strings_is_read_as_one() -> None:
    looks: Looks = {("example.com", "TXT"): message("example.com", "TXT", 'TXT "v=sp" "f1 -all"')}
    assert verdicts(SPF, looks)["example.com"] is Verdict.PASS


def test_an_spf_record_behind_an_alias_at_the_apex_counts() -> None:
    sent = message("example.com", "TXT", "CNAME a.example.net.", 'a.example.net. TXT "v=spf1 -all"')
    assert verdicts(SPF, {("example.com", "TXT"): sent})["example.com"] is Verdict.PASS


def test_other_texts_are_looked_at_twice_before_the_policy_is_missing() -> None:
    other = message("example.com", "TXT", 'TXT "site-verification=1"')
    second = message("example.com", "TXT", 'TXT "v=spf1 -all"')
    assert verdicts(SPF, {("example.com", "TXT"): other})["example.com"] is Verdict.FAIL
    assert verdicts(SPF, {("example.com", "TXT"): [other, second]})["example.com"] is Verdict.PASS


def test_a_wildcard_that_answers_with_spf_is_no_dmarc() -> None:
    assert verdicts(DMARC, txt("_dmarc.example.com", "v=spf1 -all"))["example.com"] is Verdict.FAIL


def test_a_name_with_mx_owes_spf_and_falls_back_on_the_organisational_dmarc() -> None:
    looks = {
        **mx("mail.example.com"),
        **txt("example.com", "v=spf1 -all"),
        **txt("_dmarc.example.com", "v=DMARC1; p=none"),
    }
    assert verdicts(SPF, looks, ("mail.example.com",)) == {
        "example.com": Verdict.PASS,
        "mail.example.com": Verdict.FAIL,
    }
    assert set(verdicts(DMARC, looks, ("mail.example.com",)).values()) == {Verdict.PASS}


def test_a_names_own_dmarc_counts_before_its_parents() -> None:
    looks = {**mx("mail.example.com"), **txt("_dmarc.mail.example.com", "v=DMARC1; p=none")}
    found = verdicts(DMARC, looks, ("mail.example.com",))
    assert found == {"example.com": Verdict.FAIL, "mail.example.com": Verdict.PASS}


def test_a_silent_name_does_not_hide_the_dmarc_of_its_parent() -> None:
    looks = {
        **mx("m.example.com"),
        ("_dmarc.m.example.com", "TXT"): TimedOut(),
        **txt("_dmarc.example.com", "v=DMARC1; p=none"),
    }
    assert verdicts(DMARC, looks, ("m.example.com",))["m.example.com"] is Verdict.PASS


def test_a_name_without_mx_of_its_own_owes_nothing() -> None:
    alias = message("www.example.com", "MX", "CNAME a.example.net.", "a.example.net. MX 10 mx.example.net.")
    assert set(verdicts(SPF, {("www.example.com", "MX"): alias}, ("www.example.com", "oa.example.com"))) == {
        "example.com"
    }


def test_a_name_whose_mx_could_not_be_told_is_not_tested_unless_it_has_the_policy() -> None:
    looks: Looks = {("m.example.com", "MX"): TimedOut()}
    by_name = {one.discriminator: one for one in judgements(SPF, looks, ("m.example.com",))}
    assert by_name["m.example.com"].verdict is Verdict.NOT_TESTED
    assert by_name["m.example.com"].reason is Reason.TIMED_OUT
    assert (
        verdicts(SPF, {**looks, **txt("m.example.com", "v=spf1 -all")}, ("m.example.com",))["m.example.com"]
        is Verdict.PASS
    )


def test_a_zone_below_the_registrable_domain_owes_nothing_without_mx() -> None:
    below = Target(TargetKind.DOMAIN, "self", name="dept.example.edu.cn")
    assert verdicts(SPF, {}, target=below) == {"dept.example.edu.cn": Verdict.NOT_APPLICABLE}


def test_a_domain_that_does_not_exist_owes_nothing() -> None:
    looks: Looks = {("example.com", "MX"): message("example.com", "MX", rcode="NXDOMAIN")}
    assert verdicts(SPF, looks) == {"example.com": Verdict.NOT_APPLICABLE}


def test_each_finding_brings_what_proves_it() -> None:
    (failed,) = judgements(DMARC, txt("_dmarc.example.com", "v=spf1 -all"))
    assert [piece.what for piece in failed.evidence] == ["TXT _dmarc.example.com: 0 DMARC"]


@pytest.mark.parametrize("text", ["v=spf1", "v=spf1 -all", "V=SPF1 -all", "v=spf1  mx"])
def test_spf_is_its_version_then_a_space_or_the_end(text: str) -> None:
    assert is_spf(text)


@pytest.mark.parametrize(
    "text", ["v=spf10 -all", " v=spf1", "v=spf1;", "v=spf2.0/pra", "spf1", "", "v=spf1\t-all", "v=spf1\n"]
)
def test_what_only_looks_like_spf_is_none(text: str) -> None:
    assert not is_spf(text)


@pytest.mark.parametrize("text", ["v=DMARC1", "v=DMARC1;p=none", "v = DMARC1 ; p=none", "V=DMARC1; p=none"])
def test_dmarc_begins_with_its_version(text: str) -> None:
    assert is_dmarc(text)


@pytest.mark.parametrize("text", ["v=dmarc1; p=none", "p=none; v=DMARC1", "v=DMARC10", "v=DMARC1 p=none", "", "v=spf1"])
def test_what_only_looks_like_dmarc_is_none(text: str) -> None:
    assert not is_dmarc(text)


@given(st.lists(st.binary(max_size=255), min_size=1, max_size=20))
def test_texts_of_strangers_are_printable_and_bounded(strings: list[bytes]) -> None:
    class Record:
        def __init__(self) -> None:
            self.strings = strings

    (text,) = joined([Record()])  # type: ignore[list-item]
    assert text.isascii() and text.replace("\t", "").isprintable() and len(text) <= 4 * LONGEST
