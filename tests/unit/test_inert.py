"""What a target sends can be read in the report, and does nothing there."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from reports.html.inert import LIMIT, inert, isolated

ANYTHING = st.text(st.characters(codec=None), max_size=300)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("nginx/1.22.1", "nginx/1.22.1"),
        ("示例职业技术学院", "示例职业技术学院"),
        ("<b>", "&lt;b&gt;"),
        ("\"'&", "&#34;&#39;&amp;"),
        ("a\u202eb", 'a<span class="cp">U+202E</span>b'),
        ("\ud800", '<span class="cp">U+D800</span>'),
        ("\x00\x00\x00", '<span class="cp">U+0000×3</span>'),
        ("a\u200bb", 'a<span class="cp">U+200B</span>b'),
        ("a\xa0b", 'a<span class="cp">U+00A0</span>b'),
        ("\U000e0041", '<span class="cp">U+E0041</span>'),
        ("\u3000", "\u3000"),
        ("line\nline", 'line<span class="cp">U+000A</span>line'),
    ],
)
def test_text_is_escaped_and_the_unseen_is_shown(sent: str, shown: str) -> None:
    assert inert(sent) == shown


def test_line_feeds_stay_where_lines_are_asked_for() -> None:
    assert inert("a\nb\r", lines=True) == 'a\nb<span class="cp">U+000D</span>'


def test_long_text_is_cut_and_says_by_how_much() -> None:
    assert inert("A" * 1_000_000) == "A" * LIMIT + f'<span class="cut">…(+{1_000_000 - LIMIT})</span>'


def test_piled_up_marks_do_not_leave_their_line() -> None:
    assert inert("e" + "\u0301" * 500).count("\u0301") == 3


def test_right_to_left_text_stands_in_an_element_of_its_own() -> None:
    assert isolated("\u05d0\u05d1") == "<bdi>\u05d0\u05d1</bdi>"


def test_markup_of_the_templates_passes_as_it_is() -> None:
    assert inert(Markup("<b>ours</b>")) == "<b>ours</b>"


@given(ANYTHING)
def test_nothing_hidden_and_no_markup_is_left_of_any_text(sent: str) -> None:
    left = re.sub(r'<span class="(cp|cut)">[^<>]*</span>', "", inert(sent))
    assert not set(left) & set("<>\"'")
    assert not [one for one in left if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
    left.encode()


@given(ANYTHING)
def test_a_text_grows_by_a_bounded_factor(sent: str) -> None:
    assert len(inert(sent)) <= 40 * min(len(sent), LIMIT) + 60
