"""A list of units as rows of cells, whatever file it came in. Knows encodings and bounds, nothing of what cells mean."""

import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scanner.drafting.list_fault import ListFault, Place

LARGEST = 8 * 2**20
MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 20_000
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
SEPARATORS = (",", "\t", ";")
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell; `fault` names what keeps it from being used (a code of messages.toml)."""

    text: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something; `number` counts from 1 as a spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]
    sheet: str | None = None


class Unreadable(Exception):
    """A file that is no list at all, with the one fault that says why."""

    def __init__(self, code: str, place: Place | None = None, **values: object) -> None:
        super().__init__(code)
        self.fault = ListFault(code, place, values)


def read_bytes(path: Path) -> bytes:
    """A regular file of bounded size; Unreadable else."""
    try:
        if path.exists() and not path.is_file():
            raise Unreadable("list-unreadable", problem="not a regular file")
        if path.stat().st_size > LARGEST:
            raise Unreadable("list-large", most=LARGEST // 2**20)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        raise Unreadable("list-unreadable", problem=os.strerror(number) if number else str(error)) from error


def csv_rows(content: bytes) -> Iterator[Row]:
    """The rows of a CSV in UTF-8 (with or without a byte-order mark), UTF-16 with one, or GB18030."""
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    number = 0
    try:
        for number, fields in enumerate(reader, 1):
            if number > MOST_ROWS:
                raise Unreadable("list-many", most=MOST_ROWS)
            if len(fields) > MOST_COLUMNS and any(field.strip() for field in fields[MOST_COLUMNS:]):
                raise Unreadable("list-wide", Place(number), most=MOST_COLUMNS)
            if any(field.strip() for field in fields):
                yield Row(number, tuple(_cell(field) for field in fields[:MOST_COLUMNS]))
    except csv.Error as error:
        raise Unreadable("list-syntax", Place(number + 1), problem=error) from error


def _cell(text: str) -> Cell:
    stripped = text.strip()
    if len(stripped) > LONGEST_CELL:
        return Cell("", "cell-long")
    if stripped.startswith("=") and len(stripped) > 1:
        return Cell(stripped, "formula")
    if stripped.startswith("#") and stripped.rstrip("!?").isupper() and "/" not in stripped.replace("#N/A", ""):
        return Cell(stripped, "error-value")
    return Cell(stripped, "number-rounded" if SCIENTIFIC.fullmatch(stripped) else None)


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable("list-encoding")


def _separator(text: str) -> str:
    """The sign that divides the first lines most often, outside quotes; a comma where none does."""
    head = re.sub(r'"[^"]*"', "", "\n".join(text.splitlines()[:20]))
    return max(SEPARATORS, key=head.count)
