"""The gate at real sockets: who is lured outward is refused and counted, and no second holds more than its limit."""

import asyncio
import json
import ssl
import struct
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import dns.message
import dns.rcode
import pytest

from scanner.model.authority import Window
from scanner.model.errors import ConnectionRefused, Malformed, NetworkError, NotAdmitted, TimedOut
from scanner.model.inspection import Limits
from scanner.model.network import Network, PortState, Server
from scanner.model.probe import Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from scanner.network.audit import broken_at
from scanner.network.wire import Wire
from tests.asking import listed, ordered, wired
from tests.hostile import servers
from tests.hostile.names import Records, naming
from tests.hostile.servers import answer, serving
from tests.lab.certificates import authority, issue

pytestmark = pytest.mark.lab

ADDRESS = "127.35.3.1"
OTHER = "127.35.3.2"
RESOLVER = "127.35.3.53"
SENTINEL = "127.35.9.9"
ZONE = "school.example"

THREE = Limits(requests_per_second=1000, connections=3, unit_requests_per_second=1000)


async def _unused(target: Target, net: Network) -> Any:
    raise AssertionError("the test asks itself")


PROBE = Probe("test.wire", TargetKind.SITE, Impact.ORDINARY, object, _unused)
BOUND = Probe("test.bound", TargetKind.HOST, Impact.ORDINARY, object, _unused, address_bound=True)


def site(wire: Wire, port: int, name: str | None = None, address: str = ADDRESS) -> Network:
    return wire.bind(PROBE, Target(TargetKind.SITE, "self", name=name, address=address, port=port, scheme="http"))


def domain(wire: Wire, zone: str = ZONE) -> Network:
    return wire.bind(PROBE, Target(TargetKind.DOMAIN, "self", name=zone))


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 30))


def worst_second(moments: Sequence[float]) -> int:
    """The most arrivals in any sliding second."""
    ordered_moments = sorted(moments)
    return max(
        (sum(start <= moment < start + 1.0 for moment in ordered_moments) for start in ordered_moments), default=0
    )


LURES: Records = {
    (ZONE, "A"): [ADDRESS],
    (ZONE, "MX"): [f"10 mail.{ZONE}."],
    (ZONE, "NS"): [f"ns.{ZONE}."],
    (f"www.{ZONE}", "CNAME"): ["lure.example."],
    (f"www.{ZONE}", "A"): [SENTINEL],
    (f"mail.{ZONE}", "A"): [SENTINEL],
    (f"ns.{ZONE}", "A"): [SENTINEL],
    ("lure.example", "A"): [SENTINEL],
    (f"turn.{ZONE}", "A"): [[ADDRESS], [SENTINEL]],
}


def test_a_sentinel_is_never_visited_whatever_lures_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            serving(servers.yes_to_everything, SENTINEL, 8000) as sentinel,
            serving(servers.yes_to_everything, SENTINEL, 25) as mail,
            naming(LURES, SENTINEL) as sentinel_names,
            naming(LURES, RESOLVER),
            serving(servers.redirecting(f"http://{SENTINEL}:8000/"), ADDRESS) as by_address,
            serving(servers.redirecting("http://lure.example:8000/"), ADDRESS) as by_name,
            wired(
                ordered(ADDRESS, ZONE, f"www.{ZONE}", f"turn.{ZONE}"),
                resolver=f"{RESOLVER}:5300",
                audit=tmp_path / "audit.jsonl",
            ) as wire,
        ):
            for server in (by_address, by_name):
                page = await site(wire, server.port, ZONE).get("/", follow=True)
                assert len(page.hops) == 1
                assert page.refused is not None
                assert page.refused.reason is Reason.OUT_OF_SCOPE

            names = domain(wire)
            assert (await names.dns.resolve(f"www.{ZONE}")).addresses == (SENTINEL,)
            with pytest.raises(NotAdmitted):
                await site(wire, 8000, f"www.{ZONE}", SENTINEL).get("/")

            await names.dns.look_up(ZONE, "MX")
            with pytest.raises(NotAdmitted):
                async with site(wire, 25, f"mail.{ZONE}", SENTINEL).connect():
                    raise AssertionError("a mail host outside the scope was visited")

            for server_of_zone in await names.dns.servers(ZONE):
                with pytest.raises(NotAdmitted):
                    await names.dns.ask(server_of_zone, ZONE, "SOA")
                with pytest.raises(NotAdmitted):
                    await names.dns.transfer(server_of_zone, ZONE)

            with pytest.raises(NotAdmitted):
                await wire.bind(BOUND, Target(TargetKind.HOST, "self", address=SENTINEL)).sweep([8000])
            with pytest.raises(NotAdmitted):
                await datagram(wire.bind(BOUND, Target(TargetKind.HOST, "self", address=SENTINEL)), b"x", port=53)

            assert wire.traffic().refused_out_of_scope >= 8
        assert sentinel.connections == mail.connections == 0
        assert sentinel_names.asked == []
        lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
        to_sentinel = [line for line in lines if line["address"] == SENTINEL]
        assert len(to_sentinel) >= 8
        assert all(line["outcome"].startswith("refused") for line in to_sentinel)

    run(story())


def test_a_name_that_resolves_elsewhere_the_second_time_leads_nowhere_else() -> None:
    async def story() -> None:
        async with (
            serving(servers.yes_to_everything, SENTINEL, 8001) as sentinel,
            serving(servers.yes_to_everything, ADDRESS, 8001),
            naming(LURES, RESOLVER) as names,
            wired(ordered(ADDRESS, f"turn.{ZONE}"), resolver=f"{RESOLVER}:5300") as wire,
        ):
            first = await domain(wire).dns.resolve(f"turn.{ZONE}")
            second = await domain(wire).dns.resolve(f"turn.{ZONE}")
            assert first.addresses == second.addresses == (ADDRESS,)
            assert names.asked.count((f"turn.{ZONE}", "A")) == 1
            for n in range(3):
                await site(wire, 8001, f"turn.{ZONE}").get(f"/{n}")
        assert sentinel.connections == 0

    run(story())


def test_a_redirect_to_a_name_on_a_listed_address_is_followed_there() -> None:
    records: Records = {("other.example", "A"): [SENTINEL, OTHER]}

    async def story() -> None:
        async with (
            serving(servers.yes_to_everything, OTHER, 8002) as other,
            serving(servers.yes_to_everything, SENTINEL, 8002) as sentinel,
            serving(servers.redirecting("http://other.example:8002/here"), ADDRESS) as first,
            naming(records, RESOLVER),
            wired(ordered(ADDRESS, OTHER), resolver=f"{RESOLVER}:5300") as wire,
        ):
            page = await site(wire, first.port).get("/", follow=True)
            assert [hop.status for hop in page.hops] == [302, 200]
            assert page.last.url == "http://other.example:8002/here"
            assert "Host: other.example:8002" in other.heads[0]
        assert sentinel.connections == 0

    run(story())


@pytest.mark.parametrize(
    "location",
    [
        "ftp://127.35.3.1/",
        "file:///etc/passwd",
        "http://[::ffff:127.35.9.9]:8003/",
        "//127.35.9.9:8003/",
        "http://:/",
        "http://2130706433/",
    ],
)
def test_a_redirect_to_no_place_of_ours_ends_the_chain(location: str) -> None:
    async def story() -> None:
        async with (
            serving(servers.yes_to_everything, SENTINEL, 8003) as sentinel,
            serving(servers.redirecting(location), ADDRESS) as first,
            naming({}, RESOLVER),
            wired(ordered(ADDRESS), resolver=f"{RESOLVER}:5300") as wire,
        ):
            page = await site(wire, first.port).get("/", follow=True)
            assert len(page.hops) == 1
            assert page.refused is not None
        assert sentinel.connections == 0

    run(story())


def test_no_sliding_second_holds_more_questions_than_the_limit() -> None:
    limits = Limits(requests_per_second=20, connections=3)

    async def story() -> None:
        async with (
            serving(servers.yes_to_everything, ADDRESS) as server,
            wired(ordered(ADDRESS, limits=limits)) as wire,
        ):
            network = site(wire, server.port)
            await asyncio.gather(*(network.get(f"/{n}") for n in range(30)))
            arrivals = [*server.connected_at, *server.asked_at]
            assert len(server.asked_at) == 30
            assert worst_second(arrivals) <= 20
            assert wire.traffic().peak_requests_per_second_per_address <= 20
            assert max(arrivals) - min(arrivals) < 5

    run(story())


def test_no_sliding_second_of_a_unit_holds_more_questions_than_its_limit() -> None:
    limits = Limits(requests_per_second=20, connections=3, unit_requests_per_second=30)

    async def story() -> None:
        async with (
            serving(servers.yes_to_everything, ADDRESS) as one,
            serving(servers.yes_to_everything, OTHER) as two,
            wired(ordered(ADDRESS, OTHER, limits=limits)) as wire,
        ):
            await asyncio.gather(
                *(site(wire, one.port).get(f"/{n}") for n in range(30)),
                *(site(wire, two.port, address=OTHER).get(f"/{n}") for n in range(30)),
            )
            arrivals = [*one.connected_at, *one.asked_at, *two.connected_at, *two.asked_at]
            assert worst_second(arrivals) <= 30
            assert worst_second([*one.connected_at, *one.asked_at]) <= 20

    run(story())


def test_a_request_that_a_dialogue_says_on_its_own_connection_is_a_question_too() -> None:
    limits = Limits(requests_per_second=10, unit_requests_per_second=100)

    async def story() -> None:
        async with (
            serving(servers.yes_to_everything, ADDRESS) as server,
            wired(ordered(ADDRESS, limits=limits)) as wire,
        ):

            async def says_it() -> None:
                async with site(wire, server.port).connect() as stream:
                    await stream.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    await stream.receive()

            await asyncio.gather(*(says_it() for _ in range(10)))
            assert worst_second([*server.connected_at, *server.asked_at]) <= 10
            assert len(server.asked_at) == 10
            traffic = wire.traffic()
            assert (traffic.connections, traffic.requests) == (10, 10)

    run(story())


def test_no_sliding_second_of_a_sweep_holds_more_connects_than_the_limit() -> None:
    limits = Limits(connects_per_second=50)

    async def story() -> None:
        async with serving(servers.close_at_once, ADDRESS) as server, wired(ordered(ADDRESS, limits=limits)) as wire:
            network = wire.bind(BOUND, Target(TargetKind.HOST, "self", address=ADDRESS))
            sweep = await network.sweep([server.port, *range(1, 120)])
            assert sweep.states[server.port] is PortState.OPEN
            assert list(sweep.states.values()).count(PortState.CLOSED) == 119

    begun = datetime.now(UTC)
    run(story())
    assert (datetime.now(UTC) - begun).total_seconds() > 120 / 50 - 0.2


def test_no_more_connections_are_open_at_once_than_allowed() -> None:
    open_now, worst = 0, 0

    async def slow(visit: servers.Visit) -> None:
        nonlocal open_now, worst
        open_now += 1
        worst = max(worst, open_now)
        try:
            while True:
                await visit.head()
                await asyncio.sleep(0.05)
                await visit.send(answer("200 OK"))
        finally:
            open_now -= 1

    async def story() -> None:
        async with serving(slow, ADDRESS) as server, wired(ordered(ADDRESS, limits=THREE)) as wire:
            await asyncio.gather(*(site(wire, server.port).get(f"/{n}") for n in range(20)))

    run(story())
    assert 1 <= worst <= 3


def test_a_slow_target_is_asked_more_slowly_and_says_so() -> None:
    answered = 0

    def reply(head: str) -> bytes:
        nonlocal answered
        answered += 1
        return answer("200 OK")

    async def tiring(visit: servers.Visit) -> None:
        while True:
            head = await visit.head()
            if answered >= 8:
                await asyncio.sleep(0.4)
            await visit.send(reply(head))

    async def story() -> None:
        async with serving(tiring, ADDRESS) as server, wired(ordered(ADDRESS, limits=THREE)) as wire:
            for n in range(20):
                await site(wire, server.port).get(f"/{n}")
            lane = wire.gate.lanes.find(ADDRESS)
            facts = wire.host_facts(ADDRESS)
            assert lane is not None
            assert facts is not None
            assert lane.bucket.rate is not None
            assert lane.bucket.rate <= 500
            assert facts["degraded"]

    run(story())


def test_stop_ends_what_is_under_way_within_seconds_and_sends_nothing_more() -> None:
    async def story() -> None:
        async with serving(servers.silent, ADDRESS) as server, wired(ordered(ADDRESS, limits=THREE)) as wire:
            waiting = [asyncio.create_task(site(wire, server.port).get(f"/{n}")) for n in range(6)]
            await asyncio.sleep(0.2)
            seen = server.connections
            wire.stop("the inspected side called")
            for task in waiting:
                with pytest.raises(NotAdmitted) as caught:
                    await asyncio.wait_for(task, 5)
                assert caught.value.reason is Reason.INTERRUPTED
            with pytest.raises(NotAdmitted):
                await site(wire, server.port).get("/more")
            assert server.connections == seen == 3

    run(story())


def test_a_window_that_closes_in_the_middle_ends_what_is_under_way() -> None:
    start = datetime.now(UTC)
    window = Window(start - timedelta(hours=1), start + timedelta(seconds=1), "UTC")

    async def story() -> None:
        async with serving(servers.silent, ADDRESS) as server, wired(ordered(ADDRESS, window=window)) as wire:
            with pytest.raises(NotAdmitted) as caught:
                async with site(wire, server.port).connect(timeout=20) as stream:
                    await stream.receive()
            assert caught.value.reason is Reason.INTERRUPTED
            assert datetime.now(UTC) - start < timedelta(seconds=5)
            assert wire.closed_until() is None

    run(story())


def test_an_address_that_falls_silent_is_taken_for_a_ban_and_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.network.pulse.EVERY_CONNECTIONS", 3)

    async def story() -> None:
        async with wired(ordered(ADDRESS)) as wire:
            async with serving(servers.yes_to_everything, ADDRESS) as server:
                port = server.port
                for _ in range(4):
                    async with site(wire, port).connect():
                        pass
            with pytest.raises(NetworkError) as caught:
                async with site(wire, port).connect():
                    raise AssertionError("nothing listens any more")
            assert caught.value.reason is Reason.BLOCKED
            facts = wire.host_facts(ADDRESS)
            assert facts is not None
            assert facts["blocked"]

    run(story())


def test_the_audit_log_has_a_line_for_everything_and_its_chain_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"

    async def story() -> None:
        for _ in range(2):
            async with (
                serving(servers.yes_to_everything, ADDRESS) as server,
                wired(ordered(ADDRESS), audit=path) as wire,
            ):
                await site(wire, server.port).get("/")
                await wire.bind(BOUND, Target(TargetKind.HOST, "self", address=ADDRESS)).sweep([1, 2, 3])

    run(story())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert broken_at(path) is None
    acts = [(line["act"], line["outcome"]) for line in lines]
    assert acts.count(("request", "200")) == acts.count(("connect", "connected")) == 2
    assert ("sweep", "granted") in acts
    assert ("sweep", "swept") in acts
    assert lines[0]["sent"] > 50
    changed = path.read_text().replace('"outcome":"200"', '"outcome":"404"', 1)
    path.write_text(changed)
    assert broken_at(path) == 2


async def datagram(network: Network, payload: bytes, *, port: int | None = None, timeout: float = 3.0) -> bytes:
    async with network.datagrams(port=port) as datagrams:
        return await datagrams.ask(payload, lambda data: data, timeout=timeout)


def test_udp_is_answered_refused_or_silent() -> None:
    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast(asyncio.DatagramTransport, transport)

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            if data != b"quiet":
                self.transport.sendto(data[::-1], addr)

    async def story() -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Echo, local_addr=(ADDRESS, 8007))
        async with wired(ordered(ADDRESS)) as wire:
            network = site(wire, 8007)
            assert await datagram(network, b"abc") == b"cba"
            with pytest.raises(TimedOut):
                await datagram(network, b"quiet", timeout=0.2)
            with pytest.raises(ConnectionRefused):
                await datagram(network, b"abc", port=8008)
        transport.close()

    run(story())


def test_a_stray_or_broken_dns_answer_is_not_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.network.exchange.PATIENCE", 0.3)
    records: Records = {(ZONE, "A"): [ADDRESS]}

    async def story() -> None:
        async with wired(ordered(ADDRESS), resolver=f"{RESOLVER}:5300") as wire:
            async with naming(records, RESOLVER, bend=lambda wire_form: struct.pack("!H", 1) + wire_form[2:]):
                assert (await domain(wire).dns.resolve(ZONE)).exists is None
            async with naming(records, RESOLVER, bend=lambda wire_form: wire_form[:20]):
                with pytest.raises(Malformed):
                    await domain(wire).dns.look_up(ZONE, "TXT")

    run(story())


def test_questions_that_need_ones_own_address_are_not_asked_elsewhere() -> None:
    async def story() -> None:
        async with naming(LURES, RESOLVER), wired(ordered(ZONE), resolver=f"{RESOLVER}:5300") as wire:
            server = Server(f"ns.{ZONE}", ADDRESS, 5300)
            for question in (
                domain(wire).dns.ask(server, "version.bind", "TXT", klass="CH"),
                domain(wire).dns.ask(server, "elsewhere.example", "A", recursive=True),
            ):
                with pytest.raises(NotAdmitted):
                    await question

    run(story())


def test_names_concern_the_address_they_resolved_to() -> None:
    records: Records = {(ZONE, "A"): [ADDRESS], (f"www.{ZONE}", "A"): [OTHER]}

    async def story() -> None:
        inspection = ordered(ADDRESS, OTHER, listed(ZONE, ports=(80, 8080)), f"www.{ZONE}")
        async with naming(records, RESOLVER), wired(inspection, resolver=f"{RESOLVER}:5300", ports=(22,)) as wire:
            await wire.survey()
            host = wire.bind(BOUND, Target(TargetKind.HOST, "self", address=ADDRESS))
            assert host.names() == (ZONE,)
            assert host.declared_ports() == (80, 8080)
            assert host.ports_to_sweep() == (22, 80, 8080)
            assert domain(wire).names() == (ZONE, f"www.{ZONE}")

    run(story())


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_handshake_tells_the_chain_as_it_was_sent(tmp_path: Path, version: ssl.TLSVersion) -> None:
    root = authority()
    leaf = issue(ZONE, by=root)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*leaf.write(tmp_path, root))
    context.maximum_version = version
    context.set_alpn_protocols(["http/1.1"])
    names: list[str | None] = []
    context.sni_callback = lambda session, name, _: names.append(name)

    async def story() -> None:
        async with serving(servers.yes_to_everything, ADDRESS, tls=context) as server, wired(ordered(ADDRESS)) as wire:
            for name in (ZONE, None):
                target = Target(
                    TargetKind.SERVICE, "self", name=name, address=ADDRESS, port=server.port, protocol="http", tls=True
                )
                network = wire.bind(PROBE, target)
                handshake = await network.handshake(alpn=("h2", "http/1.1"))
                assert handshake.chain == (leaf.der, root.der)
                assert handshake.version == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]
                assert handshake.alpn == "http/1.1"
                assert (await network.get("/")).last.status == 200
        assert names == [ZONE, ZONE, None, None]

    run(story())


@pytest.mark.parametrize("address", ["::1", ADDRESS])
def test_both_families_are_asked_by_address(address: str) -> None:
    async def story() -> None:
        async with serving(servers.yes_to_everything, address) as server, wired(ordered(address)) as wire:
            network = site(wire, server.port, address=address)
            assert (await network.get("/")).last.status == 200
            async with network.connect() as stream:
                await stream.send(b"GET / HTTP/1.0\r\n\r\n")
                assert (await stream.receive_until(b"\r\n")) == b"HTTP/1.1 200 OK\r\n"
            literal = f"[{address}]" if ":" in address else address
            assert f"Host: {literal}:{server.port}" in server.heads[0]

    run(story())


def test_a_server_that_knows_no_edns_is_asked_again_without() -> None:
    def without_edns(wire_form: bytes) -> bytes:
        message = dns.message.from_wire(wire_form)
        if message.edns >= 0 or message.options:
            message.set_rcode(dns.rcode.FORMERR)
        message.use_edns(False)
        return message.to_wire()

    async def story() -> None:
        records: Records = {(ZONE, "A"): [ADDRESS]}
        async with (
            naming(records, RESOLVER, bend=without_edns) as names,
            wired(ordered(ADDRESS), resolver=f"{RESOLVER}:5300") as wire,
        ):
            answer = await domain(wire).dns.look_up(ZONE, "A")
            assert answer.rcode() == dns.rcode.NOERROR
            assert names.asked == [(ZONE, "A"), (ZONE, "A")]

    run(story())


def test_an_idle_connection_gives_way_to_who_waits_for_its_slot() -> None:
    limits = Limits(requests_per_second=1000, connections=1, unit_requests_per_second=1000)
    records: Records = {(ZONE, "A"): [ADDRESS], (f"www.{ZONE}", "A"): [ADDRESS]}

    async def story() -> None:
        async with (
            naming(records, RESOLVER),
            serving(servers.yes_to_everything, ADDRESS) as server,
            wired(ordered(ADDRESS, ZONE, f"www.{ZONE}", limits=limits), resolver=f"{RESOLVER}:5300") as wire,
        ):
            begun = asyncio.get_running_loop().time()
            for n in range(5):
                await site(wire, server.port, ZONE).get(f"/{n}")
                await site(wire, server.port, f"www.{ZONE}").get(f"/{n}")
            assert asyncio.get_running_loop().time() - begun < 2
            assert server.connections == 10

    run(story())


def test_a_session_in_use_is_never_closed_to_make_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.network.sessions.KEPT", 1)

    async def slow(visit: servers.Visit) -> None:
        await visit.head()
        await asyncio.sleep(0.3)
        await visit.send(answer("200 OK"))

    async def story() -> None:
        async with (
            serving(slow, ADDRESS) as one,
            serving(slow, ADDRESS) as two,
            serving(slow, OTHER) as three,
            wired(ordered(ADDRESS, OTHER)) as wire,
        ):
            pages = await asyncio.gather(
                site(wire, one.port).get("/"),
                site(wire, two.port).get("/"),
                site(wire, three.port, address=OTHER).get("/"),
            )
            assert [page.last.status for page in pages] == [200, 200, 200]

    run(story())
