"""An address of two units is asked once, with its host's operator, and the findings say whom they affect (R3)."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lab

SHARED, OWN = "127.35.5.1", "127.35.5.2"


class Careless(BaseHTTPRequestHandler):
    """A site that shows its .git; `asked` counts by host."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = b"ref: refs/heads/master\n" if self.path == "/.git/HEAD" else b"<h1>x</h1>"
        self.send_response(200 if self.path in ("/", "/.git/HEAD") else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def asked() -> Iterator[dict[str, list[str]]]:
    """Sites on both addresses, and what each was asked."""
    seen: dict[str, list[str]] = {SHARED: [], OWN: []}
    servers = []
    for address, paths in seen.items():
        server = ThreadingHTTPServer((address, 8080), type("Site", (Careless,), {"asked": paths}))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    yield seen
    for server in servers:
        server.shutdown()
        server.server_close()


def order(folder: Path) -> Path:
    now = datetime.now(UTC)
    path = folder / "shared.yaml"
    path.write_text(
        f"""schema: yuanjian/inspection/1
id: shared
title: A shared host
kind: self
authority: {{statement: a laboratory of our own}}
window: {{from: {now - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}Z, to: {now + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}Z, timezone: UTC}}
limits: {{requests_per_second: 500, unit_requests_per_second: 1000}}
units:
  - {{name: Tenantia, critical_infrastructure: false, shared_with: [Hostelia], targets: ["{OWN}"],
      confirmed: [{{address: {SHARED}, by: x, on: 2026-11-01}}]}}
  - {{name: Hostelia, critical_infrastructure: false, shared_with: [Tenantia], targets: ["{SHARED}"]}}
""",
        encoding="utf-8",
    )
    return path


def test_a_shared_address_is_asked_once_and_its_findings_name_the_units_they_affect(
    asked: dict[str, list[str]], tmp_path: Path
) -> None:
    file = order(tmp_path)
    command = [
        sys.executable, "-m", "scanner", "inspect", str(file), "-o", str(tmp_path / "out"), "--ports", "8080",
        "--probe", "ports", "--probe", "services", "--probe", "web", "--quiet", "--resolver", "127.35.5.3:5399",
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert asked[SHARED].count("/.git/HEAD") == asked[OWN].count("/.git/HEAD"), "no more than an address of one unit"
    data = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    rows = [row for row in data["findings"] if row["address"] == SHARED]
    assert {row["unit"] for row in rows} == {"Hostelia"}
    assert all(row["affects"] == ["Tenantia"] for row in rows)
    assert all(row["affects"] == [] for row in data["findings"] if row["address"] == OWN)
    assert not [row for row in data["coverage"] if row["unit"] == "Tenantia" and row["address"] == SHARED]
    for folder in sorted((tmp_path / "out" / "units").iterdir()):
        text = (folder / "results.json").read_text(encoding="utf-8")
        assert ("Tenantia" in text) != ("Hostelia" in text), folder
        page = (folder / "report.html").read_text(encoding="utf-8")
        assert "A shared address is inspected once" in page, "why an address of one's own has no row"
