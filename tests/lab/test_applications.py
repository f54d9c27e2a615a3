"""Applications told by what they say: real servers, well and badly kept, asked over the real gate."""

from pathlib import Path

import pytest

from tests.lab.application_inspection import inspect
from tests.lab.certificates import issue, rsa_key
from tests.lab.servers.etcd import etcd

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate and its key, as files."""
    return issue("host.school.example", key=rsa_key()).write(tmp_path_factory.mktemp("pair"))


def test_etcd_without_users_is_open_and_no_key_is_kept(tmp_path: Path) -> None:
    with etcd(tmp_path / "etcd", "127.35.1.1"):
        found = inspect("127.35.1.1", 2379)
    assert found.failed == {"etcd.open"}
    assert found.judgements["etcd.open"].seen["version"]
    assert "one key" in found.evidence("etcd.open")
    assert "payroll" not in repr(found.observations)
    assert "cGF5cm9sbA" not in repr(found.observations)


def test_etcd_with_users_passes(tmp_path: Path) -> None:
    with etcd(tmp_path / "etcd", "127.35.1.2", users=True):
        found = inspect("127.35.1.2", 2379)
    assert (found.failed, "etcd.open" in found.passed) == (set(), True)
    assert found.observations["services.etcd"].facts["named"].startswith("etcd 3.")


def test_etcd_with_client_certificates_passes(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    with etcd(tmp_path / "etcd", "127.35.1.3", certificate=pair):
        found = inspect("127.35.1.3", 2379)
    assert (found.failed, "etcd.open" in found.passed) == (set(), True)
    assert "client certificate" in found.observations["services.etcd"].facts["answer"]
