"""The rows of an .xlsx workbook, within bounds: nothing is unpacked before its size is known."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.utils import range_boundaries

from scanner.drafting.list_fault import Place
from scanner.drafting.table import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Cell, Row, Unreadable

UNPACKED = 48 * 2**20
MOST_PARTS = 500
MOST_MERGED = 50_000
EXACT = 10**15
"""From here on a spreadsheet no longer keeps every digit of a number."""

MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s+ref=\"([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})\"")
DOCTYPE = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))


def workbook_rows(content: bytes) -> Iterator[Row]:
    """The rows of every visible sheet; a cell merged downwards says the same in each of its rows."""
    _bounded(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield from _rows(content)
    except Unreadable:
        raise
    except Exception as error:  # openpyxl lets through whatever its parts raise on a broken file
        raise Unreadable("list-broken", problem=type(error).__name__) from error


def _bounded(content: bytes) -> None:
    """Refuse what would unpack to too much, and XML that declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise Unreadable("list-unpacked", most=UNPACKED // 2**20)
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")) and _declares(archive.read(part)):
                    raise Unreadable("list-broken", problem="DOCTYPE")
    except Unreadable:
        raise
    except Exception as error:  # zipfile, too, raises many things on a broken archive
        raise Unreadable("list-broken", problem=type(error).__name__) from error


def _declares(xml: bytes) -> bool:
    return any(sign in xml for sign in DOCTYPE)


def _rows(content: bytes) -> Iterator[Row]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        left = MOST_ROWS
        for sheet in sheets:
            merged = _merged(content, getattr(sheet, "_worksheet_path", ""))
            sheet.reset_dimensions()
            above: dict[tuple[int, int], Cell] = {}
            for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
                left -= 1
                if left < 0:
                    raise Unreadable("list-many", most=MOST_ROWS)
                cells = _merged_into([_cell(cell) for cell in row], number, merged, above)
                if len(cells) > MOST_COLUMNS and cells[MOST_COLUMNS].text:
                    raise Unreadable("list-wide", Place(number), most=MOST_COLUMNS)
                if any(cell.text for cell in cells):
                    yield Row(number, tuple(cells[:MOST_COLUMNS]), sheet.title if len(sheets) > 1 else None)
    finally:
        book.close()


def _merged(content: bytes, part: str) -> dict[tuple[int, int], tuple[tuple[int, int], bool]]:
    """(row, column) → (the cell whose value holds there, whether the area spans columns)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(part.lstrip("/"))
    found: dict[tuple[int, int], tuple[tuple[int, int], bool]] = {}
    for area in MERGED.findall(xml):
        left, top, right, bottom = (int(side or 1) for side in range_boundaries(area.decode("ascii")))
        right, bottom = min(right, MOST_COLUMNS), min(bottom, MOST_ROWS)
        if len(found) + (right - left + 1) * (bottom - top + 1) > MOST_MERGED:
            raise Unreadable("list-many", most=MOST_ROWS)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                found[row, column] = ((top, left), right > left)
    return found


def _merged_into(
    cells: list[Cell],
    number: int,
    merged: dict[tuple[int, int], tuple[tuple[int, int], bool]],
    above: dict[tuple[int, int], Cell],
) -> list[Cell]:
    """The row with what merged cells say in it; an area over several columns is a fault of its cell."""
    last = max((column for row, column in merged if row == number), default=0) if merged else 0
    cells = cells + [Cell("")] * (last - len(cells))
    for index in range(len(cells)):
        place = (number, index + 1)
        if place not in merged:
            continue
        first, across = merged[place]
        if place == first:
            above[place] = cells[index]
        value = above.get(first, Cell(""))
        cells[index] = Cell(value.text, "merged-across" if across else value.fault) if value.text else value
    return cells


def _cell(cell: Any) -> Cell:
    value, kind = cell.value, getattr(cell, "data_type", "n")
    match value:
        case None:
            return Cell("")
        case bool():
            return Cell("true" if value else "false")
        case int() | float() if abs(value) >= EXACT:
            return Cell(f"{value:.16g}", "number-rounded")
        case float() if value.is_integer():
            return Cell(str(int(value)))
        case datetime():
            return Cell(value.date().isoformat())
        case date():
            return Cell(value.isoformat())
    text = str(value).strip()
    if kind == "f":
        return Cell(text or "=", "formula")
    if len(text) > LONGEST_CELL:
        return Cell(text[:1], "cell-long")
    return Cell(text, "error-value" if kind == "e" else None)
