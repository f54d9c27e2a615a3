"""`yuanjian status`: what of a scan is done, what waits, what is blocked, who stopped or paused what. Sends nothing."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from scanner.cli.language import say
from scanner.cli.options import Json, Lang
from scanner.cli.stored import open_scan
from scanner.inspecting.control import PROGRESS
from scanner.inspecting.instruction import is_running
from scanner.inspecting.order import in_zone
from scanner.store.scan import ScanStore

SHOWN = 10
"""Blocked addresses named for each unit; the rest are counted."""


def register(app: typer.Typer) -> None:
    app.command("status", help=say("help.status"))(command)


def command(folder: Path, json_: Json = False, lang: Lang = None) -> int:
    """One page on standard output, of a scan that runs, or of one that ended or broke off."""
    running = is_running(folder)
    with open_scan(folder) as store:
        told = standing(store, running=running)
    if json_:
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    else:
        for line in _page(told):
            typer.echo(line)
    return 0


def standing(store: ScanStore, *, running: bool) -> dict[str, Any]:
    """How the scan stands: `state`, `because`, and for each unit what is found, done, blocked, and told."""
    order, run, progress = store.meta("order"), store.meta("run"), store.meta(PROGRESS) or {}
    counts: Mapping[str, Mapping[str, int]] = progress.get("units", {})
    told = {one["unit"]: one for one in progress.get("standing", ())}
    blocked = _blocked(store)
    units = []
    for unit in store.meta("units"):
        counted = counts.get(unit["key"], {"found": 0, "done": 0})
        units.append(
            {
                "unit": unit["name"],
                "refused": unit["refused"] is not None,
                "found": counted["found"],
                "done": counted["done"],
                "blocked": blocked.get(unit["key"], []),
                "told": told.get(unit["key"]),
            }
        )
    return {
        "inspection": order["id"],
        "title": order["title"],
        "state": "running" if running else "complete" if run["complete"] else "incomplete",
        "because": run["because"],
        "started": run["started"],
        "at": progress.get("at", run["finished"]),
        "timezone": order["window"]["timezone"],
        "told": told.get(None),
        "closed_until": progress.get("closed_until") if running else None,
        "units": units,
    }


def _blocked(store: ScanStore) -> dict[str, list[str]]:
    """The addresses of each unit that stopped answering everything."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for observation in store.of_probe("lane"):
        if observation.facts.get("blocked") and observation.target.address is not None:
            found[observation.target.unit].append(observation.target.address)
    return found


def _page(told: Mapping[str, Any]) -> Iterable[str]:
    zone = ZoneInfo(told["timezone"])
    states = {
        "running": say("status.running"),
        "complete": say("status.complete"),
        "incomplete": say("status.incomplete"),
    }
    yield say("status.head", title=told["title"], id=told["inspection"], state=states[told["state"]])
    yield say("status.times", started=_local(told["started"], zone), at=_local(told["at"], zone))
    if told["closed_until"]:
        yield say("status.closed", until=_local(told["closed_until"], zone))
    if told["told"]:
        yield "  " + _instruction(told["told"], zone)
    for unit in told["units"]:
        if unit["refused"]:
            yield say("status.refused", unit=unit["unit"])
            continue
        yield say(
            "status.unit",
            unit=unit["unit"],
            done=unit["done"],
            waiting=max(0, unit["found"] - unit["done"]),
            blocked=len(unit["blocked"]),
        )
        if unit["told"]:
            yield "  " + _instruction(unit["told"], zone)
        if unit["blocked"]:
            more = " …" if len(unit["blocked"]) > SHOWN else ""
            yield "  " + say("status.blocked", addresses=", ".join(unit["blocked"][:SHOWN]) + more)


def _instruction(told: Mapping[str, str], zone: tzinfo) -> str:
    words = {"by": told["by"], "at": _local(told["at"], zone), "reason": told["reason"]}
    return say("status.stopped", **words) if told["act"] == "stop" else say("status.paused", **words)


def _local(moment: str, zone: tzinfo) -> str:
    return in_zone(datetime.fromisoformat(moment), zone)
