"""Names of checks and probes in an order and on the command line: a slip of the pen is told, with what is perhaps meant."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.catalogue.loader import load
from scanner.cli.app import run
from scanner.cli.known_names import hold_to_known_names
from scanner.cli.options import Asked
from scanner.inspecting.registry import all_probes
from scanner.inspection_file import from_targets

ORDER = """\
schema: yuanjian/inspection/1
id: 7
title: 自查
kind: self
authority: {statement: 本单位自查}
window: {from: 2026-09-20T00:00:00+08:00, to: 2036-09-30T00:00:00+08:00}
units: [{name: 甲, critical_infrastructure: false, targets: [127.0.0.1]}]
"""


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("checks: {only: [tls.protocol-tls1O]}", "checks.only: there is no check or area of checks `tls.protocol-tls1O`. Perhaps"),
        ("checks: {skip: [sword]}", "checks.skip: there is no check or area of checks `sword`. `yuanjian checks`"),
        ("allow_marked: [snmp.pubic]", "allow_marked: `snmp.pubic` is no check that wants leave. Perhaps `snmp.public`?"),
        ("allow_marked: [tls.cert-expired]", "allow_marked: `tls.cert-expired` is no check that wants leave."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["plan", "inspect"])
def test_what_is_not_there_is_told_with_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, line: str, says: str
) -> None:
    file = tmp_path / "order.yaml"
    file.write_text(f"{ORDER}{line}\n", encoding="utf-8")
    assert run([command, str(file), "--lang", "en"]) == 2
    assert says in capsys.readouterr().err


def test_what_is_there_may_be_named() -> None:
    allowing = replace(from_targets(["127.0.0.1"], now=datetime.now(UTC)), allow_marked=("snmp.public", "nmap.version"))
    asked = Asked(checks=("tls", "web.csp-missing"), probes=("tls", "web.home"))
    hold_to_known_names(allowing, asked, load(), all_probes())
