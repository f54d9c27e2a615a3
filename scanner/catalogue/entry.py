"""One [[check]] of a catalogue file, read: every key known, every text in three languages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scanner.model.check import (
    CONDITION_TESTS,
    Check,
    Condition,
    Confidence,
    Severity,
    SeverityWhen,
    Weight,
)
from scanner.model.errors import InputError
from scanner.model.probe import Impact, Profile
from scanner.model.target import TargetKind
from scanner.model.text import LANGUAGES, Text

PLAIN = {
    "probe",
    "function",
    "each",
    "discriminator",
    "port",
    "also",
    "exhaustive",
    "presence",
    "absence",
    "anchor_name",
}
LISTS = {"duties", "beside", "protocols", "ports", "udp_ports", "references", "identifiers"}
KEYS = (
    {"id", "kind", "severity", "weight", "impact", "profile", "title", "seen", "why", "remediation"}
    | {"remediation_for", "fails", "applies", "severity_when", "confidence", "inferred_when"}
    | PLAIN
    | LISTS
)


def check_from(entry: Mapping[str, Any], file: Path) -> Check:
    """Build a check, or raise InputError with file, check and key."""
    name = entry.get("id", "(no id)")
    try:
        return _check(entry)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        what = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{file}: check {name}: {what}") from error


def _check(entry: Mapping[str, Any]) -> Check:
    if unknown := set(entry) - KEYS:
        raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
    if ("function" in entry) == ("fails" in entry):
        raise ValueError("a check has either `fails` or `function`")
    if "fails" in entry and "probe" not in entry:
        raise ValueError("a check with `fails` names its `probe`")
    plain = {key: entry[key] for key in PLAIN if key in entry}
    lists = {key: tuple(entry[key]) for key in LISTS if key in entry}
    return Check(
        id=entry["id"],
        kind=TargetKind(entry["kind"]),
        severity=Severity(entry["severity"]),
        weight=Weight(entry["weight"]),
        impact=Impact(entry["impact"]),
        profile=Profile(entry["profile"]),
        title=_text(entry, "title"),
        seen=_text(entry, "seen"),
        why=_text(entry, "why"),
        remediation=_text(entry, "remediation"),
        remediation_for={
            product: _text(entry["remediation_for"], product) for product in entry.get("remediation_for", {})
        },
        fails=_optional(entry, "fails"),
        applies=_optional(entry, "applies"),
        inferred_when=_optional(entry, "inferred_when"),
        confidence=Confidence(entry.get("confidence", "confirmed")),
        severity_when=tuple(_severity_when(when) for when in entry.get("severity_when", ())),
        **{"duties": (), **plain, **lists},
    )


def condition_from(table: Mapping[str, Any]) -> Condition:
    """`{fact, is, value}`, or one of `{all}`, `{any}`, `{none}`; ValueError for anything else."""
    for word in ("all", "any", "none"):
        if word in table:
            if len(table) != 1 or not table[word]:
                raise ValueError(f"`{word}` stands alone, over a list of conditions")
            return _joined(word, tuple(condition_from(part) for part in table[word]))
    if unknown := set(table) - {"fact", "is", "value"}:
        raise ValueError(f"a condition has fact, is, value; not {', '.join(sorted(unknown))}")
    test = table.get("is", "true")
    if test not in CONDITION_TESTS:
        raise ValueError(f"no such test: {test}")
    return Condition(fact=table["fact"], test=test, value=table.get("value"))


def _joined(word: str, parts: tuple[Condition, ...]) -> Condition:
    match word:
        case "all":
            return Condition(all_of=parts)
        case "any":
            return Condition(any_of=parts)
        case _:
            return Condition(none_of=parts)


def _optional(entry: Mapping[str, Any], key: str) -> Condition | None:
    return condition_from(entry[key]) if key in entry else None


def _severity_when(table: Mapping[str, Any]) -> SeverityWhen:
    rest = {key: value for key, value in table.items() if key != "severity"}
    return SeverityWhen(Severity(table["severity"]), condition_from(rest))


def _text(entry: Mapping[str, Any], key: str) -> Text:
    table = entry[key]
    for language in LANGUAGES:
        if not str(table.get(language, "")).strip():
            raise ValueError(f"{key} has no text in {language}")
    if unknown := set(table) - set(LANGUAGES):
        raise ValueError(f"{key} has an unknown language: {', '.join(sorted(unknown))}")
    return Text(*(str(table[language]).strip() for language in LANGUAGES))
