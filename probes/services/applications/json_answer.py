"""JSON that a stranger answered: read within bounds, and asked for keys of a type. It knows no application."""

import json
import re
from collections.abc import Mapping
from typing import Any

from scanner.model.network import Response

MOST = 512 * 1024
VERSION = re.compile(r"v?\d[\w.+~-]{0,79}")


def parsed(response: Response) -> Any:
    """The value of a successful answer; None where it is another, cut off, or no JSON."""
    if response.status != 200 or response.truncated:
        return None
    return value_of(response.body)


def value_of(body: bytes) -> Any:
    """The value of a text; None where it is no JSON, or too much of it."""
    if len(body) > MOST:
        return None
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def table(value: Any, types: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any] | None:
    """The value where it is an object that has these keys, each of its type."""
    if not isinstance(value, dict) or not all(isinstance(value.get(key), kind) for key, kind in types.items()):
        return None
    return value


def version_of(value: Any) -> str:
    """A version as written, "" where the value is nothing like one."""
    return value if isinstance(value, str) and len(value) <= 80 and VERSION.fullmatch(value) else ""
