"""Each service check both ways, and where nothing can be said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.services.identify import PROBE, leads
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.judging.judgement import Judgement
from scanner.model.check import Severity
from scanner.model.observation import Observation
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
    ("protocol", "probe", "fact"), [("redis", "services.redis", "no_auth"), ("memcached", "services.memcached", "open")]
)
def test_a_cache_that_obeys_everybody_is_left_to_its_own_check(protocol: str, probe: str, fact: str) -> None:
    check = "port.database-exposed"
    assert judged(check, identified(protocol), asked(probe, **{fact: False})).verdict is Verdict.FAIL
    assert judged(check, identified(protocol), asked(probe, **{fact: True})).verdict is Verdict.NOT_APPLICABLE
    untold = judged(check, identified(protocol), asked(probe, **{fact: None}))
    assert (untold.verdict, untold.reason) == (Verdict.NOT_TESTED, Reason.MALFORMED)
    assert judged(check, identified(protocol)).reason is Reason.NOT_SELECTED
    stopped = Observation(probe, TARGET, AT, reason=Reason.BLOCKED)
    assert judged(check, identified(protocol), stopped).reason is Reason.BLOCKED


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
