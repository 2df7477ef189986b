"""整理归档: the groups of a fonds, and how far each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import ScreenResume

from node.catalogue.filing import FilingGroup
from node.catalogue.sequences import Right
from tui.commands import Command
from tui.display import drawable
from tui.screens.asking import Choice, Option
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line


class FilingScreen(DeskScreen):
    """Choose 年度 × 期限 × 机构."""

    TITLE_KEY: ClassVar[str] = "filing.title"
    HELP_KEY: ClassVar[str] = "filing"

    def __init__(self, fonds: str = "") -> None:
        super().__init__()
        self._fonds = fonds
        self._fonds_title = ""
        self._groups: list[FilingGroup] = []
        self._is_whole = False
        self._rule = ""

    def title_text(self) -> str:
        """Which fonds, and by which rule it numbers."""
        if not self._fonds:
            return self.say(self.TITLE_KEY)
        return self.say(
            "filing.title_of",
            fonds=self._fonds,
            name=drawable(self._fonds_title, self._mongolian),
            rule=self._rule,
        )

    def body(self) -> ComposeResult:
        """A line for each group."""
        yield Ledger(
            (
                Column(self.say("filing.year"), 6),
                Column(self.say("filing.retention"), 8),
                Column(self.say("filing.org"), 10, share=1),
                Column(self.say("filing.waiting"), 8, is_right=True),
                Column(self.say("filing.numbered"), 8, is_right=True),
                Column(self.say("filing.filed"), 8, is_right=True),
                Column(self.say("filing.last"), 6, is_right=True, rank=1),
                Column(self.say("filing.numbers"), 10, rank=2),
            ),
            id="groups",
        )

    def on_mount(self) -> None:
        """Read the groups."""
        super().on_mount()
        self.query_one("#groups").focus()
        self.put_on(self._read, group="read")

    def commands(self) -> Sequence[Command]:
        """All or only what waits, another fonds, another rule."""
        key = "filing.only_waiting" if self._is_whole else "filing.all_groups"
        return (
            Command("1", key, self._turn_whole),
            Command("2", "filing.other_fonds", self._other_fonds),
            Command("3", "filing.other_rule", self._other_rule),
            Command("4", "filing.seal", self._seal),
            Command("5", "filing.restamp", self._restamp),
            Command("0", "filing.back", self.step_back),
        )

    async def _seal(self) -> None:
        """封册, of the group under the bar."""
        shown, row = self._shown(), self.query_one("#groups", Ledger).current
        if row < len(shown) and shown[row].stem:
            await self.desk_app.open("sealing", shown[row].stem)
        else:
            self.tell(self.say("filing.nothing_to_seal"))

    async def _restamp(self) -> None:
        await self.desk_app.open("restamping")

    def on_screen_resume(self, _event: ScreenResume) -> None:
        """Something may have been filed."""
        if self._fonds:
            self.put_on(self._read, group="read")

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Arrange the group."""
        event.stop()
        key = self._shown()[event.row].key
        await self.desk_app.open("arrangement", key)

    async def _read(self) -> None:
        filings = self.desk.filings
        try:
            known = await filings.fonds()
            if not known:
                self.tell(self.say("filing.no_fonds"), is_fault=True)
                return
            chosen = next((f for f in known if f.code == self._fonds), known[0])
            self._fonds, self._fonds_title = chosen.code, chosen.title
            self._groups = await filings.groups(chosen.code)
            self._rule = (await filings.code_rule(chosen.code)).title
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self.renew_title()
        self._show()

    def _shown(self) -> list[FilingGroup]:
        if self._is_whole:
            return self._groups
        return [each for each in self._groups if each.waiting or each.numbered]

    def _show(self) -> None:
        lines = [self._line(place, each) for place, each in enumerate(self._shown())]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger = self.query_one("#groups", Ledger)
        ledger.empty = self.say("filing.all_filed" if self._groups else "filing.none")
        ledger.show(len(lines), fetch, keep_place=bool(ledger.size_rows))

    def _line(self, place: int, group: FilingGroup) -> Line:
        key = group.key
        return Line(
            str(place),
            (
                str(key.year) if key.year else self.say("filing.no_year"),
                self._retention(key.retention),
                drawable(key.org, self._mongolian),
                _amount(group.waiting),
                _amount(group.numbered),
                _amount(group.filed),
                f"{group.last_item_no:04d}" if group.last_item_no else "",
                self._numbers(group),
            ),
            sign="!" if group.lacks else "",
        )

    def _numbers(self, group: FilingGroup) -> str:
        """正式 or 暂定, and how many numbers are left of a block."""
        numbers = group.numbers
        if not group.stem:
            return ""
        if numbers.last and numbers.last <= numbers.sealed_to:
            return self.say("filing.final")
        if numbers.right is Right.NONE:
            return self.say("filing.asked" if numbers.has_asked else "filing.no_right")
        if numbers.left is not None:
            return self.say("filing.left", count=numbers.left)
        return self.say("filing.provisional") if numbers.last else ""

    def _retention(self, code: str) -> str:
        return code or self.say("filing.no_retention")

    def _mongolian(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)

    def _turn_whole(self) -> None:
        self._is_whole = not self._is_whole
        self.renew_commands()
        self._show()

    def _other_fonds(self) -> None:
        self.put_on(self._choose_fonds, group="ask")

    async def _choose_fonds(self) -> None:
        known = await self.desk.filings.fonds()
        options = [Option(each.code, each.code, each.title) for each in known]
        chosen = await self.desk_app.push_screen_wait(
            Choice(self.say("filing.other_fonds"), options)
        )
        if chosen:
            self._fonds = chosen
            await self._read()

    def _other_rule(self) -> None:
        self.put_on(self._choose_rule, group="ask")

    async def _choose_rule(self) -> None:
        filings = self.desk.filings
        options = [
            Option(rule.name, rule.title, self._sample(rule.name))
            for rule in filings.code_rules()
        ]
        chosen = await self.desk_app.push_screen_wait(
            Choice(
                self.say("filing.other_rule"), options, (self.say("filing.rule_note"),)
            )
        )
        if not chosen:
            return
        try:
            await filings.choose_code_rule(self._fonds, chosen)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        await self._read()

    def _sample(self, name: str) -> str:
        return self.words.find(f"filing.rule.{name}", fonds=self._fonds)


def _amount(number: int) -> str:
    return str(number) if number else ""
