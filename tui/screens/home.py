"""今日工作: what waits, how the carriage stands, and the menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widgets import Static

from node.clock import elapsed
from tui.commands import Command
from tui.departure import is_exchanging, start_exchange
from tui.display import drawable
from tui.jobs import JobKind, JobState
from tui.messages import CatalogueChanged, JobChanged
from tui.port.facts import Facts
from tui.screens.desk_screen import DeskScreen
from tui.status_lines import (
    clock_text,
    is_clock_wrong,
    last_text,
    moment_text,
    pending_text,
    receipt_text,
)
from tui.widgets.fact_rows import Fact, FactRows
from tui.widgets.menu import Menu, MenuItem
from tui.width import rule

LOOK_SECONDS: Final = 3.0
"""So often the store is asked whether anything was saved; it costs a millisecond."""
WINDOW_SECONDS: Final = 20.0
WINDOW_REST_SECONDS: Final = 600.0
"""Between two exchanges that begin by themselves, whatever became of the first."""
_NAMED_SENDERS: Final = 3

_CONTRADICTIONS: Final = "contradictions"
"""The queue at a hub, the own values in a room."""
_MENU: Final = (
    ("1", "entry"),
    ("2", "browse"),
    ("3", "search"),
    ("4", "filing"),
    ("5", "importing"),
    ("6", "carriage"),
    ("7", _CONTRADICTIONS),
    ("8", "arrivals"),
    ("9", "settings"),
)
_KEYS: Final = {"search": "f3"}


class HomeScreen(DeskScreen):
    """The first screen."""

    TITLE_KEY: ClassVar[str] = "home.title"
    HELP_KEY: ClassVar[str] = "home"

    def __init__(self) -> None:
        super().__init__()
        self._facts: Facts | None = None
        self._version = -1
        self._departed_at = float("-inf")

    def body(self) -> ComposeResult:
        """Facts, a rule, the menu."""
        yield FactRows(id="facts")
        yield Static("", id="rule", markup=False)
        yield Menu(id="menu")

    def on_mount(self) -> None:
        """The menu is there at once, the facts as soon as they are read."""
        super().on_mount()
        self._show_menu()
        self.query_one("#menu").focus()
        self.set_interval(LOOK_SECONDS, self._look)
        self.set_interval(WINDOW_SECONDS, self._keep_window)

    def on_screen_resume(self) -> None:
        """Back from elsewhere: things may stand differently."""
        self._renew()

    def on_resize(self) -> None:
        """The rule is as wide as the screen."""
        line = rule(max(0, self.size.width - 2))
        self.query_one("#rule", Static).update(f" {line}")

    def commands(self) -> Sequence[Command]:
        """The menu, which stands above, and the way out."""
        return (
            *(
                Command(
                    digits,
                    f"home.menu.{self._named(name)}",
                    self._opener(self._named(name)),
                    key=_KEYS.get(name, ""),
                    is_listed=False,
                )
                for digits, name in _MENU
            ),
            Command("0", "home.leave", self.desk_app.leave),
            Command("10", "home.help", self._help, key="f1"),
            Command("11", "home.undo", self.desk_app.show_undo, key="f6"),
        )

    async def on_menu_chosen(self, event: Menu.Chosen) -> None:
        """Enter on an item of the menu."""
        event.stop()
        for command in self.commands():
            if command.digits == event.digits:
                await self._guarded(command)

    def on_job_changed(self, event: JobChanged) -> None:
        """Work in the background began, moved on or ended."""
        if event.job.state is JobState.RUNNING:
            return
        self._renew()
        if event.job.kind is JobKind.EXCHANGE and self.is_current:
            if event.job.error is not None:
                self.tell_error(event.job.error)
            elif event.job.state is JobState.DONE:
                self.tell(self.say("home.exchanged"))

    def on_catalogue_changed(self, _event: CatalogueChanged) -> None:
        """Records changed."""
        self._renew()

    def _renew(self) -> None:
        if self.is_mounted:
            self.put_on(self._read, group="facts")

    def _look(self) -> None:
        """Whether another process saved something, an exchange or a second desk."""
        if self.is_current:
            self.put_on(self._look_again, group="look")

    async def _look_again(self) -> None:
        if await self.desk.facts.version() != self._version:
            await self._read()

    async def _read(self) -> None:
        facts = self.desk.facts
        try:
            self._version = await facts.version()
            self._facts = await facts.all()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._show_facts(self._facts)
        self._show_menu()

    def _keep_window(self) -> None:
        """The hour may have come at which this room reports by itself."""
        app = self.desk_app
        has_rested = elapsed() - self._departed_at >= WINDOW_REST_SECONDS
        if has_rested and not app.is_practising and not is_exchanging(app):
            self.put_on(self._depart_if_due, group="window")

    async def _depart_if_due(self) -> None:
        try:
            is_due = await self.desk.exchanges.is_due()
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        if is_due:
            self._departed_at = elapsed()
            start_exchange(self.desk_app)

    def _show_facts(self, facts: Facts) -> None:
        self.query_one("#facts", FactRows).show(self._fact_rows(facts))

    def _fact_rows(self, facts: Facts) -> list[Fact]:
        standing, now, words = facts.standing, facts.now, self.words
        rows = [
            self._amount("drafts", facts.drafts),
            self._amount("to_file", facts.to_file),
            self._undecided(facts),
        ]
        if facts.restamps:
            rows.append(self._amount("restamps", facts.restamps, is_warning=True))
        rows.append(
            Fact(self.say("home.fact.pending"), pending_text(standing, now, words))
        )
        if facts.is_practice:
            rows.append(Fact(self.say("home.fact.hub"), self.say("home.practice")))
            return rows
        rows.append(Fact(self.say("home.fact.hub"), receipt_text(standing, now, words)))
        if not standing.is_hub:
            rows.append(
                Fact(self.say("home.fact.last"), last_text(standing, now, words))
            )
            rows.append(Fact(self.say("home.fact.next"), self._next_text(facts)))
            rows.append(
                Fact(
                    self.say("home.fact.clock"),
                    clock_text(standing, now, words),
                    is_warning=is_clock_wrong(standing),
                )
            )
        if standing.quarantined:
            text = self.say("home.quarantined", sets=standing.quarantined)
            rows.append(Fact(self.say("home.fact.aside"), text, is_warning=True))
        if facts.delivery.senders:
            rows.append(Fact(self.say("home.fact.arrived"), self._arrived_text(facts)))
        return rows

    def _amount(self, name: str, amount: int, *, is_warning: bool = False) -> Fact:
        key = f"home.amount.{name}" if amount else "home.amount.none"
        return Fact(
            self.say(f"home.fact.{name}"),
            self.say(key, count=amount),
            is_warning=bool(amount) and is_warning,
            is_short=True,
        )

    def _undecided(self, facts: Facts) -> Fact:
        """At a hub how much there is to decide; in a room, how its values fare."""
        if facts.standing.is_hub:
            return self._amount("undecided", facts.undecided, is_warning=True)
        text = self._own_text(facts)
        none = self.say("home.amount.none")
        return Fact(
            self.say("home.fact.own"), text or none, bool(text), is_short=not text
        )

    def _own_text(self, facts: Facts) -> str:
        parts = (
            ("waiting", facts.own.waiting),
            ("questions", facts.own.questions),
            ("fresh", facts.own.fresh),
        )
        return self.say("home.own_separator").join(
            self.say(f"home.own.{name}", count=count) for name, count in parts if count
        )

    def _next_text(self, facts: Facts) -> str:
        if not facts.standing.is_joined:
            return self.say("home.next_unjoined")
        if not facts.next_window:
            return self.say("home.next_by_hand")
        return self.say(
            "home.next", time=moment_text(facts.next_window, facts.now, self.words)
        )

    def _arrived_text(self, facts: Facts) -> str:
        senders = facts.delivery.senders
        parts = []
        for each in senders[:_NAMED_SENDERS]:
            is_counted = each.records is not None
            parts.append(
                self.say(
                    f"home.arrived_{'records' if is_counted else 'changes'}",
                    machine=self._drawn(each.machine),
                    count=each.records if is_counted else each.operations,
                )
            )
        text = self.say("carriage.separator").join(parts)
        if len(senders) > _NAMED_SENDERS:
            text += self.say("home.arrived_more", count=len(senders))
        return text

    def _show_menu(self) -> None:
        notes = {} if self._facts is None else self._notes(self._facts)
        self.query_one("#menu", Menu).show(
            [
                MenuItem(digits, self.say(f"home.menu.{name}"), notes.get(name, ""))
                for digits, name in ((each, self._named(n)) for each, n in _MENU)
            ]
        )

    def _notes(self, facts: Facts) -> dict[str, str]:
        """What stands behind the items: what waits there, how much there is."""
        totals, notes = facts.totals, {}
        notes["browse"] = self.say(
            "home.note.browse",
            fonds=totals.fonds,
            items=totals.items,
            volumes=totals.volumes,
        )
        amounts = {
            "entry": facts.drafts,
            "filing": facts.to_file,
            "carriage": facts.standing.pending_operations,
            "queue": facts.undecided,
        }
        for name, amount in amounts.items():
            notes[name] = self.say(f"home.note.{name}", count=amount) if amount else ""
        notes["my_values"] = self._own_text(facts)
        return notes

    def _named(self, name: str) -> str:
        """The screen that an item of the menu opens at this machine."""
        if name != _CONTRADICTIONS:
            return name
        return "queue" if self.desk.is_hub else "my_values"

    def _opener(self, name: str) -> Callable[[], Awaitable[None]]:
        async def open_it() -> None:
            if name == "settings" and self.desk_app.is_practising:
                self.tell(self.say("practice.no_settings"))
            else:
                await self.desk_app.open(name)

        return open_it

    async def _help(self) -> None:
        await self.desk_app.show_help(self)

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))
