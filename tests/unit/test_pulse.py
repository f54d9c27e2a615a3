"""The heartbeat's place: what answers first, but never where unfinished handshakes are counted (R6)."""

from scanner.network.pulse import Pulse
from scanner.network.question import Act, Question


def place(port: int) -> Question:
    return Question("self", "192.0.2.1", port, Act.CONNECT, "test")


def test_a_database_that_counts_handshakes_is_no_heartbeat() -> None:
    pulse = Pulse()
    pulse.felt(place(3306))
    assert pulse.place is None
    pulse.felt(place(22))
    pulse.felt(place(80))
    assert pulse.place is not None
    assert (pulse.place.port, pulse.place.act) == (22, Act.HEARTBEAT)
