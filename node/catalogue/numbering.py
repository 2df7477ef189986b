"""Item numbers and the codes made of them.

Numbers in use are read from
the codes themselves, whoever gave them; a new number goes on from the highest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from node.catalogue.codes import Code, CodeRule, parse_code
from node.catalogue.fault import Fault
from node.catalogue.fields import FILED, LEVEL_ITEM, ORG, RETENTION, STATE, YEAR
from node.catalogue.pack import Pack
from node.catalogue.reading import is_seen_by_people, state_of
from node.catalogue.retention import LONG, SHORT
from node.history.sequences import MOST_DIGITS
from node.history.survivors import shown
from node.store.port import Rows
from node.store.row_types import RecordFlag

RULE_SETTING: Final = "filing.rule."
_OLD_TERMS: Final = {LONG: "C", SHORT: "D"}
_UNRULED_DIGITS: Final = 4
_OLD_EDITION: Final = "-old"
_CODES_LOOKED_AT: Final = 20
_CLASSES_LOOKED_AT: Final = 8


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
        is_number = rest.isascii() and rest.isdigit() and len(rest) <= MOST_DIGITS
        return int(rest) if is_number else None

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


def chosen_rule(rows: Rows, pack: Pack, scope_no: int, fonds: str) -> CodeRule:
    """The rule by which a fonds numbers: the chosen one, else that of its newest codes.

    A fonds without a code numbers by the pack's rule.
    """
    name = rows.settings.get(f"{RULE_SETTING}{scope_no}")
    found = pack.rule(str(name)) if name else None
    usual = pack.rule(pack.filing.code_rule) or pack.code_rules[0]
    return found or _rule_in_use(rows, pack, scope_no, fonds) or usual


def numbering_rules(rules: Iterable[CodeRule]) -> list[CodeRule]:
    """Rules that number items by year and term."""
    return [
        rule
        for rule in rules
        if "{year}" in rule.template
        and "{item}" in rule.template
        and not rule.name.endswith(_OLD_EDITION)
    ]


def _rule_in_use(rows: Rows, pack: Pack, scope_no: int, fonds: str) -> CodeRule | None:
    """The rule of the codes that the fonds gave last; None where it gave none."""
    known = {rule.name: rule for rule in numbering_rules(pack.code_rules)}
    counted: Counter[str] = Counter()
    newest = rows.matches.codes_under(f"{fonds}-{pack.category}·", falling=True)
    for _, its_scope, _, _, code in islice(newest, _CODES_LOOKED_AT):
        parsed = parse_code(code, pack.code_rules)
        if its_scope != scope_no:
            continue
        if not isinstance(parsed, Fault):
            name = parsed[0].rule.removesuffix(_OLD_EDITION)
            counted[name] += name in known
    found = counted.most_common(1)
    return known[found[0][0]] if found and found[0][1] else None


def run_in(
    rows: Rows,
    pack: Pack,
    scope_no: int,
    rule: CodeRule,
    key: FilingKey,
    known: dict[str, str] | None = None,
) -> CodeRun | str:
    """The run of a class; else the name of the field for which there is none.

    An office that stands in the records by its name is numbered under the letters that
    the fonds has given it in codes before, else under those that the pack offers.
    *known* remembers them for the next class.
    """
    run = run_of(rule, pack, key)
    if run != pack.by_number[ORG].name:
        return run
    letters = {} if known is None else known
    if key.org not in letters:
        used = _letters_in_use(rows, pack, scope_no, key.org)
        is_fit = not isinstance(run_of(rule, pack, key._replace(org=used)), str)
        letters[key.org] = used if is_fit and used else _letters_offered(pack, key.org)
    found = letters[key.org]
    return run_of(rule, pack, key._replace(org=found)) if found else run


def _letters_in_use(rows: Rows, pack: Pack, scope_no: int, org: str) -> str:
    """What stands for the office in the newest codes of its items."""
    found = rows.classes.single(scope_no, LEVEL_ITEM, org)
    classes = [row for row in found if row.stage]
    classes.sort(key=lambda row: -row.year)
    for row in classes[:_CLASSES_LOOKED_AT]:
        for number in rows.shelves.page((row.class_no,), (), 0, 1):
            record = rows.records.row(number)
            parsed = parse_code(
                "" if record is None else record.code or "", pack.code_rules
            )
            if not isinstance(parsed, Fault) and parsed[0].org:
                return parsed[0].org
    return ""


def _letters_offered(pack: Pack, org: str) -> str:
    offered = pack.form.values.get(pack.by_number[ORG].name, ())
    return next((each.value for each in offered if each.meaning == org), "")


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
        return pack.rule(f"{rule.name}{_OLD_EDITION}") or rule
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
