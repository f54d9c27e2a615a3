"""A real MariaDB, scanned twice in a day: it counts no more than five handshakes that we left unfinished (R6)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.servers.mariadb import mariadb

pytestmark = [pytest.mark.lab, pytest.mark.slow]

ADDRESS = "127.35.44.1"


def aborted(socket: Path) -> int:
    """How many connections the server saw end before they were made."""
    words = [
        "mariadb",
        "--no-defaults",
        "-uroot",
        f"--socket={socket}",
        "-N",
        "-e",
        "SHOW STATUS LIKE 'Aborted_connects'",
    ]
    return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()[1])


def scanned(folder: Path, name: str) -> dict[str, tuple[str, str | None]]:
    """Each check's verdict and reason at MariaDB's port."""
    command = [
        sys.executable, "-m", "scanner", "scan", ADDRESS, "-o", str(folder / name), "--ports", "3306", "--rate", "200",
        "--history", str(folder / "history.sqlite"), "--quiet",
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    rows = json.loads((folder / name / "results.json").read_text(encoding="utf-8"))["coverage"]
    return {row["check"]: (row["verdict"], row["reason"]) for row in rows if row["port"] == 3306}


def test_two_scans_of_a_day_leave_no_more_than_five_handshakes_and_the_second_says_so(tmp_path: Path) -> None:
    with mariadb(tmp_path / "server", ADDRESS) as socket:
        before = aborted(socket)
        first = scanned(tmp_path, "first")
        assert first["mysql.no-tls"][0] in ("fail", "pass"), "the day's five are enough to tell"
        second = scanned(tmp_path, "second")
        third = scanned(tmp_path, "third")
        assert aborted(socket) - before <= 5
    assert ("not-tested", "budget") in second.values()
    assert not [check for check, told in third.items() if told[0] == "pass" and first.get(check, told)[0] == "fail"]
