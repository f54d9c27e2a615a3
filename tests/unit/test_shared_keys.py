"""One key on two ports, of which one speaks SSL 2.0: told within the unit, and not beyond."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Verdict
from scanner.results.shared_keys import OFFER, SharedKeys
from scanner.store.scan import ScanStore

NOW = datetime.now(UTC)


def seen(port: int, *, sslv2: tuple[str, ...] = (), keys: tuple[str, ...] = ("k",), unit: str = "u") -> Observation:
    target = Target(TargetKind.SERVICE, unit, address="127.0.0.1", port=port, protocol="http", tls=True)
    facts = {"offered": True, "sslv2": bool(sslv2), "keys": list(keys), "sslv2_keys": list(sslv2), "sslv2_ciphers": []}
    return Observation(OFFER, target, NOW, facts)


def drown(observation: Observation, told: SharedKeys) -> Verdict:
    declared = {"sslv2_at": told.elsewhere(observation.target, observation.facts["keys"])}
    (judgement,) = judge(load().checks["tls.drown"], observation.target, {OFFER: observation}, declared)
    return judgement.verdict


def test_a_key_that_another_port_shows_in_sslv2_fails_both() -> None:
    clean, broken = seen(443), seen(465, sslv2=("k",))
    told = SharedKeys([clean, broken])
    assert told.elsewhere(clean.target, ["k"]) == ["127.0.0.1 port 465"]
    assert told.elsewhere(broken.target, ["k"]) == []
    assert drown(clean, told) is drown(broken, told) is Verdict.FAIL


def test_another_key_and_another_unit_are_another_matter() -> None:
    broken = seen(465, sslv2=("k",))
    assert drown(seen(443, keys=("other",)), SharedKeys([broken])) is Verdict.PASS
    assert drown(seen(443, unit="v"), SharedKeys([broken])) is Verdict.PASS


def test_only_places_that_speak_sslv2_are_read_from_the_store(tmp_path: Path) -> None:
    with contextlib.closing(ScanStore(tmp_path / "scan.sqlite")) as store:
        for observation in (seen(443), seen(465, sslv2=("k",)), seen(993)):
            store.add(observation)
        store.flush()
        assert [one.target.port for one in store.each_of_probe(OFFER, "sslv2_keys")] == [465]
