"""Lists of units as offices keep them: read whole, or every bad cell told with row, column and mend."""

import io
import warnings
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from scanner.drafting import (
    Draft,
    DraftSystem,
    DraftTarget,
    DraftUnit,
    ListError,
    prove,
    read_unit_list,
    render_inspection,
)
from scanner.drafting.cell_value import services_of, targets_of, value_of
from scanner.drafting.list_fault import ListFault, Place, letter, messages
from scanner.drafting.table import Unreadable
from scanner.drafting.unit_list import rows_of
from scanner.inspection_file import InspectionFileError, read
from scanner.model.text import LANGUAGES

HEAD = "序号,单位名称,统一社会信用代码,系统名称,域名,IP地址,等保级别,是否关基,服务类型,联系人,电话,备注\n"
GOOD = HEAD + (
    '1,示例学院,12330000000000000X,门户网站,"www.example.edu.cn\nexample.edu.cn",192.0.2.10,第二级,否,信息服务,甲,010-1,无\n'
    '2,示例学院,12330000000000000X,办公系统,"oa.example.edu.cn；mail.example.edu.cn",/,三级,否,信息服务,乙,010-2,\n'
    "\n"
    "3,示例医院,,,https://www.example.org.cn/,192.0.2.40 - 192.0.2.49、2001:db8::10,,是,,,,\n"
)


def wrote(folder: Path, content: str | bytes, name: str = "名单.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def book(folder: Path, rows: list[list[object]], merged: tuple[str, ...] = ()) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    workbook.save(folder / "名单.xlsx")
    return folder / "名单.xlsx"


def codes(file: Path) -> list[tuple[str, int | None, int | None]]:
    with pytest.raises(ListError) as raised:
        read_unit_list(file)
    return [
        (
            fault.inner.code if fault.inner else fault.code,
            fault.place.row if fault.place else None,
            fault.place.column if fault.place else None,
        )
        for fault in raised.value.faults
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_list_reads_in_every_encoding_and_with_every_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    found = read_unit_list(wrote(tmp_path, GOOD.replace(",", separator).encode(encoding)))
    college, hospital = found.units.values()
    assert (college.name, college.facts["credit_code"], college.service_types) == (
        "示例学院",
        "12330000000000000X",
        ["information"],
    )
    assert {system.name: system.facts["mlps_level"] for system in college.named} == {"门户网站": "2", "办公系统": "3"}
    assert [target.text for target in college.named[1].targets] == ["oa.example.edu.cn", "mail.example.edu.cn"]
    assert hospital.own is not None
    assert [target.text for target in hospital.own.targets] == [
        "https://www.example.org.cn/",
        "192.0.2.40-192.0.2.49",
        "2001:db8::10",
    ]
    assert (hospital.facts["critical"], found.unused) == ("true", ["序号", "备注"])


def test_a_workbook_reads_with_titles_merged_cells_empty_rows_and_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["某市重点单位名单", None, None, None, None],
        ["單位名稱（必填）", "系統名稱", "網址", "等級", "電話"],
        ["示例学院", "门户", "www.example.edu.cn", 2, 13800000000],
        [None, "办公", "oa.example.edu.cn", 3.0, None],
        [],
        ["示例医院", None, "www.example.org.cn", None, None],
    ]
    found = read_unit_list(book(tmp_path, rows, ("A1:E1", "A3:A4")))
    college, hospital = found.units.values()
    assert [(system.name, system.facts["mlps_level"]) for system in college.named] == [("门户", "2"), ("办公", "3")]
    assert college.facts.get("phone") == "13800000000"
    assert hospital.name == "示例医院"


@pytest.mark.parametrize(
    ("row", "fault", "column"),
    [
        ("1,,,,a.example.cn,,,,,,,", "unit-empty", 2),
        ("1,甲,1.23E+17,,a.example.cn,,,,,,,", "number-rounded", 3),
        ("1,甲,123,,a.example.cn,,,,,,,", "credit-code", 3),
        ("1,甲,,,,,,,,,,", "targets-empty", 5),
        ("1,甲,,,a.example.cn/x,,,,,,,", "target-path", 5),
        ("1,甲,,,*.example.cn,,,,,,,", "name-wildcard", 5),
        ("1,甲,,,a.example.cn,192.0.2.300,,,,,,", "address-malformed", 6),
        ("1,甲,,,a.example.cn,,六级,,,,,", "not-level", 7),
        ("1,甲,,,a.example.cn,,,也许,,,,", "not-yes", 8),
        ("1,甲,,,a.example.cn,,,,银行,,,", "not-service", 9),
        ("1,甲,,,a.example.cn,,,,,=B2,,", "formula", 10),
        ("1,同上,,,a.example.cn,,,,,,,", "ditto", 2),
        ("1,甲,,,#REF!,,,,,,,", "error-value", 5),
    ],
)
def test_a_bad_cell_is_told_with_row_column_and_mend(tmp_path: Path, row: str, fault: str, column: int) -> None:
    file = wrote(tmp_path, HEAD + row + "\n")
    assert codes(file) == [(fault, 2, column)]
    for language in LANGUAGES:
        with pytest.raises(ListError) as raised:
            read_unit_list(file, language)
        assert str(file) in str(raised.value)
        assert f" {letter(column)}" in str(raised.value)


def test_all_bad_rows_are_told_at_once(tmp_path: Path) -> None:
    rows = "1,,,,a.example.cn,,,,,,,\n2,甲,9,,b.example.cn,,九级,,,,,\n3,乙,,,,,,,,,,\n"
    assert codes(wrote(tmp_path, HEAD + rows)) == [
        ("unit-empty", 2, 2),
        ("credit-code", 3, 3),
        ("not-level", 3, 7),
        ("targets-empty", 4, 5),
    ]


def test_rows_of_one_unit_or_system_must_agree(tmp_path: Path) -> None:
    rows = "1,甲,,门户,a.example.cn,,二级,是,,,,\n2,甲,,门户,b.example.cn,,三级,否,,,,\n"
    assert codes(wrote(tmp_path, HEAD + rows)) == [("differs", 3, 8), ("differs", 3, 7)]


def test_one_credit_code_is_not_of_two_units(tmp_path: Path) -> None:
    rows = "1,甲,12330000000000000X,,a.example.cn,,,,,,,\n2,乙,12330000000000000X,,b.example.cn,,,,,,,\n"
    assert codes(wrote(tmp_path, HEAD + rows)) == [("code-of-two", 3, 3)]


def test_numbers_formulas_errors_and_areas_in_a_workbook_are_told(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["单位名称", "统一社会信用代码", "域名", "联系人", "电话"],
        ["甲", 1.2330000000000001e17, "a.example.cn", "=A1", None],
        ["乙", None, "#N/A", None, None],
        ["丙", None, "c.example.cn", "丁", None],
        [date(2026, 9, 1), None, "d.example.cn", None, None],
    ]
    assert codes(book(tmp_path, rows, ("D4:E4",))) == [
        ("number-rounded", 2, 2),
        ("formula", 2, 4),
        ("error-value", 3, 3),
        ("merged-across", 4, 4),
        ("merged-across", 4, 5),
    ]


def test_a_cell_without_end_is_told_with_the_bound(tmp_path: Path) -> None:
    file = wrote(tmp_path, f"unit,url\n{'x' * 20_001},a.example.cn\n")
    with pytest.raises(ListError, match="20000"):
        read_unit_list(file)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "list-old"),
        (b"PK\x03\x04 and no more", "list-broken"),
        (b"\xff\xff\xfe\x00", "list-encoding"),
        (b"a,b,c\n1,2,3\n", "no-headings"),
        (HEAD.encode(), "no-rows"),
        (b'unit,url\n"x,y\n', "list-syntax"),
        (b"", "no-headings"),
        (b"unit,url,ICP,icp\nx,a.example.cn,1,2\n", "heading-twice"),
        (b"unit,url" + b",x" * 200 + b"\n", "list-wide"),
        (b"unit,url\n" + b"x,a.example.cn\n" * 20_001, "list-many"),
        (bytes(9 * 2**20), "list-large"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: bytes, fault: str) -> None:
    assert codes(wrote(tmp_path, content))[0][0] == fault


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    assert codes(tmp_path / "none.csv")[0][0] == "list-unreadable"
    assert codes(tmp_path)[0][0] == "list-unreadable"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(60 * 2**20))
    assert len(packed.getvalue()) < 2**20
    assert codes(wrote(tmp_path, packed.getvalue(), "b.xlsx")) == [("list-unpacked", None, None)]


def test_entities_and_a_claimed_size_do_no_harm(tmp_path: Path) -> None:
    good = book(tmp_path, [["unit", "url"], ["x", "a.example.cn"]])
    for old, new, fault in (
        (b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', "list-broken"),
        (b'ref="A1:B2"', b'ref="A1:XFD1048576"', None),
    ):
        packed = io.BytesIO()
        with zipfile.ZipFile(good) as archive, zipfile.ZipFile(packed, "w") as changed:
            for part in archive.infolist():
                content = archive.read(part)
                changed.writestr(part, content.replace(old, new, 1) if "sheet1.xml" in part.filename else content)
        file = wrote(tmp_path, packed.getvalue(), "hostile.xlsx")
        if fault:
            assert codes(file)[0][0] == fault
        else:
            assert list(read_unit_list(file).units) == ["x"]


def test_messages_are_whole_in_three_languages() -> None:
    for code, told in messages().items():
        assert set(told) == set(LANGUAGES), code
        assert {len(parts) for parts in told.values()} == {1 if code.startswith("place-") else 2}, code


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", "单位名称,域名\n".encode()):
        try:
            list(rows_of(start + content))
        except Unreadable as error:
            assert error.fault.in_language("zh-CN")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=8))
def test_no_damage_to_a_workbook_breaks_the_reader(at: int, damage: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        packed = io.BytesIO()
        workbook = Workbook()
        workbook.active.append(["unit", "url"])
        workbook.save(packed)
        content = bytearray(packed.getvalue())
        content[at : at + len(damage)] = damage
        try:
            list(rows_of(bytes(content)))
        except Unreadable as error:
            assert error.fault.in_language("en")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_cell_is_a_value_or_a_fault_and_any_name_comes_back_as_it_was(text: str) -> None:
    place = Place(2, 1, "x")
    targets_of(text, place)
    services_of(text, place)
    value = value_of("unit", text, place)
    for meaning in ("critical", "mlps_level", "credit_code", "approval_date"):
        value_of(meaning, text, place)
    if isinstance(value, str):
        found = read_unit_list_of(value)
        assert found == value


def read_unit_list_of(name: str) -> str:
    """The unit's name after it went through the text of a file and its reader."""
    unit = DraftUnit(name, {"critical": "false"}, systems={"": DraftSystem("", targets=[DraftTarget("192.0.2.1")])})
    start, end = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    draft = Draft("x", "x", [unit], kind="self", statement="x", start=start, end=end)
    _, faults, inspection = prove(draft, "en")
    assert not faults
    assert inspection is not None
    return inspection.units[0].name


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_list_does_not_say_is_left_to_fill_in_and_nothing_else_is_wrong(tmp_path: Path, language: str) -> None:
    found = read_unit_list(wrote(tmp_path, GOOD))
    chosen = next(one for one in LANGUAGES if one == language)
    draft = Draft("x", "x", list(found.units.values()))
    text, faults, inspection = prove(draft, chosen)
    assert (faults, inspection) == ([], None)
    file = wrote(tmp_path, text, "inspection.yaml")
    with pytest.raises(InspectionFileError) as raised:
        read(file, now=None, language=chosen)
    assert {fault.code for fault in raised.value.faults} == {"fill-in"}
    assert text == render_inspection(draft, chosen)


def test_a_target_of_two_units_is_told_at_its_cell(tmp_path: Path) -> None:
    rows = "1,甲,,,a.example.cn,192.0.2.1,,否,,,,\n2,乙,,,b.example.cn,192.0.2.1,,,,,,\n"
    found = read_unit_list(wrote(tmp_path, HEAD + rows))
    _, faults, _ = prove(Draft("x", "x", list(found.units.values())), "zh-CN")
    assert isinstance(faults[0], ListFault)
    assert {(fault.inner.code, fault.place.column) for fault in faults if fault.inner and fault.place} == {
        ("target-of-two", 6)
    }
