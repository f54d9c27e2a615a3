"""Newer tables are taken in signed or not at all, in each documented format, and never make what is known older."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.catalogue.exploited import exploited_from
from scanner.catalogue.feed import load_exploited, load_releases
from scanner.cli.app import run
from scanner.feeding.signature import sign, signer
from scanner.feeding.taking import take
from scanner.model.errors import InputError
from scanner.sealing import own_key

TODAY = date(2026, 11, 25)
NGINX = [{"cycle": "1.31", "eol": "2027-05-01"}, {"cycle": "1.40", "eol": False}, {"cycle": "x", "eol": "2020-01-01"}]
KEV = {
    "catalogVersion": "2026.11.20",
    "dateReleased": "2026-11-20T10:00:00.0Z",
    "vulnerabilities": [{"cveID": "CVE-2099-0001", "dateAdded": "2026-11-19"}],
}


def nvd(cve: str = "CVE-2099-0001", **match: Any) -> dict[str, Any]:
    found = {"vulnerable": True, "criteria": "cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*", **match}
    record = {"id": cve, "configurations": [{"nodes": [{"cpeMatch": [found]}]}]}
    return {"format": "NVD_CVE", "timestamp": "2026-11-21T00:00:00.000", "vulnerabilities": [{"cve": record}]}


@pytest.fixture(autouse=True)
def kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("YUANJIAN_FEEDS", str(tmp_path / "feeds"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    load_releases.cache_clear()
    load_exploited.cache_clear()
    yield
    load_releases.cache_clear()
    load_exploited.cache_clear()


def wrote(path: Path, data: Any, *, signed: bool = True) -> str:
    path.write_text(json.dumps(data), encoding="utf-8")
    if signed:
        assert run(["feeds", "sign", str(path)]) == 0
    return str(path)


def test_a_signed_table_of_end_dates_is_used_from_then_on(tmp_path: Path) -> None:
    nginx = load_releases().products["nginx"]
    assert nginx.end_of((1, 31, 4)) is None
    assert run(["feeds", "update", wrote(tmp_path / "nginx.json", NGINX)]) == 0
    newer = load_releases().products["nginx"]
    assert str(newer.end_of((1, 31, 4))) == "2027-05-01"
    assert newer.end_of((1, 40)) is None
    assert newer.end_of((1, 22)) == nginx.end_of((1, 22)), "what was known stays known"
    assert newer.shipped == nginx.shipped


def test_what_is_not_signed_is_refused_and_changes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    own_key()
    assert run(["feeds", "update", wrote(tmp_path / "nginx.json", NGINX, signed=False)]) == 2
    assert ".sig" in capfd.readouterr().err
    altered = Path(wrote(tmp_path / "redis.json", NGINX))
    altered.write_text(json.dumps([{"cycle": "7", "eol": "2030-01-01"}]), encoding="utf-8")
    assert run(["feeds", "update", str(altered)]) == 2
    assert not (tmp_path / "feeds" / "end_of_life.json").exists()


def test_a_stranger_s_signature_is_refused_until_he_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "other"))
    file = wrote(tmp_path / "nginx.json", NGINX)
    stranger = capfd.readouterr().err.rpartition(" ")[2].strip().strip(")")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert run(["feeds", "update", file]) == 2, "nobody is trusted yet"
    own_key()
    assert run(["feeds", "update", file]) == 2
    assert stranger in capfd.readouterr().err
    assert run(["feeds", "update", file, "--key", stranger]) == 0


def test_versions_of_an_exploited_flaw_come_from_two_sources_together(tmp_path: Path) -> None:
    records = wrote(tmp_path / "nvd.json", nvd(versionStartIncluding="1.5.0", versionEndExcluding="1.9.2"))
    assert run(["feeds", "update", records]) == 0
    assert not load_exploited().of("nginx", (1, 7)), "not listed as exploited: left out"
    assert run(["feeds", "update", wrote(tmp_path / "kev.json", KEV), records]) == 0
    assert [flaw.cve for flaw in load_exploited().of("nginx", (1, 7))] == ["CVE-2099-0001"]
    assert not load_exploited().of("nginx", (1, 9, 2))
    assert load_exploited().of("exim", (4, 91)), "what was known stays known"


@pytest.mark.parametrize(
    ("match", "held", "free"),
    [
        ({"versionEndIncluding": "1.9.1"}, (1, 9, 1), (1, 9, 2)),
        ({"versionStartExcluding": "1.5.0", "versionEndExcluding": "1.9.2"}, (1, 5, 1), (1, 5, 0)),
        ({"criteria": "cpe:2.3:a:f5:nginx:1.7.3:*:*:*:*:*:*:*"}, (1, 7, 3), (1, 7, 4)),
    ],
)
def test_each_way_of_naming_versions_is_read(
    match: dict[str, str], held: tuple[int, ...], free: tuple[int, ...]
) -> None:
    record = nvd(**match)
    record["vulnerabilities"][0]["cve"]["cisaExploitAdd"] = "2026-11-01"
    taken = take(json.dumps(record).encode(), "nvd.json", TODAY)
    (flaw,) = [one for one in taken.data["flaw"] if one["cve"] == "CVE-2099-0001"]
    table = exploited_from({**taken.data, "flaw": [flaw]})
    assert table.of("nginx", held)
    assert not table.of("nginx", free)


def test_a_record_without_an_end_or_of_a_product_we_do_not_know_is_left_out() -> None:
    for match in ({}, {"criteria": "cpe:2.3:a:vendor:other:*:*:*:*:*:*:*:*", "versionEndExcluding": "2"}):
        record = nvd(**match)
        record["vulnerabilities"][0]["cve"]["cisaExploitAdd"] = "2026-11-01"
        assert take(json.dumps(record).encode(), "nvd.json", TODAY).changed == 0


def test_an_older_table_is_refused(tmp_path: Path) -> None:
    assert run(["feeds", "update", wrote(tmp_path / "kev.json", KEV)]) == 0
    for older in (
        {**KEV, "dateReleased": "2026-11-19T00:00:00Z"},
        {"format": "yuanjian/end-of-life/1", "seen": "2020-01-01", "distribution": {}, "product": {}},
    ):
        with pytest.raises(InputError, match="older than the table in use"):
            take(json.dumps(older).encode(), "kev.json", TODAY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing",
        b"[]",
        b"{}",
        b"[1, 2]",
        b"[" * 100_000,
        b'[{"cycle": "1", "eol": "yesterday"}]',
        json.dumps({**KEV, "vulnerabilities": [{}]}).encode(),
        json.dumps({"format": "yuanjian/end-of-life/1", "seen": "2027-01-01"}).encode(),
        json.dumps({"format": "yuanjian/known-exploited/1", "seen": "2027-01-01", "flaw": [{}]}).encode(),
        json.dumps(nvd(versionEndExcluding=5)).encode(),
    ],
)
def test_what_is_none_of_the_formats_is_refused_in_words(content: bytes) -> None:
    try:
        take(content, "nginx.json", TODAY)
    except InputError as error:
        assert "nginx.json" in str(error)
    else:
        assert content.startswith(b'{"format": "NVD_CVE"')  # a number is read as its text there


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_are_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        take(content, "nginx.json", TODAY)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_pass_for_a_signature(content: bytes, signature: bytes) -> None:
    assert signer(content, signature) is None


def test_a_signature_is_of_these_bytes_alone() -> None:
    made = sign(b"table", own_key())
    assert signer(b"table", made) is not None
    assert signer(b"tablf", made) is None


def test_the_journal_says_where_each_table_came_from(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = wrote(tmp_path / "nginx.json", NGINX)
    assert run(["feeds", "update", file]) == 0
    capfd.readouterr()
    assert run(["feeds", "list"]) == 0
    told = capfd.readouterr().out
    assert file in told
    assert "Versions that have ended: newest facts of " in told


def test_a_broken_table_on_disk_is_told_with_its_mend(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "end_of_life.json").write_text('{"seen": "2099-01-01"}', encoding="utf-8")
    assert run(["feeds", "list"]) == 2
    assert "delete the file" in capfd.readouterr().err


def test_a_url_is_asked_only_where_the_operator_allows_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    own_key()
    assert run(["feeds", "update", "https://feeds.example/nginx.json"]) != 0
    assert "operator's list" in capfd.readouterr().err
