"""What our questions leave in the logs of well-kept servers: nothing above notice, and nothing that fail2ban bans for.

A log-in that is refused has to be logged: `ftp.anonymous` leaves its one, and the marked method `none` of SSH another.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lab.server import needs
from tests.lab.system_log import NOTICE, entry

pytestmark = [pytest.mark.lab, pytest.mark.namespace, pytest.mark.slow]
FILTERS = {"sshd": "sshd", "dropbear": "dropbear", "vsftpd": "vsftpd", "postfix": "postfix", "dovecot": "dovecot"}
REFUSED_LOGINS = {"vsftpd": 1}
"""Matches that one refused log-in as anonymous brings; fail2ban bans after five."""


def run(*words: str) -> Any:
    if os.geteuid() != 0:
        pytest.skip("laboratory: root is needed for a system log of one's own")
    needs("unshare", "mount", "ip", "fail2ban-regex")
    command = ["unshare", "--net", "--mount", sys.executable, "-m", "tests.lab.gentle_in_namespace", *words]
    ended = subprocess.run(command, capture_output=True, cwd=Path(__file__).parents[2], timeout=180)
    assert ended.returncode == 0, ended.stderr.decode()
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def told() -> Any:
    return run()


def matched(program: str, lines: list[dict[str, Any]], folder: Path) -> list[str]:
    """The lines that fail2ban's own filter takes for attacks."""
    log = folder / "log"
    stamped = [f"Nov 25 22:00:00 laboratory {one['program']}[1]: {one['words']}" for one in lines]
    log.write_text("\n".join([*stamped, ""]), encoding="utf-8")
    rules = f"/etc/fail2ban/filter.d/{FILTERS[program]}.conf"
    command = ["/usr/bin/fail2ban-regex", "--out", "msg", "--datepattern", "%b %d %H:%M:%S", str(log), rules]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line for line in output.splitlines() if line.strip()]


@pytest.mark.parametrize("program", ["sshd", "dropbear", "postfix", "dovecot", "slapd", "rsyncd"])
def test_nothing_above_notice_is_logged(told: Any, program: str) -> None:
    lines = told[program]["lines"]
    assert lines, "nothing was heard of it: the log is not read"
    assert [one for one in lines if one["severity"] < NOTICE] == []


def test_a_refused_log_in_as_anonymous_is_all_that_vsftpd_warns_of(told: Any) -> None:
    warned = [one["words"] for one in told["vsftpd"]["lines"] if one["severity"] < NOTICE]
    assert len(warned) == 1
    assert "[anonymous] FAIL LOGIN" in warned[0]


@pytest.mark.parametrize("program", FILTERS)
def test_no_stock_filter_of_fail2ban_matches(told: Any, program: str, tmp_path: Path) -> None:
    found = matched(program, told[program]["lines"], tmp_path)
    assert len(found) <= REFUSED_LOGINS.get(program, 0), found
    assert all("anonymous" in line for line in found)


def test_the_filters_do_match_what_they_are_for(tmp_path: Path) -> None:
    """So that "no match" means something."""
    attack = {"program": "sshd", "severity": 6, "words": "Failed password for root from 192.0.2.1 port 4000 ssh2"}
    assert len(matched("sshd", [attack], tmp_path)) == 1


def test_the_marked_question_leaves_its_user_name_and_no_more(tmp_path: Path) -> None:
    lines = run("marked")["sshd"]["lines"]
    assert [one for one in lines if one["severity"] < NOTICE] == []
    assert any("yuanjian" in one["words"] for one in lines)
    assert len(matched("sshd", lines, tmp_path)) <= 1


def test_a_line_of_the_system_log_is_read() -> None:
    read = entry(b"<35>Nov 25 22:00:00 sshd[12]: error: kex_exchange_identification: read")
    assert read is not None
    assert (read.program, read.severity) == ("sshd", 3)
    assert entry(b"no line") is None
