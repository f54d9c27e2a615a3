"""The seal: every way to tamper is named."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.model.errors import InputError
from scanner.sealing import digest, fingerprint, known_fingerprint, own_key, seal, verify


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    folder = tmp_path / "scan"
    (folder / "evidence").mkdir(parents=True)
    (folder / "results.json").write_text('{"schema": "yuanjian/results/1"}')
    (folder / "audit.jsonl").write_text('{"a": 1}\n{"b": 2}\n')
    (folder / "evidence" / "x.bin").write_bytes(b"\x16\x03\x01")
    seal(folder, own_key(tmp_path / "key.pem"), at=datetime.now(UTC), about={"inspection": "x"})
    return folder


def test_an_untouched_folder_is_as_it_was_sealed(sealed: Path, tmp_path: Path) -> None:
    found = verify(sealed)
    assert found.faults == ()
    assert found.files == 3
    assert found.fingerprint == fingerprint(own_key(tmp_path / "key.pem").public_key())


@pytest.mark.parametrize("name", ["results.json", "audit.jsonl", "evidence/x.bin"])
def test_one_changed_byte_is_named_with_its_file(sealed: Path, name: str) -> None:
    data = bytearray((sealed / name).read_bytes())
    data[0] ^= 1
    (sealed / name).write_bytes(data)
    assert verify(sealed).faults == (f"{name}: altered",)


def test_a_cut_line_and_an_added_line_are_seen(sealed: Path) -> None:
    (sealed / "audit.jsonl").write_text('{"a": 1}\n')
    assert verify(sealed).faults == ("audit.jsonl: altered",)


def test_a_missing_and_an_added_file_are_named(sealed: Path) -> None:
    (sealed / "evidence" / "x.bin").unlink()
    (sealed / "evidence" / "y.bin").write_bytes(b"")
    assert verify(sealed).faults == ("evidence/x.bin: missing", "evidence/y.bin: added after the seal")


def test_an_altered_manifest_does_not_fit_its_signature(sealed: Path) -> None:
    manifest = json.loads((sealed / "manifest.json").read_text())
    manifest["inspection"] = "y"
    (sealed / "manifest.json").write_text(json.dumps(manifest))
    assert any("signature does not fit" in fault for fault in verify(sealed).faults)


def test_a_copy_sealed_again_with_another_key_shows_the_other_fingerprint(sealed: Path, tmp_path: Path) -> None:
    other = own_key(tmp_path / "other.pem")
    (sealed / "results.json").write_text("{}")
    seal(sealed, other, at=datetime.now(UTC), about={"inspection": "x"})
    found = verify(sealed)
    assert found.faults == ()
    assert found.fingerprint == fingerprint(other.public_key()) != known_fingerprint(str(tmp_path / "key.pem"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 1}', "\x00", '{"signature": "x", "key": {}}'])
def test_a_broken_manifest_is_a_fault_and_no_traceback(sealed: Path, text: str) -> None:
    (sealed / "manifest.json").write_text(text)
    assert verify(sealed).faults


def test_a_folder_without_a_manifest_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.json"):
        verify(tmp_path)


def test_the_signing_key_is_its_owners_alone(sealed: Path, tmp_path: Path) -> None:
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0


def test_both_digests_are_the_published_ones_of_abc() -> None:
    """FIPS 180-2 appendix B.1 and GB/T 32905-2016 appendix A.1."""
    found = digest([b"a", b"bc"])
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert found.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize("name", ["manifest.json", "results.json", "audit.jsonl", "evidence/x.bin"])
def test_no_byte_of_any_file_can_be_changed_unseen(sealed: Path, name: str) -> None:
    """Every byte in turn, also those that change no meaning, such as the manifest's blanks."""
    whole = (sealed / name).read_bytes()
    for place in range(len(whole)):
        for flip in (0x01, 0x20):
            changed = bytearray(whole)
            changed[place] ^= flip
            (sealed / name).write_bytes(changed)
            faults = verify(sealed).faults
            assert faults and all(fault.startswith(name) or name == "manifest.json" for fault in faults), (place, flip)
    (sealed / name).write_bytes(whole)
    assert verify(sealed).faults == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('{"b": 2}\n', ""), "audit.jsonl: altered"),
        (lambda text: text + '{"c": 3}\n', "audit.jsonl: altered"),
        (lambda text: text + "\n", "audit.jsonl: altered"),
        (lambda text: "".join(reversed(text.splitlines(keepends=True))), "audit.jsonl: altered"),
    ],
)
def test_a_line_cut_added_or_moved_is_named(sealed: Path, change: Callable[[str], str], said: str) -> None:
    path = sealed / "audit.jsonl"
    path.write_text(change(path.read_text()))
    assert verify(sealed).faults == (said,)


def test_blanks_in_the_manifest_are_an_alteration_of_its_form(sealed: Path) -> None:
    manifest = sealed / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n")
    assert verify(sealed).faults == ("manifest.json: altered in its form",)


def test_what_lies_beside_as_judged_again_is_held_to_its_own_seal(sealed: Path, tmp_path: Path) -> None:
    again = sealed / "rejudged-20261125T000000Z"
    again.mkdir()
    (again / "results.json").write_text("{}")
    assert verify(sealed).faults == (f"{again.name}: added after the seal",)
    seal(again, own_key(tmp_path / "key.pem"), at=datetime.now(UTC), about={})
    assert verify(sealed).faults == ()
    (again / "results.json").write_text("[]")
    assert verify(sealed).faults == (f"{again.name}/results.json: altered",)
    seal(again, own_key(tmp_path / "other.pem"), at=datetime.now(UTC), about={})
    assert "sealed by another key" in verify(sealed).faults[0]
    (sealed / "rejudged-note.txt").write_text("x")
    assert "rejudged-note.txt: added after the seal" in verify(sealed).faults


def test_a_journal_that_would_be_read_over_the_sealed_facts_is_named(sealed: Path, tmp_path: Path) -> None:
    unsealed = ("scan.sqlite-wal", "scan.sqlite-shm")
    seal(sealed, own_key(tmp_path / "key.pem"), at=datetime.now(UTC), about={"inspection": "x"}, skip=unsealed)
    for name in unsealed:  # as a reader leaves them that was killed
        (sealed / name).write_bytes(b"")
    assert verify(sealed).faults == ()
    (sealed / "scan.sqlite-wal").write_bytes(b"\x37\x7f\x06\x82 other facts")
    assert verify(sealed).faults == ("scan.sqlite-wal: added after the seal",)
