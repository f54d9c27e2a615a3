"""The audit page's figures: every line once, where and when it was asked, however the log was cut."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.auditing import Audit, Peak, Span, lines_of, summed
from scanner.cli.app import run
from scanner.network.audit import AuditLog

START = datetime(2026, 9, 20, 0, 0, tzinfo=UTC)
A, B = "192.0.2.1", "192.0.2.2"


def line(seconds: float = 0.0, **more: Any) -> bytes:
    """A connect to A that was answered; `seconds` after START."""
    began = START + timedelta(seconds=seconds)
    fields = {
        "at": (began + timedelta(seconds=1)).isoformat(), "class": "inspected", "unit": "u", "address": A, "port": 80,
        "transport": "tcp", "act": "connect", "probe": "web.front", "outcome": "connected",
        "began": began.isoformat(), "ms": 5.0, "sent": 10, "received": 20,
    }  # fmt: skip
    return json.dumps({**fields, **more}).encode() + b"\n"


def audited(lines: Iterable[bytes], **span: Any) -> Audit:
    return summed(lines, Span(**span))


def test_each_kind_of_question_is_counted_once_with_its_bytes() -> None:
    audit = audited(
        [
            line(), line(act="request", outcome="200"), line(act="query", transport="udp", outcome="answered"),
            line(act="sweep", outcome="granted", ports="22,80-82", rate=200.0, sent=0, received=0),
            line(act="sweep", outcome="swept", ports="22,80-82", sent=0, received=7),
            line(outcome="refused"), line(outcome="timed-out"),
        ]
    )  # fmt: skip
    total = audit.total
    assert (total.connections, total.requests, total.datagrams, total.sweep_connects) == (3, 1, 1, 4)
    assert (total.sent, total.received) == (50, 107)
    assert (audit.grants, audit.fastest_grant, audit.unlimited_grants) == (1, 200.0, 0)
    assert audit.by_class["inspected"] == audit.by_probe["web.front"] == total


def test_what_was_refused_by_the_gate_was_not_sent() -> None:
    audit = audited([line(outcome="refused: out-of-scope"), line(outcome="refused: blocked")])
    assert audit.nothing
    assert audit.refused == {"out-of-scope": 1, "blocked": 1}
    assert audit.first is None


def test_what_the_scan_was_told_stands_on_the_page_whatever_the_address_and_counts_for_nothing_sent() -> None:
    told = {"class": "control", "act": "stop", "outcome": "told", "unit": "u", "by": "me@here", "detail": "they asked"}
    lines = [json.dumps({"at": (START + timedelta(seconds=at)).isoformat(), **told}).encode() for at in (1, 100)]
    audit = audited(lines, address=B, end=START + timedelta(seconds=50))
    assert audit.nothing and audit.unread == 0
    assert [(one.act, one.unit, one.by, one.detail) for one in audit.told] == [("stop", "u", "me@here", "they asked")]


def test_a_target_that_refuses_a_connect_was_asked() -> None:
    assert audited([line(outcome="refused")]).total.connections == 1


def test_address_and_span_choose_and_the_end_is_not_in_it() -> None:
    lines = [line(0), line(10), line(20), line(10, address=B)]
    chosen = audited(lines, address=A, start=START + timedelta(seconds=10), end=START + timedelta(seconds=20))
    assert (chosen.total.connections, chosen.first) == (1, START + timedelta(seconds=10))
    assert audited(lines, address="192.0.2.9").nothing
    assert audited(lines).addresses == {A, B}


def test_the_peak_is_of_when_questions_began_not_of_when_they_ended() -> None:
    together = (START + timedelta(seconds=60)).isoformat()
    assert audited([line(second * 2.0, at=together) for second in range(5)]).peak == 1
    assert audited([line(10), line(0.5), line(0), line(0.9), line(1.0)]).peak == 3


@given(st.lists(st.floats(0, 20), max_size=60))
def test_the_peak_is_the_most_in_any_sliding_second(moments: list[float]) -> None:
    peak = Peak()
    for moment in moments:
        peak.add(moment)
    assert peak.close() == max((sum(at - 1.0 < other <= at for other in moments) for at in moments), default=0)


def test_latency_is_told_before_during_and_after() -> None:
    times = [1.0] * 10 + [9.0] * 30 + [2.0] * 10
    latency = audited(line(number, ms=ms) for number, ms in enumerate(times)).latency["connect"]
    assert (latency.before, latency.during, latency.after, latency.answers) == (1.0, 9.0, 2.0, 50)


def test_few_answers_have_a_before_alone_and_unanswered_ones_tell_no_latency() -> None:
    latency = audited([line(ms=3.0), line(ms=5000.0, outcome="timed-out")]).latency["connect"]
    assert (latency.before, latency.during, latency.after, latency.answers) == (3.0, None, None, 1)


def test_a_connect_is_not_compared_with_a_request() -> None:
    audit = audited([line(ms=1.0), line(act="request", outcome="404", ms=300.0)])
    assert {kind: one.before for kind, one in audit.latency.items()} == {"connect": 1.0, "request": 300.0}


def test_a_cut_last_line_costs_itself_alone() -> None:
    audit = audited([line(), line()[:50]])
    assert (audit.total.connections, audit.unread) == (1, 1)


@given(
    st.lists(st.binary(max_size=80) | st.builds(lambda cut, put: line()[:cut] + put, st.integers(0, 300), st.binary()))
)
def test_no_log_breaks_the_sum(lines: list[bytes]) -> None:
    audit = summed(lines, Span())
    assert audit.unread + audit.total.connections + audit.grants >= 0
    json.dumps(audit.to_json())


@given(
    st.dictionaries(
        st.sampled_from(["at", "began", "act", "outcome", "ports", "ms", "sent", "rate", "address", "probe"]),
        st.none()
        | st.integers()
        | st.floats()
        | st.sampled_from(["", "x", "1-", "granted", "2026"])
        | st.lists(st.integers(), max_size=2),
    )
)
def test_members_of_any_other_type_cost_their_line_alone(bent: dict[str, Any]) -> None:
    summed([line(**bent), line()], Span())
    assert audited([line(**bent), line()]).total.connections >= 1


def test_a_line_without_end_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"x" * (3 << 20))
    with path.open("rb") as file:
        assert [len(piece) for piece in lines_of(file)] == [1 << 20] * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that was scanned and not sealed."""
    results = {"inspection": {"id": "x", "title": "T", "window": {"timezone": "Asia/Shanghai"}, "limits": {}}}
    (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
    log = AuditLog(tmp_path / "audit.jsonl")
    log._open()
    for second in range(3):
        log._flush([{key: value for key, value in json.loads(line(second * 60.0)).items()}])
    log._close()
    return tmp_path


def test_the_page_is_one_page_in_three_languages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {}
    for language in ("zh-CN", "zh-TW", "en"):
        assert run(["audit", str(folder), "--address", A, "--lang", language]) == 0
        pages[language] = capsys.readouterr().out
        assert len(pages[language].splitlines()) < 50
    assert "2026-09-20 08:00:00+08:00" in pages["en"]


@pytest.mark.parametrize(
    ("span", "count"),
    [
        (["--from", "2026-09-20T08:01"], 2),
        (["--from", "2026-09-20T00:01Z"], 2),
        (["--to", "2026-09-20"], 3),
        (["--to", "2026-09-19"], 0),
        (["--from", "2026-09-20T08:01", "--to", "2026-09-20T08:02"], 1),
    ],
)
def test_times_are_the_inspections_unless_they_say_otherwise(
    folder: Path, capsys: pytest.CaptureFixture[str], span: list[str], count: int
) -> None:
    assert run(["audit", str(folder), "--json", *span]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["connections"] == count


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--address", "www.example.org"], "--address"),
        (["--from", "yesterday"], "--from"),
        (["--to", "24:61"], "--to"),
        (["--from", "2026-09-21", "--to", "2026-09-20"], "--from"),
    ],
)
def test_a_bad_address_or_time_is_said_with_its_mend(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], names: str
) -> None:
    assert run(["audit", str(folder), *arguments]) == 2
    assert names in capsys.readouterr().err


def test_a_changed_log_is_told_by_its_line_and_costs_exit_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "audit.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"sent":10', b'"sent":11', 1))
    assert run(["audit", str(folder), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["chain_broken_at_line"] == 2


def test_a_folder_without_a_log_is_bad_usage(tmp_path: Path) -> None:
    assert run(["audit", str(tmp_path)]) == 2
