"""Banners are fit to be shown: printable, masked, short."""

from hypothesis import given
from hypothesis import strategies as st

from probes.services.banner import MOST, printable


def test_control_characters_do_not_reach_the_reader() -> None:
    assert printable(b"\x1b[31mred\x07\r\n\x00end") == ".[31mred. .end"


def test_passwords_mailboxes_and_challenges_are_masked() -> None:
    assert printable("login: admin password: hunter2") == "login: admin password: ***"
    assert printable("口令：一二三") == "口令：***"
    assert printable("ask wang.wu@school.example") == "ask ***@school.example"
    assert printable("+OK POP3 <1896.697170952@dbc.mtview.ca.us>") == "+OK POP3 <***>"


def test_a_version_is_no_secret() -> None:
    assert printable("220 (vsFTPd 3.0.3)") == "220 (vsFTPd 3.0.3)"


def test_chinese_text_stays() -> None:
    assert printable("欢迎使用\n教务系统".encode()) == "欢迎使用 教务系统"


@given(st.one_of(st.binary(max_size=4000), st.text(max_size=4000)))
def test_any_banner_is_printable_and_short(said: bytes | str) -> None:
    shown = printable(said)
    assert len(shown) <= MOST
    assert all(letter.isprintable() for letter in shown)
