"""A finished scan's store, opened for reading by the commands that send nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from scanner.cli.language import say
from scanner.inspecting.store_place import place_of_store
from scanner.model.errors import InputError
from scanner.store.scan import ScanStore


@contextmanager
def open_scan(folder: Path) -> Iterator[ScanStore]:
    """The store of DIR; InputError where no scan was stored there."""
    place = place_of_store(folder)
    if place is None:
        raise InputError(say("error.no-scan", folder=folder))
    try:
        store = ScanStore(place)
        if store.meta("run") is None:
            raise InputError(say("error.no-scan", folder=folder))
    except (SQLAlchemyError, ImportError) as error:
        raise InputError(say("error.no-scan", folder=folder)) from error
    try:
        yield store
    finally:
        store.close()
