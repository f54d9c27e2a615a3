"""From a server's answers to facts, and from facts to verdicts: without a network."""

import asyncio
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls import hello, offer, suites
from probes.tls.offer_facts import OfferFacts
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.check import Severity
from scanner.model.observation import Observation, Seen
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.unit.tls_model import Asked, ModelNetwork, Policy, alert

NOW = datetime.now(UTC)
SERVICE = Target(TargetKind.SERVICE, "self", address="127.33.0.1", port=443, protocol="http", tls=True)
GCM, CBC, RC4, TRIPLE, NULL, ANON = 0xC02F, 0xC013, 0x0005, 0x000A, 0x0001, 0x0034
EXPORT, DES, DHE, STATIC = 0x0003, 0x0009, 0x0033, 0x002F
MODERN = {hello.TLS12: (GCM, CBC), hello.TLS13: (0x1302, 0x1301)}
CHECKS = [check for check in load().checks.values() if check.probe == "tls.offer"]


def seen(policy: Policy, target: Target = SERVICE) -> tuple[Seen[OfferFacts], int]:
    net = ModelNetwork(policy)
    return asyncio.run(offer.observe(target, net)), net.connections  # type: ignore[arg-type]


def facts(policy: Policy) -> OfferFacts:
    return seen(policy)[0].facts


def verdict(check: str, told: Seen[Any]) -> tuple[Verdict, Reason | None, Severity | None]:
    observation = Observation("tls.offer", SERVICE, NOW, asdict(told.facts), told.gaps, told.evidence)
    (judgement,) = judge(load().checks[check], SERVICE, {"tls.offer": observation}, {"sslv2_at": []})
    return judgement.verdict, judgement.reason, judgement.severity


def failed(policy: Policy) -> set[str]:
    told, _ = seen(policy)
    return {check.id for check in CHECKS if verdict(check.id, told)[0] is Verdict.FAIL}


def of(told: OfferFacts, version: str) -> dict[str, Any]:
    return next(asdict(one) for one in told.versions if one.version == version)


def test_a_modern_server_is_known_in_few_connections_and_in_its_own_order() -> None:
    order = (0xC02F, 0xC030, 0xCCA8, 0x009E, 0x009F)
    policy = Policy({hello.TLS12: order, hello.TLS13: (0x1302, 0x1303, 0x1301)}, groups=(29, 23, 24))
    told, connections = seen(policy)
    assert of(told.facts, "tls12")["suites"] == tuple(suites.name(code) for code in order)
    assert of(told.facts, "tls13")["suites"] == tuple(suites.name(code) for code in (0x1302, 0x1303, 0x1301))
    assert of(told.facts, "tls13")["groups"] == ("x25519", "secp256r1", "secp384r1")
    assert of(told.facts, "tls12")["groups"] == ("x25519",) and of(told.facts, "tls12")["groups_complete"] is True
    assert of(told.facts, "tls12")["server_chooses"] is True
    assert connections == told.facts.connections <= 20


@pytest.mark.parametrize("prefers", [True, False])
def test_who_chooses_is_seen_in_the_choices_themselves(prefers: bool) -> None:
    told = facts(Policy({hello.TLS12: (GCM, CBC, STATIC)}, prefers=prefers))
    assert of(told, "tls12")["server_chooses"] is prefers
    assert told.client_chooses is not prefers
    assert told.forward_secrecy == ("preferred" if prefers else "left-to-client")


def test_a_server_whose_order_is_ours_by_chance_is_asked_the_other_way_round() -> None:
    told = facts(Policy({hello.TLS12: (TRIPLE, STATIC, GCM)}))
    assert of(told, "tls12")["server_chooses"] is True


def test_all_of_a_hundred_suites_are_found_with_one_connection_each() -> None:
    many = tuple(code for code, suite in suites.table().items() if suite.authentication == "RSA")[:100]
    told, connections = seen(Policy({hello.TLS12: many}))
    assert of(told.facts, "tls12")["suites"] == tuple(suites.name(code) for code in many)
    assert of(told.facts, "tls12")["complete"] is True
    assert connections <= 100 + 15


def test_groups_are_all_found_though_few_suites_need_one() -> None:
    groups = (29, 23, 30, 25, 24, 19)
    told = facts(Policy({hello.TLS12: (GCM, STATIC, TRIPLE)}, groups=groups))
    assert len(of(told, "tls12")["groups"]) == len(groups) and of(told, "tls12")["groups_complete"] is True
    assert (told.smallest_curve, told.smallest_curve_bits) == ("secp192r1", 192)
    assert of(told, "tls12")["suites"] == tuple(suites.name(code) for code in (GCM, STATIC, TRIPLE))


def test_a_hybrid_group_is_named_by_a_hello_retry_request() -> None:
    told = facts(Policy(MODERN, groups=(0x11EC, 29)))
    assert told.hybrid_groups == ("X25519MLKEM768",)


def test_sm_suites_of_both_kinds_are_found() -> None:
    both = facts(Policy({**MODERN, hello.TLS13: (0x00C6, 0x1301), hello.TLCP: (0xE013, 0xE053)}))
    assert both.sm_suites == ("TLS_SM4_GCM_SM3", "TLS_ECC_SM4_CBC_SM3", "TLS_ECC_SM4_GCM_SM3")
    assert both.tlcp is True and facts(Policy(MODERN)).sm_suites == ()


def test_a_service_of_tlcp_alone_speaks_a_modern_protocol() -> None:
    told, _ = seen(Policy({hello.TLCP: (0xE013, 0xE011)}))
    assert told.facts.tlcp is True and told.facts.tls12 is False
    assert verdict("tls.no-modern-protocol", told)[0] is Verdict.PASS
    assert verdict("tls.sm-missing", told)[0] is Verdict.PASS


OLD = {hello.TLS10: (CBC, STATIC), hello.TLS12: (GCM, CBC)}
CASES: list[tuple[str, Policy, str]] = [
    ("tls.protocol-tls10", Policy({**MODERN, hello.TLS10: (CBC, STATIC)}), "medium"),
    ("tls.protocol-tls11", Policy({**MODERN, hello.TLS11: (CBC,)}), "medium"),
    ("tls.protocol-sslv3", Policy({**MODERN, hello.SSL3: (RC4, 0x0004)}), "high"),
    ("tls.poodle", Policy({**MODERN, hello.SSL3: (RC4, STATIC)}), "high"),
    ("tls.no-modern-protocol", Policy({hello.TLS11: (CBC, STATIC)}), "high"),
    ("tls.tls13-missing", Policy({hello.TLS12: (GCM,)}), "info"),
    ("tls.cipher-null", Policy({hello.TLS12: (GCM, NULL)}), "critical"),
    ("tls.cipher-anonymous", Policy({hello.TLS12: (GCM, ANON)}), "critical"),
    ("tls.cipher-export", Policy({hello.TLS12: (GCM, EXPORT)}), "high"),
    ("tls.cipher-des", Policy({hello.TLS12: (GCM, DES)}), "high"),
    ("tls.cipher-rc4", Policy({hello.TLS12: (GCM, RC4)}), "high"),
    ("tls.cipher-3des", Policy({hello.TLS12: (GCM, TRIPLE)}), "medium"),
    ("tls.no-forward-secrecy", Policy({hello.TLS12: (STATIC, GCM)}), "medium"),
    ("tls.no-forward-secrecy", Policy({hello.TLS12: (STATIC, 0x0035)}, prefers=False), "medium"),
    ("tls.cipher-order-client", Policy({hello.TLS12: (GCM, TRIPLE)}, prefers=False), "low"),
    ("tls.dh-weak", Policy({hello.TLS12: (GCM, DHE)}, prime_bits=1024), "high"),
    ("tls.curve-weak", Policy({hello.TLS12: (GCM,)}, groups=(29, 19)), "medium"),
    ("tls.compression", Policy({hello.TLS12: (GCM,)}, compression=1), "high"),
    ("tls.renegotiation-insecure", Policy({hello.TLS12: (GCM, CBC)}, secure=False), "high"),
    ("tls.fallback-scsv-missing", Policy({**OLD}, scsv=False), "low"),
    ("tls.post-quantum-missing", Policy(MODERN), "info"),
    ("tls.sm-missing", Policy(MODERN), "info"),
]


@pytest.mark.parametrize(
    ("check", "policy", "severity"), CASES, ids=[f"{case[0]}-{at}" for at, case in enumerate(CASES)]
)
def test_each_check_fails_where_its_wording_says(check: str, policy: Policy, severity: str) -> None:
    told, _ = seen(policy)
    assert verdict(check, told) == (Verdict.FAIL, None, Severity(severity))


def test_a_well_kept_server_fails_nothing() -> None:
    best = Policy({**MODERN, hello.TLCP: (0xE013,)}, groups=(0x11EC, 29, 23))
    told, _ = seen(best)
    verdicts = {check.id: verdict(check.id, told) for check in CHECKS}
    assert {one[0] for one in verdicts.values()} <= {Verdict.PASS, Verdict.NOT_APPLICABLE}, verdicts
    assert {case[0] for case in CASES} <= {check for check, one in verdicts.items() if one[0] is Verdict.PASS} | {
        "tls.fallback-scsv-missing"
    }


def test_no_check_of_this_probe_is_without_a_case() -> None:
    covered = {case[0] for case in CASES} | {"tls.protocol-sslv2", "tls.ocsp-stapling-missing", "tls.drown"}
    assert {check.id for check in CHECKS} == covered


def test_between_mail_servers_anonymous_suites_weigh_little() -> None:
    """RFC 7435: who authenticates nobody loses little by a suite that authenticates nobody; Postfix has them as it comes."""
    told, _ = seen(Policy({hello.TLS12: (GCM, ANON)}))
    assert verdict("tls.cipher-anonymous", told)[2] is Severity.CRITICAL
    mail = replace(told, facts=replace(told.facts, opportunistic=True))
    assert verdict("tls.cipher-anonymous", mail)[2] is Severity.LOW
    ports = [
        offer._opportunistic(replace(SERVICE, port=port, protocol="smtp", tls=tls))
        for port, tls in ((25, False), (465, True), (587, False))
    ]
    assert ports == [True, False, False]


def test_fallback_is_refused_only_where_two_lower_versions_are() -> None:
    assert facts(Policy({**OLD})).fallback_refused is True
    assert verdict("tls.fallback-scsv-missing", seen(Policy(MODERN))[0])[0] is Verdict.NOT_APPLICABLE


def silent_after(count: int) -> Policy:
    policy = Policy({hello.TLS12: (GCM, CBC, RC4)})
    policy.upset = lambda asked: b"silence" if len(policy.asked) > count else None
    return policy


@pytest.mark.parametrize("count", range(1, 8))
def test_silence_in_the_middle_accuses_nobody_and_clears_nobody(count: int) -> None:
    told, connections = seen(silent_after(count))
    for check in ("tls.cipher-null", "tls.cipher-export", "tls.protocol-sslv3", "tls.sm-missing"):
        assert verdict(check, told)[:2] == (Verdict.NOT_TESTED, Reason.TIMED_OUT)
    assert connections <= count + 4


def test_silence_from_the_beginning_ends_after_two_connections() -> None:
    told, connections = seen(silent_after(0))
    assert connections == 2
    assert {verdict(check.id, told)[0] for check in CHECKS} == {Verdict.NOT_TESTED}
    assert {told.gaps[each.name] for each in fields(OfferFacts) if getattr(told.facts, each.name) is None} == {
        Reason.TIMED_OUT
    }


def test_alerts_alone_prove_nothing() -> None:
    told, _ = seen(Policy({}, wrong_version=alert(40)))
    assert {verdict(check.id, told)[:2] for check in CHECKS} == {(Verdict.NOT_TESTED, Reason.REFUSED)}


def test_a_suite_that_is_accepted_only_once_is_not_believed() -> None:
    policy = Policy({hello.TLS12: (GCM, NULL)})
    policy.upset = lambda asked: alert(40) if NULL in asked.suites and len(asked.suites) < 4 else None
    told, _ = seen(policy)
    assert verdict("tls.cipher-null", told)[:2] == (Verdict.NOT_TESTED, Reason.MALFORMED)


def test_an_old_version_that_is_accepted_only_once_is_not_believed() -> None:
    policy = Policy({**MODERN, hello.TLS10: (CBC,)})

    def upset(asked: Asked) -> bytes | None:
        again = sum(one.version == hello.TLS10 for one in policy.asked) > 1
        return alert(70) if asked.version == hello.TLS10 and again else None

    policy.upset = upset
    told, _ = seen(policy)
    assert told.facts.tls10 is None and told.gaps["tls10"] is Reason.MALFORMED


@pytest.mark.parametrize("limit", [256, 512])
@pytest.mark.parametrize("refusal", [b"", alert(50), alert(80)])
def test_a_server_that_takes_no_long_hello_is_enumerated_all_the_same(limit: int, refusal: bytes) -> None:
    wanted = (GCM, CBC, RC4, STATIC, 0x0096, 0xC09D)
    policy = Policy({hello.TLS12: wanted, hello.TLS10: (CBC, STATIC)})
    policy.upset = lambda asked: refusal if asked.octets >= limit else None
    told = facts(policy)
    assert set(of(told, "tls12")["suites"]) == {suites.name(code) for code in wanted}
    assert set(of(told, "tls10")["suites"]) == {suites.name(code) for code in (CBC, STATIC)}
    assert of(told, "tls12")["complete"] is True and (told.tls13, told.sslv3) == (False, False)


def test_a_server_that_takes_no_extension_is_enumerated_all_the_same() -> None:
    policy = Policy({hello.TLS10: (RC4, STATIC)})
    policy.upset = lambda asked: b"" if asked.extensions else None
    told = facts(policy)
    assert (told.tls10, told.tls12) == (True, False)
    assert set(of(told, "tls10")["suites"]) == {suites.name(RC4), suites.name(STATIC)}


def test_a_server_that_knows_no_higher_version_is_still_asked_for_the_lower() -> None:
    policy = Policy({hello.TLS10: (CBC, STATIC)})
    policy.upset = lambda asked: alert(70) if asked.version > hello.TLS10 else None
    assert facts(policy).tls10 is True


def test_a_server_of_tls13_alone_is_asked_for_no_version_twice() -> None:
    told, connections = seen(Policy({hello.TLS13: (0x1301, 0x1302)}))
    assert [getattr(told.facts, name) for name in ("tls13", "tls12", "tls11", "tls10", "sslv3", "sslv2")] == [
        True,
        *[False] * 5,
    ]
    assert connections < 20, "with all that the certificate is looked for"


def test_a_server_that_counts_unfinished_handshakes_is_asked_three_times_at_most() -> None:
    greeting = b"\x4a\0\0\0\x0a8.0.36\0" + bytes(4) + b"12345678\0" + b"\xff\xff" + bytes(60)
    greeting = (len(greeting) - 4).to_bytes(3, "little") + greeting[3:]
    target = Target(TargetKind.SERVICE, "self", address="127.0.0.1", port=3306, protocol="mysql", tls=False)

    class Mysql(ModelNetwork):
        pass

    net = Mysql(Policy({hello.TLS12: (GCM,), hello.TLS10: (CBC,), hello.TLS11: (CBC,)}), [greeting, b""])
    told = asyncio.run(offer.observe(target, net))  # type: ignore[arg-type]
    assert net.connections <= 3
    assert (told.facts.tls12, told.facts.tls11) == (True, True)
    assert verdict("tls.cipher-null", told)[:2] == (Verdict.NOT_TESTED, Reason.BUDGET)


def test_a_service_without_tls_makes_every_check_inapplicable() -> None:
    target = Target(TargetKind.SERVICE, "self", address="127.0.0.1", port=5432, protocol="postgresql", tls=False)
    net = ModelNetwork(Policy({}), [b"", b"N"])
    told = asyncio.run(offer.observe(target, net))  # type: ignore[arg-type]
    assert net.connections == 1
    assert {verdict(check.id, told)[0] for check in CHECKS} == {Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("count", [3, 6, 8])
def test_a_server_that_shuts_us_out_has_not_refused_what_was_not_asked_yet(count: int) -> None:
    policy = Policy({hello.TLS12: (GCM, CBC, STATIC, DHE), hello.SSL3: (RC4, STATIC)}, groups=(29, 23, 24))
    policy.upset = lambda asked: b"" if len(policy.asked) > count else None
    told, _ = seen(policy)
    for check in ("tls.protocol-sslv3", "tls.cipher-rc4", "tls.cipher-null", "tls.poodle"):
        assert verdict(check, told)[0] is Verdict.NOT_TESTED, check


def test_a_server_that_refuses_by_closing_has_refused_where_it_still_answers_others() -> None:
    told, _ = seen(Policy({hello.TLS12: (GCM, CBC)}, refusal=b"", wrong_version=b""))
    assert of(told.facts, "tls12")["complete"] is True
    for check in ("tls.protocol-sslv3", "tls.protocol-tls10", "tls.cipher-null"):
        assert verdict(check, told)[0] is Verdict.PASS, check


def test_a_weak_first_choice_is_ours_until_the_server_is_known_to_choose() -> None:
    policy = Policy({hello.TLS12: (TRIPLE, STATIC, GCM)}, prefers=False)
    turned = (suites.RENEGOTIATION_SCSV, 3)
    policy.upset = lambda asked: b"silence" if len(asked.suites) - 1 == turned[1] and asked.suites[0] == GCM else None
    told, _ = seen(policy)
    assert told.facts.forward_secrecy is None and told.facts.client_chooses is None
    assert verdict("tls.no-forward-secrecy", told)[0] is Verdict.NOT_TESTED


def test_a_large_prime_clears_nobody_of_smaller_ones_that_were_not_reached() -> None:
    policy = Policy({hello.TLS12: (0x009F, 0x009E, DHE, GCM)})
    policy.upset = lambda asked: b"silence" if len(policy.asked) > 4 else None
    told, _ = seen(policy)
    assert told.facts.smallest_prime_bits == 2048
    assert verdict("tls.dh-weak", told)[0] is Verdict.NOT_TESTED
    weak = Policy({hello.TLS12: (0x009F, 0x009E, DHE, GCM)}, prime_bits=1024)
    weak.upset = lambda asked: b"silence" if len(weak.asked) > 4 else None
    assert verdict("tls.dh-weak", seen(weak)[0])[0] is Verdict.FAIL


def test_between_mail_servers_a_small_prime_of_anonymous_suites_alone_weighs_little() -> None:
    """Postfix as it comes: OpenSSL gives DH_anon 1024 bits, and DHE_RSA as many as the certificate's key has."""
    anonymous = 0x0034
    told, _ = seen(Policy({hello.TLS12: (GCM, anonymous, 0x003A)}, prime_bits=1024))
    assert (told.facts.smallest_prime_bits, told.facts.smallest_certified_prime_bits) == (1024, 0)
    assert verdict("tls.dh-weak", told)[2] is Severity.HIGH
    mail = replace(told, facts=replace(told.facts, opportunistic=True))
    assert verdict("tls.dh-weak", mail)[2] is Severity.LOW
    certified, _ = seen(Policy({hello.TLS12: (GCM, DHE, anonymous)}, prime_bits=1024))
    mail = replace(certified, facts=replace(certified.facts, opportunistic=True))
    assert verdict("tls.dh-weak", mail)[2] is Severity.HIGH


def test_a_server_that_cannot_ask_for_a_key_is_given_one_and_told_whole() -> None:
    policy = Policy(MODERN, groups=(0x11EC, 29, 23))
    policy.upset = lambda asked: (
        alert(80) if asked.versions and len(asked.extensions[51]) < 4 and 29 in asked.groups else None
    )
    told = facts(policy)
    assert told.hybrid_groups == ("X25519MLKEM768",)
    assert set(of(told, "tls13")["suites"]) == {suites.name(code) for code in MODERN[hello.TLS13]}


def test_of_a_server_that_takes_small_hellos_alone_no_missing_hybrid_is_told() -> None:
    policy = Policy(MODERN, groups=(29, 23))
    policy.upset = lambda asked: alert(80) if asked.octets > 256 else None
    told, _ = seen(policy)
    assert told.facts.tls13 is True
    assert verdict("tls.post-quantum-missing", told)[0] is Verdict.NOT_TESTED


def test_compression_is_offered_to_a_server_of_one_suite_too() -> None:
    assert verdict("tls.compression", seen(Policy({hello.TLS12: (GCM,)}, compression=64))[0])[0] is Verdict.FAIL


def test_what_was_asked_by_parts_says_nothing_of_who_chooses() -> None:
    wanted = (0x0035, DHE, STATIC, CBC)
    policy = Policy({hello.TLS12: wanted}, prefers=False)

    def upset(asked: Asked) -> bytes | None:
        own = [code for code in asked.suites if code in wanted]
        return (
            alert(80) if len({suites.table()[code].exchange for code in own}) == 3 and len(policy.asked) > 2 else None
        )

    policy.upset = upset
    told = facts(policy)
    assert of(told, "tls12")["server_chooses"] is not True


MOODS = st.sampled_from(
    [None, None, None, b"", b"\x00garbage", b"\x16\x03\x03\xff\xff", b"\x16\x03\x03\x00\x04\x02\x00\x00\x00"]
    + [alert(number) for number in (0, 40, 47, 50, 70, 80, 86, 112)]
    + [b"\x15\x03\x01\x00\x02\x01\x70", b"silence"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(MOODS, min_size=1, max_size=12), st.booleans(), st.integers(0, 3))
def test_a_server_of_any_mood_is_asked_within_bounds_and_never_believed_once(
    moods: list[bytes | None], prefers: bool, often: int
) -> None:
    policy = Policy({**MODERN, hello.TLS10: (CBC, RC4), hello.SSL3: (RC4, STATIC)}, prefers=prefers)
    policy.upset = lambda asked: moods[len(policy.asked) % len(moods)] if len(policy.asked) % 4 > often else None
    told, connections = seen(policy)
    assert connections <= 204
    assert told.facts.null_suites in ((), None) and told.facts.sslv2 in (False, None)
    for each in fields(OfferFacts):
        assert getattr(told.facts, each.name) is not None or each.name in told.gaps, each.name
    for check in CHECKS:
        assert verdict(check.id, told)[1] is not Reason.PROBE_FAULT, check.id


def test_a_weak_curve_below_tls13_is_found_though_tls13_knows_others() -> None:
    policy = Policy({hello.TLS12: (GCM, CBC), hello.TLS13: (0x1302,)}, groups=(29, 19))
    policy.upset = lambda asked: alert(40) if hello.TLS13 in asked.versions and 29 not in asked.groups else None
    told, _ = seen(policy)
    assert of(told.facts, "tls13")["groups"] == ("x25519",)
    assert "secp192r1" in of(told.facts, "tls12")["groups"]
    assert verdict("tls.curve-weak", told)[0] is Verdict.FAIL
