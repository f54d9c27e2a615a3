"""The seal: every way to tamper is named."""

import json
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
