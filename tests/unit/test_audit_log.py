"""The audit log's chain: continued, kept over a crash, and broken by any change."""

import asyncio
import json
from pathlib import Path

import pytest

from scanner.model.errors import NotAdmitted
from scanner.model.scope import Scope
from scanner.model.verdict import Reason
from scanner.network.audit import START, AuditFault, AuditLog, broken_at
from scanner.network.gate import Gate
from scanner.network.lag import LagMeter
from scanner.network.ledger import Ledger
from scanner.network.question import Act, Question
from scanner.network.switch import Switch
from scanner.network.wire import utc_now
from tests.asking import ordered


def write(path: Path, *outcomes: str) -> None:
    async def story() -> None:
        async with AuditLog(path) as audit:
            for outcome in outcomes:
                audit.write(outcome=outcome, name=None)

    asyncio.run(story())


def lines_of(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_every_line_names_the_digest_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "audit.jsonl"
    write(path, "first", "second")
    write(path, "third")
    lines = lines_of(path)
    assert [line["outcome"] for line in lines] == ["first", "second", "third"]
    assert lines[0]["prev"] == START
    assert len({line["prev"] for line in lines}) == 3
    assert "name" not in lines[0]
    assert broken_at(path) is None


@pytest.mark.parametrize("number", [1, 2])
def test_a_changed_line_breaks_the_chain_after_it(tmp_path: Path, number: int) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, "one", "two", "three")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(b'"at":"2', b'"at":"1')
    path.write_bytes(b"".join(lines))
    assert broken_at(path) == number + 1


def test_a_removed_line_breaks_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, "one", "two", "three")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    assert broken_at(path) == 2


def test_a_line_that_a_crash_cut_short_is_chained_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, "one", "two")
    path.write_bytes(path.read_bytes()[:-20])
    write(path, "three")
    assert broken_at(path) is None
    path.write_bytes(path.read_bytes().replace(b'"two"', b'"TWO"'))
    assert broken_at(path) == 3


def test_the_chain_goes_on_after_a_log_larger_than_what_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, *("x" * 1000 for _ in range(1200)))
    write(path, "last")
    assert broken_at(path) is None


def test_what_cannot_be_audited_is_not_sent() -> None:
    inspection = ordered("127.35.0.1")
    question = Question("self", "127.35.0.1", 80, Act.CONNECT, "test")

    async def story() -> None:
        scope = Scope(inspection)
        async with AuditLog(Path("/dev/full")) as audit, Switch(inspection.window, utc_now) as switch:
            gate = Gate(scope, Ledger(scope), audit, switch, LagMeter())
            (await gate.enter(question)).close()
            await asyncio.sleep(0.4)
            with pytest.raises(NotAdmitted) as caught:
                await gate.enter(question)
            assert caught.value.reason is Reason.INTERRUPTED

    with pytest.raises(AuditFault, match="No space left"):
        asyncio.run(story())


def test_lone_surrogates_and_control_bytes_do_not_stop_the_log(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, "\udcff\x00\n", "next")
    assert len(lines_of(path)) == 2
    assert broken_at(path) is None
