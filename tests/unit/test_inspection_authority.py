"""Right and time: which orders are refused, by which rule, from which source, and which go through."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.inspection_file import (
    InspectionFileError,
    NotEntitled,
    from_targets,
    read,
    standing,
)
from scanner.model.authority import Kind, Window
from scanner.model.errors import Refused
from scanner.model.inspection import Inspection, Limits

EXAMPLE = Path(__file__).parents[1] / "data" / "inspection.example.yaml"
NOW = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
AFTER = datetime(2026, 10, 10, 2, 0, tzinfo=UTC)


def ordered(folder: Path, change: Callable[[dict[str, Any]], object], now: datetime | None = NOW) -> Inspection:
    """The example with one change made to it, read at `now`."""
    data = yaml.load(EXAMPLE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 -- builds nothing but texts
    change(data)
    file = folder / "inspection.yaml"
    file.write_text(yaml.safe_dump(_blank(data), allow_unicode=True), encoding="utf-8")
    return read(file, now=now)


def _blank(value: Any) -> Any:
    """`null` as the base loader leaves it, made null again."""
    match value:
        case dict():
            return {key: _blank(part) for key, part in value.items()}
        case list():
            return [_blank(part) for part in value]
        case _:
            return None if value in ("null", "") else value


def told(folder: Path, change: Callable[[dict[str, Any]], object], now: datetime | None = NOW) -> dict[str, str]:
    """Code → source of what bars the whole."""
    with pytest.raises(NotEntitled) as raised:
        ordered(folder, change, now)
    for language in ("zh-CN", "zh-TW", "en"):
        assert len(raised.value.in_language(language)) > 20
    assert isinstance(raised.value, Refused)
    return {refusal.code: refusal.origin("en") for refusal in raised.value.refusals}


def test_an_order_in_its_window_with_all_papers_goes_through(tmp_path: Path) -> None:
    assert ordered(tmp_path, lambda data: None).refused == ()


@pytest.mark.parametrize("kind", ["routine", "priority", "special"])
def test_police_kinds_need_two_officers(tmp_path: Path, kind: str) -> None:
    def one(data: dict[str, Any]) -> None:
        data["kind"] = kind
        data["authority"]["persons"] = data["authority"]["persons"][:1]

    def same_twice(data: dict[str, Any]) -> None:
        data["kind"] = kind
        data["authority"]["persons"] = data["authority"]["persons"][:1] * 2

    assert "Article 18" in told(tmp_path, one)["officers"]
    assert "officers" in told(tmp_path, same_twice)


def test_no_officers_at_all_is_a_matter_of_right(tmp_path: Path) -> None:
    assert "officers" in told(tmp_path, lambda data: data["authority"].update(persons=None))


def without_notice(data: dict[str, Any]) -> None:
    data["notice"] = None
    data["units"][0]["notice"] = None


def later(day: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["notice"]["issued"] = day
        data["units"][0]["notice"] = None

    return change


def test_no_notice_no_inspection(tmp_path: Path) -> None:
    assert "Article 16" in told(tmp_path, without_notice)["notice-missing"]


def test_a_notice_counts_only_where_it_precedes_the_window(tmp_path: Path) -> None:
    assert "notice-late" in told(tmp_path, later("2026-09-21"))
    assert "notice-late" in told(tmp_path, later("2026-09-20"))
    assert ordered(tmp_path, later("2026-09-19")).units


def test_a_notice_delivered_too_late_or_undated_does_not_count(tmp_path: Path) -> None:
    assert "notice-late" in told(tmp_path, lambda data: data["units"][0]["notice"]["delivered"].update(at="2026-09-22"))

    def undated(data: dict[str, Any]) -> None:
        data["notice"].pop("issued")
        data["units"][0]["notice"] = None

    assert "notice-undated" in told(tmp_path, undated)


def test_the_source_is_order_151_before_october_2026_and_our_own_rule_after(tmp_path: Path) -> None:
    def october(data: dict[str, Any]) -> None:
        without_notice(data)
        data["window"]["to"] = "2026-10-30T00:00:00+08:00"

    assert told(tmp_path, without_notice)["notice-missing"].startswith("Order No. 151")
    assert told(tmp_path, october, AFTER)["notice-missing"].startswith("project rule, after former Order 151")


def test_the_same_rule_is_the_projects_own_for_those_who_are_no_police(tmp_path: Path) -> None:
    def supervisory(data: dict[str, Any]) -> None:
        without_notice(data)
        data["kind"] = "supervisory"
        data["units"][0]["consent"] = {"by": "丙", "number": "1", "date": "2026-09-01"}

    assert told(tmp_path, supervisory)["notice-missing"] == "project rule, after Order 151 Article 16"


def add(unit: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    extra = {"name": "乙校", "critical_infrastructure": "false", "targets": ["192.0.2.200"]}
    return lambda data: data["units"].append({**extra, **unit})


@pytest.mark.parametrize(
    ("unit", "source"),
    [
        ({"critical_infrastructure": "true"}, "Article 31"),
        (
            {"critical_infrastructure": "true", "approval": {"by": "x", "number": "1", "date": "2026-12-01"}},
            "Article 31",
        ),
        ({"basic_telecom": "true"}, "telecommunications"),
        ({"notice": {"issued": "2026-09-25"}}, "Article 16"),
    ],
)
def test_a_unit_without_right_is_refused_and_the_others_run(tmp_path: Path, unit: dict[str, Any], source: str) -> None:
    inspection = ordered(tmp_path, add(unit))
    (refused,) = inspection.refused
    assert [one.name for one in inspection.units] == ["示例职业技术学院"]
    assert refused.unit.name == "乙校"
    assert source in refused.source
    assert refused.rule_text is not None
    assert refused.rule_text.zh_cn
    assert refused.rule_text.en == refused.rule


@pytest.mark.parametrize(
    "unit",
    [
        {"critical_infrastructure": "true", "approval": {"by": "x", "number": "1", "date": "2026-09-01"}},
        {"basic_telecom": {"by": "x", "number": "1", "date": "2026-09-01"}},
    ],
)
def test_a_unit_with_its_papers_is_not_refused(tmp_path: Path, unit: dict[str, Any]) -> None:
    assert ordered(tmp_path, add(unit)).refused == ()


def test_all_units_refused_refuses_the_whole(tmp_path: Path) -> None:
    assert "approval-missing" in told(tmp_path, lambda data: data["units"][0].update(critical_infrastructure="true"))


@pytest.mark.parametrize("kind", ["entrusted", "supervisory"])
def test_consent_a_contract_or_an_authorisation_opens_the_door_of_others(tmp_path: Path, kind: str) -> None:
    def bare(data: dict[str, Any]) -> None:
        data["kind"] = kind

    def contract(data: dict[str, Any]) -> None:
        data["kind"] = kind
        data["basis"].append({"type": "contract", "number": "1"})

    assert "consent-missing" in told(tmp_path, bare)
    assert ordered(tmp_path, contract).kind is Kind(kind)


def test_a_self_check_says_by_what_right(tmp_path: Path) -> None:
    def silent(data: dict[str, Any]) -> None:
        data["kind"] = "self"

    assert "statement-missing" in told(tmp_path, silent)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ("2026-09-19T23:59:59+08:00", "window-early"),
        ("2026-09-21T07:59:59+08:00", "window-hours"),
        ("2026-09-21T20:00:00+08:00", "window-hours"),
        ("2026-10-01T00:00:00+08:00", "window-late"),
    ],
)
def test_outside_the_window_nothing_is_sent(tmp_path: Path, now: str, code: str) -> None:
    assert code in told(tmp_path, lambda data: None, datetime.fromisoformat(now))


def test_a_plan_may_be_made_before_the_window_and_before_the_notice(tmp_path: Path) -> None:
    inspection = ordered(tmp_path, without_notice, None)
    assert inspection.units == ()
    assert "prior notice" in inspection.refused[0].rule
    early = ordered(tmp_path, lambda data: data["authority"].update(persons=None), None)
    assert any("two, with their numbers" in warning for warning in early.warnings)


def test_marked_checks_stay_out_of_an_event(tmp_path: Path) -> None:
    def special(event: dict[str, str] | None) -> Callable[[dict[str, Any]], None]:
        return lambda data: data.update(kind="special", allow_marked="true", event=event)

    during = {"name": "大会", "from": "2026-09-25T00:00:00+08:00", "to": "2026-10-05T00:00:00+08:00"}
    after = {**during, "from": "2026-10-01T00:00:00+08:00"}
    assert "marked-event" in told(tmp_path, special(during))
    assert "marked-event-unknown" in told(tmp_path, special(None))
    assert ordered(tmp_path, special(after)).allow_marked is True


def test_a_document_is_held_against_its_digest(tmp_path: Path) -> None:
    (tmp_path / "notice.pdf").write_bytes(b"paper")
    digest = hashlib.sha256(b"paper").hexdigest()

    def recorded(sha256: str | None, file: str = "notice.pdf") -> Callable[[dict[str, Any]], None]:
        return lambda data: data["basis"][0].update(file=file, sha256=sha256)

    assert "document-digest" in told(tmp_path, recorded("0" * 64))
    assert ordered(tmp_path, recorded(digest.upper())).basis[0].sha256 == digest
    assert ordered(tmp_path, recorded(None)).basis[0].sha256 == digest
    absent = ordered(tmp_path, recorded(digest, "gone.pdf"))
    assert any("gone.pdf" in warning for warning in absent.warnings)


def test_hours_over_midnight_belong_to_both_days() -> None:
    start, end = datetime(2026, 9, 20, tzinfo=UTC), datetime(2026, 9, 30, tzinfo=UTC)
    window = Window(start, end, "Asia/Shanghai", ((time(22), time(6)),))
    for hour, state in ((5, True), (6, False), (21, False), (22, True), (0, True)):
        at = datetime.fromisoformat(f"2026-09-21T{hour:02}:00:00+08:00")
        assert (standing(window, at) == "open") is state
    whole_day = Window(start, end, "Asia/Shanghai", ((time(0), time(0)),))
    assert standing(whole_day, datetime.fromisoformat("2026-09-21T12:00:00+08:00")) == "open"


def test_a_bare_scan_of_loopback_needs_no_leave() -> None:
    inspection = from_targets(["127.0.0.1", "[::1]:8443", "localhost"], now=NOW)
    assert (inspection.kind, inspection.bare, inspection.units[0].key) == (Kind.SELF, True, "self")
    assert standing(inspection.window, NOW) == "open"


@pytest.mark.parametrize("target", ["192.0.2.1", "10.0.0.1", "www.example.cn", "126.255.255.255-127.0.0.1"])
def test_a_bare_scan_of_anything_else_says_by_what_right(target: str) -> None:
    with pytest.raises(NotEntitled) as raised:
        from_targets([target], now=NOW)
    assert [refusal.code for refusal in raised.value.refusals] == ["authorised-missing", "critical-unsaid"]
    assert from_targets([target], now=NOW, statement="本人所有", not_critical=True).units[0].targets


def test_a_bare_scan_tells_all_bad_targets_and_keeps_to_256_addresses() -> None:
    with pytest.raises(InspectionFileError) as raised:
        from_targets(["edu.cn", "127.0.0.0/23", "*.cn"], now=NOW, own_addresses=["x"])
    assert [fault.key for fault in raised.value.faults] == ["targets[0]", "targets[2]", "own_addresses[0]", "targets"]
    assert from_targets(["127.0.0.0/24", "127.0.0.1"], now=NOW).units
    with pytest.raises(InspectionFileError):
        from_targets([], now=NOW)


def test_ceilings_are_lifted_for_internal_targets_alone() -> None:
    lifted = Limits(requests_per_second=None, connects_per_second=None)
    assert from_targets(["127.0.0.1"], now=NOW, limits=lifted).limits == lifted
    with pytest.raises(InspectionFileError):
        from_targets(["www.example.cn"], now=NOW, limits=lifted, statement="x", not_critical=True)
