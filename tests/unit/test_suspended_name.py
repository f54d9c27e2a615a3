"""What of a lane's observations was heard by a suspended name: its own, at this address, refusals included."""

from dataclasses import replace
from datetime import UTC, datetime

from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from scanner.results.suspended_name import asked_by_suspended_name

AT = datetime(2026, 11, 26, tzinfo=UTC)
HOST = Target(TargetKind.HOST, "u", address="192.0.2.7")
OLD = Target(TargetKind.SERVICE, "u", name="old.example", address="192.0.2.7", port=80, transport="tcp")


def lane(target: Target, reason: Reason | None = None, *, suspended: bool = True) -> list[Observation]:
    declared = Observation("declaration", target, AT, {"suspended": suspended})
    return [
        declared,
        Observation("services.identify", target, AT, {} if reason else {"protocol": "http"}, reason=reason),
    ]


def test_answers_and_refusals_by_the_name_are_told() -> None:
    heard = asked_by_suspended_name(HOST, [*lane(OLD), *lane(replace(OLD, port=443), Reason.REFUSED)])
    assert [(one["name"], one["port"], one["answered"], one["reason"]) for one in heard] == [
        ("old.example", 80, True, None),
        ("old.example", 443, False, Reason.REFUSED),
    ]


def test_neither_a_live_name_nor_the_address_itself_nor_another_address_counts() -> None:
    others = [
        *lane(replace(OLD, name="www.example"), suspended=False),
        *lane(replace(OLD, name=None)),
        *lane(replace(OLD, name="192.0.2.7")),
        *lane(replace(OLD, address="192.0.2.8")),
    ]
    assert asked_by_suspended_name(HOST, others) == []
