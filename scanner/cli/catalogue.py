"""`yuanjian checks`, `clauses`, `probes`: what the product knows, to read."""

import json
from typing import Annotated

import typer

from scanner.catalogue.law import load_law
from scanner.catalogue.loader import load
from scanner.cli.language import chosen, say
from scanner.cli.options import CatalogueFile, Json, Lang
from scanner.inspecting.registry import all_probes
from scanner.model.check import Check
from scanner.model.errors import InputError

Id = Annotated[str | None, typer.Argument()]


def register(app: typer.Typer) -> None:
    app.command("checks", help=say("help.checks"))(checks)
    app.command("clauses", help=say("help.clauses"))(clauses)
    app.command("probes", help=say("help.probes"))(probes)


def checks(check: Id = None, catalogue: CatalogueFile = None, lang: Lang = None, json_: Json = False) -> None:
    """A line a check, or one check whole."""
    known = load(*(catalogue or ())).checks
    if check is None:
        for one in known.values():
            typer.echo(
                "\t".join((one.id, one.kind, one.severity, one.weight, one.profile, one.title.in_language(chosen())))
            )
        return
    if check not in known:
        raise InputError(say("error.unknown-check", id=check))
    typer.echo(json.dumps(_whole(known[check]), ensure_ascii=False, indent=1) if json_ else _page(known[check]))


def clauses(code: Id = None, lang: Lang = None) -> None:
    """A line a clause, or one."""
    law = load_law()
    known = {one: law.clause(one) for codes in law.in_order() for one in codes}
    if code is not None and code not in known:
        raise InputError(say("error.unknown-clause", code=code))
    for one, clause in known.items() if code is None else [(code, known[code])]:
        mark = (
            ""
            if clause.verified
            else "\t" + {"zh-CN": "条款待核", "zh-TW": "條款待核", "en": "to be confirmed"}[chosen()]
        )
        typer.echo(f"{one}\t{clause.title.in_language(chosen())}{mark}")


def probes(lang: Lang = None) -> None:
    """A line a probe: name, what it accepts, impact, most connections and requests, first line of its module."""
    for probe in all_probes():
        doc = (probe.observe.__doc__ or "").strip().splitlines()
        cost = f"{probe.cost.connections}+{probe.cost.requests}"
        typer.echo("\t".join((probe.name, probe.accepts, probe.impact, cost, doc[0] if doc else "")))


def _page(check: Check) -> str:
    language = chosen()
    parts = [check.title, check.seen, check.why, check.remediation]
    lines = [f"{check.id}  ({check.kind}, {check.severity}, {check.weight}, {check.impact}, {check.profile})"]
    lines += [part.in_language(language) for part in parts]
    lines += [f"{product}: {text.in_language(language)}" for product, text in check.remediation_for.items()]
    return "\n\n".join([*lines, " ".join(check.duties)])


def _whole(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "kind": check.kind,
        "severity": check.severity,
        "weight": check.weight,
        "impact": check.impact,
        "profile": check.profile,
        "duties": list(check.duties),
        "probe": check.probe,
        "title": check.title.to_json(),
        "seen": check.seen.to_json(),
        "why": check.why.to_json(),
        "remediation": check.remediation.to_json(),
        "remediation_for": {product: text.to_json() for product, text in check.remediation_for.items()},
        "references": list(check.references),
    }
