"""Handshakes left unfinished in earlier scans, kept beside the history for a day (R6). Knows no network."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, create_engine, delete, insert, select

from scanner.store.writer import Writer

KEPT_FOR = timedelta(days=1)

_METADATA = MetaData()
_HANDSHAKE = Table(
    "handshake", _METADATA, Column("address", String, nullable=False, index=True), Column("at", String, nullable=False)
)
_PLACE = Table(
    "handshake_place",
    _METADATA,
    Column("address", String, nullable=False),
    Column("port", Integer, nullable=False),
    Column("at", String, nullable=False),
)


class HandshakeRecord:
    """Two tables in the history's file, whatever inspection they were made in: handshakes, and unusual places."""

    def __init__(self, path: Path) -> None:
        self._engine = create_engine(f"sqlite:///{path}")
        _METADATA.create_all(self._engine)
        self._writer = Writer(self._engine)

    def recent(self, now: datetime) -> list[tuple[str, datetime]]:
        """(address, when) of the last day; older ones are forgotten."""
        since = (now - KEPT_FOR).astimezone(UTC).isoformat()
        with self._engine.begin() as connection:
            connection.execute(delete(_HANDSHAKE).where(_HANDSHAKE.c.at <= since))
            rows = connection.execute(select(_HANDSHAKE.c.address, _HANDSHAKE.c.at)).all()
        return [(row[0], datetime.fromisoformat(row[1])) for row in rows]

    def keep(self, address: str, at: datetime) -> None:
        """Remember one; committed within a quarter of a second."""

        def write(connection: Connection) -> None:
            connection.execute(insert(_HANDSHAKE).values(address=address, at=at.astimezone(UTC).isoformat()))

        self._writer.put(write)

    def places(self, now: datetime) -> list[tuple[str, int]]:
        """(address, port) where one was met within the last day; older ones are forgotten."""
        since = (now - KEPT_FOR).astimezone(UTC).isoformat()
        with self._engine.begin() as connection:
            connection.execute(delete(_PLACE).where(_PLACE.c.at <= since))
            rows = connection.execute(select(_PLACE.c.address, _PLACE.c.port)).all()
        return [(row[0], row[1]) for row in rows]

    def keep_place(self, address: str, port: int, at: datetime) -> None:
        """Remember where one was met; committed as above."""

        def write(connection: Connection) -> None:
            connection.execute(insert(_PLACE).values(address=address, port=port, at=at.astimezone(UTC).isoformat()))

        self._writer.put(write)

    def close(self) -> None:
        self._writer.close()
        self._engine.dispose()


@contextmanager
def handshake_record(path: Path) -> Iterator[HandshakeRecord]:
    """The record in a history's file, closed at the end."""
    record = HandshakeRecord(path)
    try:
        yield record
    finally:
        record.close()
