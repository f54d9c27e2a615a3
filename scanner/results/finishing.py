"""The end of a scan: facts judged, history moved on, the folder written; sealing waits until the store is closed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.catalogue.loader import load
from scanner.inspecting.keeping import choice_of
from scanner.inspecting.registry import all_probes
from scanner.inspecting.selection import select
from scanner.model.text import Language
from scanner.results.build import Basis, Built, build
from scanner.results.reachable import Reach
from scanner.results.writing import write
from scanner.store.history import History, PastPlace
from scanner.store.scan import ScanStore

HISTORY = "history"
"""The meta key of the past as it was when the scan first ended, so that a resumed scan compares with the same."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Results in memory, and the folder that waits for its files and its seal."""

    built: Built
    folder: Path
    language: Language
    about: dict[str, Any]

    @property
    def results(self) -> dict[str, Any]:
        return self.built.results

    def seal(self) -> None:
        """Write every file and seal the folder. The store must be closed: it is sealed too."""
        try:
            write(self.folder, self.built, self.language, self.about)
        finally:
            self.built.coverage.close()


def finish(
    store: ScanStore, folder: Path, *, history: Path, language: Language, more: tuple[Path, ...] = ()
) -> Finished:
    """Judge by today's catalogue, track against history, and keep what history needs."""
    order, run = store.meta("order"), store.meta("run")
    kept = History(history, "self" if order["bare"] else order["id"])
    try:
        past, previous = _past(store, kept, run["started"])
        reach = Reach((unit, written) for unit, written in store.meta("targets"))
        today = tuple(place for place in past if reach.holds(place))
        elsewhere = [place for place in past if not reach.holds(place)]
        catalogue = load(*more)
        selection = select(choice_of(store), catalogue, all_probes())
        built = build(store, Basis(catalogue, selection, today, previous, folder))
        kept.keep([*built.places, *elsewhere], started=run["started"], finished=run["finished"])
    finally:
        kept.close()
    digests = built.results["inspection"]["digests"]
    about = {"inspection": order["id"], "complete": run["complete"], "facts": digests}
    return Finished(built, folder, language, about)


def _past(store: ScanStore, history: History, started: str) -> tuple[tuple[PastPlace, ...], str | None]:
    kept = store.meta(HISTORY)
    if kept is None:
        kept = {"places": [_json(place) for place in history.places()], "previous": history.previous(started)}
        store.set_meta(HISTORY, kept)
        store.flush()
    return tuple(PastPlace(**place) for place in kept["places"]), kept["previous"]


def _json(place: PastPlace) -> dict[str, Any]:
    return {name: getattr(place, name) for name in PastPlace.__slots__}


def stamp(at: datetime | None = None) -> str:
    """A moment as folders are named by: UTC, to the second."""
    return f"{(at or datetime.now(UTC)):%Y%m%dT%H%M%SZ}"
