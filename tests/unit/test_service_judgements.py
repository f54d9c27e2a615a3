"""Each service check both ways, and where nothing can be said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.services.identify import PROBE, leads
from scanner.catalogue.loader import load
from scanner.inspecting.registry import all_probes
from scanner.inspecting.selection import Choice, select
from scanner.judging import judge
from scanner.judging.functions.logins import ASKED
from scanner.judging.functions.services import OPEN_TO_ALL, OVER_HTTP
from scanner.judging.judgement import Judgement
from scanner.judging.reach import SWEEP, UNREACHABLE_NOTE, unreached
from scanner.model.check import Severity
from scanner.model.observation import Observation
from scanner.model.probe import Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict

TARGET = Target(TargetKind.SERVICE, "self", address="192.0.2.1", port=5000)
AT = datetime(2026, 11, 1, tzinfo=UTC)


def identified(protocol: str, **more: Any) -> Observation:
    facts = {"protocol": protocol, "known": True, "tls": False, "product": "", "version": "", "banner": ""}
    return Observation(PROBE.name, TARGET, AT, {**facts, "discloses_version": False, "speaks_first": True, **more})


def unknown(reason: Reason = Reason.TIMED_OUT) -> Observation:
    facts = {"protocol": "unknown", "known": None, "tls": None, "discloses_version": None}
    return Observation(PROBE.name, TARGET, AT, facts, dict.fromkeys(("known", "tls", "discloses_version"), reason))


def asked(probe: str, **facts: Any) -> Observation:
    gaps = {name: Reason.MALFORMED for name, value in facts.items() if value is None}
    return Observation(probe, TARGET, AT, facts, gaps)


def judged(check: str, *seen: Observation, port: int = 5000, declared: Mapping[str, Any] | None = None) -> Judgement:
    protocol = seen[0].facts["protocol"] if seen and "protocol" in seen[0].facts else None
    target = replace(TARGET, port=port, protocol=protocol, tls=False)
    (judgement,) = judge(load().checks[check], target, {one.probe: one for one in seen}, declared or {})
    return judgement


OPEN = [
    ("mongodb.no-auth", "mongodb"),
    ("cassandra.open", "cassandra"),
    ("postgres.no-auth", "postgresql"),
    ("zookeeper.open", "zookeeper"),
    ("mqtt.anonymous", "mqtt"),
    ("nats.open", "nats"),
    ("beanstalkd.open", "beanstalkd"),
    ("gearman.open", "gearman"),
    ("jdwp.exposed", "jdwp"),
    ("weblogic-t3.exposed", "weblogic-t3"),
    ("dubbo.open", "dubbo"),
    ("rtsp.open", "rtsp"),
    ("dicom.open", "dicom"),
]


@pytest.mark.parametrize("tls", [True, False])
def test_a_plaintext_kafka_is_judged_and_one_inside_tls_is_not(tls: bool) -> None:
    seen = {"services.kafka": asked("services.kafka", open=True, tls=tls)}
    (judgement,) = judge(load().checks["kafka.open"], TARGET.identified("kafka", tls=tls), seen, {})
    assert judgement.verdict is (Verdict.NOT_APPLICABLE if tls else Verdict.FAIL)


@pytest.mark.parametrize(
    ("check", "protocol"), [("amqp.exposed", "amqp"), ("ajp.exposed", "ajp"), ("java-rmi.exposed", "java-rmi")]
)
def test_what_is_merely_reachable_fails_where_it_was_recognised(check: str, protocol: str) -> None:
    assert judged(check, identified(protocol, tls=False)).verdict is Verdict.FAIL
    assert judged(check, identified("http")).verdict is Verdict.NOT_APPLICABLE


def test_amqp_inside_tls_passes() -> None:
    assert judged("amqp.exposed", identified("amqp", tls=True)).verdict is Verdict.PASS


@pytest.mark.parametrize(("check", "protocol"), [("mysql.no-tls", "mysql"), ("postgres.no-tls", "postgresql")])
def test_a_refused_step_into_tls_fails_and_one_that_nobody_told_of_is_not_tested(check: str, protocol: str) -> None:
    assert judged(check, identified(protocol, offers_tls=False)).verdict is Verdict.FAIL
    assert judged(check, identified(protocol, offers_tls=True)).verdict is Verdict.PASS
    facts = identified(protocol, offers_tls=None)
    untold = replace(facts, gaps={"offers_tls": Reason.MALFORMED})
    assert judged(check, untold).reason is Reason.MALFORMED


@pytest.mark.parametrize(
    "check", [check for check, _ in OPEN] + ["kafka.open", "amqp.exposed", "ajp.exposed", "java-rmi.exposed"]
)
@pytest.mark.parametrize(("state", "note"), [("closed", None), ("filtered", UNREACHABLE_NOTE)])
def test_a_closed_or_filtered_port_passes_where_the_host_lives(check: str, state: str, note: str | None) -> None:
    entry = load().checks[check]
    port = entry.ports[0]
    host = replace(TARGET, kind=TargetKind.HOST, port=None)
    facts = {"open": [], "all_open": False, "answers": True, "stopped": "", "states": {state: [[port, port]]}}
    swept = Observation(SWEEP, host, AT, facts)
    told = unreached(entry, replace(TARGET, port=port), {SWEEP: swept}, complete=True)
    assert (told.verdict, told.note) == (Verdict.PASS, note)


@pytest.mark.parametrize(
    ("check", "protocol", "usual"),
    [
        ("port.database-exposed", "mysql", 3306),
        ("port.remote-admin-exposed", "rdp", 3389),
        ("port.file-share-exposed", "smb", 445),
    ],
)
def test_exposure_fails_on_any_port_and_passes_nowhere_unheard(check: str, protocol: str, usual: int) -> None:
    assert judged(check, identified(protocol)).verdict is Verdict.FAIL
    assert judged(check, identified("http"), port=usual).verdict is Verdict.NOT_APPLICABLE
    silent = judged(check, unknown(), port=usual)
    assert (silent.verdict, silent.reason) == (Verdict.NOT_TESTED, Reason.TIMED_OUT)
    assert judged(check, unknown()).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("protocol", "kind", "severity"),
    [
        ("ssh", "routine", Severity.LOW),
        ("ssh", "special", Severity.HIGH),
        ("rdp", "routine", Severity.MEDIUM),
        ("vnc", "special", Severity.HIGH),
        ("telnet", "self", Severity.MEDIUM),
    ],
)
def test_remote_administration_weighs_by_protocol_and_kind(protocol: str, kind: str, severity: Severity) -> None:
    judgement = judged("port.remote-admin-exposed", identified(protocol), declared={"kind": kind})
    assert judgement.severity is severity


@pytest.mark.parametrize(
    ("protocol", "probe", "fact"),
    [
        ("redis", "services.redis", "no_auth"),
        ("memcached", "services.memcached", "open"),
        ("mongodb", "services.mongodb", "open"),
        ("cassandra", "services.cassandra", "open"),
        ("postgresql", "services.postgresql", "open"),
    ],
)
def test_a_store_that_obeys_everybody_is_left_to_its_own_check(protocol: str, probe: str, fact: str) -> None:
    check = "port.database-exposed"
    assert judged(check, identified(protocol), asked(probe, **{fact: False})).verdict is Verdict.FAIL
    assert judged(check, identified(protocol), asked(probe, **{fact: True})).verdict is Verdict.NOT_APPLICABLE
    untold = judged(check, identified(protocol), asked(probe, **{fact: None}))
    assert (untold.verdict, untold.reason) == (Verdict.NOT_TESTED, Reason.MALFORMED)
    assert judged(check, identified(protocol)).reason is Reason.NOT_SELECTED
    stopped = Observation(probe, TARGET, AT, reason=Reason.BLOCKED)
    assert judged(check, identified(protocol), stopped).reason is Reason.BLOCKED


@pytest.mark.parametrize("store", ["elasticsearch", "couchdb", "influxdb", "clickhouse"])
def test_a_store_over_http_that_wants_a_password_is_reachable_all_the_same(store: str) -> None:
    def verdict(**facts: Any) -> Verdict:
        told = {"named": store, "answer": "GET / → 401", **facts}
        return judged("port.database-exposed", identified("http"), asked(f"services.{store}", **told)).verdict

    assert verdict(open=False, product=store) is Verdict.FAIL
    assert verdict(open=True, product=store) is Verdict.NOT_APPLICABLE
    assert verdict(open=None, product=store) is Verdict.NOT_TESTED
    assert verdict(open=False, product="") is Verdict.NOT_APPLICABLE, "a log-in of somebody's, who never said whose"
    assert judged("port.database-exposed", identified("http")).verdict is Verdict.NOT_APPLICABLE


def test_an_identification_that_failed_is_not_tested_with_its_reason() -> None:
    ended = Observation(PROBE.name, TARGET, AT, reason=Reason.BLOCKED)
    target = replace(TARGET, port=3306)
    for check in ("port.database-exposed", "service.version-disclosed"):
        (judgement,) = judge(load().checks[check], target, {PROBE.name: ended}, {})
        assert (judgement.verdict, judgement.reason) == (Verdict.NOT_TESTED, Reason.BLOCKED)


def test_a_version_in_a_greeting_is_disclosed_and_http_is_left_to_the_web() -> None:
    told = {"product": "vsFTPd", "version": "3.0.3", "discloses_version": True}
    check = "service.version-disclosed"
    assert judged(check, identified("ftp", **told)).verdict is Verdict.FAIL
    assert judged(check, identified("ftp")).verdict is Verdict.PASS
    assert judged(check, identified("http", **told)).verdict is Verdict.NOT_APPLICABLE
    assert judged(check, unknown(Reason.MALFORMED)).reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("check", "protocol", "probe", "fact"),
    [
        ("telnet.open", "telnet", "services.telnet", "answers"),
        ("ftp.anonymous", "ftp", "services.ftp", "anonymous"),
        ("redis.no-auth", "redis", "services.redis", "no_auth"),
        ("memcached.open", "memcached", "services.memcached", "open"),
        ("ssh.protocol-1", "ssh", "ssh.algorithms", "offers_1"),
        *((check, protocol, f"services.{protocol}", "open") for check, protocol in OPEN),
    ],
)
def test_what_is_open_fails_what_is_closed_passes_and_silence_does_neither(
    check: str, protocol: str, probe: str, fact: str
) -> None:
    asset = replace(TARGET, protocol=protocol, tls=False)
    verdicts = []
    for told in (True, False, None):
        (judgement,) = judge(load().checks[check], asset, {probe: asked(probe, **{fact: told})}, {})
        verdicts.append(judgement.verdict)
    assert verdicts == [Verdict.FAIL, Verdict.PASS, Verdict.NOT_TESTED]


def test_weak_key_exchanges_are_judged_only_where_version_2_is_offered() -> None:
    asset = replace(TARGET, protocol="ssh", tls=False)
    check = load().checks["ssh.weak-kex"]
    verdicts = []
    for facts in (
        {"offers_2": True, "kex_sha1": ["diffie-hellman-group1-sha1"]},
        {"offers_2": True, "kex_sha1": []},
        {"offers_2": True, "kex_sha1": None},
        {"offers_2": False, "kex_sha1": None},
    ):
        (judgement,) = judge(check, asset, {"ssh.algorithms": asked("ssh.algorithms", **facts)}, {})
        verdicts.append(judgement.verdict)
    assert verdicts == [Verdict.FAIL, Verdict.PASS, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE]


def test_http_leads_to_a_site_by_name_or_by_address() -> None:
    found = list(leads(replace(TARGET, name="www.school.example"), {"protocol": "http", "tls": True}))
    assert found[0].protocol == "http" and found[0].tls is True
    assert found[1].url == "https://www.school.example:5000/"
    by_address = list(leads(replace(TARGET, address="2001:db8::1", port=80), {"protocol": "http", "tls": False}))
    assert by_address[1].url == "http://[2001:db8::1]/"


def test_an_unknown_service_leads_to_itself_alone() -> None:
    (found,) = leads(TARGET, {"protocol": "unknown", "tls": None})
    assert found.protocol == "unknown" and found.key == TARGET.key


def test_the_silent_ports_are_never_spoken_to() -> None:
    assert PROBE.wants(TARGET)
    assert not PROBE.wants(TARGET.identified("silent", tls=False))
    assert not PROBE.wants(replace(TARGET, transport="udp"))


@pytest.mark.parametrize(
    ("check", "reads"),
    [
        ("port.database-exposed", {probe for probe, _ in OPEN_TO_ALL.values()} | set(OVER_HTTP)),
        ("service.cleartext-login", {probe for probe, _ in ASKED.values()}),
    ],
)
def test_a_check_that_is_chosen_alone_has_everybody_asked_whose_word_it_needs(check: str, reads: set[str]) -> None:
    chosen = select(Choice(Profile.STANDARD, only=(check,)), load(), all_probes())
    assert reads <= {probe.name for probe in chosen.probes}
