"""The seal of a finished set: digests before rendering, a manifest over every file, an Ed25519 signature."""

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scanner.inspecting.folder import MANIFEST
from scanner.model.said import Said

SCHEMA = "yuanjian/manifest/1"

AGAIN = "rejudged-"
"""How folders begin that hold the same facts judged again, later."""


JOURNAL = "scan.sqlite-wal"
"""Holds nothing once the store is closed, before the seal. What it holds later, SQLite would read over the sealed facts."""


@dataclass(frozen=True, slots=True)
class Digests:
    """Hexadecimal SHA-256 and SM3 (GB/T 32905-2016) over the same bytes."""

    sha256: str
    sm3: str

    def to_json(self) -> dict[str, str]:
        return {"sha256": self.sha256, "sm3": self.sm3}


def digest(pieces: Iterable[bytes]) -> Digests:
    """Both digests of a stream of bytes."""
    sha256, sm3 = hashlib.sha256(), hashlib.new("sm3")
    for piece in pieces:
        sha256.update(piece)
        sm3.update(piece)
    return Digests(sha256.hexdigest(), sm3.hexdigest())


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the raw public key, in hexadecimal."""
    return hashlib.sha256(_raw(key)).hexdigest()


def own_key(path: Path | None = None) -> Ed25519PrivateKey:
    """The signing key of this installation (PEM, PKCS#8); made at the first use, readable by its owner only."""
    path = path or _key_path()
    if path.exists():
        return _load_private(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return key


def own_fingerprint() -> str | None:
    """The fingerprint of this installation's key, None where it has sealed nothing yet."""
    path = _key_path()
    return fingerprint(_load_private(path).public_key()) if path.exists() else None


def seal(
    folder: Path, key: Ed25519PrivateKey, *, at: datetime, about: dict[str, Any], skip: Iterable[str] = ()
) -> None:
    """Write DIR/manifest.json over every file of the folder (`skip`: names that go on changing).

    The signature is over the RFC 8785 form of the manifest without its `signature` member.
    """
    left_out = {MANIFEST, *skip}
    files = {
        name: {"size": path.stat().st_size, **_file_digests(path).to_json()}
        for name, path in _files(folder)
        if name not in left_out
    }
    public = key.public_key()
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "sealed": at.isoformat(),
        **about,
        "files": files,
        "not_sealed": sorted(left_out - {MANIFEST}),
        "key": {
            "algorithm": "Ed25519",
            "public": base64.b64encode(_raw(public)).decode(),
            "fingerprint": fingerprint(public),
        },
    }
    body["signature"] = base64.b64encode(key.sign(rfc8785.dumps(body))).decode()
    temporary = folder / f".{MANIFEST}.new"
    temporary.write_text(_written(body), encoding="utf-8")
    temporary.replace(folder / MANIFEST)


FAULTS = {
    "altered": "altered",
    "missing": "missing",
    "added": "added after the seal",
    "unreadable": "cannot be read as a manifest",
    "signature": "the signature does not fit: the manifest was altered",
    "form": "altered in its form",
    "fingerprint": "the fingerprint is not that of the key",
    "other-key": "sealed by another key",
}
"""What may be wrong with a sealed folder, by a word that readers in any language can look up."""


class SealFault(str):
    """A fault in English, with the file it is about and its word in FAULTS; `detail` may be empty."""

    __slots__ = ("detail", "name", "what")
    name: str
    what: str
    detail: str

    def __new__(cls, name: str, what: str, detail: str = "") -> "SealFault":
        fault = super().__new__(cls, f"{name}: {FAULTS[what]}{': ' * bool(detail)}{detail}")
        fault.name, fault.what, fault.detail = name, what, detail
        return fault

    def within(self, folder: str) -> "SealFault":
        """The same, of a folder that lies beside."""
        return SealFault(f"{folder}/{self.name}", self.what, self.detail)


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found. `faults` is empty where everything is as it was sealed."""

    faults: tuple[SealFault, ...]
    fingerprint: str
    sealed: str
    files: int


def verify(folder: Path) -> Verification:
    """Hold a folder against its manifest: changed, missing and added files, and the signature itself.

    What was judged again later lies beside under a seal of its own, which is held too. No byte of a manifest may
    differ, though it should mean the same.
    """
    try:
        text = (folder / MANIFEST).read_bytes().decode("utf-8")
        manifest = json.loads(text)
        as_written = _written(manifest) == text
        encoded = manifest.pop("signature")
        signature = base64.b64decode(encoded, validate=True)
        as_written = as_written and base64.b64encode(signature).decode() == encoded
        raw = base64.b64decode(manifest["key"]["public"], validate=True)
        public = Ed25519PublicKey.from_public_bytes(raw)
        listed, not_sealed = dict(manifest["files"]), set(manifest["not_sealed"])
        sealed = str(manifest["sealed"])
    except FileNotFoundError as error:
        raise Said("no-manifest", folder=folder, manifest=MANIFEST) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Verification((SealFault(MANIFEST, "unreadable", str(error)),), "", "", 0)
    faults: list[SealFault] = []
    try:
        public.verify(signature, rfc8785.dumps(manifest))
    except (InvalidSignature, rfc8785.CanonicalizationError, RecursionError):
        faults.append(SealFault(MANIFEST, "signature"))
    if not as_written and not faults:
        faults.append(SealFault(MANIFEST, "form"))
    if manifest["key"].get("fingerprint") != fingerprint(public):
        faults.append(SealFault(MANIFEST, "fingerprint"))
    faults += _differences(folder, listed, not_sealed)
    faults += _judged_again(folder, fingerprint(public))
    return Verification(tuple(faults), fingerprint(public), sealed, len(listed))


def known_fingerprint(key: str) -> str:
    """The fingerprint that `--key` means: a file (PEM, public or private) or the fingerprint itself."""
    path = Path(key)
    if path.exists():
        data = path.read_bytes()
        try:
            if b"PRIVATE" in data:
                return fingerprint(_load_private(path).public_key())
            loaded = serialization.load_pem_public_key(data)
        except ValueError as error:
            raise Said("key-not-pem", path=path, error=error) from error
        if not isinstance(loaded, Ed25519PublicKey):
            raise Said("key-not-ed25519", path=path)
        return fingerprint(loaded)
    plain = key.replace(":", "").lower()
    if len(plain) != 64 or set(plain) - set("0123456789abcdef"):
        raise Said("key-neither", key=key)
    return plain


def _differences(folder: Path, listed: dict[str, Any], not_sealed: set[str]) -> Iterator[SealFault]:
    present = dict(_files(folder))
    for name, entry in sorted(listed.items()):
        path = present.get(name)
        if path is None:
            yield SealFault(name, "missing")
        elif not isinstance(entry, dict) or _file_digests(path).to_json() != {
            key: entry.get(key) for key in ("sha256", "sm3")
        }:
            yield SealFault(name, "altered")
    for name in sorted(set(present) - set(listed) - {MANIFEST}):
        if name not in not_sealed or (name == JOURNAL and present[name].stat().st_size):
            yield SealFault(name, "added")


def _judged_again(folder: Path, signer: str) -> Iterator[SealFault]:
    """What lies beside as judged again later: each a folder, under a whole seal of the same key."""
    for path in sorted(folder.glob(f"{AGAIN}*")):
        if not (path / MANIFEST).is_file():
            yield SealFault(path.name, "added")
            continue
        found = verify(path)
        yield from (fault.within(path.name) for fault in found.faults)
        if not found.faults and found.fingerprint != signer:
            yield SealFault(path.name, "other-key", found.fingerprint)


def _written(manifest: dict[str, Any]) -> str:
    """A manifest as its file holds it."""
    return json.dumps(manifest, ensure_ascii=False, indent=1)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(AGAIN):
            yield name, path


def _file_digests(path: Path) -> Digests:
    with path.open("rb") as file:
        return digest(iter(lambda: file.read(1 << 20), b""))


def _key_path() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "yuanjian" / "signing.pem"


def _load_private(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, OSError) as error:
        raise Said("key-unreadable", path=path, error=error) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Said("key-not-ed25519", path=path)
    return key


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
