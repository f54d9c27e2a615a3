"""SM2 certificates of the laboratory, made by OpenSSL 3: a root, a leaf that signs, a leaf that encrypts (GB/T 38636)."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

IDENTIFIER = "1234567812345678"
"""The signer's identity that GM/T 0009 takes where none is agreed; OpenSSL takes the empty one."""
SIGNING = "digitalSignature"
ENCRYPTING = "keyEncipherment,dataEncipherment,keyAgreement"


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, both PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Sm2Chain:
    """What a server of TLCP needs. `signing` alone is what one of RFC 8998 needs."""

    root: Pair
    signing: Pair
    encrypting: Pair


def sm2_chain(folder: Path, name: str = "a.example") -> Sm2Chain:
    """Make a root and the two leaves of one name in `folder`, which is made. Valid for 90 days from now."""
    folder.mkdir(parents=True, exist_ok=True)
    root = Pair(folder / "sm2-root.crt", _key(folder / "sm2-root.key"))
    words = ["-x509", "-new", "-subj", "/CN=Laboratory SM2 CA", "-days", "300", "-out", root.certificate]
    _openssl("req", *words, "-key", root.key, "-sm3", "-sigopt", f"distid:{IDENTIFIER}")
    return Sm2Chain(root, _leaf(folder, "sign", name, SIGNING, root), _leaf(folder, "encrypt", name, ENCRYPTING, root))


def _key(path: Path) -> Path:
    _openssl("genpkey", "-algorithm", "SM2", "-out", path)
    return path


def _leaf(folder: Path, stem: str, name: str, usage: str, root: Pair) -> Pair:
    leaf = Pair(folder / f"sm2-{stem}.crt", _key(folder / f"sm2-{stem}.key"))
    request, extensions = folder / f"{stem}.csr", folder / f"{stem}.ext"
    extensions.write_text(f"subjectAltName=DNS:{name}\nbasicConstraints=CA:FALSE\nkeyUsage=critical,{usage}\n", "utf-8")
    identity = ["-sm3", "-sigopt", f"distid:{IDENTIFIER}"]
    _openssl("req", "-new", "-key", leaf.key, *identity, "-subj", f"/CN={name}", "-out", request)
    signer = ["-CA", root.certificate, "-CAkey", root.key, "-vfyopt", f"distid:{IDENTIFIER}", "-extfile", extensions]
    _openssl("x509", "-req", "-in", request, *signer, *identity, "-days", "90", "-out", leaf.certificate)
    return leaf


def _openssl(*words: str | Path) -> None:
    subprocess.run(["/usr/bin/openssl", *words], check=True, capture_output=True, timeout=60)
