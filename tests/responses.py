"""HTTP answers for tests that need no server."""

from datetime import UTC, datetime

from scanner.model.network import Response


def response(
    url: str = "http://192.0.2.1/",
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
    truncated: bool = False,
) -> Response:
    return Response(url, status, headers, body, truncated, datetime(2026, 9, 20, tzinfo=UTC), 0.01)
