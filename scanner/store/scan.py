"""The store of one scan: observations in, observations out. Knows nothing of checks or pages."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, create_engine, delete, event, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from scanner.model.observation import Evidence, Observation
from scanner.model.target import Target
from scanner.model.verdict import Reason
from scanner.store.tables import ERROR, EVIDENCE, META, METADATA, OBSERVATION, VERDICT
from scanner.store.writer import Writer

EVIDENCE_BYTES = 4096


class ScanStore:
    """Facts of one scan in DIR/scan.sqlite, or in the database of a URL."""

    def __init__(self, where: Path | str) -> None:
        self._engine = _engine(where)
        METADATA.create_all(self._engine)
        self._writer = Writer(self._engine)

    def close(self) -> None:
        """Commit and close; the store can be opened again."""
        try:
            self._writer.close()
        finally:
            self._engine.dispose()

    def flush(self) -> None:
        self._writer.flush()

    def add(self, observation: Observation) -> None:
        """Keep one observation; a second of the same probe and target replaces the first."""
        self._writer.put(lambda connection: _insert(connection, observation))

    def add_verdict(self, row: Mapping[str, Any]) -> None:
        """Keep one verdict as it comes (columns of the table `verdict`)."""
        self._writer.put(lambda connection: _upsert(connection, dict(row)))

    def add_error(self, probe: str, target: Target, error: str) -> None:
        values = {"probe": probe, "target": json.dumps(target.to_json(), ensure_ascii=False), "error": error[:2000]}
        self._writer.put(lambda connection: _run(connection, insert(ERROR).values(values)))

    def set_meta(self, key: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False)
        self._writer.put(lambda connection: _set_meta(connection, key, text))

    def meta(self, key: str) -> Any:
        """The JSON value of a key, or None."""
        with self._engine.connect() as connection:
            text = connection.scalar(select(META.c.value).where(META.c.key == key))
        return None if text is None else json.loads(text)

    def errors(self) -> list[dict[str, Any]]:
        """Our own faults: probe, target (as JSON), error."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(ERROR).order_by(ERROR.c.id)).mappings()
            return [{"probe": row["probe"], "target": json.loads(row["target"]), "error": row["error"]} for row in rows]

    def lanes(self) -> list[tuple[str, str]]:
        """(unit, lane) of everything observed, in a fixed order."""
        query = (
            select(OBSERVATION.c.unit, OBSERVATION.c.lane).distinct().order_by(OBSERVATION.c.unit, OBSERVATION.c.lane)
        )
        with self._engine.connect() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def of_lane(self, unit: str, lane: str) -> list[Observation]:
        """The observations of one lane, oldest first, with their evidence."""
        query = select(OBSERVATION).where(OBSERVATION.c.unit == unit, OBSERVATION.c.lane == lane)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(OBSERVATION.c.id)).mappings().all()
            return [_observation(row, _evidence(connection, row["id"])) for row in rows]

    def of_probe(self, probe: str) -> list[Observation]:
        """The observations of one probe, without their evidence."""
        query = select(OBSERVATION).where(OBSERVATION.c.probe == probe).order_by(OBSERVATION.c.id)
        with self._engine.connect() as connection:
            return [_observation(row, ()) for row in connection.execute(query).mappings()]

    def each_of_probe(self, probe: str, fact: str) -> Iterator[Observation]:
        """The same one at a time, where a list fact is not empty: memory holds no more than one."""
        listed = OBSERVATION.c.facts.contains(f'"{fact}": [') & ~OBSERVATION.c.facts.contains(f'"{fact}": []')
        query = select(OBSERVATION).where(OBSERVATION.c.probe == probe, listed).order_by(OBSERVATION.c.id)
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=100).execute(query).mappings():
                yield _observation(row, ())

    def all(self) -> Iterator[Observation]:
        """Every observation, lane by lane."""
        for unit, lane in self.lanes():
            yield from self.of_lane(unit, lane)


def lane_of(target: Target) -> str:
    """What is asked and judged together: the address, or a domain's name."""
    return target.address or target.name or ""


def _engine(where: Path | str) -> Engine:
    url = where if isinstance(where, str) else f"sqlite:///{where}"
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _durable(connection: Any, _: Any) -> None:
            # WAL lets readers look on while the scan runs; FULL makes a commit survive a power cut (R22).
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA busy_timeout=10000")

    return engine


def _run(connection: Connection, statement: Any) -> None:
    connection.execute(statement)


def _set_meta(connection: Connection, key: str, text: str) -> None:
    connection.execute(delete(META).where(META.c.key == key))
    connection.execute(insert(META).values(key=key, value=text))


def _upsert(connection: Connection, row: dict[str, Any]) -> None:
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = make(VERDICT).values(row)
    changed = {key: row[key] for key in ("verdict", "reason", "severity")}
    connection.execute(statement.on_conflict_do_update(index_elements=["check", "target_key", "item"], set_=changed))


def _insert(connection: Connection, observation: Observation) -> None:
    target = observation.target
    same = (OBSERVATION.c.probe == observation.probe) & (OBSERVATION.c.target_key == target.key)
    old = connection.scalar(select(OBSERVATION.c.id).where(same))
    if old is not None:
        connection.execute(delete(EVIDENCE).where(EVIDENCE.c.observation == old))
        connection.execute(delete(OBSERVATION).where(OBSERVATION.c.id == old))
    done = connection.execute(
        insert(OBSERVATION).values(
            probe=observation.probe,
            target_key=target.key,
            unit=target.unit,
            kind=str(target.kind),
            lane=lane_of(target),
            at=observation.at.isoformat(),
            target=_json(target.to_json()),
            reason=observation.reason,
            detail=observation.detail[:2000],
            facts=_json(observation.facts),
            gaps=_json(observation.gaps),
        )
    )
    assert done.inserted_primary_key is not None  # noqa: S101 (an insert has one)
    number = done.inserted_primary_key[0]
    for piece in observation.evidence:
        row = {"what": piece.what[:2000], "about": piece.about, "content": piece.content[:EVIDENCE_BYTES]}
        connection.execute(insert(EVIDENCE).values(observation=number, **row))


def _json(value: Any) -> str:
    """JSON that any database can hold: a lone surrogate from the wire becomes its escape."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def _evidence(connection: Connection, number: int) -> tuple[Evidence, ...]:
    query = select(EVIDENCE).where(EVIDENCE.c.observation == number).order_by(EVIDENCE.c.id)
    return tuple(Evidence(row.what, row.content, row.about) for row in connection.execute(query))


def _observation(row: RowMapping, evidence: tuple[Evidence, ...]) -> Observation:
    return Observation(
        probe=row["probe"],
        target=Target.from_json(json.loads(row["target"])),
        at=datetime.fromisoformat(row["at"]),
        facts=json.loads(row["facts"]),
        gaps={key: Reason(value) for key, value in json.loads(row["gaps"]).items()},
        evidence=evidence,
        reason=Reason(row["reason"]) if row["reason"] else None,
        detail=row["detail"],
    )
