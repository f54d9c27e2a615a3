"""OpenSSL's OCSP responder in the laboratory: an authority's data base, and what it answers about each certificate."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.lab.certificates import Issued
from tests.lab.server import needs, running


@contextlib.contextmanager
def ocsp_responder(
    folder: Path,
    authority: Issued,
    *,
    port: int,
    good: Sequence[Issued] = (),
    revoked: Sequence[Issued] = (),
    options: Sequence[str] = ("-ndays", "7"),
) -> Iterator[None]:
    """Run `openssl ocsp` for an authority, on all addresses; who is in neither list is unknown to it. `folder` is made."""
    needs("openssl")
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = authority.write(folder, stem="authority")
    index = folder / "index.txt"
    index.write_text("".join([*map(_valid, good), *map(_revoked, revoked)]), "ascii")
    words: list[str | Path] = ["-index", index, "-CA", certificate, "-rsigner", certificate, "-rkey", key]
    command: list[str | Path] = ["openssl", "ocsp", "-port", str(port), *words, *options]
    with running(command, address="127.0.0.1", ports=[], folder=folder):
        _wait(folder / "output.log")
        yield


def _wait(log: Path, seconds: float = 20) -> None:
    """Until it says that it waits: a connection without a request, as a look whether it accepts, would hang it."""
    end = time.monotonic() + seconds
    while b"waiting for OCSP" not in log.read_bytes():
        if time.monotonic() > end:
            raise RuntimeError(f"openssl ocsp does not serve\n{log.read_text(errors='replace')}")
        time.sleep(0.02)


def _valid(issued: Issued) -> str:
    return f"V\t{_moment(issued)}\t\t{_serial(issued)}\tunknown\t/CN=x\n"


def _revoked(issued: Issued) -> str:
    since = datetime.now(UTC).strftime("%y%m%d%H%M%SZ")
    return f"R\t{_moment(issued)}\t{since},keyCompromise\t{_serial(issued)}\tunknown\t/CN=x\n"


def _moment(issued: Issued) -> str:
    return issued.certificate.not_valid_after_utc.strftime("%y%m%d%H%M%SZ")


def _serial(issued: Issued) -> str:
    digits = f"{issued.certificate.serial_number:X}"
    return digits.zfill(len(digits) + len(digits) % 2)
