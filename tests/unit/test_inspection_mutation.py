"""Inspection files that somebody spoilt: lines, keys and values at random. None may do more than be told."""

import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.inspection_file import InspectionFileError, NotEntitled, read
from scanner.model.inspection import Inspection
from scanner.model.text import LANGUAGES

TEXT = (Path(__file__).parents[1] / "data" / "inspection.example.yaml").read_text(encoding="utf-8")
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
    targets: [192.0.2.1, {host: a.example.cn, ports: [80, 8000-8010]}]
"""
NOW = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
VALUES: list[Any] = [
    None, True, -1, 0, 3, 1e308, float("nan"), "", " ", "x", "甲", "192.0.2.0/24", "::1", "fe80::1%1", "*.cn", "edu.cn",
    "2026-09-21T00:00:00+08:00", "9999-12-31T24:00:00+08:00", date(2026, 9, 25), [], {}, [[]], {"a": []}, ["x", None],
    {"by": "x", "number": 1, "date": date(2026, 9, 1)}, {"host": "a.cn"}, "special", "entrusted", "A" * 3000, "\x85",
]  # fmt: skip


class Unaliased(yaml.SafeDumper):
    """Writes everything out in full, as an inspection file must."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def wrote(folder: Path, text: str | bytes) -> Path:
    file = folder / "inspection.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


SCRAPS = [
    "null",
    "[]",
    "{}",
    "-1",
    "012",
    "*",
    "&a",
    "[*a]",
    "é",
    "\t",
    "'",
    '"',
    "2026-13-01",
    "::",
    "1/0",
    "%",
    "\x00",
    "true",
]


def spoilt(seed: random.Random, text: str) -> str:
    """A file somebody spoilt: lines lost, doubled, moved in or out, values and keys exchanged, an end cut off."""
    lines = text.splitlines()
    for _ in range(seed.randint(1, 4)):
        place = seed.randrange(len(lines))
        line = lines[place]
        match seed.randrange(8):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, line)
            case 2:
                lines[place] = line.partition(":")[0] + ": " + seed.choice(SCRAPS)
            case 3:
                lines[place] = line.replace(seed.choice(line or " "), seed.choice(SCRAPS))
            case 4:
                lines[place] = " " * seed.randint(0, 6) + line.lstrip()
            case 5:
                lines[place] = line.replace(":", ": " + seed.choice(SCRAPS) + " ", 1)
            case 6:
                lines[place] = line[: seed.randint(0, len(line))]
            case _:
                other = seed.randrange(len(lines))
                lines[place], lines[other] = lines[other], line
        lines = lines or [""]
    return "\n".join(lines)[: seed.choice([10**6, seed.randint(0, len(text))])]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.randoms(use_true_random=False), text=st.sampled_from([TEXT, PLAIN]))
def test_a_mutated_file_is_read_or_told_what_is_wrong(tmp_path: Path, seed: random.Random, text: str) -> None:
    read_or_told(wrote(tmp_path, spoilt(seed, text)))


def altered(seed: random.Random, node: Any) -> Any:
    """The same data with a key or entry lost, doubled, renamed, or a value of another kind in its place."""
    if isinstance(node, dict) and node:
        key = seed.choice(list(node))
        match seed.randrange(8):
            case 0:
                return {name: value for name, value in node.items() if name != key}
            case 1:
                return {**node, seed.choice([key + "s", "targets", "name", "from", ""]): node[key]}
            case _:
                return {**node, key: altered(seed, node[key])}
    if isinstance(node, list) and node:
        place = seed.randrange(len(node))
        match seed.randrange(5):
            case 0:
                return node[:place] + node[place + 1 :]
            case 1:
                return [*node, node[place]]
            case _:
                return [*node[:place], altered(seed, node[place]), *node[place + 1 :]]
    return seed.choice(VALUES)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.randoms(use_true_random=False), text=st.sampled_from([TEXT, PLAIN]), times=st.integers(1, 4))
def test_altered_data_is_read_refused_or_told_at_its_key(
    tmp_path: Path, seed: random.Random, text: str, times: int
) -> None:
    data = yaml.safe_load(text.replace("T24:00:00", "T23:59:00"))
    for _ in range(times):
        data = altered(seed, data)
    read_or_told(wrote(tmp_path, yaml.dump(data, allow_unicode=True, Dumper=Unaliased)))


def read_or_told(file: Path) -> None:
    """Never anything but an inspection, a list of faults with mends, or refusals with sources."""
    try:
        assert isinstance(read(file, now=NOW), Inspection)
    except InspectionFileError as error:
        assert error.faults
        for fault in error.faults:
            assert fault.line or fault.key
            assert all(fault.mend(language) for language in LANGUAGES)
    except NotEntitled as error:
        assert all(refusal.origin("en") and refusal.rule("en") for refusal in error.refusals)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
)
def test_arbitrary_bytes_are_told_and_never_crash(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InspectionFileError) as raised:
        read(wrote(tmp_path, content), now=NOW)
    assert raised.value.faults
