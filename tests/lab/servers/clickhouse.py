"""ClickHouse in the laboratory: its default user without a password, or with one."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def clickhouse(folder: Path, address: str, *, port: int = 8123, password: str = "") -> Iterator[None]:
    """Run clickhouse-server with nothing in it."""
    needs("clickhouse-server")
    folder.mkdir(parents=True, exist_ok=True)
    config, users = folder / "config.xml", folder / "users.xml"
    config.write_text(
        f"<yandex><logger><level>error</level><console>1</console></logger><http_port>{port}</http_port>"
        f"<tcp_port>{port + 1}</tcp_port><listen_host>{address}</listen_host><path>{folder}/data/</path>"
        f"<tmp_path>{folder}/tmp/</tmp_path><users_config>{users}</users_config><default_profile>default</default_profile>"
        "<default_database>default</default_database><mark_cache_size>1048576</mark_cache_size></yandex>",
        encoding="utf-8",
    )
    users.write_text(
        "<yandex><profiles><default/></profiles><quotas><default/></quotas><users><default>"
        f"<password>{password}</password><networks><ip>::/0</ip></networks><profile>default</profile>"
        "<quota>default</quota></default></users></yandex>",
        encoding="utf-8",
    )
    command = ["/usr/sbin/clickhouse-server", f"--config-file={config}"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
