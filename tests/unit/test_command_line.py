"""The command line as a user meets it: bad usage costs a message and exit 2, never a traceback, never a packet."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.cli.app import run
from scanner.cli.options import Asked
from scanner.cli.running import with_rates
from scanner.cli.scan import LOCAL
from scanner.inspection_file import from_targets, read
from scanner.model.errors import InputError

LANGUAGES = ("zh-CN", "zh-TW", "en")


def yuanjian(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scanner", *arguments], capture_output=True, text=True, cwd=cwd, timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["bogus"], "bogus"),
        (["scan"], "TARGET"),
        (["scan", "127.0.0.1", "--profile", "deep"], "--profile"),
        (["scan", "127.0.0.1", "--ports", "0"], "--ports"),
        (["scan", "127.0.0.1", "--ports", "80-22"], "--ports"),
        (["scan", "127.0.0.1", "--ports", "http"], "--ports"),
        (["scan", "127.0.0.1", "--engine", "masscan"], "--engine"),
        (["scan", "127.0.0.1", "--fail-on", "worst"], "--fail-on"),
        (["scan", "127.0.0.1", "--processes", "0"], "--processes"),
        (["scan", "127.0.0.1", "--processes", "17"], "--processes"),
        (["scan", "127.0.0.1", "--resolver", "dns.example"], "--resolver"),
        (["scan", "127.0.0.1", "--resolver", "192.0.2.1:99999"], "--resolver"),
        (["scan", "127.0.0.1", "--rate", "0"], "--rate"),
        (["scan", "127.0.0.1", "--db", "garbage"], "--db"),
        (["scan", "127.0.0.1", "--callback", "garbage"], "--callback"),
        (["scan", "127.0.0.1", "--lang", "fr"], "--lang"),
        (["scan", "127.0.0.1", "--rate", "fast"], "--rate"),
        (["scan", "127.0.0.1", "--trust", "no-such.pem"], "no-such.pem"),
        (["scan", "127.0.0.1", "--catalogue", "no-such.toml"], "no-such.toml"),
        (["scan", "127.0.0.1", "--check", "no.such"], "no.such"),
        (["scan", "127.0.0.1", "--probe", "no.such"], "no.such"),
        (["scan", "not a target", "--authorised", "x", "--not-critical-infrastructure"], "not a target"),
        (["scan", "127.0.0.1", "--history", "/proc/none/h.sqlite"], "--history"),
        (["inspect", "no-such.yaml"], "no-such.yaml"),
        (["plan", "no-such.yaml"], "no-such.yaml"),
        (["verify", "no-such"], "no-such"),
        (["rejudge", "no-such"], "no-such"),
        (["report", "no-such"], "no-such"),
        (["report", "no-such", "--format", "papyrus"], "papyrus"),
        (["checks", "no.such"], "no.such"),
        (["clauses", "mps151:99"], "mps151:99"),
    ],
)
def test_bad_usage_names_what_is_wrong_and_sends_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    names: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")
    assert run(arguments) == 2
    told = capsys.readouterr().err
    assert names in told
    assert "Traceback" not in told
    assert not list(tmp_path.rglob("audit.jsonl"))


@pytest.mark.parametrize("target", ["8.8.8.8", "198.51.100.1", "198.18.0.1", "169.254.0.1", "240.0.0.1", "2001:db8::1"])
def test_only_private_and_loopback_targets_are_inside(target: str) -> None:
    """Below the wire: documentation and other special ranges are not one's own network (R4)."""
    now = datetime.now(UTC)
    inspection = from_targets([target], now=now, statement="x", not_critical=True)
    with pytest.raises(InputError, match="R4"):
        with_rates(inspection, Asked(rate="max"))
    inside = from_targets(["127.0.0.1", "10.0.0.1", "fd00::1"], now=now, statement="x", not_critical=True)
    assert with_rates(inside, Asked(rate="max")).limits.requests_per_second is None


def test_no_rate_passes_what_the_file_says_of_public_targets() -> None:
    """The file's figures are ceilings that were told beforehand: a scan may be slower by them, never faster (R7)."""
    example = Path(__file__).parents[1] / "data" / "inspection.example.yaml"
    told = read(example, now=None)
    assert told.limits.requests_per_second == 20
    assert with_rates(told, Asked(rate="5")).limits.requests_per_second == 5
    with pytest.raises(InputError, match="20"):
        with_rates(told, Asked(rate="21"))
    with pytest.raises(InputError, match="200"):
        with_rates(told, Asked(connect_rate="201"))
    bare = from_targets(["8.8.8.8"], now=datetime.now(UTC), statement="x", not_critical=True)
    assert with_rates(bare, Asked(rate="200")).limits.requests_per_second == 200


def test_a_public_target_without_a_right_is_refused(tmp_path: Path) -> None:
    ended = yuanjian("scan", "8.8.8.8", "--lang", "en", cwd=tmp_path)
    assert ended.returncode == 3
    assert "--authorised" in ended.stderr
    assert not list(tmp_path.rglob("audit.jsonl"))


def test_a_bare_call_without_a_terminal_shows_the_help(tmp_path: Path) -> None:
    ended = yuanjian(cwd=tmp_path)
    assert ended.returncode == 2
    assert "inspect" in ended.stdout


@pytest.mark.parametrize("command", ["scan", "inspect", "plan", "demo", "verify", "rejudge", "report", "checks"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_help_has_an_example(tmp_path: Path, command: str, language: str) -> None:
    ended = yuanjian(command, "--lang", language, "--help", cwd=tmp_path)
    assert ended.returncode == 0
    assert f"yuanjian {command}" in ended.stdout.replace("\n  ", " ")


@pytest.mark.parametrize("listing", ["checks", "clauses", "probes"])
def test_the_catalogue_is_to_be_read(tmp_path: Path, listing: str) -> None:
    ended = yuanjian(listing, "--lang", "zh-CN", cwd=tmp_path)
    assert ended.returncode == 0
    assert len(ended.stdout.splitlines()) > 10


@pytest.mark.parametrize("command", ["audit", "verify", "report", "rejudge", "status"])
@pytest.mark.parametrize("content", [b"[" * 100_000, b"{}", b"[]", b"\xff\xfe\x00", b'{"inspection": 1}', b""])
def test_a_folder_that_somebody_bent_costs_a_message_and_no_traceback(
    command: str, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("results.json", "manifest.json", "audit.jsonl", "scan.sqlite", "database"):
        (tmp_path / name).write_bytes(content)
    assert run([command, str(tmp_path), "--lang", "en"]) in (1, 2)
    said = capsys.readouterr()
    assert "fault of ours" not in said.err and "Traceback" not in said.err
    assert said.err or said.out


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("localhost", "127.0.0.1"),
        ("LocalHost:8443", "127.0.0.1:8443"),
        ("http://localhost/a/localhost", "http://127.0.0.1/a/localhost"),
        ("localhost.example.org", "localhost.example.org"),
        ("my-localhost", "my-localhost"),
    ],
)
def test_localhost_is_the_machine_itself_and_no_name_to_be_resolved(written: str, means: str) -> None:
    assert LOCAL.sub("127.0.0.1", written, count=1) == means


def test_a_bad_target_is_not_said_to_be_no_target() -> None:
    with pytest.raises(InputError) as raised:
        from_targets(["127.0.0.1:0"], now=datetime.now(UTC))
    assert "No target was named" not in str(raised.value)
    with pytest.raises(InputError, match="No target was named"):
        from_targets([], now=datetime.now(UTC))
