"""Target lines: every way people write an address, a name, a port or a URL, and what is refused."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection_file import Fault, read_line
from scanner.model.inspection import ListedTarget


def listed(line: str) -> ListedTarget:
    found = read_line(line)
    assert isinstance(found, ListedTarget), found
    return found


@pytest.mark.parametrize(
    ("line", "blocks"),
    [
        ("192.0.2.10", ["192.0.2.10/32"]),
        ("192.0.2.16/28", ["192.0.2.16/28"]),
        ("192.0.2.10-192.0.2.11", ["192.0.2.10/31"]),
        ("192.0.2.10-20", ["192.0.2.10/31", "192.0.2.12/30", "192.0.2.16/30", "192.0.2.20/32"]),
        ("192.0.2.10 – 192.0.2.11", ["192.0.2.10/31"]),
        ("192.0.2.10～11", ["192.0.2.10/31"]),
        ("2001:db8::10", ["2001:db8::10/128"]),
        ("2001:DB8::10", ["2001:db8::10/128"]),
        ("2001:db8::/112", ["2001:db8::/112"]),
        ("2001:db8::10-2001:db8::11", ["2001:db8::10/127"]),
        ("2001:db8::10-1f", ["2001:db8::10/124"]),
        ("[::1]", ["::1/128"]),
        ("１９２．０．２．１０", ["192.0.2.10/32"]),
        ("192。0。2。10", ["192.0.2.10/32"]),
        (" 192.0.2.10 ", ["192.0.2.10/32"]),
    ],
)
def test_addresses_blocks_and_ranges_become_the_fewest_blocks(line: str, blocks: list[str]) -> None:
    assert listed(line).blocks == tuple(ip_network(block) for block in blocks)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Example.EDU.cn", "example.edu.cn"),
        ("example.edu.cn.", "example.edu.cn"),
        ("ｅｘａｍｐｌｅ．ｅｄｕ．ｃｎ", "example.edu.cn"),
        ("example。edu。cn", "example.edu.cn"),
        ("例子.中国", "xn--fsqu00a.xn--fiqs8s"),
        ("例子。中国", "xn--fsqu00a.xn--fiqs8s"),
        ("xn--fsqu00a.XN--FIQS8S", "xn--fsqu00a.xn--fiqs8s"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("my_host.example.cn", "my_host.example.cn"),
        ("1-2.example.cn", "1-2.example.cn"),
        ("192-0-2-1.example.cn", "192-0-2-1.example.cn"),
        ("localhost", "localhost"),
    ],
)
def test_names_become_lower_case_a_labels(line: str, name: str) -> None:
    assert listed(line).name == name


@pytest.mark.parametrize(
    ("line", "host", "port"),
    [
        ("www.example.cn:8443", "www.example.cn", 8443),
        ("192.0.2.10:22", "192.0.2.10/32", 22),
        ("[::1]:8443", "::1/128", 8443),
        ("www.example.cn：8443", "www.example.cn", 8443),
    ],
)
def test_a_port_is_declared_for_its_host(line: str, host: str, port: int) -> None:
    target = listed(line)
    assert (target.name or str(target.blocks[0]), target.ports) == (host, (port,))


@pytest.mark.parametrize(
    ("line", "url", "port"),
    [
        ("https://www.example.cn", "https://www.example.cn/", 443),
        ("HTTP://WWW.Example.CN:80/a?b=c#d", "http://www.example.cn/a?b=c", 80),
        ("https://例子.中国/路径", "https://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF%E5%BE%84", 443),
        ("http://[2001:db8::10]:8080/x", "http://[2001:db8::10]:8080/x", 8080),
        ("https：／／www。example。cn／", "https://www.example.cn/", 443),
        ("https://www.example.cn?x=1", "https://www.example.cn/?x=1", 443),
    ],
)
def test_urls_keep_scheme_port_and_path(line: str, url: str, port: int) -> None:
    target = listed(line)
    assert (target.url, target.url_port, target.ports) == (url, port, None)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "target-empty"),
        ("*.example.cn", "name-wildcard"),
        ("edu.cn", "name-public-suffix"),
        ("cn", "name-public-suffix"),
        ("公司.cn", "name-public-suffix"),
        ("中国", "name-public-suffix"),
        ("a..example.cn", "name-empty-label"),
        ("-a.example.cn", "name-malformed"),
        ("a b.example.cn", "name-malformed"),
        ("xn--a.example.cn", "name-malformed"),
        ("a" * 64 + ".cn", "name-malformed"),
        (".".join(["a" * 60] * 5) + ".cn", "name-malformed"),
        ("1.2.3", "address-malformed"),
        ("192.0.2.256", "address-malformed"),
        ("192.0.2.010", "address-malformed"),
        ("3232235777", "address-malformed"),
        ("fe80::1%eth0", "address-zone"),
        ("::ffff:192.0.2.1", "address-mapped"),
        ("224.0.0.1", "address-nobody"),
        ("0.0.0.0", "address-nobody"),
        ("ff02::1", "address-nobody"),
        ("192.0.2.17/28", "block-host-bits"),
        ("192.0.2.0/255.255.255.0", "block-prefix"),
        ("192.0.2.0/", "block-prefix"),
        ("192.0.2.0/33", "address-malformed"),
        ("0.0.0.0/0", "block-wide"),
        ("10.0.0.0/15", "block-wide"),
        ("10.0.0.0-10.9.0.0", "block-wide"),
        ("::/0", "block-ipv6-wide"),
        ("2001:db8::-2001:db8:1::", "block-wide"),
        ("192.0.2.20-10", "range-backwards"),
        ("192.0.2.1-2001:db8::1", "range-mixed"),
        ("www.example.cn/path", "target-path"),
        ("[::1", "target-brackets"),
        ("[example.cn]:80", "target-brackets"),
        ("example.cn:0", "port-malformed"),
        ("example.cn:65536", "port-malformed"),
        ("example.cn:http", "port-malformed"),
        ("example.cn:", "port-malformed"),
        ("ftp://example.cn/", "url-scheme"),
        ("javascript://example.cn/", "url-scheme"),
        ("https://user:secret@example.cn/", "url-user"),
        ("http://192.0.2.1-9/", "url-block"),
        ("http:///x", "name-empty-label"),
        ("a" * 3000, "target-long"),
    ],
)
def test_what_is_no_target_says_why(line: str, code: str) -> None:
    found = read_line(line)
    assert isinstance(found, Fault)
    assert found.code == code
    assert found.mend("zh-CN")


@given(st.one_of(st.text(max_size=80), st.from_regex(r"[\[\]:./0-9a-f%*@-]{1,40}")))
def test_any_text_is_a_target_or_a_fault(text: str) -> None:
    found = read_line(text)
    if isinstance(found, ListedTarget):
        assert (found.name is None) == bool(found.blocks)
        assert found.name is None or found.name.isascii()
        assert sum(block.num_addresses for block in found.blocks) <= 65536
        again = read_line(found.url or found.name or text)
        assert isinstance(again, ListedTarget)
        assert (again.name, again.blocks) == (found.name, found.blocks)
    else:
        assert found.wrong("en")


@pytest.mark.parametrize(
    "line", ["0x7f000001", "0x7f.1", "http://0X7F000001/", "127.0x1", "2130706433", "0177.0.0.1", "127.1", "a.0x"]
)
def test_what_others_read_as_an_address_is_no_name(line: str) -> None:
    """The URL Standard's "ends in a number": a name here that browsers and inet_aton take for an address is neither."""
    found = read_line(line)
    assert isinstance(found, Fault)
    assert found.code == "address-malformed"
