"""History over scans: every place of every finding, when it was first and last seen, how it stands."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, Text, create_engine, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from scanner.model.errors import InputError

_METADATA = MetaData()
_PLACE = Table(
    "place",
    _METADATA,
    Column("inspection", String, primary_key=True),
    Column("finding", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("how", String),
    Column("first_seen", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Column("record", Text, nullable=False),
    Column("silences", Text, nullable=False),
)
_SCAN = Table(
    "scan",
    _METADATA,
    Column("inspection", String, primary_key=True),
    Column("started", String, primary_key=True),
    Column("finished", String, nullable=False),
)


@dataclass(slots=True)
class PastPlace:
    """One place of one finding as the last scan left it.

    `state` is new, open, fixed or reopened; `record` the finding as results showed it; `silences` the
    moments (ISO 8601, UTC) at which the place was filtered while its host lived (R14).
    """

    finding: str
    place: str
    state: str
    how: str | None
    first_seen: str
    last_seen: str
    record: dict[str, Any]
    silences: list[str] = field(default_factory=list)


class HistoryFault(InputError):
    """The history's file cannot be opened or written."""


class History:
    """A small SQLite file beside the inspection file. One inspection id is one history."""

    def __init__(self, path: Path, inspection: str) -> None:
        self._inspection = inspection
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._engine = create_engine(f"sqlite:///{path}")
            _METADATA.create_all(self._engine)
        except (OSError, SQLAlchemyError) as error:
            cause = getattr(error, "orig", None) or error
            raise HistoryFault(f"--history {path}: not a history file that can be written: {cause}") from error

    def places(self) -> list[PastPlace]:
        query = select(_PLACE).where(_PLACE.c.inspection == self._inspection)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            PastPlace(
                row["finding"],
                row["place"],
                row["state"],
                row["how"],
                row["first_seen"],
                row["last_seen"],
                json.loads(row["record"]),
                json.loads(row["silences"]),
            )
            for row in rows
        ]

    def previous(self, before: str) -> str | None:
        """When the last scan before this one started (ISO 8601, UTC), or None."""
        query = select(_SCAN.c.started).where(_SCAN.c.inspection == self._inspection, _SCAN.c.started < before)
        with self._engine.connect() as connection:
            return connection.scalar(query.order_by(_SCAN.c.started.desc()).limit(1))

    def keep(self, places: Iterable[PastPlace], *, started: str, finished: str) -> None:
        """Replace what is known by what this scan leaves, in one transaction."""
        with self._engine.begin() as connection:
            connection.execute(delete(_PLACE).where(_PLACE.c.inspection == self._inspection))
            rows = [_row(self._inspection, place) for place in places]
            if rows:
                connection.execute(insert(_PLACE), rows)
            same = (_SCAN.c.inspection == self._inspection) & (_SCAN.c.started == started)
            connection.execute(delete(_SCAN).where(same))
            connection.execute(insert(_SCAN).values(inspection=self._inspection, started=started, finished=finished))

    def close(self) -> None:
        self._engine.dispose()


def _row(inspection: str, place: PastPlace) -> dict[str, Any]:
    return {
        "inspection": inspection,
        "finding": place.finding,
        "place": place.place,
        "state": place.state,
        "how": place.how,
        "first_seen": place.first_seen,
        "last_seen": place.last_seen,
        "record": json.dumps(place.record, ensure_ascii=False),
        "silences": json.dumps(place.silences),
    }
