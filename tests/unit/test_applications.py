"""Applications on paper: what their words are, what is read of strangers' bytes, and what the catalogue says of them."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.services.application import applications, describe, leads
from probes.services.applications import ipp
from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import (
    Answer,
    Inquiry,
    Outcome,
    described,
    is_other,
    opened,
    weighed,
)
from probes.services.applications.json_answer import table, value_of, version_of
from probes.services.applications.root import root_of
from probes.services.applications.rtsp_maker import maker
from scanner.catalogue.loader import load
from scanner.catalogue.ports import load_ports
from scanner.inspecting.registry import all_probes
from scanner.inspecting.selection import Choice, select
from scanner.judging import judge
from scanner.judging.reach import unreached
from scanner.model.observation import Observation
from scanner.model.probe import Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.lab.servers.documented import DOCUMENTED
from tests.responses import response

PROBES = {probe.name: probe for probe in all_probes()}
BY_CHECK = {f"services.{one.name}": one for one in applications()}
CHECKS = [check for check in load().checks.values() if check.probe in BY_CHECK]
QUESTIONS = [(one, question) for one in applications() for way in one.ways for question in way]
BODIES = [
    whole.partition(b"\r\n\r\n")[2]
    for one in DOCUMENTED
    for replies in (one.open, one.kept)
    for whole in replies.values()
]
HEADERS = [("server", "CUPS/2.4 IPP/2.1"), ("x-jenkins", "2.4"), ("x-consul-index", "1"), ("content-type", "text/plain"),
           ("content-type", "application/json"), ("location", "//[/login"), ("set-cookie", "JSESSIONID=1"),
           ("www-authenticate", "Basic"), ("content-type", "multipart/x-mixed-replace")]  # fmt: skip


@st.composite
def strangers(draw: st.DrawFn) -> Any:
    """A response as a stranger may send it: a known body cut, bent and joined, or anything at all."""
    body = draw(st.sampled_from(BODIES) | st.binary(max_size=400))
    start, end = draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))
    bent = body[: draw(st.integers(0, len(body)))] + draw(st.binary(max_size=30)) + body[min(start, end) :]
    status = draw(st.sampled_from([200, 204, 301, 302, 400, 401, 403, 404, 429, 500, 503]))
    headers = draw(
        st.lists(st.sampled_from(HEADERS) | st.tuples(st.text(max_size=9), st.text(max_size=30)), max_size=6)
    )
    return response(status=status, headers=tuple(headers), body=bent, truncated=draw(st.booleans()))


@settings(max_examples=300, deadline=None)
@given(strangers())
def test_no_reading_of_a_strangers_answer_fails_or_shows_what_cannot_be_printed(answer: Any) -> None:
    for application, question in QUESTIONS:
        weight = weighed(question, answer)
        assert weight.line.isprintable()
        assert len(weight.line) <= 300
        for told in [weight.told] if weight.told else []:
            seen = described(application, Inquiry([[weight]], weight))
            assert all(len(text) <= 200 for text in (seen.facts.product, seen.facts.version, seen.facts.named))
            assert isinstance(told.given, bool)
    assert set(describe(answer).facts.likely) <= {one.name for one in applications()}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 300))
def test_ipp_of_any_length_and_with_any_lengths_within_is_read_to_an_end(data: bytes, cut: int) -> None:
    good = b"\x01\x01\x00\x00\x00\x00\x00\x01\x01" + ipp.request(0x000B, "x", printer="ipp://x/")[9:-1] + data + b"\x03"
    assert maker(data) is None
    for octets in (data, good, good[:cut]):
        reply = ipp.reply(octets)
        assert reply is None or (0 <= reply.status <= 0xFFFF and len(reply.texts) <= ipp.MOST_ATTRIBUTES)


def test_ipp_tells_the_status_and_the_texts() -> None:
    """RFC 8011 section 4.1.4 and the example of RFC 8010 appendix A, in its parts."""
    body = b"\x02\x00\x04\x06\x00\x00\x00\x01\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x03"
    assert ipp.reply(body) == ipp.Reply(0x0406, {"attributes-charset": "utf-8"})
    assert ipp.reply(body.replace(b"\x00\x00\x00\x01", b"\x00\x00\x00\x02", 1)) is None
    assert ipp.reply(b"HTTP/1.1 200") is None


def test_json_is_read_within_bounds() -> None:
    assert value_of(b"[" * 100_000) is None
    assert value_of(b"[1" + b" " * 600_000 + b"]") is None
    assert value_of("\ufeff{}".encode()) == {}
    assert table([], {}) is None
    assert table({"a": 1}, {"a": str}) is None


@pytest.mark.parametrize(
    "body",
    [
        b"seajs.use(" * 6000,
        b"<title>" * 9000,
        b"IPC" * 20_000,
        b'{"version":{"number":"1' + b"-" * 79 + b'!"},"tagline":"You Know, for Search"}',
        b"# TYPE a gauge\n" + (b"a" * 200 + b"{" * 2000 + b"\n") * 7,
        b"a_build_info{" * 1200,
        b"HP " * 20_000,
        b"Spark Master at x" * 3000,
        (b"green " * 9 + b"\t \t\n") * 900,
    ],
    ids=lambda body: body[:20].decode(),
)
def test_words_made_to_be_read_for_ever_are_read_to_an_end(body: bytes) -> None:
    """Each expression's dear case, at the size that is read: without bounds these take hours."""
    for title in (b"", b"<title>" + body[:300] + b"</title>"):
        headers = (
            ("content-type", "text/plain"),
            ("server", body[:9000].decode()),
            ("www-authenticate", "realm=" * 9000),
        )
        answer = response(status=200, headers=headers, body=title + body)
        assert all(weighed(question, answer).line for _, question in QUESTIONS)
        describe(answer)


@pytest.mark.parametrize(
    ("written", "told"),
    [("7.17.9", "7.17.9"), ("v3.5.0-rc.1", "v3.5.0-rc.1"), ("1.6.7~rc0", "1.6.7~rc0"), ("<b>1</b>", ""), (None, "")],
)
def test_a_version_looks_like_one(written: Any, told: str) -> None:
    assert version_of(written) == told


GIVEN, REFUSED = Answer(Outcome.GIVEN, "a → 200"), Answer(Outcome.REFUSED, "a → 401")
OTHER, UNTOLD = Answer(Outcome.OTHER, "a → 404"), Answer(Outcome.UNTOLD, "a → 500", reason=Reason.UNREACHABLE)


@pytest.mark.parametrize(
    ("inquiry", "open_", "other"),
    [
        (Inquiry([[GIVEN, GIVEN]], GIVEN), True, False),
        (Inquiry([[GIVEN, GIVEN]], REFUSED), False, False),
        (Inquiry([[GIVEN, GIVEN]], OTHER), None, False),
        (Inquiry([[GIVEN, GIVEN]], UNTOLD), None, False),
        (Inquiry([[GIVEN, REFUSED]]), False, False),
        (Inquiry([[GIVEN, OTHER]]), False, False),
        (Inquiry([[GIVEN, UNTOLD]]), None, False),
        (Inquiry([[OTHER]]), False, True),
        (Inquiry([[UNTOLD]]), None, None),
        (Inquiry([[OTHER], [GIVEN]], GIVEN), True, False),
        (Inquiry([[UNTOLD], [GIVEN]], GIVEN), True, False),
        (Inquiry([[UNTOLD], [OTHER]]), None, None),
        (Inquiry([[REFUSED], [UNTOLD]]), None, False),
    ],
)
def test_all_answers_come_to_one_verdict(inquiry: Inquiry, open_: bool | None, other: bool | None) -> None:
    assert (opened(inquiry), is_other(inquiry)) == (open_, other)


def test_a_start_that_was_all_that_was_wanted_is_no_cut_off_answer() -> None:
    long = response(status=200, body=b"x" * 64, truncated=True)
    whole = Question("/", lambda answer: None)
    assert weighed(whole, long).reason is Reason.BUDGET
    assert weighed(Question("/", lambda answer: None, start_only=True), long).outcome is Outcome.OTHER


def test_secrets_in_what_an_application_says_of_itself_are_masked() -> None:
    question = Question("/", lambda answer: Told(True, "token=abcdef", "X"))
    assert "abcdef" not in weighed(question, response(status=200)).line


def test_the_root_makes_likely_only_what_its_words_speak_of() -> None:
    answer = response(status=403, headers=(("x-jenkins", "2.4"), ("set-cookie", "JSESSIONID=1; Path=/")))
    target = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=80, protocol="http", tls=False)
    likely = describe(answer).facts.likely
    assert likely == ("druid-monitor", "jenkins")
    assert [lead.protocol for lead in leads(target, {"likely": likely})] == ["druid-monitor", "jenkins"]
    assert {lead.key for lead in leads(target, {"likely": likely})} == {target.key}


@pytest.mark.parametrize(
    ("choice", "runs"),
    [
        (Choice(Profile.STANDARD), True),
        (Choice(Profile.QUICK), True),
        (Choice(Profile.STANDARD, only=("jenkins.open",)), True),
        (Choice(Profile.STANDARD, only=("tls",)), False),
        (Choice(Profile.STANDARD, no_probes=("services.application",)), False),
    ],
)
def test_the_root_is_read_for_applications_only_where_one_is_chosen(choice: Choice, runs: bool) -> None:
    chosen = select(choice, load(), all_probes()).probes
    assert ("services.application" in {probe.name for probe in chosen}) is runs


def test_a_location_that_is_no_url_leads_nowhere() -> None:
    root = root_of(response(status=302, headers=(("location", "http://[/solr/"),)))
    assert root is not None
    assert not root.leads_to("/")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.id))
def test_catalogue_and_application_speak_of_the_same_ports_and_profile(check: Any) -> None:
    application = BY_CHECK[check.probe]
    assert check.ports == application.ports
    assert PROBES[check.probe].profile is check.profile
    assert PROBES[check.probe].address_bound
    assert check.presence
    assert not set(check.ports) & set(load_ports().never_spoken_to)


@pytest.mark.parametrize("application", applications(), ids=lambda one: str(one.name))
def test_an_application_is_asked_by_number_only_at_its_own_ports(application: Application) -> None:
    wants = PROBES[f"services.{application.name}"].wants
    port = application.ports[0]
    service = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=port)
    assert wants(service.identified("http", tls=False)) is application.by_number
    assert wants(service.identified("unknown", tls=False))
    assert wants(Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=4321, protocol=application.name))
    assert not wants(Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=4321, protocol="http"))
    assert not wants(service.identified("redis", tls=False))
    assert not wants(service)
    assert not wants(
        Target(TargetKind.SERVICE, "self", name="x.example", address="192.0.2.7", port=port, protocol="unknown")
    )


def test_no_root_is_read_for_applications_where_the_address_is_nobodys_we_know() -> None:
    """R2: dialogue with a service runs on one's own addresses alone, by name too."""
    assert PROBES["services.application"].address_bound
    named = Target(
        TargetKind.SERVICE, "self", name="x.example", address="192.0.2.7", port=443, protocol="http", tls=True
    )
    assert PROBES["services.application"].wants(named)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.id))
def test_a_closed_port_passes_and_a_filtered_one_says_from_where(check: Any) -> None:
    """R13."""
    port = check.ports[0]
    host = Target(TargetKind.HOST, "self", address="192.0.2.7")
    service = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=port)
    for state, note in (("closed", None), ("filtered", "unreachable-from-vantage")):
        facts = {"states": {state: [[port, port]]}, "answers": True, "all_open": False}
        swept = Observation("ports.tcp", host, datetime.now(UTC), facts)
        judgement = unreached(check, service, {"ports.tcp": swept}, complete=True)
        assert (judgement.verdict, judgement.note) == (Verdict.PASS, note)


@pytest.mark.parametrize(
    ("facts", "ends"),
    [
        ({"known": True, "protocol": "winrm", "tls": False}, Verdict.FAIL),
        ({"known": True, "protocol": "winrm", "tls": True}, Verdict.PASS),
        ({"known": None, "protocol": "unknown", "tls": None}, Verdict.NOT_TESTED),
        ({"known": True, "protocol": "http", "tls": False}, Verdict.NOT_APPLICABLE),
    ],
)
def test_winrm_fails_where_it_answers_over_plain_http(facts: dict[str, Any], ends: Verdict) -> None:
    target = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=5985, protocol=facts["protocol"])
    told = {"banner": "", **facts}
    gaps = {name: Reason.TIMED_OUT for name in ("known", "tls") if facts[name] is None}
    seen = Observation("services.identify", target, datetime.now(UTC), told, gaps)
    (judgement,) = judge(load().checks["winrm.plaintext"], target, {seen.probe: seen}, {})
    assert judgement.verdict is ends


def test_no_sentence_of_a_finding_names_a_fact_that_is_not_there() -> None:
    known = set(PROBES["services.etcd"].facts.__dataclass_fields__)
    for check in CHECKS:
        for language in ("zh-CN", "zh-TW", "en"):
            assert set(re.findall(r"\{(\w+)\}", check.seen.in_language(language))) <= known  # type: ignore[arg-type]


def test_a_list_of_databases_that_was_cut_off_is_read_to_its_last_whole_name() -> None:
    couchdb = next(one for one in applications() if one.name == "couchdb")
    read = couchdb.ways[0][1].read
    assert read(response(body=b'["a","b","c', truncated=True)) is not None
    assert read(response(body=b'["a","b","c')) is None
    assert read(response(body=b"<html>", truncated=True)) is None


def test_the_question_of_etcd_asks_for_one_key_without_its_value() -> None:
    etcd = next(one for one in applications() if one.name == "etcd")
    asked = json.loads(etcd.ways[0][1].body)
    assert (asked["limit"], asked["keys_only"]) == (1, True)
