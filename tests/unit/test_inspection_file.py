"""Inspection files: the contract's example reads whole, and every broken one says which key and what instead."""

import re
import tomllib
from datetime import UTC, date, datetime, time
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

import scanner.inspection_file
from scanner.inspection_file import InspectionFileError, read
from scanner.inspection_file.fault import Fault, messages
from scanner.model.authority import Kind
from scanner.model.inspection import Limits
from scanner.model.text import LANGUAGES

EXAMPLE = Path(__file__).parents[1] / "data" / "inspection.example.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
NOW = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
PLAIN = """\
schema: yuanjian/inspection/1
id: 7
title: 自查
kind: self
authority: {statement: 本单位自查}
window: {from: 2026-09-20T00:00:00+08:00, to: 2026-09-30T00:00:00+08:00}
units:
  - name: 甲
    critical_infrastructure: false
    targets: [192.0.2.1]
"""
SECOND = """\
  - name: 乙
    critical_infrastructure: false
    targets: [TARGETS]
"""


def wrote(folder: Path, text: str | bytes) -> Path:
    file = folder / "inspection.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def faults(file: Path) -> tuple[Fault, ...]:
    with pytest.raises(InspectionFileError) as raised:
        read(file, now=NOW)
    return raised.value.faults


def test_the_contracts_example_reads_whole() -> None:
    inspection = read(EXAMPLE, now=NOW)
    (unit,) = inspection.units
    assert inspection.kind is Kind.ROUTINE
    assert [person.id for person in inspection.authority.persons] == ["012345", "012346"]
    assert inspection.window.end == datetime.fromisoformat("2026-10-01T00:00:00+08:00")
    assert inspection.window.daily == ((time(8), time(20)),)
    assert inspection.source_addresses == (ip_address("198.51.100.7"),)
    assert inspection.objections_to == inspection.stop_contact
    assert inspection.limits == Limits()
    assert unit.key == "12330000000000000X"
    assert [system.mlps_level for system in unit.systems] == [2, 3]
    assert [target.system for target in unit.targets] == ["门户网站"] * 3 + ["办公系统", None, None]
    assert unit.targets[3].ports == (80, 443, 8443)
    assert unit.targets[4].blocks == (ip_network("192.0.2.16/28"),)
    assert unit.notice is not None
    assert (unit.notice.issued, unit.notice.delivered_at) == (date(2026, 9, 1), date(2026, 9, 2))
    assert unit.confirmed[0].address == ip_address("192.0.2.10")
    assert unit.suspended[0].target.name == "old.example.edu.cn"
    assert inspection.refused == ()
    assert "pay.example.edu.cn" in inspection.warnings[0]


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    inspection = read(wrote(tmp_path, PLAIN), now=NOW)
    assert (inspection.id, inspection.window.timezone, inspection.third_parties) == ("7", "Asia/Shanghai", ("dns",))
    assert (inspection.allow_marked, inspection.notice, inspection.limits) == (False, None, Limits())
    assert inspection.units[0].mainland
    assert inspection.units[0].level(None) is None


def test_ids_stay_the_text_that_was_written(tmp_path: Path) -> None:
    for written in ("012345", "1e5", "0x1F", "2026-09-01", "yes", "1_000"):
        assert read(wrote(tmp_path, PLAIN.replace("id: 7", f"id: {written}")), now=NOW).id == written


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeff" + PLAIN.replace("\n", "\r\n")
    assert read(wrote(tmp_path, text), now=NOW).title == "自查"


BROKEN = [
    ("schema: yuanjian/inspection/1", "schema: yuanjian/inspection/2", "schema"),
    ("schema: yuanjian/inspection/1\n", "", "schema"),
    ("id: 7", "id: ../../etc", "id"),
    ("id: 7", "id:", "id"),
    ("title: 自查\n", "", "title"),
    ("title: 自查", "title: [a]", "title"),
    ("title: 自查", 'title: "a\\u0007b"', "title"),
    ("kind: self", "kind: raid", "kind"),
    ("kind: self\n", "", "kind"),
    ("{statement: 本单位自查}", "本单位自查", "authority"),
    ("{statement: 本单位自查}", "{}", "authority.statement"),
    ("authority: {statement: 本单位自查}\n", "", "authority.statement"),
    ("+08:00, to", ", to", "window.from"),
    ("from: 2026-09-20T00:00:00+08:00", "from: 2026-09-20", "window.from"),
    ("from: 2026-09-20T00:00:00+08:00", "from: 2026-02-30T00:00:00+08:00", "window.from"),
    ("from: 2026-09-20T00:00:00+08:00, ", "", "window.from"),
    ("from: 2026-09-20T00:00:00+08:00", "from: 2026-10-20T00:00:00+08:00", "window"),
    ("from: 2026-09-20T00:00:00+08:00", "from: 0001-01-01T00:00:00+08:00", "window.from"),
    ("window: {", "window: {daily: [8-20], ", "window.daily[0]"),
    ("window: {", "window: {daily: [08:00-25:00], ", "window.daily[0]"),
    ("window: {", "window: {daily: [08:00-08:00], ", "window.daily[0]"),
    ("window: {", "window: {daily: 08:00-20:00, ", "window.daily"),
    ("window: {", "window: {timezone: Asia/Beijing, ", "window.timezone"),
    ("window: {", "window: {timezone: ../etc/passwd, ", "window.timezone"),
    ("window: {", "window: {timezone: Asia, ", "window.timezone"),
    ("units:", "limits: {requests_per_second: 0}\nunits:", "limits.requests_per_second"),
    ("units:", "limits: {requests_per_second: 201}\nunits:", "limits.requests_per_second"),
    ("units:", "limits: {connections: 2.5}\nunits:", "limits.connections"),
    ("units:", "limits: {total_per_second: .inf}\nunits:", "limits.total_per_second"),
    ("units:", "limits: fast\nunits:", "limits"),
    ("units:", "allow_marked: {a: 1}\nunits:", "allow_marked"),
    ("units:", "third_parties: [dns, whois]\nunits:", "third_parties[1]"),
    ("units:", "callbacks: {listen: 198.51.100.7}\nunits:", "callbacks.listen"),
    ("units:", "callbacks: {mail_domain: com.cn}\nunits:", "callbacks.mail_domain"),
    ("units:", "basis: [{type: rumour}]\nunits:", "basis[0].type"),
    ("units:", "basis: [{type: notice, sha256: abc}]\nunits:", "basis[0].sha256"),
    ("units:", "basis: [{type: notice, date: 1.9.2026}]\nunits:", "basis[0].date"),
    ("units:", "contact_url: ftp://example.cn/\nunits:", "contact_url"),
    ("units:", "source_addresses: [example.cn]\nunits:", "source_addresses[0]"),
    ("units:", "profile: deep\nunits:", "profile"),
    ("units:", "checks: [tls]\nunits:", "checks"),
    ("units:", "colour: red\nunits:", "colour"),
    ("units:", "id: 8\nunits:", "id"),
    ("units:", "event: {name: 大会, from: 2026-10-01T00:00:00+08:00}\nunits:", "event.to"),
    ("name: 甲\n", "credit_code: 1\n", "units[0].name"),
    ("name: 甲\n", "name: 甲\n    credit_code: 1\n", "units[0].credit_code"),
    ("    critical_infrastructure: false\n", "", "units[0].critical_infrastructure"),
    ("critical_infrastructure: false", "critical_infrastructure: perhaps", "units[0].critical_infrastructure"),
    ("    targets: [192.0.2.1]\n", "", "units[0]"),
    ("[192.0.2.1]", "[]", "units[0]"),
    ("[192.0.2.1]", "192.0.2.1", "units[0].targets"),
    ("[192.0.2.1]", "[192.0.2.256]", "units[0].targets[0]"),
    ("[192.0.2.1]", "[10.0.0.0/8]", "units[0].targets[0]"),
    ("[192.0.2.1]", '["2001:db8::/111"]', "units[0].targets[0]"),
    ("[192.0.2.1]", "[10.0.0.0/16, 10.1.0.0/16]", "units[0]"),
    ("[192.0.2.1]", "[192.0.2.1, edu.cn]", "units[0].targets[1]"),
    ("[192.0.2.1]", "[{host: a.example.cn, ports: [0]}]", "units[0].targets[0]"),
    ("[192.0.2.1]", "[{host: a.example.cn, port: [80]}]", "units[0].targets[0]"),
    ("[192.0.2.1]", "[[a.example.cn]]", "units[0].targets[0]"),
    ("[192.0.2.1]", '["*.example.cn"]', "units[0].targets[0]"),
    ("[192.0.2.1]", "[192.0.2.1]\n    mlps_level: 6", "units[0].mlps_level"),
    ("[192.0.2.1]", "[192.0.2.1]\n    service_types: [web]", "units[0].service_types[0]"),
    ("[192.0.2.1]", "[192.0.2.1]\n    exclude: ['https://a.example.cn/x']", "units[0].exclude[0]"),
    (
        "[192.0.2.1]",
        "[192.0.2.1]\n    confirmed: [{address: a.cn, by: x, on: 2026-09-01}]",
        "units[0].confirmed[0].address",
    ),
    ("[192.0.2.1]", "[192.0.2.1]\n    suspended: [{from: 2026-09-01}]", "units[0].suspended[0].target"),
    ("[192.0.2.1]", "[192.0.2.1]\n    shared_with: [丁]", "units[0].shared_with[0]"),
    ("[192.0.2.1]", "[192.0.2.1]\n    basic_telecom: {by: x}", "units[0].basic_telecom"),
    ("[192.0.2.1]", "[192.0.2.1]\n    systems: [{name: a, targets: []}]", "units[0].systems[0].targets"),
    ("[192.0.2.1]", "[192.0.2.1]\n" + SECOND.replace("乙", "甲").replace("TARGETS", "192.0.2.9"), "units[1].name"),
    ("[192.0.2.1]", "[192.0.2.1]\n" + SECOND.replace("TARGETS", "192.0.2.0/30"), "units[1].targets[0]"),
    ("[192.0.2.1]", "[a.example.cn]\n" + SECOND.replace("TARGETS", "A.example.cn."), "units[1].targets[0]"),
]


@pytest.mark.parametrize(("old", "new", "key"), BROKEN, ids=[f"{index}-{row[2]}" for index, row in enumerate(BROKEN)])
def test_a_broken_file_names_the_key_the_line_and_the_mend(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in PLAIN
    found = faults(wrote(tmp_path, PLAIN.replace(old, new, 1)))
    assert key in {fault.key for fault in found}
    for fault in found:
        assert fault.line is not None
        assert fault.line >= 1
        for language in LANGUAGES:
            assert len(fault.mend(language)) > 3
            assert fault.wrong(language) in fault.in_language(language)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"   \n# nothing\n", "file-empty"),
        (b"null\n", "file-empty"),
        (b"- a\n- b\n", "not-the-format"),
        (b"a text\n", "not-the-format"),
        (PLAIN.encode("gb18030"), "file-encoding"),
        (PLAIN.encode("utf-16"), "file-encoding"),
        (b"\x80\xff\xfe\x81", "file-not-text"),
        (PLAIN.replace("    targets", "\ttargets").encode(), "yaml-tab"),
        (PLAIN.encode() + b'"', "yaml-syntax"),
        (b"a: \x00\n", "yaml-syntax"),
        (b"a: &x [1]\nb: *x\n", "yaml-alias"),
        (b"a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", "yaml-alias"),
        (b"a: " + b"[" * 5000, "yaml-deep"),
        (b"a: " + b"{a: " * 100, "yaml-deep"),
        (b"a: [" + b"a," * 300_001 + b"]", "yaml-many"),
        (PLAIN.encode() + b"---\nid: 8\n", "yaml-documents"),
        (PLAIN.replace("id: 7", "id: !!python/object/apply:os.system [ls]").encode(), "yaml-tag"),
        (PLAIN.replace("id: 7", "id: 7\n? [a]\n: b").encode(), "key-not-text"),
    ],
)
def test_what_is_no_inspection_file_says_what_it_is_instead(tmp_path: Path, content: bytes, code: str) -> None:
    found = faults(wrote(tmp_path, content))
    assert code in {fault.code for fault in found}
    assert all(fault.line is not None for fault in found)


def test_a_path_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert faults(tmp_path)[0].code == "file-directory"
    assert faults(tmp_path / "none.yaml")[0].code == "file-missing"
    assert faults(tmp_path / "a\0b")[0].code == "file-unreadable"
    assert faults(Path("/dev/zero"))[0].code == "file-special"


def test_fifty_megabytes_are_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(50 * 2**20)
    assert faults(file)[0].code == "file-large"


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = PLAIN.replace("id: 7", "id: /").replace("false", "no idea").replace("192.0.2.1", "192.0.2.1, 1.2.3")
    found = faults(wrote(tmp_path, text + "colour: red\n"))
    assert [fault.key for fault in found] == [
        "id",
        "units[0].critical_infrastructure",
        "units[0].targets[1]",
        "colour",
    ]
    assert [fault.line for fault in found] == [2, 9, 10, 11]


def test_a_clash_between_units_is_told_beside_other_faults(tmp_path: Path) -> None:
    text = PLAIN.replace("id: 7", "id: /") + SECOND.replace("TARGETS", "192.0.2.1")
    assert [fault.key for fault in faults(wrote(tmp_path, text))] == ["id", "units[1].targets[0]"]


def test_units_that_both_say_so_may_share_an_address(tmp_path: Path) -> None:
    one = PLAIN + "    shared_with: [乙]\n" + SECOND.replace("TARGETS", "192.0.2.1")
    assert [fault.key for fault in faults(wrote(tmp_path, one))] == ["units[1].targets[0]"]
    both = one + "    shared_with: [甲]\n"
    assert len(read(wrote(tmp_path, both), now=NOW).units) == 2


def test_a_partner_with_faults_of_its_own_is_still_a_unit_of_the_file(tmp_path: Path) -> None:
    text = (
        PLAIN.replace("192.0.2.1]", "192.0.2.999]")
        + SECOND.replace("TARGETS", "192.0.2.2")
        + "    shared_with: [甲, 丙]\n"
    )
    assert [fault.key for fault in faults(wrote(tmp_path, text))] == ["units[0].targets[0]", "units[1].shared_with[1]"]


def test_a_special_address_that_is_confirmed_alone_is_told(tmp_path: Path) -> None:
    """It is admitted only where it is listed literally (R2)."""
    confirmed = "    confirmed: [{address: 10.1.2.3, by: 丙, on: 2026-09-03}]\n"
    (warning,) = read(wrote(tmp_path, PLAIN + confirmed), now=NOW).warnings
    assert "10.1.2.3" in warning and "`targets`" in warning
    listed = PLAIN.replace("192.0.2.1]", "192.0.2.1, 10.1.2.0/24]") + confirmed
    assert read(wrote(tmp_path, listed), now=NOW).warnings == ()


def test_limits_are_free_where_every_target_is_internal(tmp_path: Path) -> None:
    text = PLAIN.replace("units:", "limits: {requests_per_second: 9000}\nunits:")
    internal = text.replace("192.0.2.1]", "10.0.0.0/24, 127.0.0.1, 'fd00::1']")
    assert read(wrote(tmp_path, internal), now=NOW).limits.requests_per_second == 9000
    for public in ("192.0.2.1", "10.0.0.0/24, 192.0.2.1", "10.0.0.0/24, www.example.cn", "9.255.255.255-10.0.0.1"):
        keys = [fault.key for fault in faults(wrote(tmp_path, text.replace("192.0.2.1", public)))]
        assert keys == ["limits.requests_per_second"]


@pytest.mark.parametrize("key", ["authority", "notice", "source_addresses", "stop_contact", "organs", "persons"])
def test_what_an_organs_inspection_needs_may_not_be_left_out(tmp_path: Path, key: str) -> None:
    text = re.sub(rf"(?m)^(  )?{key}:.*\n((?(1)    |  ).*\n)*", "", TEXT)
    assert any(fault.key.endswith(key) for fault in faults(wrote(tmp_path, text)))


def test_an_officer_without_a_number_is_told(tmp_path: Path) -> None:
    (fault,) = faults(wrote(tmp_path, TEXT.replace("{name: 乙, id: 012346}", "{name: 乙}")))
    assert (fault.key, fault.line) == ("authority.persons[1].id", TEXT[: TEXT.index("{name: 乙")].count("\n") + 1)


def test_messages_are_whole_in_three_languages() -> None:
    for code, told in messages().items():
        assert set(told) == set(LANGUAGES), code
        fields = {frozenset(re.findall(r"(?<!\{)\{(\w+)\}", "".join(pair))) for pair in told.values()}
        assert len(fields) == 1, code
        assert all(len(pair) == 2 and all(pair) for pair in told.values()), code


def test_every_fault_that_the_code_names_has_its_message_and_the_other_way_round() -> None:
    folder = Path(scanner.inspection_file.__file__).parent
    source = "\n".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    codes = set(messages())
    assert set(re.findall(r'(?:Fault|wrong|Refusal)\(\s*f?"([a-z0-9-]+)"', source)) <= codes
    built = {"window-early", "window-late", "window-hours"}
    assert not {code for code in codes - built if f'"{code}"' not in source}
    sources = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))
    assert all(set(told) == set(LANGUAGES) and f'"{key}"' in source for key, told in sources.items())
