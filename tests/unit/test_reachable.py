"""History beyond today's order is neither shown nor forgotten."""

import pytest

from scanner.results.reachable import Reach
from scanner.store.history import PastPlace

REACH = Reach([("u", "192.0.2.0/28"), ("u", "www.example.edu.cn"), ("v", "2001:db8::10/128")])


def place(unit: str, host: str | None, address: str | None) -> PastPlace:
    return PastPlace("f", "p", "open", None, "", "", {"unit_key": unit, "host": host, "address": address})


@pytest.mark.parametrize(
    ("unit", "host", "address", "holds"),
    [
        ("u", None, "192.0.2.15", True),
        ("u", None, "192.0.2.16", False),
        ("v", None, "192.0.2.1", False),
        ("v", None, "2001:db8::10", True),
        ("u", "www.example.edu.cn", "203.0.113.5", True),
        ("u", "example.edu.cn", None, True),
        ("u", "mail.example.edu.cn", None, False),
        ("w", None, "192.0.2.1", False),
    ],
)
def test_a_place_lies_in_the_order_by_address_by_name_or_by_its_names_domain(
    unit: str, host: str | None, address: str | None, holds: bool
) -> None:
    assert REACH.holds(place(unit, host, address)) is holds


def test_a_long_list_of_addresses_is_read_once_and_holds_what_its_blocks_hold() -> None:
    listed = [("u1", f"10.0.{high}.{low}") for high in range(8) for low in range(250)]
    reach = Reach([*listed, ("u1", "192.0.2.0/28"), ("u1", "2001:db8::1"), ("u2", "fe80::/10")])
    assert reach.covers("u1", None, "10.0.7.249") and not reach.covers("u1", None, "10.0.7.251")
    assert reach.covers("u1", None, "192.0.2.15") and not reach.covers("u1", None, "192.0.2.16")
    assert reach.covers("u1", None, "2001:db8:0::1") and not reach.covers("u1", None, "0.0.0.1")
    assert reach.covers("u2", None, "fe80::1%eth0") and not reach.covers("u3", None, "10.0.0.1")
    assert reach.beside("u2", "10.0.0.1") == ["u1"]
