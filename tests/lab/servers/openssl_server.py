"""`openssl s_server` (OpenSSL 3) as far down as it goes: TLS 1.0, NULL and anonymous suites, small groups."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.certificates import Issued
from tests.lab.server import needs, running

EVERYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"


@contextlib.contextmanager
def openssl_server(
    folder: Path,
    address: str,
    leaf: Issued,
    *options: str | Path,
    chain: tuple[Issued, ...] = (),
    cipher: str = EVERYTHING,
    port: int = 4430,
) -> Iterator[None]:
    """Run it with `-www`, so that it ends no visit by waiting for a terminal. `folder` is made."""
    needs("openssl")
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = leaf.write(folder)
    (folder / "chain.pem").write_bytes(b"".join(each.pem for each in chain))
    more: list[str | Path] = ["-cert_chain", folder / "chain.pem"] if chain else []
    host = f"[{address}]" if ":" in address else address
    words: list[str | Path] = [
        "-accept",
        f"{host}:{port}",
        "-www",
        "-cipher",
        cipher,
        "-cert",
        certificate,
        "-key",
        key,
    ]
    with running(["openssl", "s_server", *words, *more, *options], address=address, ports=[port], folder=folder):
        yield
