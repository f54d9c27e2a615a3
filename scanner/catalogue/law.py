"""The crosswalk from duty to clause: which clauses stand behind a duty, on a day, for somebody. Judges nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from scanner.catalogue.statute import COLUMNS, Clause, Duty, Statute, duty_from, read_table, statute_from, text_from
from scanner.model.authority import Kind
from scanner.model.check import Severity, Weight
from scanner.model.errors import InputError
from scanner.model.said import Said
from scanner.model.text import LANGUAGES, Text

BY_LEVEL = {2: "mlps2", 3: "mlps3", 4: "mlps3", 5: "mlps3"}
"""The general requirements that judge a system: level 4 (and 5) as 3, with a note; 1 and ungraded, none (R18)."""

AS_LEVEL_3 = Text(
    "本系统定为第{level}级，远程检测按第三级安全通用要求对照，更高级别的要求须现场核查。",
    "本系統定為第{level}級，遠端檢測依第三級安全通用要求對照，更高級別之要求須實地查核。",
    "The system is of level {level}; it is held to the general requirements of level 3, and what goes beyond them is looked at on site.",
)


@dataclass(frozen=True, slots=True)
class Law:
    """All statutes and duties. Answers which clauses stand behind a duty, on a day, for somebody."""

    statutes: Mapping[str, Statute]
    duties: Mapping[str, Duty]

    def clause(self, code: str) -> Clause:
        """The clause of a code such as `mps151:10.4`; InputError where there is none."""
        statute, _, number = code.partition(":")
        if statute not in self.statutes or number not in self.statutes[statute].clauses:
            raise Said("no-clause", code=code)
        return self.statutes[statute].clauses[number]

    def duties_for(
        self,
        duties: Iterable[str],
        *,
        service_types: Iterable[str] = (),
        kind: Kind = Kind.SELF,
        critical: bool = False,
        weight: Weight | None = None,
        severity: Severity | None = None,
    ) -> tuple[str, ...]:
        """Those of a finding's duties that apply, and where its weight and severity say so, what takes in every issue."""
        issue = weight is Weight.ISSUE and severity is not None and severity.at_least(Severity.MEDIUM)
        named = [*duties, *(duty.id for duty in self.duties.values() if issue and duty.every_issue)]
        types = tuple(service_types)
        return tuple(duty for duty in dict.fromkeys(named) if self.duty(duty).applies(types, kind, critical))

    def duty(self, name: str) -> Duty:
        if name not in self.duties:
            raise InputError(f"no such duty: {name}")
        return self.duties[name]

    def clauses_for(
        self,
        duties: Iterable[str],
        *,
        on: date,
        level: int | None,
        service_types: Iterable[str] = (),
        kind: Kind = Kind.SELF,
        critical: bool = False,
    ) -> tuple[str, ...]:
        """The clauses in force on the day behind the duties that apply: law by law, within a law by duty."""
        applying = [
            self.duties[name]
            for name in self.duties_for(duties, service_types=service_types, kind=kind, critical=critical)
        ]
        codes = (code for column in COLUMNS for duty in applying for code in duty.clauses.get(column, ()))
        return tuple(dict.fromkeys(code for code in codes if self._judges(code, on, level)))

    def in_order(self) -> Iterator[list[str]]:
        """The codes of each statute, statutes in the order of the crosswalk."""
        named = [column for column in COLUMNS if column in self.statutes]
        for statute in (*named, *(name for name in self.statutes if name not in named)):
            yield [clause.code for clause in self.statutes[statute].clauses.values()]

    def note(self, level: int | None) -> Text | None:
        """What a report says where a system is held to another level's requirements than its own."""
        if level is None or level < 4:
            return None
        filled = (AS_LEVEL_3.in_language(language).format(level=level) for language in LANGUAGES)
        return Text(*filled)

    def _judges(self, code: str, on: date, level: int | None) -> bool:
        statute = code.partition(":")[0]
        if statute in BY_LEVEL.values() and BY_LEVEL.get(level or 0) != statute:
            return False
        return self.statutes[statute].in_force(on)


@cache
def load_law() -> Law:
    """The law as it came with the product; InputError where its parts do not fit together."""
    folder = Path(__file__).parent
    statutes = {file.stem: statute_from(file) for file in sorted((folder / "laws").glob("*.toml"))}
    file = folder / "duties.toml"
    duties = {name: duty_from(name, table, file) for name, table in read_table(file).items()}
    law = Law(statutes, duties)
    for duty in duties.values():
        for codes in duty.clauses.values():
            for code in codes:
                law.clause(code)
    return law


@cache
def load_glossary() -> Mapping[str, Text]:
    """The binding words of reports, by key such as `severity.high`."""
    file = Path(__file__).parent / "glossary.toml"
    return {key: text_from(table, f"{file}: {key}") for key, table in read_table(file).items()}
