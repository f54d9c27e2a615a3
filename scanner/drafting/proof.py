"""Whether a drafted file is one that the reader of inspection files accepts, but for what is left to fill in."""

import tempfile
from copy import deepcopy
from pathlib import Path

from scanner.drafting.draft import Draft, DraftUnit
from scanner.drafting.inspection_text import render_inspection
from scanner.drafting.list_fault import ListFault, Place
from scanner.inspection_file import Fault, InspectionFileError, read
from scanner.model.inspection import Inspection
from scanner.model.text import Language


def prove(draft: Draft, language: Language) -> tuple[str, list[ListFault], Inspection | None]:
    """The file's text, what is wrong with it where the list said it, and what it reads as.

    The inspection is None while placeholders are left. With stand-ins for these the rest is read as well,
    so that a fault between two units shows before anybody fills anything in.
    """
    text = render_inspection(draft, language)
    faults, inspection = _read(text)
    if any(fault.code == "fill-in" for fault in faults):
        faults, _ = _read(render_inspection(_filled(draft), language))
    return text, [_located(fault, draft) for fault in faults], inspection


def _read(text: str) -> tuple[tuple[Fault, ...], Inspection | None]:
    with tempfile.TemporaryDirectory(prefix="yuanjian-init-") as folder:
        file = Path(folder) / "inspection.yaml"
        file.write_text(text, encoding="utf-8")
        try:
            return (), read(file, now=None)
        except InspectionFileError as error:
            return error.faults, None


def _filled(draft: Draft) -> Draft:
    """The draft with a stand-in for everything that nobody has said."""
    full = deepcopy(draft)
    full.kind = full.kind or "routine"
    full.organs = full.organs or ["x"]
    full.persons = full.persons or [("x", "1"), ("y", "2")]
    full.statement = full.statement or "x"
    full.notice_issued = full.notice_issued or "2026-01-01"
    full.source_addresses = full.source_addresses or ["192.0.2.1"]
    full.stop_name, full.stop_phone = full.stop_name or "x", full.stop_phone or "1"
    full.start, full.end = full.start or "1990-01-01T00:00:00Z", full.end or "2199-01-01T00:00:00Z"
    for unit in full.units:
        unit.facts.setdefault("critical", "false")
    return full


def _located(fault: Fault, draft: Draft) -> ListFault:
    """The fault at the row and column that the value came from; at its key where it came from no list."""
    match fault.path:
        case ("units", int() as index, *rest) if index < len(draft.units):
            return ListFault("", _place(draft.units[index], rest), inner=fault)
    return ListFault("", None, inner=fault)


def _place(unit: DraftUnit, path: list[str | int]) -> Place | None:
    match path:
        case ["systems", int() as system, "targets", int() as target, *_]:
            return unit.named[system].targets[target].place
        case ["systems", int() as system, *_]:
            return unit.named[system].place
        case ["targets", int() as target, *_] if unit.own:
            return unit.own.targets[target].place
        case ["exclude", int() as target, *_]:
            return unit.exclude[target].place
        case [str() as key, *_]:
            return unit.places.get(key, unit.place)
    return unit.place
