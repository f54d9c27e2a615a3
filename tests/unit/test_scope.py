"""What an inspection file entitles to, without any network."""

from dataclasses import replace
from datetime import date
from ipaddress import ip_address

import pytest

from scanner.inspecting.planning import seeds
from scanner.model.inspection import Confirmed, Inspection, RefusedUnit, Suspended, System, Unit
from scanner.model.scope import Scope, Standing, is_special
from scanner.model.verdict import Reason
from tests.asking import listed, ordered


def confirmed(address: str) -> Confirmed:
    return Confirmed(ip_address(address), "somebody", date(2026, 9, 1))


def two_units() -> Inspection:
    first = ordered("8.8.4.0/24", "a.example", unit="first")
    second = ordered("9.9.9.9", "b.example", unit="second", exclude=["8.8.4.4", "pay.example"])
    return replace(first, units=(*first.units, *second.units))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
def test_special_addresses_are_known_as_such(address: str) -> None:
    assert is_special(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.119.1.1", "2400:3200::1"])
def test_public_unicast_is_not_special(address: str) -> None:
    assert not is_special(address)


def test_a_special_address_is_asked_only_where_it_is_listed() -> None:
    scope = Scope(ordered("127.35.0.0/24", "a.example"))
    assert scope.owns("self", "127.35.0.9") is None
    assert scope.owns("self", "127.35.1.9") is Reason.OUT_OF_SCOPE
    assert scope.owns("self", "169.254.169.254") is Reason.OUT_OF_SCOPE
    assert scope.owns("self", "::ffff:127.35.0.9") is Reason.OUT_OF_SCOPE


def test_confirmation_does_not_make_a_special_address_ones_own() -> None:
    scope = Scope(ordered("a.example", confirmed=(confirmed("10.0.0.1"), confirmed("8.8.8.8"))))
    assert scope.owns("self", "10.0.0.1") is Reason.OUT_OF_SCOPE
    assert scope.owns("self", "8.8.8.8") is None
    assert scope.standing("self", "8.8.8.8") is Standing.CONFIRMED


def test_what_is_neither_listed_nor_confirmed_is_foreign() -> None:
    scope = Scope(ordered("8.8.4.0/24", "a.example"))
    assert scope.owns("self", "8.8.8.8") is Reason.NOT_CONFIRMED
    assert scope.standing("self", "8.8.8.8") is Standing.FOREIGN
    assert scope.owns("nobody", "8.8.4.4") is Reason.NOT_CONFIRMED


def test_exclusion_wins_over_every_target_of_every_unit() -> None:
    scope = Scope(two_units())
    assert scope.owns("first", "8.8.4.4") is Reason.EXCLUDED
    assert scope.owns("first", "8.8.4.5") is None
    assert scope.bars_name("pay.example") is Reason.EXCLUDED
    assert scope.bars_address("::ffff:8.8.4.4") is Reason.EXCLUDED


def test_what_an_excluded_name_resolves_to_is_barred_unless_listed() -> None:
    scope = Scope(ordered("8.8.4.4", "a.example", confirmed=(confirmed("9.9.9.9"),), exclude=["pay.example"]))
    barred = {"8.8.4.4", "9.9.9.9", "1.1.1.1"}
    assert scope.owns("self", "8.8.4.4", barred) is None
    assert scope.owns("self", "9.9.9.9", barred) is Reason.EXCLUDED
    assert scope.allows_by_name("self", "a.example", "1.1.1.1", 443, barred) is Reason.EXCLUDED


def test_nothing_is_sent_to_a_refused_unit_whoever_else_lists_it() -> None:
    inspection = ordered("8.8.4.0/24", "a.example")
    refused = Unit("other", "other", targets=(listed("8.8.4.8"), listed("refused.example")))
    scope = Scope(replace(inspection, refused=(RefusedUnit(refused, "rule", "source"),)))
    assert scope.owns("self", "8.8.4.8") is Reason.NOT_PERMITTED
    assert scope.bars_name("refused.example") is Reason.NOT_PERMITTED
    assert scope.owns("self", "8.8.4.9") is None


@pytest.mark.parametrize(
    ("name", "port", "reason"),
    [
        ("a.example", 80, None),
        ("a.example", 443, None),
        ("a.example", 8443, None),
        ("a.example", 22, Reason.NOT_CONFIRMED),
        ("a.example", 8080, Reason.NOT_CONFIRMED),
        ("www.a.example", 443, Reason.OUT_OF_SCOPE),
        ("example", 443, Reason.OUT_OF_SCOPE),
        ("pay.example", 443, Reason.EXCLUDED),
    ],
)
def test_a_name_is_asked_on_the_webs_and_its_declared_ports_alone(name: str, port: int, reason: Reason | None) -> None:
    scope = Scope(ordered(listed("a.example", ports=(8443,)), "pay.example", exclude=["pay.example"]))
    assert scope.allows_by_name("self", name, "8.8.8.8", port) is reason


def test_a_url_declares_its_port_for_the_name() -> None:
    scope = Scope(ordered(listed("a.example", url="https://a.example:9443/", scheme="https", url_port=9443)))
    assert scope.web_ports("self", "a.example") == (80, 443, 9443)


def test_declared_ports_are_none_where_no_line_has_a_list() -> None:
    scope = Scope(ordered("8.8.4.0/24", listed("8.8.4.4", ports=(22, 443)), listed("a.example", ports=(80,))))
    assert scope.declared_ports("self", address="8.8.4.5") is None
    assert scope.declared_ports("self", address="8.8.4.4") == (22, 443)
    assert scope.declared_ports("self", address="8.8.4.4", names=["a.example"]) == (22, 80, 443)
    assert scope.declared_ports("self", address="8.8.4.5", names=["a.example"]) == (80,)


def test_names_in_a_zone_are_those_at_or_below_its_apex() -> None:
    scope = Scope(ordered("a.example", "www.a.example", "nota.example", "b.example", exclude=["b.example"]))
    assert scope.names_in_zone("self", "a.example") == ("a.example", "www.a.example")
    assert scope.names_in_zone("self", "b.example") == ()


def test_the_narrowest_line_says_which_system_an_address_belongs_to() -> None:
    office, portal = System("office", 3), System("portal", 2)
    scope = Scope(
        ordered(
            listed("8.8.4.0/24", system="office"),
            listed("8.8.4.4", system="portal"),
            listed("a.example", system="portal"),
            systems=(office, portal),
        )
    )
    assert scope.system_of("self", address="8.8.4.9") == office
    assert scope.system_of("self", address="8.8.4.4") == portal
    assert scope.system_of("self", name="a.example", address="8.8.4.9") == portal
    assert scope.system_of("self", address="1.1.1.1") is None


def test_an_address_belongs_to_the_unit_that_lists_it() -> None:
    scope = Scope(two_units())
    assert scope.unit_of("8.8.4.7") == "first"
    assert scope.unit_of("9.9.9.9") == "second"
    assert scope.unit_of("1.2.3.4") is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 8, 31), False),
        (date(2026, 9, 1), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
    ],
)
def test_a_target_is_suspended_from_its_first_day_to_its_last(day: date, expected: bool) -> None:
    gone = Suspended(listed("old.example"), date(2026, 9, 1), date(2026, 10, 10), "somebody")
    scope = Scope(ordered("a.example", suspended=(gone,)))
    assert scope.suspended("self", day, name="old.example") is expected
    assert not scope.suspended("self", day, name="a.example")
    assert "old.example" in scope.names("self")


def test_of_units_that_share_an_address_the_one_that_lists_it_keeps_it() -> None:
    inspection = ordered("a.example", confirmed=(confirmed("8.8.4.4"),), unit="tenant", shared_with=("host",))
    operator = Unit("host", "host", targets=(listed("8.8.4.0/24"),), shared_with=("tenant",))
    scope = Scope(replace(inspection, units=(*inspection.units, operator)))
    assert not scope.is_kept_by("tenant", "8.8.4.4")
    assert scope.is_kept_by("host", "8.8.4.4")
    assert [target.address for target in seeds(scope.inspection, scope) if target.unit == "tenant"] == [None]


def test_an_address_that_nobody_shares_is_kept_by_whoever_asks_it() -> None:
    scope = Scope(ordered("8.8.4.4"))
    assert scope.is_kept_by("self", "8.8.4.4")
    assert scope.is_kept_by("self", "9.9.9.9")
