"""目录: from the fonds down the shelf, step by step, to a list of records.

Each step says how many it holds. Steps with one way on are taken by themselves; Esc
goes back to the last one that was a question.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import ScreenResume
from textual.widgets import Static

from node.catalogue.listing import ClassCount, Where
from tui.commands import Command
from tui.display import drawable
from tui.messages import CatalogueChanged
from tui.screens.desk_screen import DeskScreen
from tui.screens.shelf_steps import Branch, Place, Step, branches
from tui.widgets.ledger import Column, Ledger, Line

_MOST_BY_DIGITS: Final = 98
_LIST_ALL: Final = "99"


class BrowseScreen(DeskScreen):
    """One step of the way down."""

    TITLE_KEY: ClassVar[str] = "browse.title"
    HELP_KEY: ClassVar[str] = "browse"

    def __init__(self) -> None:
        super().__init__()
        self._shelf: Sequence[ClassCount] = ()
        self._titles: dict[str, str] = {}
        self._way: list[tuple[Place, int]] = [(Place(Where()), 0)]
        """Places at which there was a question, and the row that was current there."""
        self._labels: dict[Place, tuple[str, ...]] = {self._way[0][0]: ()}
        self._branches: list[Branch] = []

    def title_text(self) -> str:
        """What is chosen here."""
        return self.say(f"browse.step.{self._way[-1][0].step}")

    def body(self) -> ComposeResult:
        """Where one is, and the ways on."""
        yield Static("", id="path", markup=False)
        yield Ledger(
            (
                Column(self.say("browse.number"), 4, is_right=True),
                Column(self.say("browse.name"), 24, share=2),
                Column(self.say("browse.volumes"), 10, is_right=True),
                Column(self.say("browse.items"), 12, is_right=True),
                Column("", 1, share=1, rank=1),
            ),
            id="steps",
            empty=self.say("browse.empty"),
        )

    def on_mount(self) -> None:
        """Look what there is."""
        self.query_one(Ledger).focus()
        self._reload()

    def commands(self) -> Sequence[Command]:
        """Each way by its number; all of it; a search."""
        by_number = [
            Command(str(n + 1), "browse.open", partial(self._go, n), is_listed=False)
            for n in range(min(len(self._branches), _MOST_BY_DIGITS))
        ]
        return (
            *by_number,
            Command(_LIST_ALL, "browse.list_all", self._list_all, "f9"),
            Command("98", "browse.search", self._search, "f3"),
            Command("0", "browse.back", self.step_back),
        )

    async def step_back(self) -> None:
        """To the question before; from the first one away."""
        if len(self._way) > 1:
            self._way.pop()
            self._show(self._way[-1][1])
        else:
            await super().step_back()

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Enter on a way."""
        event.stop()
        await self._guard(lambda: self._go(event.row))

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """Count again."""
        self._reload()

    def on_screen_resume(self, _event: ScreenResume) -> None:
        """Back from a list: something may have been changed."""
        if self._shelf:
            self._reload()

    def _reload(self) -> None:
        self.run_worker(
            self._load,  # type: ignore[arg-type] # begun by the worker, or never
            group="load",
            exclusive=True,
        )

    async def _load(self) -> None:
        is_first = not self._shelf
        try:
            self._titles = {f.code: f.title for f in await self.desk.shelves.fonds()}
            self._shelf = await self.desk.shelves.classes()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        if is_first:
            place, labels = self._straight_on(self._way[0][0], ())
            if place.step is not Step.LIST:
                self._way = [(place, 0)]
                self._labels[place] = labels
        self._show(self.query_one(Ledger).current)

    def _straight_on(
        self, place: Place, labels: tuple[str, ...]
    ) -> tuple[Place, tuple[str, ...]]:
        """Where *place* leads without a question."""
        ways = branches(self._shelf, place)
        while len(ways) == 1:
            labels = self._further(labels, place.step, ways[0].value)
            place = ways[0].to
            ways = branches(self._shelf, place)
        return place, labels

    def _show(self, row: int) -> None:
        place, _ = self._way[-1]
        self._branches = branches(self._shelf, place)
        labels = self._labels[place]
        path = drawable(" › ".join(labels), self._named)
        self.query_one("#path", Static).update(path)
        ledger = self.query_one(Ledger)
        ledger.show(len(self._branches), self._fetch)
        ledger.go_to(row)
        self.renew_commands()
        self.renew_title()

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        step = self._way[-1][0].step
        return [
            Line(
                branch.value,
                (
                    str(start + n + 1),
                    drawable(self._called(step, branch.value), self._named),
                    self._amount("browse.n_volumes", branch.volumes),
                    self._amount("browse.n_items", branch.items),
                ),
            )
            for n, branch in enumerate(self._branches[start : start + count])
        ]

    def _amount(self, key: str, amount: int) -> str:
        return self.say(key, count=f"{amount:,}") if amount else ""

    async def _go(self, number: int) -> None:
        if not 0 <= number < len(self._branches):
            return
        here = self._way[-1][0]
        branch = self._branches[number]
        labels = self._further(self._labels[here], here.step, branch.value)
        place, labels = self._straight_on(branch.to, labels)
        self._way[-1] = (here, number)
        if place.step is Step.LIST:
            await self.desk_app.open("listing", where=place.where, labels=labels)
            return
        self._labels[place] = labels
        self._way.append((place, 0))
        self._show(0)

    async def _list_all(self) -> None:
        place, _ = self._way[-1]
        await self.desk_app.open(
            "listing", where=place.where, labels=self._labels[place]
        )

    async def _search(self) -> None:
        await self.desk_app.open("search")

    def _further(
        self, labels: tuple[str, ...], step: Step, value: str
    ) -> tuple[str, ...]:
        """The path one step longer; how items are kept shows in what follows."""
        is_plain = step is Step.SHELF and value != "volume_list"
        return labels if is_plain else (*labels, self._called(step, value))

    def _called(self, step: Step, value: str) -> str:
        """What people call a way on."""
        if not value:
            return self.say(f"browse.without.{step}")
        match step:
            case Step.FONDS:
                return f"{value} {self._titles.get(value, '')}".strip()
            case Step.SHELF:
                return self.say(f"browse.shelf.{value}")
            case Step.CATEGORY:
                known = value == self.desk.pack.category
                return f"{value} {self.desk.pack.title}" if known else value
            case Step.TERM | Step.ORG:
                name = "retention_code" if step is Step.TERM else "org_code"
                offered = self.desk.pack.form.values.get(name, ())
                meaning = {each.value: each.meaning for each in offered}.get(value, "")
                return f"{value} {meaning}".strip()
            case _:
                return self.say(f"browse.named.{step}", value=value)

    async def _guard(self, act: Callable[[], Awaitable[None]]) -> None:
        self.tell("")
        try:
            await act()
        except self.desk_app.known_errors as error:
            self.tell_error(error)

    def _named(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)
