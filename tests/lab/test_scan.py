"""The whole way on the demonstration's laboratory: scan, results, report, seal, history, resume, re-judging."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scanner.cli.demo import laboratory
from scanner.demo.laboratory import CARELESS, KEPT, RESOLVER, inspection_file
from scanner.model.errors import InputError

pytestmark = pytest.mark.lab

SCHEMA = json.loads((Path(__file__).parents[2] / "scanner/results/results.schema.json").read_text(encoding="utf-8"))
ONE, TWO = "示例第一中学", "示例第二中学"


def yuanjian(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scanner", *(str(part) for part in arguments), "--lang", "en"]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=180, check=False)


def results(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    return data


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The laboratory runs; its folder holds the inspection file and the authority's certificate."""
    folder = tmp_path_factory.mktemp("schools")
    with contextlib.ExitStack() as held:
        for _ in range(12):  # its addresses are fixed: a demonstration may be running beside the tests
            with contextlib.suppress(InputError):
                held.enter_context(laboratory(folder))
                break
            time.sleep(5)
        else:
            held.enter_context(laboratory(folder))
        inspection_file(folder, datetime.now(UTC))
        yield folder


@pytest.fixture(scope="module")
def scanned(schools: Path) -> Path:
    """One whole inspection of both schools."""
    ended = inspect(schools, "first")
    assert ended.returncode == 0, ended.stderr
    return schools / "first"


def inspect(schools: Path, out: str, *more: str) -> subprocess.CompletedProcess[str]:
    resolver = "{}:{}".format(*RESOLVER)
    trust = schools / "authority.pem"
    return yuanjian(
        "inspect", "demo.yaml", "-o", out, "--resolver", resolver, "--trust", trust, "--quiet", *more, cwd=schools
    )


def test_the_careless_school_is_found_out_and_the_kept_one_is_not_accused(scanned: Path) -> None:
    found = {(row["unit"], row["check"]) for row in results(scanned)["findings"]}
    expected = {
        "dns.zone-transfer-open", "mail.spf-missing", "mail.dmarc-missing", "dns.single-nameserver",
        "redis.no-auth", "tls.protocol-tls10", "tls.protocol-tls11", "tls.cert-expired", "tls.cert-self-signed",
        "tls.cert-weak-key", "web.vcs-exposed", "web.config-exposed", "web.trace-enabled", "web.csp-missing",
        "web.cookie-insecure", "web.server-version-disclosed",
    }  # fmt: skip
    assert expected <= {check for unit, check in found if unit == ONE}
    observed = {"dns.ipv6-missing", "tls.sm-missing", "tls.post-quantum-missing"}
    assert {check for unit, check in found if unit == TWO} == observed


def test_every_check_on_every_asset_is_in_coverage_and_nothing_silent_is_passed(scanned: Path) -> None:
    data = results(scanned)
    rows = {
        (row["check"], row["unit"], row["host"], row["address"], row["transport"], row["port"], row["scheme"])
        for row in data["coverage"]
    }
    assert len(rows) == len(data["coverage"])
    assert data["inspection"]["complete"] is True
    assert data["errors"] == []
    failed = {(row["check"], row["unit"]) for row in data["coverage"] if row["verdict"] == "fail"}
    assert failed == {(row["check"], row["unit"]) for row in data["findings"]}


def test_evidence_is_on_disk_with_its_digest_and_no_secret_in_it(scanned: Path) -> None:
    rows = [piece for finding in results(scanned)["findings"] for piece in finding["evidence"]]
    assert rows
    assert all((scanned / piece["file"]).is_file() for piece in rows)
    everything = b"".join(path.read_bytes() for path in scanned.rglob("*") if path.is_file())
    assert b"not-a-real-one" not in everything


def test_the_seal_holds_and_one_changed_byte_breaks_it(scanned: Path, schools: Path) -> None:
    assert yuanjian("verify", "first", cwd=schools).returncode == 0
    copy = schools / "tampered"
    shutil.copytree(scanned, copy)
    audit = copy / "audit.jsonl"
    audit.write_bytes(audit.read_bytes().replace(b"127.77.1.10", b"127.77.1.11", 1))
    ended = yuanjian("verify", "tampered", cwd=schools)
    assert (ended.returncode, "audit.jsonl" in ended.stderr) == (1, True)
    assert yuanjian("verify", "first", "--key", "0" * 64, cwd=schools).returncode == 1


def test_a_units_folder_holds_nothing_of_the_other_unit_and_no_officers_id(scanned: Path, schools: Path) -> None:
    folders = sorted((scanned / "units").iterdir())
    assert len(folders) == 2
    for folder, foreign in zip(folders, ((TWO, KEPT, "school-two"), (ONE, CARELESS, "school-one")), strict=True):
        for path in folder.rglob("*"):
            if path.is_file():
                text = path.read_bytes().decode("utf-8", "replace")
                assert not [word for word in (*foreign, "031415", "027182") if word in text], path
        results(folder)
        assert yuanjian("verify", folder, cwd=schools).returncode == 0


def test_the_same_scan_again_says_the_same_and_calls_it_open(scanned: Path, schools: Path) -> None:
    ended = inspect(schools, "second")
    assert ended.returncode == 0, ended.stderr
    first, second = results(scanned), results(schools / "second")
    assert {(row["id"], row["severity"]) for row in first["findings"]} == {
        (row["id"], row["severity"]) for row in second["findings"]
    }
    assert _verdicts(first) == _verdicts(second)
    assert {row["state"] for row in second["findings"]} == {"open"}
    assert second["inspection"]["previous"] is not None


def test_an_existing_result_is_never_overwritten(scanned: Path, schools: Path) -> None:
    before = (scanned / "results.json").read_bytes()
    ended = inspect(schools, "first")
    assert (ended.returncode, "--resume" in ended.stderr) == (2, True)
    assert (scanned / "results.json").read_bytes() == before


def test_a_resumed_scan_asks_nothing_twice_and_finds_the_same(scanned: Path, schools: Path) -> None:
    """A copy of the facts without its last third stands for a scan that was cut short."""
    cut = schools / "cut"
    shutil.copytree(scanned, cut)
    with sqlite3.connect(cut / "scan.sqlite") as store:
        (count,) = store.execute("SELECT count(*) FROM observation").fetchone()
        store.execute("DELETE FROM observation WHERE id > ?", (2 * count // 3,))
        store.execute("DELETE FROM meta WHERE key = 'history'")
        store.execute("UPDATE meta SET value = json_set(value, '$.complete', json('false')) WHERE key = 'run'")
    store.close()
    sent = len((cut / "audit.jsonl").read_text(encoding="utf-8").splitlines())
    ended = inspect(schools, "cut", "--resume", "--history", str(schools / "other.sqlite"))
    assert ended.returncode == 0, ended.stderr
    assert {row["id"] for row in results(cut)["findings"]} == {row["id"] for row in results(scanned)["findings"]}
    again = len((cut / "audit.jsonl").read_text(encoding="utf-8").splitlines()) - sent
    assert 0 < again < sent
    both, whole = results(cut)["traffic"], results(scanned)["traffic"]
    assert both["requests"] > whole["requests"], "what the run sent that broke off counts too"
    assert both["by_class"]["inspected"] > whole["by_class"]["inspected"]


def test_neither_a_complete_scan_nor_a_wider_scope_is_resumed(scanned: Path, schools: Path) -> None:
    wider = (
        (schools / "demo.yaml")
        .read_text(encoding="utf-8")
        .replace(f"- {CARELESS}\n", f"- {CARELESS}\n          - 127.77.1.99\n")
    )
    (schools / "wider.yaml").write_text(wider, encoding="utf-8")
    copy = schools / "narrow"
    shutil.copytree(scanned, copy)
    complete = inspect(schools, "narrow", "--resume")
    assert (complete.returncode, "complete" in complete.stderr) == (2, True)
    with sqlite3.connect(copy / "scan.sqlite") as store:
        store.execute("UPDATE meta SET value = json_set(value, '$.complete', json('false')) WHERE key = 'run'")
    store.close()
    ended = yuanjian("inspect", "wider.yaml", "-o", "narrow", "--resume", "--quiet", cwd=schools)
    assert (ended.returncode, "127.77.1.99" in ended.stderr) == (2, True)


def test_rejudging_sends_nothing_and_takes_the_law_of_the_day(scanned: Path, schools: Path) -> None:
    before = (scanned / "audit.jsonl").read_bytes()
    ended = yuanjian("rejudge", "first", "--law-at", "2026-09-01", cwd=schools)
    assert ended.returncode == 0, ended.stderr
    assert (scanned / "audit.jsonl").read_bytes() == before
    (folder,) = scanned.glob("rejudged-*")
    old, new = results(scanned), results(folder)
    assert {row["id"] for row in old["findings"]} == {row["id"] for row in new["findings"]}
    assert {"mps176"} == _laws(old) & {"mps151", "mps176"}
    assert {"mps151"} == _laws(new) & {"mps151", "mps176"}
    assert "manifest_sha256" in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["rejudged"]
    assert yuanjian("verify", "first", cwd=schools).returncode == 0


def test_the_plan_sends_nothing(schools: Path) -> None:
    ended = yuanjian("plan", "demo.yaml", cwd=schools)
    assert ended.returncode == 0
    assert ONE in ended.stdout and TWO in ended.stdout


def _verdicts(data: dict[str, Any]) -> set[tuple[Any, ...]]:
    keys = ("check", "unit", "host", "address", "port", "scheme", "verdict", "reason")
    return {tuple(row[key] for key in keys) for row in data["coverage"]}


def _laws(data: dict[str, Any]) -> set[str]:
    return {clause.partition(":")[0] for row in data["findings"] for clause in row["clauses"]}
