"""Filing marks as people write them, held against the forms of the law; and what is no mark at all."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.filing.icp import icp_marks
from probes.filing.police import police_marks
from probes.filing.province import CODES


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("京ICP备12345678号-1 2024", "京ICP备12345678号-1"),
        ("湘ICP备2026037508号-1", "湘ICP备2026037508号-1"),
        ("蜀ICP备05000001号 Copyright 2024", "蜀ICP备05000001号"),
        ("ICP备案号:京ICP备12345678号", "京ICP备12345678号"),
        ("京ICP備 12345678 號-12", "京ICP备12345678号-12"),
        ("京ＩＣＰ备１２３４５６７８号", "京ICP备12345678号"),
        ("京\u200bICP备1234\u200b5678号", "京ICP备12345678号"),
        ("京 ICP 备 1234 5678 号 – 2", "京ICP备12345678号-2"),
        ("京icp备12345678号-1A", "京icp备12345678号-1A"),
        ("粤\nICP备12345678号", "粤ICP备12345678号"),
        ("京ICP证030173号", "京ICP证030173号"),
        ("ICP许可证:京ICP证030173号", "京ICP证030173号"),
        ("增值电信业务经营许可证:京B2-20170134", "京B2-20170134"),
        ("B1.B2-20170134", "B1.B2-20170134"),
        ("合字B2-20200001", "合字B2-20200001"),
    ],
)
def test_a_lawful_icp_mark_is_read_however_it_is_written(text: str, mark: str) -> None:
    assert [(one.text, one.lawful) for one in icp_marks(text)] == [(mark, True)]


@pytest.mark.parametrize(
    "text",
    [
        "京ICP备123号",
        "京ICP备12345号",
        "京ICP备12345678901号",
        "ICP备12345678号",
        "京ICP备12345678",
        "京ICP备XXXXXXXX号",
        "京ICP证0301号",
        "京ICP备12345678-1号",
        "粤B2-2009005",
        "中ICP备12345678号",
    ],
)
def test_a_mark_of_no_lawful_form_is_told(text: str) -> None:
    assert [one.lawful for one in icp_marks(text)] == [False]


@pytest.mark.parametrize(
    "text", ["ICP备案:暂无", "备案号:12345678", "型号 A2-1234", "B2-B 楼", "ICP", "", "ICP 备案查询", "A2-12345"]
)
def test_what_is_no_mark_is_not_taken_for_one(text: str) -> None:
    assert icp_marks(text) == ()


@pytest.mark.parametrize("digits", range(4, 13))
def test_an_icp_number_has_six_to_ten_digits(digits: int) -> None:
    (mark,) = icp_marks(f"京ICP备{'1' * digits}号")
    assert mark.lawful is (6 <= digits <= 10)


@pytest.mark.parametrize(
    ("text", "digits", "older", "wrong"),
    [
        ("浙公网安备 33010002000000号", 14, False, False),
        ("京公網安備 1101 0802 0201 34號", 14, False, False),
        ("新公网安备 66010002000000号", 14, False, False),
        ("公网安备 33010002000000号", 14, False, False),
        ("川公网安备５１０１０７０２００１２３４号", 14, False, False),
        ("浙公网安备 33999902000000号", 14, False, False),
        ("京公网安备1101080202013号", 13, True, False),
        ("京公网安备3301080202013号", 13, True, True),
        ("京公网安备33010002000000号", 14, False, True),
        ("京公网安备235487154313号", 12, False, True),
        ("京公网安备110108020201345号", 15, False, True),
        ("京公网安备XXXXXXXXXXXXXX号", 14, False, True),
    ],
)
def test_a_police_mark_is_taken_apart(text: str, digits: int, older: bool, wrong: bool) -> None:
    (mark,) = police_marks(text)
    assert (mark.digits, mark.older, mark.wrong) == (digits, older, wrong)


@pytest.mark.parametrize("text", ["公网安备案", "京公网安备 号", "公安机关", ""])
def test_what_is_no_police_mark_is_not_taken_for_one(text: str) -> None:
    assert police_marks(text) == ()


@pytest.mark.parametrize("province", sorted(CODES))
def test_every_province_has_its_own_code(province: str) -> None:
    (mark,) = police_marks(f"{province}公网安备 {CODES[province][0]}010002000000号")
    assert not mark.wrong


PARTS = [
    "京",
    "ICP",
    "备",
    "证",
    "号",
    "-",
    "1",
    "12345678",
    " ",
    "\n",
    "公网安备",
    "B2",
    "X",
    ":",
    "第",
    "\u3000",
    "許可證",
    ".",
]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PARTS), max_size=80).map("".join)))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert len(icp_marks(text)) <= 20 and len(police_marks(text)) <= 20


@pytest.mark.parametrize("part", ["1 ", "ICP备", "京 ", "公网安备 1", "B2-", "A1.A1.", " ", "京ICP备1 ", "公 网 安 备"])
def test_long_text_is_read_in_little_time(part: str) -> None:
    begun = time.process_time()
    text = part * (500_000 // len(part))
    icp_marks(text)
    police_marks(text)
    assert time.process_time() - begun < 3
