"""A list of units as offices keep it, read into draft units; or every fault in it at once. Sends nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scanner.drafting.cell_value import is_blank, names_of, services_of, targets_of, value_of
from scanner.drafting.draft import DraftSystem, DraftTarget, DraftUnit
from scanner.drafting.heading import SEARCHED, Headings, doubled, headings_of
from scanner.drafting.list_fault import ListError, ListFault, Place
from scanner.drafting.table import LONGEST_CELL, OLD_EXCEL, ZIP, Row, Unreadable, csv_rows, read_bytes
from scanner.drafting.workbook import workbook_rows
from scanner.model.text import Language

OF_SYSTEM = ("mlps_level", "mlps_filing", "icp", "police", "maintainer")
OF_UNIT = ("credit_code", "critical", "approval_by", "approval_number", "approval_date")
OF_CONTACT = ("contact", "phone", "email")


@dataclass(slots=True)
class UnitList:
    """The units of a list, what is wrong with it, and the headings that nothing was taken from."""

    units: dict[str, DraftUnit] = field(default_factory=dict)
    faults: list[ListFault] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    places: dict[tuple[str, str, str], Place] = field(default_factory=dict)


def read_unit_list(path: Path, language: Language = "en") -> UnitList:
    """The list at `path` (.xlsx, or CSV whatever its name). Raises ListError with all its faults."""
    try:
        found = _units(rows_of(read_bytes(path)))
    except Unreadable as error:
        raise ListError(path, [error.fault], language) from error
    if found.faults:
        raise ListError(path, found.faults, language)
    return found


def rows_of(content: bytes) -> Iterable[Row]:
    """The rows of a workbook or of a CSV, told by their first bytes; Unreadable where it is neither."""
    if content.startswith(OLD_EXCEL):
        raise Unreadable("list-old")
    return workbook_rows(content) if content.startswith(ZIP) else csv_rows(content)


def _units(rows: Iterable[Row]) -> UnitList:
    found = UnitList()
    headings: dict[str | None, Headings] = {}
    searched: dict[str | None, int] = {}
    for row in rows:
        if row.sheet in headings:
            _take(row, headings[row.sheet], found)
        elif searched.setdefault(row.sheet, 0) < SEARCHED:
            searched[row.sheet] += 1
            if named := headings_of(row):
                headings[row.sheet] = named
                found.faults += doubled(named, row)
                found.unused += [name for name in named.unused if name not in found.unused]
    if not headings:
        found.faults.append(ListFault("no-headings", None, {"rows": SEARCHED}))
    elif not found.units and not found.faults:
        found.faults.append(ListFault("no-rows"))
    _whole(found)
    return found


def _take(row: Row, headings: Headings, found: UnitList) -> None:
    """One row into its unit and system; its faults into the list's."""
    values: dict[str, str] = {}
    texts: dict[str, list[tuple[str, Place]]] = {"targets": [], "exclude": [], "service_types": [], "shared_with": []}
    before = len(found.faults)
    places: dict[str, Place] = {}
    for index, meaning in headings.meanings.items():
        cell = row.cells[index] if index < len(row.cells) else None
        place = Place(row.number, index + 1, headings.names[index], row.sheet)
        places.setdefault(meaning, place)
        if cell is None or not (cell.text or cell.fault):
            continue
        if cell.fault:
            found.faults.append(ListFault(cell.fault, place, {"text": cell.text, "most": LONGEST_CELL}))
        elif meaning in texts:
            texts[meaning].append((cell.text, place))
        else:
            value = value_of(meaning, cell.text, place)
            if isinstance(value, ListFault):
                found.faults.append(value)
            elif value is not None:
                values[meaning] = value
    whole = len(found.faults) == before
    if "unit" not in values:
        if whole:
            found.faults.append(ListFault("unit-empty", places["unit"]))
        return
    unit = found.units.setdefault(values["unit"], DraftUnit(values["unit"], place=places["unit"]))
    _facts_of_unit(unit, values, places, found)
    system = _system(unit, values, places, found)
    targets = _targets(texts["targets"], found.faults)
    if not any(not is_blank(text) for text, _ in texts["targets"]) and whole:
        found.faults.append(ListFault("targets-empty", places["targets"]))
    known = {target.text for target in system.targets}
    system.targets += [target for target in targets if target.text not in known]
    unit.exclude += _targets(texts["exclude"], found.faults, exclusion=True)
    for text, place in texts["service_types"]:
        for service in services_of(text, place):
            if isinstance(service, ListFault):
                found.faults.append(service)
            elif service not in unit.service_types:
                unit.service_types.append(service)
    for text, place in texts["shared_with"]:
        unit.places.setdefault("shared_with", place)
        unit.shared_with += [name for name in names_of(text) if name not in unit.shared_with]


def _targets(texts: list[tuple[str, Place]], faults: list[ListFault], *, exclusion: bool = False) -> list[DraftTarget]:
    found = []
    for text, place in texts:
        for target in targets_of(text, place, exclusion=exclusion):
            if isinstance(target, ListFault):
                faults.append(target)
            else:
                found.append(DraftTarget(target, place))
    return found


def _facts_of_unit(unit: DraftUnit, values: dict[str, str], places: dict[str, Place], found: UnitList) -> None:
    for meaning in OF_UNIT:
        if meaning in values:
            _agree(unit.facts, (unit.name, "", meaning), values[meaning], places[meaning], found)
            unit.places.setdefault(meaning, places[meaning])
    if not any(meaning in unit.facts for meaning in OF_CONTACT):
        unit.facts |= {meaning: values[meaning] for meaning in OF_CONTACT if meaning in values}


def _system(unit: DraftUnit, values: dict[str, str], places: dict[str, Place], found: UnitList) -> DraftSystem:
    """The row's system, "" for the unit itself; a second row about it must not say otherwise."""
    name = values.get("system", "")
    system = unit.systems.setdefault(name, DraftSystem(name, place=places.get("system", places["unit"])))
    for meaning in OF_SYSTEM:
        if meaning in values:
            _agree(system.facts, (unit.name, name, meaning), values[meaning], places[meaning], found)
    return system


def _agree(facts: dict[str, str], key: tuple[str, str, str], value: str, place: Place, found: UnitList) -> None:
    first = facts.setdefault(key[2], value)
    told = found.places.setdefault(key, place)
    if first != value:
        found.faults.append(ListFault("differs", place, {"text": value, "first": first, "row": told.row}))


def _whole(found: UnitList) -> None:
    """What only shows between rows: one code for two units, half an approval."""
    owners: dict[str, DraftUnit] = {}
    for unit in found.units.values():
        code = unit.facts.get("credit_code")
        if code:
            owner = owners.setdefault(code, unit)
            if owner is not unit:
                values = {"text": code, "first": owner.name, "row": owner.place.row if owner.place else ""}
                found.faults.append(ListFault("code-of-two", unit.places["credit_code"], values))
        parts = [meaning in unit.facts for meaning in OF_UNIT[2:]]
        if any(parts) and not all(parts):
            place = next(unit.places[meaning] for meaning in OF_UNIT[2:] if meaning in unit.facts)
            found.faults.append(ListFault("approval-partly", place))
