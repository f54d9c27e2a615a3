"""`plan --resolve` as an officer reads it: what wants confirming, who else is there, who runs it; the resolver alone is asked."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.hostile.names import LyingServer, Records, naming

pytestmark = pytest.mark.lab

RESOLVER = "127.35.10.53"
RECORDS: Records = {
    ("a.unit.test", "A"): ["9.9.9.9"],
    ("www.a.unit.test", "A"): ["9.9.9.9", "127.35.10.1"],
    ("b.unit.test", "A"): ["9.9.9.9"],
    ("c.unit.test", "A"): ["8.8.8.8"],
    ("pay.unit.test", "A"): ["8.8.8.8"],
    ("9.9.9.9.in-addr.arpa", "PTR"): ["host9.cloud.example."],
}


def order(folder: Path) -> Path:
    """An order whose window opens tomorrow night: a plan is made before."""
    start = datetime.now(UTC) + timedelta(days=1)
    path = folder / "plan.yaml"
    path.write_text(
        f"""schema: yuanjian/inspection/1
id: plan
title: A plan
kind: self
authority: {{statement: a laboratory of our own}}
window: {{from: {start:%Y-%m-%dT%H:%M:%S}Z, to: {start + timedelta(days=2):%Y-%m-%dT%H:%M:%S}Z, timezone: UTC, daily: ["22:00-06:00"]}}
units:
  - {{name: One, critical_infrastructure: false, targets: [a.unit.test, www.a.unit.test, c.unit.test], exclude: [pay.unit.test]}}
  - {{name: Two, critical_infrastructure: false, targets: [b.unit.test, gone.unit.test]}}
""",
        encoding="utf-8",
    )
    return path


async def planned(file: Path, language: str) -> tuple[int | None, str, str, LyingServer]:
    words = ["-m", "scanner", "plan", str(file), "--resolve", "--resolver", f"{RESOLVER}:5300", "--lang", language]
    async with naming(RECORDS, RESOLVER) as server:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=pipe, stderr=pipe)
        out, errors = await process.communicate()
    return process.returncode, out.decode(), errors.decode(), server


def test_a_plan_names_what_wants_confirming_whose_it_is_and_who_else_is_there(tmp_path: Path) -> None:
    code, said, errors, server = asyncio.run(planned(order(tmp_path), "en"))
    assert code == 0, errors
    lines = said.splitlines()
    assert (
        "a.unit.test → 9.9.9.9 (not confirmed: asked by name only, also there: www.a.unit.test, b.unit.test [Two])"
        in lines
    )
    assert "www.a.unit.test → 127.35.10.1 (private or special, not listed: not asked)" in lines
    assert "c.unit.test → 8.8.8.8 (excluded)" in lines
    assert "gone.unit.test → no address (NXDOMAIN/NODATA)" in lines
    assert (
        "  9.9.9.9  reverse name host9.cloud.example  names: a.unit.test [One], www.a.unit.test [One], b.unit.test [Two]"
        in lines
    )
    assert {kind for _, kind in server.asked} == {"A", "AAAA", "PTR"}


def test_a_plan_speaks_chinese(tmp_path: Path) -> None:
    code, said, errors, _ = asyncio.run(planned(order(tmp_path), "zh-TW"))
    assert code == 0, errors
    assert "未經確認" in said
