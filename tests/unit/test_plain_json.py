"""JSON as files and terminals get it: every text comes back as it was, and no byte of it acts on who looks at it."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scanner.results.plain_json import plain_json

TEXTS = st.text(st.characters(blacklist_categories=()), max_size=40)
VALUES = st.recursive(TEXTS | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner))


@given(VALUES)
def test_what_is_written_reads_back_the_same_and_is_printable(value: Any) -> None:
    written = plain_json(value)
    assert json.loads(written) == json.loads(json.dumps(value))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", written)
    written.encode()


def test_escapes_and_marks_of_direction_stand_as_numbers_and_chinese_as_itself() -> None:
    assert plain_json("中\x9b31m\x1b[0m\u202egpj.exe") == '"中\\u009b31m\\u001b[0m\\u202egpj.exe"'
