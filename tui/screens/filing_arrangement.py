"""整理归档, one group: its order, its numbers, the check, the act of filing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import ScreenResume

from node.catalogue.arrangement import ArrangedLine, Arrangement
from node.catalogue.checks import Finding
from node.catalogue.filing import Filed
from node.catalogue.numbering import FilingKey
from tui.commands import Command
from tui.display import drawable
from tui.jobs import JobKind, JobState, Report
from tui.messages import CatalogueChanged, JobChanged
from tui.screens.asking import Ask, Asked, last_four
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line


class ArrangementScreen(DeskScreen):
    """The items of one group in the order in which they are filed."""

    TITLE_KEY: ClassVar[str] = "filing.arrangement"
    HELP_KEY: ClassVar[str] = "filing"

    def __init__(self, key: FilingKey) -> None:
        super().__init__()
        self._key = key
        self._arrangement: Arrangement | None = None
        self._moved: tuple[str, ...] = ()
        """Ids in the order that a person made; empty: the order of the rule."""
        self._findings: Sequence[Finding] = ()
        self._is_read = asyncio.Event()

    def title_text(self) -> str:
        """Which group."""
        parts = [self._key.fonds, str(self._key.year or ""), self._key.retention]
        named = " ".join(part for part in (*parts, self._key.org) if part)
        return self.say("filing.arrangement", group=drawable(named, self._mongolian))

    def body(self) -> ComposeResult:
        """A line for each item."""
        yield Ledger(
            (
                Column(self.say("filing.place"), 4, is_right=True),
                Column(self.say("filing.code"), 26, is_cut_left=True),
                Column(self.say("filing.item_title"), 20, share=3),
                Column(self.say("filing.date"), 8),
                Column(self.say("filing.doc_no"), 14, share=1, rank=2),
                Column(self.say("filing.pages"), 4, is_right=True, rank=1),
            ),
            id="items",
            empty=self.say("filing.reading"),
        )

    def on_mount(self) -> None:
        """Read and arrange the group."""
        super().on_mount()
        self.query_one("#items").focus()
        self.put_on(self._read, group="read")

    def commands(self) -> Sequence[Command]:
        """Check, move, file, print."""
        return (
            Command("1", "filing.check", self._check, "f9"),
            Command("2", "filing.up", lambda: self._move(-1)),
            Command("3", "filing.down", lambda: self._move(1)),
            Command("4", "filing.move_to", self._move_to),
            Command("5", "filing.by_rule", self._by_rule),
            Command("6", "filing.file", self._file, "f2"),
            Command("7", "filing.print", self._print, "f7"),
            Command("0", "filing.back", self.step_back),
        )

    async def at_rest(self) -> None:
        """There is something to file once the group was read."""
        await self.read_in_time(self._is_read)

    def on_screen_resume(self, _event: ScreenResume) -> None:
        """An item may have been mended meanwhile."""
        if self._arrangement is not None:
            self.put_on(self._read, group="read")

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Look at the item."""
        event.stop()
        await self.desk_app.open("record", event.line.id)

    def on_job_changed(self, event: JobChanged) -> None:
        """The filing moved on."""
        job = event.job
        if job.kind is not JobKind.FILING or job.facts.get("group") != self._key:
            return
        match job.state:
            case JobState.RUNNING:
                done, total = job.done, job.total
                self.tell(self.say("filing.filing_at", done=done, total=total))
            case JobState.DONE if isinstance(job.result, Filed):
                self._tell_filed(job.result)
            case JobState.FAILED if job.error is not None:
                self.tell_error(job.error)
                self.put_on(self._read, group="read")
            case _:
                pass

    async def _read(self) -> None:
        try:
            found = await self.desk.filings.arrangement(self._key)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        is_first = self._arrangement is None
        self._arrangement = found.ordered(self._moved) if self._moved else found
        self._show()
        self._is_read.set()
        if is_first:
            self.tell(self._first_words(found))

    def _first_words(self, found: Arrangement) -> str:
        """What the signs mean, and by what right the new numbers are given."""
        text = self.say("filing.signs", count=len(found.lines))
        if found.fresh and found.is_provisional:
            return f"{text} {self.say('filing.without_right')}"
        if found.unnumbered:
            count = found.unnumbered
            return f"{text} {self.say('filing.lease_short', count=count)}"
        return text

    def _show(self) -> None:
        arrangement = self._arrangement
        if arrangement is None:
            return
        marked = {
            finding.record
            for finding in self._findings
            if finding.record and finding.is_blocking
        }
        lines = [self._line(each, marked) for each in arrangement.lines]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger = self.query_one("#items", Ledger)
        ledger.show(len(lines), fetch, keep_place=bool(ledger.size_rows))

    def _line(self, line: ArrangedLine, marked: set[str]) -> Line:
        fields = line.record.fields
        if line.record.id in marked:
            sign = "!"
        elif line.is_filed:
            sign = "="
        else:
            sign = "+" if line.is_new else ""

        def text(name: str) -> str:
            return drawable(str(fields.get(name, "")), self._mongolian)

        return Line(
            line.record.id,
            (
                str(line.place),
                line.code,
                text("title"),
                text("date"),
                text("doc_no"),
                text("pages"),
            ),
            sign,
        )

    def _mongolian(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)

    def _current(self) -> ArrangedLine | None:
        arrangement = self._arrangement
        row = self.query_one("#items", Ledger).current
        if arrangement is None or row >= len(arrangement.lines):
            return None
        return arrangement.lines[row]

    def _move(self, step: int) -> None:
        line = self._current()
        if line is None or self._arrangement is None:
            return
        if not line.is_new:
            self.tell(self.say("filing.keeps_number", code=line.code), is_fault=True)
            return
        self._put(self._arrangement.moved(line.record.id, step), line.record.id)

    def _put(self, arrangement: Arrangement, record_id: str) -> None:
        self._arrangement, self._moved = arrangement, arrangement.fresh
        self._show()
        place = [line.record.id for line in arrangement.lines].index(record_id)
        self.query_one("#items", Ledger).go_to(place)

    def _move_to(self) -> None:
        self.put_on(self._ask_place, group="ask")

    async def _ask_place(self) -> None:
        line, arrangement = self._current(), self._arrangement
        if line is None or arrangement is None:
            return
        if not line.is_new:
            self.tell(self.say("filing.keeps_number", code=line.code), is_fault=True)
            return
        first = len(arrangement.lines) - len(arrangement.fresh) + 1
        last = len(arrangement.lines)

        def check(texts: Mapping[str, str]) -> str:
            number = _number(texts["place"])
            if number is not None and first <= number <= last:
                return ""
            return self.say("filing.place_between", first=first, last=last)

        answer = await self.desk_app.push_screen_wait(
            Ask(
                self.say("filing.move_to"),
                (Asked("place", self.say("filing.place")),),
                (drawable(str(line.record.fields.get("title", "")), self._mongolian),),
                check,
            )
        )
        if answer is not None:
            step = (_number(answer["place"]) or line.place) - line.place
            self._put(arrangement.moved(line.record.id, step), line.record.id)

    def _by_rule(self) -> None:
        self._moved = ()
        self.put_on(self._read, group="read")
        self.tell(self.say("filing.by_rule_done"))

    async def _check(self) -> None:
        """Look the group over."""
        if self._arrangement is None:
            return
        self._findings = await self.desk.filings.check(self._arrangement)
        self._show()
        if self._findings:
            await self.desk_app.open("findings", self._arrangement, self._findings)
        else:
            count = len(self._arrangement.lines)
            self.tell(self.say("filing.check_clean", count=count))

    async def _file(self) -> None:
        arrangement = self._arrangement
        if arrangement is None:
            return
        if not arrangement.unfiled:
            self.tell(self.say("filing.nothing_to_file"))
            return
        self._findings = await self.desk.filings.check(arrangement)
        if any(finding.is_blocking for finding in self._findings):
            self._show()
            await self.desk_app.open("findings", arrangement, self._findings)
            return
        self.put_on(partial(self._confirm, arrangement), group="ask")

    async def _confirm(self, arrangement: Arrangement) -> None:
        """A filing cannot be done by a slip of the finger."""
        codes = [line.code for line in arrangement.lines if line.is_due]
        first, last = codes[0], codes[-1]
        wanted = last_four(last)
        lines = [
            self.say(
                "filing.confirm", count=arrangement.unfiled, first=first, last=last
            ),
            self.say("filing.confirm_after"),
        ]
        if arrangement.fresh and arrangement.is_provisional:
            lines.append(self.say("filing.without_right"))
        if self._findings:
            lines.append(self.say("filing.confirm_findings", count=len(self._findings)))

        def check(texts: Mapping[str, str]) -> str:
            if last_four(texts["end"]) == wanted:
                return ""
            return self.say("filing.confirm_again", code=last)

        answer = await self.desk_app.push_screen_wait(
            Ask(
                self.say("filing.file"),
                (Asked("end", self.say("filing.confirm_field")),),
                lines,
                check,
            )
        )
        if answer is not None:
            self._start(arrangement)

    def _start(self, arrangement: Arrangement) -> None:
        filings = self.desk.filings

        async def work(report: Report) -> Filed:
            facts = {"group": self._key}
            report(0, arrangement.unfiled, facts)
            return await filings.file(
                arrangement, lambda done, total: report(done, total, facts)
            )

        self.desk_app.jobs.start(JobKind.FILING, self.title_text(), work)

    def _tell_filed(self, filed: Filed) -> None:
        self._moved = ()
        self._findings = ()
        key = "filing.done_numbered" if filed.numbered else "filing.done"
        self.tell(
            self.say(
                key,
                count=filed.filed,
                first=filed.first_code,
                last=filed.last_code.rpartition("-")[2],
            )
        )
        self.put_on(self._read, group="read")
        for screen in self.desk_app.screen_stack:
            screen.post_message(CatalogueChanged())

    async def _print(self) -> None:
        """The forms of the group as it stands now, also right behind a filing."""
        await self._read()
        arrangement = self._arrangement
        if arrangement is None:
            return
        if all(line.is_new for line in arrangement.lines):
            self.tell(self.say("filing.nothing_to_print"), is_fault=True)
            return
        await self.desk_app.open("printing", arrangement)


def _number(text: str) -> int | None:
    plain = text.strip()
    return int(plain) if plain.isdecimal() else None
