"""From the text of an inspection file to the order it gives, or to every fault in it at once."""

import difflib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scanner.inspection_file.authority import Refusal, entitled
from scanner.inspection_file.crossing import claims, crossed, over_limits
from scanner.inspection_file.document import read_text
from scanner.inspection_file.fault import Fault, InspectionFileError
from scanner.inspection_file.form import DocumentForm, FileForm
from scanner.inspection_file.order import inspection_of, limits_of
from scanner.inspection_file.tree import Node, read_tree
from scanner.inspection_file.unit_form import UnitForm
from scanner.model.authority import Document, Kind
from scanner.model.inspection import Inspection
from scanner.model.scope import Lines, is_special
from scanner.model.text import Language

BUILT_IN = {
    "missing": "key-missing",
    "extra_forbidden": "key-unknown",
    "list_type": "not-a-list",
    "too_short": "list-empty",
}
BESIDE_SELF = ("authority", "notice", "source_addresses", "stop_contact")


def read(path: Path, *, now: datetime | None, language: Language = "en") -> Inspection:
    """The inspection that the file at `path` orders.

    `now` is the aware moment of the act; None where nothing is about to be sent (a plan, the draft of a
    notice): the window is not looked at and what bars the whole becomes a warning. Raises
    InspectionFileError with all faults, or NotEntitled; units that may not be asked are in `refused`.
    """
    text = read_text(path)
    if isinstance(text, Fault):
        raise InspectionFileError([replace(text, file=str(path))], language)
    tree, faults = read_tree(text)
    if tree is None:
        raise InspectionFileError([replace(fault, file=str(path)) for fault in faults], language)
    form, units, more = _forms(tree.plain())
    placed = [*faults, *(_placed(fault, tree) for fault in more)]
    if placed or form is None:
        ordered = sorted(placed, key=lambda fault: (fault.line or 0, fault.column or 0))
        raise InspectionFileError([replace(fault, file=str(path)) for fault in ordered], language)
    inspection = inspection_of(form, tuple(units.values()))
    basis, warnings, refusals = _documents(form.basis, path.parent, language)
    warnings += [
        _excluded(target.name, language) for unit in inspection.units for target in unit.exclude if target.name
    ]
    warnings += [
        Fault("confirmed-special", values={"address": confirmed.address}).in_language(language)
        for unit in inspection.units
        for confirmed in unit.confirmed
        if is_special(confirmed.address) and not Lines(unit.targets).cover(confirmed.address)
    ]
    inspection = replace(inspection, basis=basis, warnings=tuple(dict.fromkeys(warnings)))
    return entitled(inspection, now=now, language=language, more=refusals)


def _forms(data: dict[str, Any]) -> tuple[FileForm | None, Mapping[int, UnitForm], list[Fault]]:
    """The file's form, the units that are whole, and the faults of all that is not."""
    form: FileForm | None = None
    units: dict[int, UnitForm] = {}
    faults: list[Fault] = []
    try:
        form = FileForm.model_validate(data)
    except ValidationError as error:
        faults += _faults(error, ())
    written: list[Any] = units_written if isinstance(units_written := data.get("units"), list) else []
    for index, unit in enumerate(written):
        try:
            units[index] = UnitForm.model_validate(unit)
        except ValidationError as error:
            faults += _faults(error, ("units", index))
    faults += [*_required(data), *crossed(units, _named(written))]
    if form is not None:
        faults += over_limits(limits_of(form.limits), (claim.target for claim in claims(units)))
    return form, units, faults


def _named(written: list[Any]) -> frozenset[str]:
    """What units are called, whatever else is wrong with them."""
    units = [unit for unit in written if isinstance(unit, dict)]
    return frozenset(str(unit[key]) for unit in units for key in ("name", "credit_code") if unit.get(key) is not None)


def _faults(error: ValidationError, start: tuple[str | int, ...]) -> Iterator[Fault]:
    for told in error.errors(include_url=False, include_input=False):
        path = (*start, *told["loc"])
        if told["type"] == "yuanjian":
            context = told["ctx"]
            yield Fault(context["code"], path, values=context["values"])
        elif told["type"] == "extra_forbidden":
            yield _unknown(path)
        else:
            code = BUILT_IN.get(told["type"], "other")
            yield Fault(code, path, values={"name": path[-1] if path else "", "problem": told["msg"]})


def _unknown(path: tuple[str | int, ...]) -> Fault:
    near = difflib.get_close_matches(str(path[-1]), _known_keys(), n=1)
    if near and near[0] != path[-1]:
        return Fault("key-unknown-near", path, values={"name": path[-1], "instead": near[0]})
    return Fault("key-unknown", path, values={"name": path[-1]})


def _known_keys() -> list[str]:
    waiting: list[Any] = [FileForm, UnitForm]
    found: set[str] = set()
    for form in waiting:
        found.update(form.keys())
        waiting += [inner for inner in form.inner() if inner not in waiting]
    return sorted(found)


def _required(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Keys that one kind needs and another does not (R5): there, though perhaps null where the law decides."""
    words = [str(kind) for kind in Kind]
    if data.get("kind") not in words:
        return
    kind = Kind(data["kind"])
    authority = data.get("authority")
    authority = authority if isinstance(authority, dict) else {}
    if kind is Kind.SELF:
        if "statement" not in authority:
            yield Fault("key-missing", ("authority", "statement"), values={"name": "statement"})
        return
    for key in BESIDE_SELF:
        if key not in data or (key == "stop_contact" and data[key] is None):
            yield Fault("key-missing", (key,), values={"name": key})
    for key, values in (("organs", authority), ("persons", authority), ("source_addresses", data)):
        path = (key,) if values is data else ("authority", key)
        if key not in values and values is authority:
            yield Fault("key-missing", path, values={"name": key})
        elif values.get(key, "absent") in (None, []) and not (key == "persons" and kind.by_police):
            yield Fault("list-empty", path, values={"name": key})
    yield from _officers(authority.get("persons"), kind)


def _officers(persons: Any, kind: Kind) -> Iterator[Fault]:
    if not kind.by_police or not isinstance(persons, list):
        return
    for index, person in enumerate(persons):
        if isinstance(person, dict) and person.get("id") is None:
            yield Fault("key-missing", ("authority", "persons", index, "id"), values={"name": "id"})


def _placed(fault: Fault, tree: Node) -> Fault:
    node = tree.at(fault.path)
    return replace(fault, line=node.line, column=node.column)


def _documents(
    forms: list[DocumentForm], folder: Path, language: Language
) -> tuple[tuple[Document, ...], list[str], list[Refusal]]:
    """The documents with their digests: of the file where it is there, else as recorded."""
    documents, warnings, refusals = [], [], []
    for form in forms:
        file = folder / form.file if form.file else None
        digest = form.sha256
        if file is not None:
            digest = _digest(file)
            if digest is None:
                warnings.append(Fault("document-absent", values={"file": file}).in_language(language))
                digest = form.sha256
            elif form.sha256 not in (None, digest):
                refusals.append(Refusal("document-digest", "documents", None, {"file": file, "digest": digest}))
        documents.append(Document(form.type, form.number, form.date, file, digest))
    return tuple(documents), warnings, refusals


def _digest(file: Path) -> str | None:
    """SHA-256 of a regular file in hexadecimal; None where it cannot be read."""
    try:
        if not file.is_file():
            return None
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def _excluded(name: str, language: Language) -> str:
    return Fault("exclude-name", values={"name": name}).in_language(language)
