"""Chains as administrators install them: missing, disordered, foreign, repeated; told apart, and never guessed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls.certificate import describe
from probes.tls.certificate_facts import CertificateFacts
from probes.tls.presented import Presented
from probes.tls.roots import CERTIFI, NAMED, SYSTEM, Roots, from_der
from probes.tls.x509 import read
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.check import Confidence
from scanner.model.observation import Observation, Seen
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.lab.certificates import DAY, PUBLIC, Issued, authority, issue, named_at

NOW = datetime.now(UTC).replace(microsecond=0)
CA = authority()
UPPER = issue(by=CA, subject="Upper", authority=True)
LOWER = issue(by=UPPER, subject="Lower", authority=True)
LEAF = issue("a.example", by=LOWER)
OTHER_CA = authority("Other CA")
CROSSED = issue(by=OTHER_CA, subject="Upper", authority=True, key=UPPER.key)
LASTING_CA = issue(
    subject="Lasting CA", authority=True, starts=datetime(2010, 1, 1, tzinfo=UTC), ends=datetime(2040, 1, 1, tzinfo=UTC)
)
STRANGER = issue("stranger.example", by=OTHER_CA)
PUBLIC_LEAF = issue("a.example", by=LOWER, more=[PUBLIC])
TARGET = Target(TargetKind.SERVICE, "self", address="192.0.2.1", port=443, protocol="http", tls=True)


def facts(*chain: Issued, roots: tuple[Issued, ...] = (CA,)) -> CertificateFacts:
    seen: Seen[CertificateFacts] = described(*chain, roots=roots)
    return seen.facts


def described(*chain: Issued, roots: tuple[Issued, ...] = (CA,)) -> Any:
    presented = Presented(tuple(each.der for each in chain), NOW, "TLSv1.3", version=0x0304)
    return describe(presented, None, from_der(root.der for root in roots))


def judged(check: str, seen: Any) -> Any:
    told = {field: getattr(seen.facts, field) for field in seen.facts.__dataclass_fields__}
    observation = Observation("tls.certificate", TARGET, NOW, told, seen.gaps, seen.evidence)
    (judgement,) = judge(load().checks[check], TARGET, {"tls.certificate": observation}, {})
    return judgement


@pytest.mark.parametrize(
    ("chain", "displaced", "foreign", "repeated"),
    [
        ((LEAF, LOWER, UPPER), (), (), ()),
        ((LEAF, LOWER, UPPER, CA), (), (), ()),
        ((LEAF, LOWER, UPPER, CROSSED), (), (), ()),
        ((LEAF, LOWER, CROSSED, OTHER_CA, UPPER), (), (), ()),
        ((LEAF,), (), (), ()),
        ((LEAF, UPPER, LOWER), (2,), (), ()),
        ((LEAF, CA, UPPER, LOWER), (2, 3), (), ()),
        ((LEAF, LOWER, UPPER, STRANGER), (), (4,), ()),
        ((LEAF, STRANGER, OTHER_CA, LOWER, UPPER), (), (2, 3), ()),
        ((LEAF, LEAF, LOWER, UPPER), (), (), (2,)),
        ((LEAF, LOWER, UPPER, UPPER, LOWER), (), (), (4, 5)),
        ((LEAF, UPPER, STRANGER, LOWER, LEAF), (2,), (3,), (5,)),
    ],
)
def test_what_stands_wrong_is_told_from_what_does_not_belong(
    chain: tuple[Issued, ...], displaced: tuple[int, ...], foreign: tuple[int, ...], repeated: tuple[int, ...]
) -> None:
    seen = described(*chain)
    told = seen.facts
    assert (told.displaced, told.foreign, told.repeated) == (displaced, foreign, repeated)
    wrong = bool(displaced or foreign or repeated)
    assert judged("tls.cert-chain-disordered", seen).verdict is (Verdict.FAIL if wrong else Verdict.PASS)


@pytest.mark.parametrize(
    ("chain", "roots", "missing"),
    [
        ((LEAF, LOWER, UPPER), (CA,), "none"),
        ((LEAF, UPPER, LOWER), (CA,), "none"),
        ((issue(by=CA),), (CA,), "none"),
        ((issue("a.example"),), (CA,), "none"),
        ((issue(by=OTHER_CA), OTHER_CA), (CA,), "none"),
        ((PUBLIC_LEAF,), (CA,), "surely"),
        ((PUBLIC_LEAF, STRANGER), (CA,), "surely"),
        ((PUBLIC_LEAF, UPPER), (CA,), "surely"),
        ((PUBLIC_LEAF, LOWER), (CA,), "probably"),
        ((issue(by=LOWER, more=named_at(issuer="http://ca.example/lower.crt")),), (CA,), "probably"),
        ((LEAF,), (CA,), None),
        ((issue(by=OTHER_CA),), (CA,), None),
        ((issue(by=OTHER_CA),), (OTHER_CA,), "none"),
    ],
)
def test_an_intermediate_is_missing_only_where_no_unknown_root_explains_it(
    chain: tuple[Issued, ...], roots: tuple[Issued, ...], missing: str | None
) -> None:
    seen = described(*chain, roots=roots)
    assert seen.facts.missing == missing
    told = judged("tls.cert-chain-incomplete", seen)
    if missing is None:
        assert (told.verdict, told.reason) == (Verdict.NOT_TESTED, Reason.NO_VANTAGE)
    else:
        assert told.verdict is (Verdict.PASS if missing == "none" else Verdict.FAIL)
        sure = Confidence.INFERRED if missing == "probably" else Confidence.CONFIRMED
        assert missing == "none" or told.confidence is sure


def test_a_root_that_an_older_key_of_its_own_vouches_for_is_an_intermediate() -> None:
    older = authority("Renewed CA")
    renewed = issue(by=older, subject="Renewed CA", authority=True, ends=NOW + 900 * DAY)
    leaf = issue("a.example", by=renewed)
    told = facts(leaf, renewed, roots=(older,))
    assert [each.role for each in told.chain] == ["leaf", "intermediate"]
    assert (told.trusted, told.in_order, told.missing) == (True, True, "none")


def test_whose_certificate_is_missing_is_named() -> None:
    assert facts(PUBLIC_LEAF).missing_issuer == "CN=Lower"
    assert facts(PUBLIC_LEAF, LOWER).missing_issuer == "CN=Upper"


def test_a_certificate_of_the_right_name_and_another_key_is_foreign_and_fills_no_gap() -> None:
    impostor = issue(by=CA, subject="Lower", authority=True)
    told = facts(PUBLIC_LEAF, impostor)
    assert (told.foreign, told.missing) == ((2,), "surely")


def test_what_cannot_be_read_leaves_the_order_untold_and_is_no_intermediate() -> None:
    presented = Presented((LEAF.der, b"junk", LOWER.der, UPPER.der), NOW, "", version=0x0303)
    seen = describe(presented, None, from_der([CA.der]))
    assert (seen.facts.in_order, seen.facts.missing) == (None, "none")
    assert [each.role for each in seen.facts.chain] == ["leaf", "unreadable", "intermediate", "intermediate"]
    presented = Presented((LEAF.der, b"junk", UPPER.der, LOWER.der), NOW, "", version=0x0303)
    assert describe(presented, None, from_der([CA.der])).facts.displaced == (3,)
    presented = Presented((PUBLIC_LEAF.der, b"junk"), NOW, "", version=0x0303)
    assert describe(presented, None, from_der([CA.der])).facts.missing is None, "the junk may have been it"


def test_the_whole_chain_is_kept_with_roles_and_keys() -> None:
    told = facts(LEAF, LOWER, UPPER, CA)
    assert [each.role for each in told.chain] == ["leaf", "intermediate", "intermediate", "root"]
    assert told.chain[1].subject == "CN=Lower" and told.chain[3].stores == ("named",)
    assert told.chain[0].key_sha256 == told.key_sha256
    assert facts(issue(by=CA, key=LEAF.key)).key_sha256 == told.key_sha256, "one key, two certificates"


def with_stores(leaf: Issued, *sent: Issued, stores: dict[str, Issued], at: datetime = NOW) -> Any:
    roots = Roots({store: [read(root.der)] for store, root in stores.items()})
    return describe(Presented((leaf.der, *(each.der for each in sent)), at, "", version=0x0304), None, roots)


@pytest.mark.parametrize(
    ("stores", "public"),
    [((SYSTEM,), True), ((CERTIFI,), True), ((NAMED,), False), ((NAMED, SYSTEM), True)],
)
def test_a_root_that_only_the_user_named_is_no_public_one(stores: tuple[str, ...], public: bool) -> None:
    told = with_stores(LEAF, LOWER, UPPER, stores=dict.fromkeys(stores, CA)).facts
    assert (told.trusted, told.public_root, told.root_stores) == (True, public, stores)


def test_a_path_to_a_named_root_does_not_hide_one_to_a_public_root() -> None:
    told = with_stores(LEAF, LOWER, UPPER, CROSSED, stores={NAMED: CA, CERTIFI: OTHER_CA}).facts
    assert (told.trusted, told.public_root) == (True, True)


@pytest.mark.parametrize(
    ("start", "days", "wrong"),
    [
        ("2018-02-28", 1188, False),
        ("2018-02-28", 1189, True),
        ("2018-03-01", 825, False),
        ("2018-03-01", 826, True),
        ("2020-08-31", 825, False),
        ("2020-09-01", 398, False),
        ("2020-09-01", 399, True),
        ("2026-03-14", 398, False),
        ("2026-03-15", 200, False),
        ("2026-03-15", 201, True),
        ("2027-03-15", 100, False),
        ("2027-03-15", 101, True),
        ("2029-03-15", 47, False),
        ("2029-03-15", 48, True),
    ],
)
def test_the_limit_of_validity_is_that_of_the_day_of_issue(start: str, days: int, wrong: bool) -> None:
    begins = datetime.fromisoformat(start).replace(tzinfo=UTC)
    leaf = issue("a.example", by=LASTING_CA, starts=begins, ends=begins + days * DAY - DAY / 86400)
    seen = with_stores(leaf, at=begins + DAY, stores={CERTIFI: LASTING_CA})
    private = with_stores(leaf, at=begins + DAY, stores={NAMED: LASTING_CA})
    assert seen.facts.valid_days == days
    assert judged("tls.cert-validity-too-long", seen).verdict is (Verdict.FAIL if wrong else Verdict.PASS)
    assert judged("tls.cert-validity-too-long", private).verdict is Verdict.NOT_APPLICABLE


def test_a_second_beyond_a_day_counts_as_a_day() -> None:
    begins = NOW
    assert facts(issue(by=CA, starts=begins, ends=begins + 398 * DAY)).valid_days == 399


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([LEAF, LOWER, UPPER, CA, CROSSED, OTHER_CA, STRANGER]), max_size=24))
def test_any_heap_of_certificates_is_arranged(heap: list[Issued]) -> None:
    told = facts(LEAF, *heap)
    assert len(told.chain) == len(heap) + 1
    assert told.chain[0].role == "leaf"
