"""The tables of a scan's store. SQLite by default; nothing here is SQLite's alone."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

META = Table("meta", METADATA, Column("key", String, primary_key=True), Column("value", Text, nullable=False))
"""The order as it was read, and how the scan stands: JSON by key."""

OBSERVATION = Table(
    "observation",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("probe", String, nullable=False),
    Column("target_key", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("at", String, nullable=False),
    Column("target", Text, nullable=False),
    Column("reason", String),
    Column("detail", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("gaps", Text, nullable=False),
    UniqueConstraint("probe", "target_key"),
    Index("observation_by_lane", "unit", "lane"),
)
"""One row per probe and target. `lane` is the address, or the zone's name: what is asked and judged together."""

EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("observation", ForeignKey("observation.id"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

VERDICT = Table(
    "verdict",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("check", String, nullable=False),
    Column("target_key", String, nullable=False),
    Column("item", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("reason", String),
    Column("severity", String),
    UniqueConstraint("check", "target_key", "item"),
)
"""Verdicts as they come, for progress and for a scan that dies; the end judges everything again."""

ERROR = Table(
    "error",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("probe", String, nullable=False),
    Column("target", Text, nullable=False),
    Column("error", Text, nullable=False),
)
"""Faults of our own: one line each, never the inspection."""
