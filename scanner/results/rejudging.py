"""Today's rules over stored facts, into a folder of its own that names the old seal. Sends nothing."""

import hashlib
from datetime import date
from pathlib import Path

from scanner.catalogue.loader import load
from scanner.inspecting.folder import MANIFEST
from scanner.inspecting.keeping import choice_of
from scanner.inspecting.registry import all_probes
from scanner.inspecting.selection import select
from scanner.model.text import Language
from scanner.results.build import Basis, build
from scanner.results.finishing import HISTORY, Finished, stamp
from scanner.results.reachable import Reach
from scanner.store.history import PastPlace
from scanner.store.scan import ScanStore


def rejudge(store: ScanStore, folder: Path, *, law_at: date | None, more: tuple[Path, ...], language: Language) -> Path:
    """Write DIR/rejudged-TIME/ and return it. History is compared with, and not moved on."""
    target = folder / f"rejudged-{stamp()}"
    target.mkdir()
    kept = store.meta(HISTORY) or {"places": [], "previous": None}
    catalogue = load(*more)
    selection = select(choice_of(store), catalogue, all_probes())
    reach = Reach((unit, written) for unit, written in store.meta("targets"))
    past = tuple(place for place in (PastPlace(**one) for one in kept["places"]) if reach.holds(place))
    built = build(store, Basis(catalogue, selection, past, kept["previous"], target, law_at))
    about = {
        "inspection": store.meta("order")["id"],
        "rejudged": {"folder": folder.name, "manifest_sha256": _digest(folder / MANIFEST)},
        "facts": built.results["inspection"]["digests"],
    }
    Finished(built, target, language, about).seal()
    return target


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
