"""Products are named as the CPE dictionary names them, and not at all where the table is silent."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.services import cpe as module
from probes.services.cpe import cpe


@pytest.mark.parametrize(
    ("product", "version", "name"),
    [
        ("OpenSSH", "9.2p1", "cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*"),
        ("nginx", "1.22.1", "cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:*"),
        ("nginx", "", "cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*"),
        ("BIND", "9.18.28-1~deb12u2-Debian", "cpe:2.3:a:isc:bind:9.18.28:*:*:*:*:*:*:*"),
        ("ProFTPD", "1.3.5e", "cpe:2.3:a:proftpd:proftpd:1.3.5:e:*:*:*:*:*:*"),
        ("MariaDB", "10.11.6", "cpe:2.3:a:mariadb:mariadb:10.11.6:*:*:*:*:*:*:*"),
        ("NATS", "2.9.10", "cpe:2.3:a:linuxfoundation:nats-server:2.9.10:*:*:*:*:*:*:*"),
        ("Redis", "latest", "cpe:2.3:a:redis:redis:*:*:*:*:*:*:*:*"),
        ("a product of nobody", "1.0", ""),
        ("", "", ""),
    ],
)
def test_products_are_named_with_their_version(product: str, version: str, name: str) -> None:
    assert cpe(product, version) == name


def test_every_line_of_the_table_names_vendor_and_product() -> None:
    table = tomllib.loads(Path(module.__file__).with_name("products.toml").read_text(encoding="utf-8"))
    for product, entry in table.items():
        assert product == product.lower()
        assert len(entry["cpe"].split(":")) == 2


@given(st.sampled_from(["OpenSSH", "nginx", "BIND"]), st.text(max_size=40))
def test_whatever_stands_for_a_version_the_name_keeps_its_form(product: str, version: str) -> None:
    name = cpe(product, version)
    assert name.count(":") == 12
    assert name.isprintable()
