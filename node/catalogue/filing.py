"""整理归档 (DA/T 22-2015, 5.3 and 5.4): arrange a class, number it, check it, file it.

Laws:

- An item that has a number keeps it. New numbers are the next that this machine may
  give (node/catalogue/sequences.py).
- Nothing is filed that changed since it was arranged: the clerk has not seen it so.
- One filing is one act. Cut off in the middle it is finished by whoever opens the
  machine next; it is taken back whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.catalogue.act_errors import FilingBlocked, UnknownCodeRule
from node.catalogue.act_log import ActKind
from node.catalogue.act_recovery import alone
from node.catalogue.act_steps import Progress, drop_steps, run_act
from node.catalogue.arrangement import ArrangedLine, Arrangement, numbered
from node.catalogue.checks import Finding, findings_of
from node.catalogue.codes import CodeRule
from node.catalogue.fields import DATE, DOC_NO, TITLE
from node.catalogue.filed_acts import (
    FilingPlan,
    begin_filing,
    pack_detail,
    plan_some,
)
from node.catalogue.leases import USUAL_AMOUNT, ask_for
from node.catalogue.matters import Paper, in_order
from node.catalogue.members import amounts_by_class, is_filed_row, member_numbers
from node.catalogue.numbering import (
    RULE_SETTING,
    CodeRun,
    FilingKey,
    Numbered,
    chosen_rule,
    numbering_rules,
    numbers_in_use,
    run_in,
)
from node.catalogue.premises import Premises
from node.catalogue.reading import fonds_for, held_of, record_of
from node.catalogue.record import Record
from node.catalogue.saving import check_actor
from node.catalogue.sequences import Numbers, Right, numbers_for
from node.catalogue.versions import version_of
from node.errors import NodeError
from node.history.sequences import book_of
from node.store.desk_port import ActRow, ActState
from node.store.port import Rows
from protocol.operations import Actor

_READ_AT_ONCE: Final = 60
_NO_NUMBERS: Final = Numbers()


@dataclass(frozen=True, slots=True)
class FilingGroup:
    """A class of items that are numbered together, and how far it is."""

    key: FilingKey
    waiting: int
    """Without a code."""
    numbered: int
    """With a code, not filed."""
    filed: int
    last_item_no: int
    """The highest number in use; 0 where there is none."""
    lacks: str
    """The field for which the class gives no code; empty where it gives one."""
    numbers: Numbers = _NO_NUMBERS
    """What this machine may number with."""
    stem: str = ""
    """The sequence: everything of its codes above the number."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What a filing came to."""

    act_no: int
    """0: everything was filed already."""
    filed: int
    numbered: int
    first_code: str
    last_code: str
    left_over: int = 0
    """New items for which the own block of numbers had none left."""
    is_provisional: bool = False
    """The codes were given without right, and stay 暂定 until the hub names them."""


class Filing:
    """Files classes of items."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def groups(self, actor: Actor, fonds: str) -> list[FilingGroup]:
        """Every class of the fonds that holds an item; by year, term and office.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)
        pack = self._premises.pack

        def work(rows: Rows) -> list[FilingGroup]:
            home = fonds_for(rows, fonds)
            rule = chosen_rule(rows, pack, home.scope_no, home.code)
            found = []
            letters: dict[str, str] = {}
            book = book_of(rows, home.scope_no)
            for key, amounts in amounts_by_class(
                rows, home.scope_no, home.code
            ).items():
                run = run_in(rows, pack, home.scope_no, rule, key, letters)
                numbers, stem = _NO_NUMBERS, ""
                if isinstance(run, CodeRun):
                    numbers = numbers_for(rows, home.scope_no, run, book)
                    stem = run.prefix
                found.append(
                    FilingGroup(
                        key,
                        amounts.waiting,
                        amounts.numbered,
                        amounts.filed,
                        numbers.last,
                        run if isinstance(run, str) else "",
                        numbers,
                        stem,
                    )
                )
            return sorted(found, key=lambda group: _key_order(group.key))

        return await self._premises.store.read(work)

    async def code_rule(self, actor: Actor, fonds: str) -> CodeRule:
        """The rule by which the fonds numbers.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)
        pack = self._premises.pack

        def work(rows: Rows) -> CodeRule:
            home = fonds_for(rows, fonds)
            return chosen_rule(rows, pack, home.scope_no, home.code)

        return await self._premises.store.read(work)

    async def choose_code_rule(self, actor: Actor, fonds: str, rule: str) -> None:
        """From now on the fonds numbers by *rule*; codes that are given stay.

        Raises:
            UnknownFonds.
            UnknownCodeRule: there is no such rule, or it cannot number by year.
        """
        check_actor(actor)
        pack = self._premises.pack
        known = tuple(each.name for each in numbering_rules(pack.code_rules))
        if rule not in known:
            raise UnknownCodeRule(rule, known)

        def work(rows: Rows) -> None:
            scope_no = fonds_for(rows, fonds).scope_no
            rows.settings.put(f"{RULE_SETTING}{scope_no}", rule)

        await self._premises.store.write(work)

    async def arrangement(self, actor: Actor, key: FilingKey) -> Arrangement:
        """A class in the order in which it is to be filed: 时间结合事由.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)
        pack = self._premises.pack

        def begin(rows: Rows) -> tuple[int, list[int], CodeRun | str, Numbers]:
            home = fonds_for(rows, key.fonds)
            rule = chosen_rule(rows, pack, home.scope_no, home.code)
            run = run_in(rows, pack, home.scope_no, rule, key)
            numbers = member_numbers(rows, home.scope_no, key)
            free = _NO_NUMBERS
            if isinstance(run, CodeRun):
                free = numbers_for(rows, home.scope_no, run)
            return home.scope_no, numbers, run, free

        _, numbers, run, free = await self._premises.store.read(begin)
        code_run = run if isinstance(run, CodeRun) else None
        lines: list[ArrangedLine] = []
        for start in range(0, len(numbers), _READ_AT_ONCE):
            part = numbers[start : start + _READ_AT_ONCE]
            lines += await self._premises.store.read(
                lambda rows, part=part: self._lines(  # type: ignore[misc]
                    rows, part, key.fonds, code_run
                )
            )
        fixed = sorted((line for line in lines if not line.is_new), key=_by_number)
        fresh = [line for line in lines if line.is_new]
        papers = [_paper(line.record, line.number) for line in fresh]
        order = await self._premises.store.wait(lambda: in_order(papers))
        return Arrangement(
            key=key,
            run=code_run,
            lacks="" if isinstance(run, CodeRun) else run,
            numbers=free,
            lines=numbered(fixed, [fresh[place] for place in order], code_run, free),
        )

    async def check(self, actor: Actor, arrangement: Arrangement) -> list[Finding]:
        """What there is to say of an arrangement before it is filed; blocking first.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)
        run = arrangement.run

        def work(rows: Rows) -> list[Numbered]:
            if run is None:
                return []
            scope_no = fonds_for(rows, arrangement.key.fonds).scope_no
            return list(numbers_in_use(rows, scope_no, run))

        used = await self._premises.store.read(work)
        pack = self._premises.pack
        return await self._premises.store.wait(
            lambda: findings_of(arrangement, used, pack)
        )

    async def file(
        self,
        actor: Actor,
        arrangement: Arrangement,
        order: Sequence[str] = (),
        *,
        progress: Progress | None = None,
    ) -> Filed:
        """Number what has no number, in the order of these ids, and file it all.

        Raises:
            FilingBlocked: the check finds what has to be mended first.
            ArrangementStale: something of the class changed since; it is named.
            ActBusy: another act on many records is under way.
        """
        check_actor(actor)
        wanted = arrangement.ordered(order) if order else arrangement
        findings = await self.check(actor, wanted)
        blocking = [finding for finding in findings if finding.is_blocking]
        if blocking or wanted.run is None:
            raise _blocked(blocking, wanted)
        await self._ask_numbers(actor, wanted, wanted.run)
        if not wanted.unfiled:
            return Filed(0, 0, 0, "", "", wanted.unnumbered)
        async with alone(self._premises):
            return await self._file(actor, wanted, wanted.run, progress)

    async def _ask_numbers(
        self, actor: Actor, arrangement: Arrangement, run: CodeRun
    ) -> None:
        """Ask for a block where another machine numbers and too few are left here."""
        needed = len(arrangement.fresh)
        left = arrangement.numbers.left or 0
        if arrangement.numbers.right is Right.HOLDER or not needed or left > needed:
            return
        now = self._premises.clock.now()

        def work(rows: Rows) -> None:
            scope_no = fonds_for(rows, arrangement.key.fonds).scope_no
            amount = max(USUAL_AMOUNT, needed - left)
            ask_for(rows, actor, now, scope_no, run.prefix, amount)

        await self._premises.store.write(work)

    async def _file(
        self,
        actor: Actor,
        arrangement: Arrangement,
        run: CodeRun,
        progress: Progress | None,
    ) -> Filed:
        store = self._premises.store
        made_at = self._premises.clock.now()
        fresh = [line for line in arrangement.lines if line.is_new and line.number]
        last = max((line.number for line in fresh), default=0)
        key = arrangement.key
        act = ActRow(
            act_no=0,
            actor=actor.name,
            kind=ActKind.FILING,
            made_at=made_at,
            title=" ".join(str(part) for part in key[1:] if part),
            import_no=0,
            state=int(ActState.PLANNING),
            amount=arrangement.unfiled,
            detail=pack_detail(run, last),
        )
        act_no = await store.write(lambda rows: rows.acts.add(act))
        plan = FilingPlan(
            act._replace(act_no=act_no), actor, arrangement, run, self._premises.pack
        )
        try:
            done = 0
            while done < len(arrangement.lines):
                start = done
                done = await store.write(
                    lambda rows, start=start: plan_some(rows, plan, start)  # type: ignore[misc]
                )
            await store.write(lambda rows: begin_filing(rows, plan))
        except NodeError:
            while await store.write(lambda rows: drop_steps(rows, act_no)):
                pass
            raise
        await run_act(store, act_no, progress)
        return Filed(
            act_no,
            arrangement.unfiled,
            len(fresh),
            fresh[0].code if fresh else "",
            fresh[-1].code if fresh else "",
            arrangement.unnumbered,
            is_provisional=bool(fresh) and arrangement.is_provisional,
        )

    def _lines(
        self, rows: Rows, numbers: Sequence[int], fonds: str, run: CodeRun | None
    ) -> list[ArrangedLine]:
        pack = self._premises.pack
        found = rows.records.rows(numbers)
        lines = []
        for number in numbers:
            row = found.get(number)
            if row is None:
                continue
            record = record_of(rows, row, pack, fonds)
            is_new = not record.code
            lines.append(
                ArrangedLine(
                    record,
                    0,
                    record.code or "",
                    row.record_no if is_new else _number(run, record.code),
                    is_new,
                    is_filed_row(row),
                    version_of(held_of(rows, row), row.flags),
                )
            )
        return lines


def _number(run: CodeRun | None, code: str | None) -> int:
    if run is None or not code:
        return 0
    return run.number(code) or 0


def _by_number(line: ArrangedLine) -> tuple[bool, int, str]:
    """Numbers of the run first; codes of other rules behind them."""
    return line.number == 0, line.number, line.code


def _key_order(key: FilingKey) -> tuple[bool, int, str, str]:
    return key.year is None, -(key.year or 0), key.retention, key.org


def _paper(record: Record, entry: int) -> Paper:
    fields = record.fields

    def text(number: int) -> str:
        name = {TITLE: "title", DOC_NO: "doc_no", DATE: "date"}[number]
        return str(fields.get(name, "") or "")

    return Paper(text(TITLE), text(DOC_NO), text(DATE), entry)


def _blocked(blocking: Sequence[Finding], arrangement: Arrangement) -> FilingBlocked:
    first = blocking[0]
    named = next(
        (line for line in arrangement.lines if line.record.id == first.record), None
    )
    wanted = first.found or first.field
    if named is not None:
        wanted = named.record.code or str(named.record.fields.get("title", ""))
    return FilingBlocked(first.rule, wanted, len(blocking))
