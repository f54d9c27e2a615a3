"""The questions of `yuanjian init`: each answer is read as the inspection file would read it, and asked again if bad."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer
from pydantic import TypeAdapter

from scanner.cli.language import chosen, say
from scanner.drafting.cell_value import checked, targets_of, value_of
from scanner.drafting.draft import Draft, DraftSystem, DraftTarget, DraftUnit
from scanner.drafting.list_fault import ListFault, Place
from scanner.inspection_file.fault import Fault
from scanner.inspection_file.scalar import Day, Identity, Line, LiteralAddress, Moment, Span
from scanner.model.authority import Kind

FORMS: dict[str, TypeAdapter[Any]] = {
    "day": TypeAdapter(Day),
    "identity": TypeAdapter(Identity),
    "line": TypeAdapter(Line),
    "address": TypeAdapter(LiteralAddress),
    "moment": TypeAdapter(Moment),
    "span": TypeAdapter(Span),
}
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HERE = Place(0)


def ask_order(draft: Draft) -> None:
    """What stands above the units. Enter leaves a placeholder where nothing is known yet."""
    kinds = [str(kind) for kind in Kind]
    draft.kind = _ask(say("init.ask.kind", kinds=", ".join(kinds)), lambda text: None if text in kinds else "kind")
    draft.id = _ask(say("init.ask.id"), _form("identity"), draft.id) or draft.id
    draft.title = _ask(say("init.ask.title"), _form("line"), draft.title) or draft.title
    if draft.kind == "self":
        draft.statement = _ask(say("init.ask.statement"), _form("line"))
    else:
        draft.organs = list(_several(say("init.ask.organ"), "line"))
        ids = draft.kind in (None, "routine", "priority", "special")
        for name in _several(say("init.ask.person"), "line"):
            number = _ask(say("init.ask.person-id", name=name), _form("line")) if ids else None
            draft.persons.append((name, number))
        draft.notice_number = _ask(say("init.ask.notice-number"), _form("line"))
        draft.notice_issued = _ask(say("init.ask.notice-issued"), _form("day"))
        draft.source_addresses = list(_several(say("init.ask.source"), "address"))
        draft.stop_name = _ask(say("init.ask.stop-name"), _form("line"))
        draft.stop_phone = _ask(say("init.ask.stop-phone"), _form("line"))
    draft.start = _moment(say("init.ask.from"), draft.timezone, last=False)
    draft.end = _moment(say("init.ask.to"), draft.timezone, last=True)
    draft.daily = _ask(say("init.ask.daily"), _form("span"))


def ask_units(draft: Draft) -> None:
    """Units one after the other, one at least, until the name is left empty."""
    while True:
        name = _ask(say("init.ask.unit"), _form("line"))
        if name is None:
            if draft.units:
                return
            continue
        unit = DraftUnit(name)
        if code := _ask(say("init.ask.credit-code"), lambda text: _told(value_of("credit_code", text, HERE))):
            unit.facts["credit_code"] = code.strip().upper()
        if critical := _ask(say("init.ask.critical"), lambda text: _told(value_of("critical", text, HERE))):
            unit.facts["critical"] = str(value_of("critical", critical, HERE))
        lines: str | None = None
        while lines is None:
            lines = _ask(say("init.ask.targets"), _targets)
        found = [DraftTarget(str(target)) for target in targets_of(lines, HERE)]
        unit.systems[""] = DraftSystem("", targets=found)
        draft.units.append(unit)


def _ask(question: str, wrong: Callable[[str], str | None], default: str = "") -> str | None:
    """One answer that is not `wrong`; None where it was left empty."""
    while True:
        answer = str(typer.prompt(question, default=default, show_default=bool(default), err=True)).strip()
        if not answer:
            return None
        problem = wrong(answer)
        if problem is None:
            return answer
        typer.echo(problem if problem != "kind" else question, err=True)


def _several(question: str, form: str) -> Iterator[str]:
    """Answers, each as it is given, until one is left empty."""
    while (answer := _ask(question, _form(form))) is not None:
        yield answer


def _form(name: str) -> Callable[[str], str | None]:
    def wrong(text: str) -> str | None:
        found = checked(FORMS[name], text)
        return found.in_language(chosen()) if isinstance(found, Fault) else None

    return wrong


def _moment(question: str, timezone: str, *, last: bool) -> str | None:
    """A moment, or a day that stands for its first or last one."""
    zone = ZoneInfo(timezone)

    def full(text: str) -> str:
        if not DATE.fullmatch(text):
            return text
        try:
            offset = f"{datetime.fromisoformat(text).replace(tzinfo=zone):%z}"
        except ValueError:
            return text
        return f"{text}T{'24' if last else '00'}:00:00{offset[:3]}:{offset[3:]}"

    found = _ask(question, lambda text: _form("moment")(full(text)))
    return full(found) if found else None


def _told(value: str | ListFault | None) -> str | None:
    return replace(value, place=None).in_language(chosen()) if isinstance(value, ListFault) else None


def _targets(text: str) -> str | None:
    return next(
        (told for target in targets_of(text, HERE) if isinstance(target, ListFault) and (told := _told(target))), None
    )
