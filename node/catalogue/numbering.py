"""Item numbers and the codes made of them.

Numbers in use are read from
the codes themselves, whoever gave them; a new number goes on from the highest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from node.catalogue.codes import Code, CodeRule
from node.catalogue.fields import FILED, ORG, RETENTION, STATE, YEAR
from node.catalogue.pack import Pack
from node.catalogue.reading import is_seen_by_people, state_of
from node.catalogue.retention import LONG, SHORT
from node.history.survivors import shown
from node.store.port import Rows
from node.store.row_types import RecordFlag

RULE_SETTING: Final = "filing.rule."
_OLD_TERMS: Final = {LONG: "C", SHORT: "D"}
_UNRULED_DIGITS: Final = 4


class FilingKey(NamedTuple):
    """What items are numbered together: the lowest class of the filing."""

    fonds: str
    year: int | None
    retention: str
    org: str


@dataclass(frozen=True, slots=True)
class CodeRun:
    """One run of item numbers: everything of a code above the number."""

    rule: CodeRule
    stem: Code
    prefix: str
    """Every code of the run begins so."""
    digits: int

    def code(self, number: int) -> str:
        """The code with that item number."""
        return f"{self.prefix}{number:0{self.digits}d}"

    def number(self, code: str) -> int | None:
        """The item number of *code*; None where it is none of this run."""
        if not code.startswith(self.prefix):
            return None
        rest = code[len(self.prefix) :]
        return int(rest) if rest.isascii() and rest.isdigit() else None

    @property
    def highest(self) -> int:
        """The highest number that the rule has room for."""
        return int("9" * self.digits)


class Numbered(NamedTuple):
    """A number that is in use."""

    number: int
    record_no: int
    code: str
    is_standing: bool
    """False: its record was filed and is withdrawn; the number stays used."""


def chosen_rule(rows: Rows, pack: Pack, scope_no: int) -> CodeRule:
    """The rule by which a fonds numbers."""
    name = rows.settings.get(f"{RULE_SETTING}{scope_no}")
    found = pack.rule(str(name)) if name else None
    return found or pack.rule(pack.filing.code_rule) or pack.code_rules[0]


def run_of(rule: CodeRule, pack: Pack, key: FilingKey) -> CodeRun | str:
    """The run of a class; else the name of the field that gives it no code."""
    if key.year is None:
        return pack.by_number[YEAR].name
    if not key.retention:
        return pack.by_number[RETENTION].name
    retention = _OLD_TERMS.get(key.retention, key.retention)
    rule = _for_old_terms(rule, pack, key.retention)
    digits = rule.item_digits or _UNRULED_DIGITS
    stem = Code(
        rule=rule.name,
        fonds=key.fonds,
        category=pack.category,
        year=str(key.year),
        retention=retention,
        org=key.org or None,
        item="0" * digits,
    )
    rendered = rule.render(stem)
    if rule.parse(rendered) != stem:
        return _at_fault(rule, pack, stem)
    return CodeRun(rule, stem, rendered[:-digits], digits)


def _for_old_terms(rule: CodeRule, pack: Pack, retention: str) -> CodeRule:
    """长期 and 短期 are of an older edition of the same rule."""
    if retention in _OLD_TERMS:
        return pack.rule(f"{rule.name}-old") or rule
    return rule


def _at_fault(rule: CodeRule, pack: Pack, stem: Code) -> str:
    """The field whose value keeps the rule from writing a code."""
    digits = "0" * (rule.item_digits or _UNRULED_DIGITS)
    plain = Code(
        rule=rule.name,
        fonds="0001",
        category=pack.category,
        year=stem.year,
        retention="Y",
        item=digits,
    )
    for number, trial in (
        (ORG, _with(plain, org=stem.org)),
        (RETENTION, _with(plain, retention=stem.retention)),
    ):
        if rule.parse(rule.render(trial)) != trial:
            return pack.by_number[number].name
    return "fonds"


def _with(code: Code, *, org: str | None = None, retention: str | None = None) -> Code:
    return Code(
        rule=code.rule,
        fonds=code.fonds,
        category=code.category,
        year=code.year,
        retention=retention or code.retention,
        org=org,
        item=code.item,
    )


def numbers_in_use(
    rows: Rows,
    scope_no: int,
    run: CodeRun,
    hidden: tuple[int, ...] = (),
    *,
    falling: bool = False,
) -> Iterator[Numbered]:
    """The numbers of a run that records of the fonds hold, in order of the code.

    A number that two records hold comes twice.
    """
    for record_no, its_scope, flags, import_no, code in rows.matches.codes_under(
        run.prefix, falling=falling
    ):
        number = run.number(code)
        if number is None or its_scope != scope_no or import_no in hidden:
            continue
        if not flags & RecordFlag.CREATED:
            continue
        if not flags & RecordFlag.WITHDRAWN:
            yield Numbered(number, record_no, code, is_standing=True)
        elif _was_filed(rows, record_no):
            yield Numbered(number, record_no, code, is_standing=False)


def last_number(rows: Rows, scope_no: int, run: CodeRun) -> int:
    """The highest number in use, also by what is not shown yet; 0 where none is."""
    if run.rule.item_digits:
        falling = numbers_in_use(rows, scope_no, run, falling=True)
        return next((used.number for used in falling), 0)
    rising = numbers_in_use(rows, scope_no, run)
    return max((used.number for used in rising), default=0)


def _was_filed(rows: Rows, record_no: int) -> bool:
    row = rows.records.row(record_no)
    if row is None or not is_seen_by_people(row, ()):
        return False
    return FILED in shown(state_of(row)).get(STATE, ())
