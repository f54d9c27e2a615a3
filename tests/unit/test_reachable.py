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
